//! A whole `send`, from the file to the relay, beside what Postfix's own source of mail makes of
//! the same sink.

use std::{net::SocketAddr, thread, time::Duration};

use super::{
    Sizes,
    line::Line,
    postfix::{Sink, source_arguments, tool},
    process::{self, Cost, watched},
    publication::Publication,
    row::{Quantity, Reach, Row, Table, median},
    sink::{self, CheapSink, Taken},
};

/// Readers of a batch get mail through so many connections.
pub(crate) const CONNECTIONS: usize = 20;
/// And through so many where the relay is far.
pub(crate) const FAR_CONNECTIONS: usize = 10;
pub(crate) const ROUND_TRIP: Duration = Duration::from_millis(20);
pub(crate) const FIRST: &str = "2026-11-23-weight";

/// What stands beside us.
const SOURCE: &str = "smtp-source -d";

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
pub(crate) struct Round {
    pub(crate) ours: Cost,
    pub(crate) theirs: Cost,
}

/// What a round of sending goes to.
pub(crate) trait Sunk {
    fn addr(&self) -> SocketAddr;
    /// Called when the sender is done; so many messages of at least so many bytes must have come.
    fn end(self: Box<Self>, count: usize, message_bytes: usize);
}

impl Sunk for Sink {
    fn addr(&self) -> SocketAddr {
        self.addr
    }

    fn end(self: Box<Self>, _: usize, _: usize) {}
}

impl Sunk for CheapSink {
    fn addr(&self) -> SocketAddr {
        self.addr
    }

    fn end(self: Box<Self>, count: usize, message_bytes: usize) {
        let Taken {
            messages, bytes, ..
        } = self.finish();
        assert_eq!(messages, count as u64, "messages at the sink");
        let least = (count * message_bytes) as u64 * 9 / 10;
        assert!(bytes >= least, "{bytes} bytes at the sink of {least}");
    }
}

