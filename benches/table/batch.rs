//! A whole `send`, from the file to the relay, beside what Postfix's own source of mail makes of
//! the same sink.

use std::{thread, time::Duration};

use super::{
    Sizes,
    line::Line,
    postfix::{Sink, source_arguments, tool},
    process::{self, Cost, watched},
    publication::Publication,
    row::{Quantity, Reach, Row, Table, median},
};

/// Readers of a batch get mail through so many connections.
const CONNECTIONS: usize = 20;
/// And through so many where the relay is far.
const FAR_CONNECTIONS: usize = 10;
const ROUND_TRIP: Duration = Duration::from_millis(20);
const FIRST: &str = "2026-11-23-weight";

/// Postfix's tools.
pub(crate) struct Postfix {
    sink: String,
    source: String,
}

impl Postfix {
    pub(crate) fn find() -> Option<Self> {
        let (sink, source) = (tool("smtp-sink")?, tool("smtp-source")?);
        Some(Self { sink, source })
    }

    pub(crate) fn sink(&self) -> Sink {
        Sink::start(&self.sink)
    }
}

/// The same number of messages, sent by both, one after the other.
struct Round {
    ours: Cost,
    theirs: Cost,
}

/// To a sink on this machine. `signs` is how many messages a core can sign in a second.
pub(crate) fn near(table: &mut Table, sizes: &Sizes, postfix: &Postfix, signs: Option<f64>) {
    let publication = Publication::new(sizes.folder.as_deref());
    let count = sizes.batch;
    publication.write_list(count, "monday");
    let first = rounds(sizes, postfix, &publication, |_| {
        publication.forget();
        FIRST.to_owned()
    });
    let mut row = compared(&first, count);
    row.what =
        format!("send {count} × 30 KB by {CONNECTIONS} connections: list folded in, frozen, sent");
    row.reach = Reach::RatioAtLeast(if sizes.is_small { 0.33 } else { 1.0 });
    row.is_robust = true;
    table.add(row);

    let next = rounds(sizes, postfix, &publication, |round| {
        publication.write_twin(round, "next")
    });
    let mut row = compared(&next, count);
    "the same: the next issue to a list that has not changed".clone_into(&mut row.what);
    row.reach = Reach::RatioAtLeast(1.0);
    let unsigned = row.here.0;
    table.add(row);

    let Some(signs) = signs else { return };
    publication.sign();
    let signed = rounds(sizes, postfix, &publication, |round| {
        publication.write_twin(round + sizes.rounds, "signed")
    });
    let mut row = compared(&signed, count);
    "the same, signed (DKIM, RSA-2048)".clone_into(&mut row.what);
    // Each core has all the work of an unsigned message, the sink's too, and a signature.
    let cores = thread::available_parallelism().map_or(1, usize::from) as f64;
    let most = cores / (cores / unsigned + 1.0 / signs);
    row.peer = Some((
        "what the cores can sign beside that work",
        Quantity(most, "/s"),
    ));
    row.reach = Reach::RatioAtLeast(0.9);
    table.add(row);
}

/// `issue` prepares a round and names what is sent.
fn rounds(
    sizes: &Sizes,
    postfix: &Postfix,
    publication: &Publication,
    issue: impl Fn(usize) -> String,
) -> Vec<Round> {
    let one = |round| {
        let theirs = source(postfix, publication, sizes.batch, CONNECTIONS);
        let issue = issue(round);
        let sink = postfix.sink();
        let ours = publication.send(&issue, sink.addr, CONNECTIONS);
        assert_eq!(publication.accepted(&issue), sizes.batch as u64);
        Round { ours, theirs }
    };
    (0..sizes.rounds).map(one).collect()
}

fn source(postfix: &Postfix, publication: &Publication, count: usize, connections: usize) -> Cost {
    let sink = postfix.sink();
    let account = publication.path("their-account");
    let arguments = source_arguments(connections, count, publication.message_bytes, sink.addr);
    process::run(watched(&postfix.source, &account).args(arguments), &account)
}

/// The middle ratio, and the peer's middle rate.
fn compared(rounds: &[Round], count: usize) -> Row {
    let of = |value: &dyn Fn(&Round) -> f64| median(rounds.iter().map(value).collect());
    let ratio = of(&|round| round.theirs.wall.as_secs_f64() / round.ours.wall.as_secs_f64());
    let theirs = of(&|round| round.theirs.per_second(count));
    let (cpu, their_cpu) = (
        of(&|round| round.ours.cpu_each(count)),
        of(&|round| round.theirs.cpu_each(count)),
    );
    let peak = of(&|round| round.ours.peak_mib);
    Row {
        what: String::new(),
        here: Quantity(theirs * ratio, "/s"),
        peer: Some(("smtp-source -d", Quantity(theirs, "/s"))),
        reach: Reach::Nothing,
        note: format!(
            "processor a message {cpu:.0} µs, smtp-source {their_cpu:.0} µs; {peak:.0} MiB"
        ),
        is_robust: false,
    }
}

/// To the same sink at the end of a long line.
pub(crate) fn far(table: &mut Table, sizes: &Sizes, postfix: &Postfix) {
    let publication = Publication::new(sizes.folder.as_deref());
    let count = sizes.far;
    publication.write_list(count, "monday");
    let sink = postfix.sink();
    let line = Line::start(sink.addr, ROUND_TRIP);
    let ours = publication.send(FIRST, line.addr, FAR_CONNECTIONS);
    assert_eq!(publication.accepted(FIRST), count as u64);

    let account = publication.path("their-account");
    let theirs_count = count / 4;
    let arguments = source_arguments(
        FAR_CONNECTIONS,
        theirs_count,
        publication.message_bytes,
        Line::start(sink.addr, ROUND_TRIP).addr,
    );
    let theirs = process::run(watched(&postfix.source, &account).args(arguments), &account);
    let rate = ours.per_second(count);
    let round_trips = FAR_CONNECTIONS as f64 / rate / ROUND_TRIP.as_secs_f64();
    table.add(Row {
        what: format!("send {count} × 30 KB by {FAR_CONNECTIONS} connections, 20 ms a round trip"),
        here: Quantity(rate, "/s"),
        peer: Some((
            "smtp-source -d",
            Quantity(theirs.per_second(theirs_count), "/s"),
        )),
        reach: Reach::HereAtLeast(250.0),
        note: format!("{round_trips:.2} round trips a message; goal 450 /s"),
        is_robust: !sizes.is_small,
    });
}
