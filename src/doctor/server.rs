//! The server that has the list and the ledger: whether it answers, how long it takes to keep something, and whether
//! its clock and this machine's show the same time.

use std::time::Duration;

use chrono::TimeDelta;

use super::{
    clock,
    report::{CheckTopic, ReportLine},
    state,
};
use crate::{clock::ASKEW, words::say};

const SLOW: Duration = Duration::from_millis(50);

/// What was measured of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerMeasure {
    /// Where it is, without its password.
    pub place: String,
    /// Its release.
    pub version: String,
    /// How long a write takes to be durable, the way there and back included: the middle of several.
    pub durable: Duration,
    /// How far its clock is ahead of this machine's, give or take half the way there and back; negative: behind. None
    /// where this machine's is pretended.
    pub ahead: Option<TimeDelta>,
}

pub(super) fn judge(
    measure: Option<&ServerMeasure>,
    store: &Result<(), String>,
) -> Vec<ReportLine> {
    if let Err(error) = store {
        return vec![state::shut(error)];
    }
    measure.map(measured).unwrap_or_default()
}

fn measured(server: &ServerMeasure) -> Vec<ReportLine> {
    let mut lines = vec![
        ReportLine::good(
            CheckTopic::State,
            say!(
                "{place} opens: PostgreSQL {version}",
                place = server.place,
                version = server.version
            ),
        ),
        durability(server.durable),
    ];
    lines.extend(server.ahead.map(skew));
    lines
}

fn durability(durable: Duration) -> ReportLine {
    let time = format!("{durable:.1?}");
    let took = say!("a write is durable there in {time}", time);
    if durable <= SLOW {
        return ReportLine::good(CheckTopic::State, took);
    }
    ReportLine::care(CheckTopic::State, took)
        .because(say!("the ledger waits for it once a group of mails"))
        .fix(say!(
            "let this machine be nearer to the server, or the server have a faster disk"
        ))
}

fn skew(ahead: TimeDelta) -> ReportLine {
    if ahead.abs() <= ASKEW {
        let what = say!("its clock and this machine's show the same time, to two seconds");
        return ReportLine::good(CheckTopic::State, what);
    }
    let off = clock::seconds(ahead.num_milliseconds().unsigned_abs());
    let what = match ahead < TimeDelta::zero() {
        true => say!("its clock is {off} behind this machine's", off),
        false => say!("its clock is {off} ahead of this machine's", off),
    };
    ReportLine::care(CheckTopic::State, what)
        .because(say!(
            "issues go out by this machine's clock, and the right to send goes by the server's"
        ))
        .fix(say!("timedatectl set-ntp true   # on both"))
}

#[cfg(test)]
mod tests {
    use super::{super::report::CheckVerdict, *};

    fn verdicts(durable: Duration, ahead: Option<TimeDelta>) -> Vec<CheckVerdict> {
        let server = ServerMeasure {
            place: "db.example.com/note".to_owned(),
            version: "15.18".to_owned(),
            durable,
            ahead,
        };
        let lines = judge(Some(&server), &Ok(()));
        lines.into_iter().map(|line| line.verdict).collect()
    }

    #[test]
    fn a_slow_server_and_a_clock_askew_want_care() {
        use CheckVerdict::{Care, Good};
        let (quick, slow) = (Duration::from_millis(3), Duration::from_millis(80));
        let askew = |seconds| Some(TimeDelta::seconds(seconds));
        assert_eq!(verdicts(quick, None), [Good, Good]);
        assert_eq!(verdicts(slow, askew(1)), [Good, Care, Good]);
        assert_eq!(verdicts(quick, askew(-2)), [Good, Good, Good]);
        assert_eq!(verdicts(quick, askew(300)), [Good, Good, Care]);
        assert_eq!(verdicts(quick, askew(-300)), [Good, Good, Care]);
    }

    #[test]
    fn a_server_that_does_not_open_is_told_by_its_own_words() {
        let lines = judge(None, &Err("no such database".to_owned()));
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].verdict, CheckVerdict::Bad);
    }
}
