//! The machine's clock against the world's, by SNTP (RFC 4330).

use std::{io, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::{
    net::{ToSocketAddrs, UdpSocket, lookup_host},
    time::timeout,
};

use super::report::{CheckTopic, ReportLine};
use crate::{
    clock::Clock,
    words::{Said, phrase, say},
};

/// Long enough for a satellite.
const PATIENCE: Duration = Duration::from_secs(3);
/// Seconds from 1900 (NTP) to 1970 (Unix).
const NTP_TO_UNIX: i64 = 2_208_988_800;
const PACKET_BYTES: usize = 48;

/// How far the machine's clock is ahead of the world's; negative: behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockOffset(pub TimeDelta);

/// Asks a time server.
///
/// # Errors
/// When it does not answer, or not with the time.
pub async fn ask_the_time(server: impl ToSocketAddrs) -> io::Result<ClockOffset> {
    let ask = async {
        let server = lookup_host(server).await?.next();
        let server = server.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        let here = if server.is_ipv4() {
            "0.0.0.0:0"
        } else {
            "[::]:0"
        };
        let socket = UdpSocket::bind(here).await?;
        socket.connect(server).await?;
        let mut packet = [0; PACKET_BYTES];
        // No leap warning, version 4, we are a client.
        packet[0] = 0b00_100_011;
        let asked = Clock::System.now();
        socket.send(&packet).await?;
        let length = socket.recv(&mut packet).await?;
        offset(&packet[..length], asked, Clock::System.now())
    };
    match timeout(PATIENCE, ask).await {
        Ok(result) => result,
        Err(_elapsed) => Err(io::ErrorKind::TimedOut.into()),
    }
}

/// Both ways are taken for equally long.
fn offset(answer: &[u8], asked: DateTime<Utc>, heard: DateTime<Utc>) -> io::Result<ClockOffset> {
    let nonsense = || io::Error::new(io::ErrorKind::InvalidData, phrase!("that is not the time"));
    // A server's mode, and a stratum that is neither 0 (go away) nor beyond 15 (don't know).
    let is_time =
        answer.len() >= PACKET_BYTES && answer[0] & 0b111 == 4 && (1..16).contains(&answer[1]);
    if !is_time {
        return Err(nonsense());
    }
    let received = timestamp(&answer[32..40]).ok_or_else(nonsense)?;
    let sent = timestamp(&answer[40..48]).ok_or_else(nonsense)?;
    let behind = ((received - asked) + (sent - heard)) / 2;
    Ok(ClockOffset(-behind))
}

fn timestamp(bytes: &[u8]) -> Option<DateTime<Utc>> {
    let number = |bytes: &[u8]| Some(u32::from_be_bytes(bytes.try_into().ok()?));
    let seconds = number(&bytes[..4])?;
    let fraction = number(&bytes[4..])?;
    let nanos = (u64::from(fraction) * 1_000_000_000) >> 32;
    // The era that began in 2036 has small numbers (RFC 4330 §3).
    let era = if seconds < 1 << 31 { 1 << 32 } else { 0 };
    DateTime::from_timestamp(i64::from(seconds) + era - NTP_TO_UNIX, nanos as u32)
}

pub(super) fn judge(offset: Option<&io::Result<ClockOffset>>) -> ReportLine {
    let offset = match offset {
        None => {
            return ReportLine::unknown(CheckTopic::Clock, say!("the time is pretended (--at)"));
        }
        Some(Err(error)) => {
            let what = say!(
                "no time server answers ({error}), so the clock was not compared",
                error = Said::heard(error.to_string())
            );
            return ReportLine::unknown(CheckTopic::Clock, what).fix(say!(
                "timedatectl   # should say: System clock synchronized: yes"
            ));
        }
        Some(Ok(ClockOffset(offset))) => *offset,
    };
    let millis = offset.num_milliseconds();
    let off = seconds(millis.unsigned_abs());
    let what = match millis < 0 {
        true => say!("the clock is {off} behind", off),
        false => say!("the clock is {off} ahead", off),
    };
    let why =
        say!("issues go out by it, and receivers distrust mail and signatures from the future");
    let fix = "timedatectl set-ntp true";
    match millis.unsigned_abs() {
        0..2_000 => ReportLine::good(
            CheckTopic::Clock,
            say!("the clock is right, to two seconds"),
        ),
        2_000..60_000 => ReportLine::care(CheckTopic::Clock, what)
            .because(why)
            .fix(fix),
        _ => ReportLine::bad(CheckTopic::Clock, what)
            .because(why)
            .fix(fix),
    }
}

pub(super) fn seconds(millis: u64) -> Said {
    if millis >= 120_000 {
        say!("{minutes} min", minutes = millis / 60_000)
    } else {
        say!(
            "{seconds} s",
            seconds = format!("{:.1}", millis as f64 / 1000.0)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An answer that was received and sent at one moment.
    fn answer(at: DateTime<Utc>) -> Vec<u8> {
        let mut packet = vec![0; PACKET_BYTES];
        packet[0] = 0b00_100_100;
        packet[1] = 2;
        let seconds = (at.timestamp() + NTP_TO_UNIX) as u32;
        let fraction = ((u64::from(at.timestamp_subsec_nanos()) << 32) / 1_000_000_000) as u32;
        for place in [32, 40] {
            packet[place..place + 4].copy_from_slice(&seconds.to_be_bytes());
            packet[place + 4..place + 8].copy_from_slice(&fraction.to_be_bytes());
        }
        packet
    }

    fn moment(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_795_000_000_000 + millis).unwrap()
    }

    #[test]
    fn the_way_there_and_back_is_not_counted() {
        let seen = offset(&answer(moment(100)), moment(0), moment(200)).unwrap();
        assert!(seen.0.num_milliseconds().abs() <= 1, "{seen:?}");
        let ahead = offset(&answer(moment(-5_000)), moment(0), moment(0)).unwrap();
        assert!(
            (4_999..=5_001).contains(&ahead.0.num_milliseconds()),
            "{ahead:?}"
        );
    }

    #[test]
    fn the_era_after_2036_is_understood() {
        let later = DateTime::from_timestamp(2_200_000_000, 0).unwrap();
        let seen = offset(&answer(later), later, later).unwrap();
        assert!(seen.0.num_milliseconds().abs() <= 1);
    }

    #[test]
    fn what_is_not_the_time_is_no_time() {
        let now = moment(0);
        let mut goodbye = answer(now);
        goodbye[1] = 0;
        for nonsense in [&[][..], &[0; 48], &goodbye, &answer(now)[..40]] {
            assert!(offset(nonsense, now, now).is_err());
        }
    }

    #[test]
    fn an_hour_is_bad_and_a_second_is_good() {
        let verdict = |seconds| judge(Some(&Ok(ClockOffset(TimeDelta::seconds(seconds))))).verdict;
        use super::super::CheckVerdict::{Bad, Care, Good};
        assert_eq!(
            [0, -1, 5, -30, 3600, -3600].map(verdict),
            [Good, Good, Care, Care, Bad, Bad]
        );
    }

    #[tokio::test]
    async fn a_time_server_is_asked_over_udp() {
        let server = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let addr = server.local_addr().unwrap();
        let serve = async {
            let mut packet = [0; PACKET_BYTES];
            let (_, client) = server.recv_from(&mut packet).await.unwrap();
            let hour_ahead = Clock::System.now() + TimeDelta::hours(1);
            server.send_to(&answer(hour_ahead), client).await.unwrap();
        };
        let (seen, ()) = tokio::join!(ask_the_time(addr), serve);
        assert_eq!(
            (seen.unwrap().0 + TimeDelta::seconds(30)).num_minutes(),
            -59
        );
    }
}
