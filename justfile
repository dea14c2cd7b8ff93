# What the CI runs: everything.
check:
    scripts/test

# The inner loop after a small change: formatting, and the unit tests of the rooms that differ from main.
quick *base:
    scripts/quick {{base}}

# All tests that need no server.
test:
    cargo test

# Formatting, lints, docs.
lint:
    cargo fmt --all --check
    cargo clippy --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps

# The crash programme: the real binary, killed again and again.
crash rounds="500":
    CRASH_ROUNDS={{rounds}} cargo test --release --test suite crash:: -- --nocapture

# `serve`, killed around its slot's hour again and again.
crash-schedule rounds="100":
    SCHEDULE_ROUNDS={{rounds}} cargo test --release --test suite schedule::killed -- --nocapture

# Every command that sends, ended by the machine in each of its ways (power, a torn log, a disk that fails for a while).
crash-commands rounds="100":
    ENDED_ROUNDS={{rounds}} cargo test --release --test suite machine::ended -- --nocapture

# Every command that runs for long, beside other programs at its database, and killed.
beside rounds="50":
    STATE_ROUNDS={{rounds}} cargo test --release --test suite machine::beside -- --nocapture

# A simulated year of moody relays: 104 issues to 5,000 readers.
year seed="1" readers="5000":
    YEAR_SEED={{seed}} YEAR_READERS={{readers}} YEAR_ISSUES=104 cargo test --release --lib delivery::year -- --nocapture

# Ten thousand hostile forms in an hour, and twenty people beside them.
flood:
    FLOOD=10000 cargo test --release --test suite -- --nocapture store::lives::an_hour readers::flooded

# A wave of one-click departures, and newcomers, beside a batch at full speed, and the batch alone (TMPDIR on a disk).
clicks readers="20000" clicks="4000":
    CLICKS_READERS={{readers}} CLICKS={{clicks}} cargo test --release --test suite readers::beside_a_batch -- --nocapture

# Ten thousand clicks against the rows that are let go just then, on PostgreSQL; and lives on both stores, compared.
clicks-race races="10000" lives="400":
    CLICK_RACES={{races}} ALIKE_LIVES={{lives}} cargo test --release --test suite -- --nocapture store::postgres::clicks store::postgres::alike

# A long list moved from its folder into PostgreSQL, and held against it (TMPDIR on a disk).
move readers="1000000" issues="20":
    MOVE_READERS={{readers}} MOVE_ISSUES={{issues}} cargo test --release --test suite -- --nocapture store::postgres::moving::killed::a_long

# Power that goes out while readers come, speak and leave.
crash-readers rounds="100":
    READER_ROUNDS={{rounds}} cargo test --release --test suite readers::killed -- --nocapture

# Power that goes out while mail comes back, by each of its doors.
crash-returns rounds="100":
    RETURN_ROUNDS={{rounds}} cargo test --release --test suite returns::killed -- --nocapture

# Workers on one database, killed, frozen and cut off, and the database with them: in each batch of 5,000 ten kills and
# one of every other fault.
workers rounds="20":
    WORKER_ROUNDS={{rounds}} cargo test --release --test suite workers::faults -- --nocapture

# Standbys that lag, promoted while workers send.
promotions rounds="5":
    PROMOTION_ROUNDS={{rounds}} cargo test --release --test suite workers::promoted -- --nocapture

# Three `serve`s at one calendar, the leader killed, frozen or cut off at each slot.
calendars slots="100":
    CALENDAR_ROUNDS={{slots}} cargo test --release --test suite schedule::standing_by -- --nocapture

# What things cost, beside their peers, in one table.
bench *arguments:
    scripts/bench {{arguments}}

# An archive of 1,000 issues beside Hugo, and what one issue among them costs.
archive *arguments:
    scripts/bench --only archive {{arguments}}

# A ledger of a hundred batches of 100,000 on PostgreSQL: what a claim costs at its end, what of its table is dead (TMPDIR on a disk).
ledger-years *arguments:
    scripts/bench --only ledger-years {{arguments}}

# Licences and advisories (needs cargo-deny).
deny:
    cargo deny check

# The pictures of the README and the sample issues.
pictures:
    scripts/pictures
