//! Every state a slot can have, and what is shown around it.

use std::fs;

use tempfile::TempDir;

use super::*;
use crate::{
    publication::Environment,
    store::{Batch, BatchId, DeliveryCounts},
};

const PUBLICATION: &str = r#"
publication:
  name: 데일리 노트
  timezone: Asia/Seoul
  from: 데일리 노트 <hello@example.com>
editions:
  monday: {title: 월요일 편, topic: 소프트웨어, day: mon, time: "08:00"}
  thursday: {title: 목요일 편, topic: 디자인, day: thu, time: "08:00"}
"#;

/// A publication on disk whose calendar is looked at.
struct Desk {
    root: TempDir,
    publication: Publication,
    ledger: LedgerView,
}

impl Desk {
    fn new(more: &str) -> Self {
        let root = TempDir::new().unwrap();
        fs::create_dir_all(root.path().join("issues")).unwrap();
        let text = format!("{PUBLICATION}{more}");
        let publication =
            Publication::from_yaml(root.path(), &text, &Environment::empty()).unwrap();
        Self {
            root,
            publication,
            ledger: LedgerView {
                kept_since: Some(DateTime::UNIX_EPOCH),
                ..LedgerView::default()
            },
        }
    }

    fn issue(self, name: &str, edition: &str, date: &str, status: &str) -> Self {
        let text = format!(
            "---\ntitle: {name}\nedition: {edition}\ndate: {date}\nstatus: {status}\n---\n\nText.\n"
        );
        self.file(&format!("{date}-{name}.md"), &text)
    }

    fn file(self, name: &str, text: &str) -> Self {
        fs::write(self.root.path().join("issues").join(name), text).unwrap();
        self
    }

    fn batch(mut self, issue: &str, edition: &str, slot: &str, state: BatchState) -> Self {
        let batch = Batch {
            file: None,
            id: BatchId(1),
            issue: issue.to_owned(),
            is_rehearsal: false,
            edition: edition.to_owned(),
            slot: slot.parse().unwrap(),
            date: None,
            waves: 0,
            content: String::new(),
            state,
            audience: 3,
            frozen_at: slot.parse().unwrap(),
            trusts_refusals: false,
        };
        self.ledger
            .batches
            .push(BatchView::new(batch, DeliveryCounts::default()));
        self
    }

    /// The two weeks from Monday 23 November 2026, at a moment of the publication's zone.
    fn at(&self, local: &str) -> CalendarOverview {
        let now: DateTime<Utc> = format!("{local}:00+09:00").parse().unwrap();
        let archive = Archive::load(&self.publication).unwrap();
        let dates = day("2026-11-23")..=day("2026-12-06");
        overview(&self.publication, &archive, &self.ledger, dates, now)
    }

    /// `date state needs` of the slots.
    fn states(&self, local: &str) -> Vec<String> {
        let rows = self.at(local).rows;
        let slots = rows.iter().filter_map(|row| match row {
            CalendarRow::Slot(view) => Some(format!(
                "{} {} {:?}",
                view.date,
                view.state.word(),
                view.needs
            )),
            CalendarRow::Absent(_) => None,
        });
        slots.collect()
    }