/// To a sink on this machine. `signs` is how many messages a core can sign in a second.
pub(crate) fn near(table: &mut Table, sizes: &Sizes, postfix: &Postfix, signs: Option<f64>) {
    let publication = Publication::new(sizes.folder.as_deref());
    let count = sizes.batch;
    publication.write_list(count, "monday");
    let start = || Box::new(postfix.sink()) as Box<dyn Sunk>;
    let first = rounds(sizes, postfix, &publication, &start, |_| {
        publication.forget();
        FIRST.to_owned()
    });
    let mut row = compared(&first, count, SOURCE);
    row.what =
        format!("send {count} × 30 KB by {CONNECTIONS} connections: list folded in, frozen, sent");
    row.reach = Reach::RatioAtLeast(if sizes.is_small { 0.33 } else { 1.0 });
    row.is_robust = true;
    table.add(row);

    let next = rounds(sizes, postfix, &publication, &start, |round| {
        publication.write_twin(round, "next")
    });
    let mut row = compared(&next, count, SOURCE);
    "the same: the next issue to a list that has not changed".clone_into(&mut row.what);
    row.reach = Reach::RatioAtLeast(1.0);
    let unsigned = row.here.0;
    table.add(row);

    let Some(signs) = signs else { return };
    publication.sign();
    let signed = rounds(sizes, postfix, &publication, &start, |round| {
        publication.write_twin(round + sizes.rounds, "signed")
    });
    let mut row = compared(&signed, count, SOURCE);
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

/// To a sink that costs a tenth: what the sender itself takes decides. `signs` is how many messages a core can sign in a
/// second.
pub(crate) fn cheap(table: &mut Table, sizes: &Sizes, postfix: &Postfix, signs: Option<f64>) {
    sink::prove();
    let publication = Publication::new(sizes.folder.as_deref());
    let count = sizes.batch;
    publication.write_list(count, "monday");
    let start = || Box::new(CheapSink::start()) as Box<dyn Sunk>;
    // The list is folded in by an issue that is not counted.
    let folded = start();
    publication.send(FIRST, folded.addr(), CONNECTIONS);
    folded.end(count, publication.message_bytes);
    let unsigned = rounds(sizes, postfix, &publication, &start, |round| {
        publication.write_twin(round, "cheap")
    });
    let mut row = compared(&unsigned, count, SOURCE);
    row.what =
        format!("send {count} × 30 KB by {CONNECTIONS} connections to a sink that costs little");
    row.note = format!(
        "{}; the sink {:.0} µs",
        row.note,
        sink_cost(postfix, &publication, count)
    );
    row.reach = Reach::RatioAtLeast(0.8);
    table.add(row);

    let Some(signs) = signs else { return };
    publication.sign();
    let signed = rounds(sizes, postfix, &publication, &start, |round| {
        publication.write_twin(round + sizes.rounds, "cheap-signed")
    });
    let mut row = compared(&signed, count, SOURCE);
    "the same, signed (DKIM, RSA-2048)".clone_into(&mut row.what);
    let cores = thread::available_parallelism().map_or(1, usize::from) as f64;
    row.peer = Some((
        "what the cores can sign bare",
        Quantity(cores * signs, "/s"),
    ));
    row.reach = Reach::RatioAtLeast(0.7);
    table.add(row);
}

/// Microseconds of processor that the cheap sink takes for a message of smtp-source's.
fn sink_cost(postfix: &Postfix, publication: &Publication, count: usize) -> f64 {
    let sink = CheapSink::start();
    source(postfix, publication, count, CONNECTIONS, sink.addr);
    sink.finish().cpu.as_secs_f64() * 1e6 / count as f64
}

/// `issue` prepares a round and names what is sent.
fn rounds(
    sizes: &Sizes,
    postfix: &Postfix,
    publication: &Publication,
    start: &dyn Fn() -> Box<dyn Sunk>,
    issue: impl Fn(usize) -> String,
) -> Vec<Round> {
    let (count, bytes) = (sizes.batch, publication.message_bytes);
    let one = |round| {
        let sink = start();
        let theirs = source(postfix, publication, count, CONNECTIONS, sink.addr());
        sink.end(count, bytes);
        let issue = issue(round);
        let sink = start();
        let ours = publication.send(&issue, sink.addr(), CONNECTIONS);
        sink.end(count, bytes);
        assert_eq!(publication.accepted(&issue), count as u64);
        Round { ours, theirs }
    };
    (0..sizes.rounds).map(one).collect()
}

fn source(
    postfix: &Postfix,
    publication: &Publication,
    count: usize,
    connections: usize,
    to: SocketAddr,
) -> Cost {
    let account = publication.path("their-account");
    let arguments = source_arguments(connections, count, publication.message_bytes, to);
    process::run(watched(&postfix.source, &account).args(arguments), &account)
}

/// The middle ratio, and the peer's middle rate.
pub(crate) fn compared(rounds: &[Round], count: usize, peer: &'static str) -> Row {
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
        peer: Some((peer, Quantity(theirs, "/s"))),
        reach: Reach::Nothing,
        note: format!("processor a message {cpu:.0} µs, {peer} {their_cpu:.0} µs; {peak:.0} MiB"),
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

    let theirs_count = count / 4;
    let line = Line::start(sink.addr, ROUND_TRIP);
    let theirs = source(
        postfix,
        &publication,
        theirs_count,
        FAR_CONNECTIONS,
        line.addr,
    );
    let rate = ours.per_second(count);
    let round_trips = FAR_CONNECTIONS as f64 / rate / ROUND_TRIP.as_secs_f64();
    table.add(Row {
        what: format!("send {count} × 30 KB by {FAR_CONNECTIONS} connections, 20 ms a round trip"),
        here: Quantity(rate, "/s"),
        peer: Some((SOURCE, Quantity(theirs.per_second(theirs_count), "/s"))),
        reach: Reach::HereAtLeast(250.0),
        note: format!("{round_trips:.2} round trips a message; goal 450 /s"),
        is_robust: !sizes.is_small,
    });
}
