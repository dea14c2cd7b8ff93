//! A year of the calendar, played through with the program's own decisions, files, ledger and SMTP;
//! only the clock is the test's. What goes out is held against an oracle that is slow and simple.

mod oracle;

use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use daily_note::{
    app::{App, AppError},
    clock::Clock,
    daemon::{BeatIntervals, Server},
    delivery::StopSignal,
    live::LivePublication,
    schedule::{Event, EventSink},
    store::{BatchState, SenderGuard, StoreError},
};
use oracle::{Slot, slots};

use super::harness;
use crate::support::TestPublication;

const CONFIGURATION: &str = "
publication:
  name: The Note
  language: en
  timezone: America/New_York
  from: The Note <hello@note.example.com>
  postal_address: 1 Example Street, New York
  contact: hello@note.example.com
  unsubscribe_email: leave@note.example.com
editions:
  monday: {title: Monday, topic: software, day: mon, time: '08:00'}
  thursday: {title: Thursday, topic: design, day: thu, time: '08:00'}
  sunday: {title: Sunday, topic: long reads, day: 2nd sun, time: '02:30'}
  night: {title: Night, topic: stars, day: 1st sun, time: '01:30'}
schedule:
  late: 6h
  skip: [2026-11-26]
  breaks: [{from: 2026-12-21, to: 2027-01-03, why: winter}]
  extra: [{edition: monday, date: 2026-12-25}]
";

/// How long after a change a daemon looks again.
const GLANCE: TimeDelta = TimeDelta::seconds(5);

/// What happens to a slot's issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Ready two days before.
    Ready,
    /// Ready so many minutes after the hour.
    ReadyAfter(i64),
    /// Never ready.
    Draft,
    /// Never written.
    Missing,
    /// Ready; the machine is down from an hour before until so many minutes after the hour.
    DownUntil(i64),
    /// Ready; the daemon is killed and started again right after it sent.
    Restarted,
    /// Ready; after it was sent the clock jumps back by two hours.
    SetBack,
}

/// Everyday fates, and now and then another.
fn fate(number: usize) -> Fate {
    match number % 16 {
        2 => Fate::ReadyAfter(45),
        4 => Fate::DownUntil(90),
        6 => Fate::Draft,
        7 => Fate::Restarted,
        9 => Fate::DownUntil(6 * 60 + 1),
        11 => Fate::Missing,
        12 => Fate::SetBack,
        14 => Fate::ReadyAfter(6 * 60 + 1),
        15 => Fate::DownUntil(6 * 60),
        _ => Fate::Ready,
    }
}

/// When it must go out, if at all.
fn expected(slot: &Slot, fate: Fate) -> Option<DateTime<Utc>> {
    match fate {
        Fate::Ready | Fate::Restarted | Fate::SetBack => Some(slot.at),
        Fate::ReadyAfter(minutes) | Fate::DownUntil(minutes) if minutes <= 6 * 60 => {
            Some(slot.at + TimeDelta::minutes(minutes))
        }
        Fate::ReadyAfter(_) | Fate::DownUntil(_) | Fate::Draft | Fate::Missing => None,
    }
}

/// What a person would have heard and the year has no reason for.
#[derive(Default)]
struct Heard(Mutex<Vec<Event>>);

#[async_trait]
impl EventSink for Heard {
    async fn tell(&self, event: &Event, _: DateTime<Utc>) {
        if event.is_alarming() && !matches!(event, Event::SlotMissed { .. }) {
            self.0.lock().unwrap().push(event.clone());
        }
    }
}

/// The daemon, as far as a year needs it.
struct Daemon {
    server: Server,
    right: SenderGuard,
    heard: Arc<Heard>,
}

impl Daemon {
    async fn start(root: &Path, now: DateTime<Utc>) -> Self {
        let pace = BeatIntervals {
            quiet: std::time::Duration::ZERO,
            ..BeatIntervals::default()
        };
        let clock = Clock::Fixed(now);
        let heard = Arc::new(Heard::default());
        let teller: Arc<dyn EventSink> = Arc::clone(&heard) as _;
        let app = App::open(Some(root), clock).unwrap();
        let live = LivePublication::start(app.publication).await;
        let mut server = Server::open(live, clock, pace, teller).await.unwrap();
        // A child that another test starts holds our files for a moment, until it becomes a program.
        let right = loop {
            match server.take_schedule("serve").await {
                Ok(right) => break right,
                Err(AppError::State(StoreError::Kept { .. })) => tokio::task::yield_now().await,
                Err(error) => panic!("{error}"),
            }
        };
        Self {
            server,
            right,
            heard,
        }
    }

    /// A beat at that moment; answers when it would wake by itself.
    async fn beat(&mut self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.server.set_clock(Clock::Fixed(now));
        self.server
            .do_all_due(&StopSignal::default())
            .await
            .unwrap();
        let heard = self.heard.0.lock().unwrap().clone();
        assert!(heard.is_empty(), "{now}: {heard:?}");
        self.server.look().await.unwrap().wake_at
    }