    /// The state of Monday 23 November's slot.
    fn first(&self, local: &str) -> String {
        self.states(local).swap_remove(0)
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn a_slot_wants_work_when_its_hour_nears_without_a_ready_issue() {
    let desk = Desk::new("")
        .issue("a", "monday", "2026-11-23", "ready")
        .issue("b", "thursday", "2026-11-26", "draft");
    assert_eq!(
        desk.states("2026-11-22T08:00"),
        [
            "2026-11-23 ready Nothing",
            "2026-11-26 draft Soon",
            "2026-11-30 missing Nothing",
            "2026-12-03 missing Nothing",
        ]
    );
    assert_eq!(
        desk.states("2026-11-25T08:00")[1..],
        [
            "2026-11-26 draft Now",
            "2026-11-30 missing Soon",
            "2026-12-03 missing Nothing",
        ]
    );
}

#[test]
fn after_its_hour_a_slot_is_late_and_after_the_late_time_it_is_missed() {
    let desk = Desk::new("").issue("a", "monday", "2026-11-23", "ready");
    assert_eq!(desk.first("2026-11-23T07:59"), "2026-11-23 ready Nothing");
    assert_eq!(desk.first("2026-11-23T08:00"), "2026-11-23 late Now");
    assert_eq!(desk.first("2026-11-23T14:00"), "2026-11-23 late Now");
    assert_eq!(desk.first("2026-11-23T14:01"), "2026-11-23 missed Now");
    // Where nothing was ever written, nobody can do anything about it any more.
    let empty = Desk::new("");
    assert_eq!(empty.first("2026-11-23T14:01"), "2026-11-23 missed Nothing");
}

#[test]
fn a_batch_says_where_its_slot_stands() {
    let slot = "2026-11-22T23:00:00Z";
    let paused = BatchState::Paused {
        reason: "the relay refused the sender".to_owned(),
        over_refusals: false,
    };
    for (state, shown) in [
        (BatchState::Open, "2026-11-23 sending Nothing"),
        (paused, "2026-11-23 paused Now"),
        (BatchState::Finished, "2026-11-23 sent Nothing"),
        (BatchState::Cancelled, "2026-11-23 cancelled Nothing"),
    ] {
        let desk = Desk::new("")
            .issue("a", "monday", "2026-11-23", "ready")
            .batch("monday-2026-11-23", "monday", slot, state.clone());
        assert_eq!(desk.first("2026-11-23T09:00"), shown);
        // The file may be gone by then.
        let desk = Desk::new("").batch("an-id", "monday", slot, state);
        assert_eq!(desk.first("2026-11-23T09:00"), shown);
    }
}

#[test]
fn two_issues_of_one_slot_are_a_conflict_until_one_is_sent() {
    let desk = Desk::new("")
        .issue("a", "monday", "2026-11-23", "ready")
        .issue("b", "monday", "2026-11-23", "draft");
    assert_eq!(desk.first("2026-11-20T08:00"), "2026-11-23 conflict Now");
    let slot = "2026-11-22T23:00:00Z";
    let desk = desk.batch("monday-2026-11-23", "monday", slot, BatchState::Finished);
    assert_eq!(desk.first("2026-11-24T08:00"), "2026-11-23 sent Nothing");
}

#[test]
fn what_still_waits_is_shown_however_long_ago_its_hour_was() {
    let desk = Desk::new("")
        .issue("old", "monday", "2026-11-09", "ready")
        .issue("draft", "monday", "2026-11-16", "draft");
    let states = desk.states("2026-11-24T08:00");
    assert_eq!(states[0], "2026-11-09 missed Now");
    assert_eq!(states[1], "2026-11-23 missed Nothing");
}

#[test]
fn dates_left_out_are_shown_with_their_reason_neighbours_together() {
    let desk = Desk::new(
        "schedule:
  skip: [2026-11-26]
  breaks: [{from: 2026-11-29, to: 2026-12-04, why: 이사}]
  extra: [{edition: monday, date: 2026-12-01}]
",
    );
    let rows = desk.at("2026-11-23T07:00").rows;
    let shown: Vec<String> = rows
        .iter()
        .map(|row| match row {
            CalendarRow::Slot(view) => format!("{} extra={}", view.date, view.is_extra),
            CalendarRow::Absent(absent) => format!(
                "{}–{} {} {}",
                absent.from,
                absent.to,
                absent.editions.join(" "),
                absent.why
            ),
        })
        .collect();
    assert_eq!(
        shown,
        [
            "2026-11-23 extra=false",
            "2026-11-26–2026-11-26 thursday skipped",
            "2026-11-30–2026-11-30 monday 이사",
            "2026-12-01 extra=true",
            "2026-12-03–2026-12-03 thursday 이사",
        ]
    );
}

#[test]
fn files_beside_the_calendar_are_named() {
    let desk = Desk::new("")
        .issue("a", "monday", "2026-11-24", "ready")
        .file("2026-11-26-broken.md", "---\ntitle: x\n");
    let strays = desk.at("2026-11-23T07:00").strays;
    assert_eq!(strays.len(), 2);
    assert_eq!(strays[0].file, "issues/2026-11-24-a.md");
    assert!(matches!(&strays[0].reason, StrayReason::NoSlot { .. }));
    assert_eq!(strays[1].file, "issues/2026-11-26-broken.md");
    assert!(matches!(&strays[1].reason, StrayReason::Unreadable { .. }));
}

#[test]
fn where_readers_are_met_at_their_own_hour_a_slot_opens_with_the_first_of_them() {
    let mut desk = Desk::new("schedule: {late: 6h, by_reader_timezone: true}\n").issue(
        "a",
        "monday",
        "2026-11-23",
        "ready",
    );
    let zones = ["Pacific/Auckland", "America/Los_Angeles"];
    desk.ledger.zones.insert(
        "monday".into(),
        zones.map(|zone| Some(zone.parse().unwrap())).to_vec(),
    );
    // 08:00 in Auckland is 04:00 in Seoul; in Los Angeles it is 01:00 of the next day there.
    assert_eq!(desk.first("2026-11-23T03:59"), "2026-11-23 ready Nothing");
    assert_eq!(desk.first("2026-11-23T04:00"), "2026-11-23 late Now");
    assert_eq!(desk.first("2026-11-24T07:00"), "2026-11-23 late Now");
    assert_eq!(desk.first("2026-11-24T07:01"), "2026-11-23 missed Now");
}