    /// Lets time pass: wakes when it wants to, and at no other moment.
    async fn live(&mut self, mut now: DateTime<Utc>, until: DateTime<Utc>) {
        loop {
            let wake_at = self.beat(now).await;
            match wake_at.filter(|wake_at| *wake_at < until) {
                Some(wake_at) => {
                    assert!(wake_at > now, "it wakes at once, again and again: {now}");
                    now = wake_at;
                }
                None => return,
            }
        }
    }
}

#[tokio::test]
async fn a_year_of_slots_goes_out_each_once_on_time_or_within_late() {
    let (first, last) = (day("2026-10-05"), day("2027-10-03"));
    let slots = slots(first, last);
    assert!(slots.len() > 100, "{} slots", slots.len());
    let publication = TestPublication::new()
        .without("issues/2026-11-23-quiet.md")
        .config(CONFIGURATION)
        .list("- {email: minji@example.com, consent: {at: 2026-03-01T09:00:00+09:00, source: form}}\n");
    let root = publication.path("");
    let mut now = slots[0].at - TimeDelta::days(3);
    let mut daemon = Daemon::start(&root, now).await;
    for (number, slot) in slots.iter().enumerate() {
        let fate = fate(number);
        write(&publication, slot, fate);
        match fate {
            Fate::Ready | Fate::Draft | Fate::Missing => {
                daemon.live(now, slot.at + TimeDelta::seconds(1)).await;
                now = slot.at + TimeDelta::seconds(1);
            }
            Fate::ReadyAfter(minutes) => {
                let ready_at = slot.at + TimeDelta::minutes(minutes);
                daemon.live(now, ready_at).await;
                write(&publication, slot, Fate::Ready);
                // Its next glance may be at once.
                daemon.live(ready_at, ready_at + GLANCE).await;
                now = ready_at + GLANCE;
            }
            Fate::DownUntil(minutes) => {
                daemon.live(now, slot.at - TimeDelta::hours(1)).await;
                drop(daemon);
                now = slot.at + TimeDelta::minutes(minutes);
                daemon = Daemon::start(&root, now).await;
                daemon.live(now, now + GLANCE).await;
            }
            Fate::Restarted => {
                daemon.live(now, slot.at + TimeDelta::seconds(1)).await;
                drop(daemon.right);
                now = slot.at + TimeDelta::minutes(1);
                daemon = Daemon::start(&root, now).await;
                daemon.live(now, now + GLANCE).await;
            }
            Fate::SetBack => {
                daemon.live(now, slot.at + TimeDelta::seconds(1)).await;
                daemon
                    .live(slot.at - TimeDelta::hours(2), slot.at + GLANCE)
                    .await;
                now = slot.at + GLANCE;
            }
        }
        forget_old_issues(&publication, slot.date);
    }
    daemon.live(now, now + TimeDelta::days(3)).await;
    compare(&daemon, &slots).await;
    let sent = (0..slots.len()).filter(|at| expected(&slots[*at], fate(*at)).is_some());
    assert_eq!(publication.inbox().len(), sent.count(), "one mail an issue");
}

/// The ledger has exactly what the oracle says, each frozen at its moment.
async fn compare(daemon: &Daemon, slots: &[Slot]) {
    let batches = daemon.server.store().batches(u32::MAX).await.unwrap();
    let mut unexplained = batches.len();
    for (number, slot) in slots.iter().enumerate() {
        let id = format!("{}-{}", slot.edition, slot.date);
        let of_slot: Vec<_> = batches.iter().filter(|batch| batch.issue == id).collect();
        let wanted = expected(slot, fate(number));
        assert_eq!(
            of_slot.len(),
            usize::from(wanted.is_some()),
            "{id}: {:?}",
            fate(number)
        );
        if let (Some(wanted), [batch]) = (wanted, of_slot.as_slice()) {
            unexplained -= 1;
            assert_eq!((batch.slot, batch.date), (slot.at, Some(slot.date)), "{id}");
            assert_eq!(batch.state, BatchState::Finished, "{id}");
            let waited = batch.frozen_at - wanted;
            assert!(
                (TimeDelta::zero()..=GLANCE).contains(&waited),
                "{id} went out at {} and not at {wanted}: {:?}",
                batch.frozen_at,
                fate(number)
            );
        }
    }
    assert_eq!(unexplained, 0, "more went out than the calendar has");
}

fn write(publication: &TestPublication, slot: &Slot, fate: Fate) {
    let status = match fate {
        Fate::Missing => return,
        Fate::Draft | Fate::ReadyAfter(_) => "draft",
        _ => "ready",
    };
    let text = harness::issue(&slot.date.to_string(), status)
        .replace("edition: monday", &format!("edition: {}", slot.edition));
    let name = format!("issues/{}-{}.md", slot.date, slot.edition);
    fs::write(publication.path(&name), text).unwrap();
}

/// A writer's folder holds years; the test's reads them all again for every issue.
fn forget_old_issues(publication: &TestPublication, today: NaiveDate) {
    for entry in fs::read_dir(publication.path("issues")).unwrap() {
        let path = entry.unwrap().path();
        let date: NaiveDate = path.file_name().unwrap().to_str().unwrap()[..10]
            .parse()
            .unwrap();
        if today - date > TimeDelta::days(8) {
            fs::remove_file(path).unwrap();
        }
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}
