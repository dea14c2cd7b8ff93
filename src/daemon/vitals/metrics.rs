//! The page of metrics. How it is written: `web::metrics`.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::{
    daemon::{HealthReason, Heartbeat},
    publication::Publication,
    store::{Batch, BatchState, DeliveryCounts, ReportTotals, UnreachedTarget},
    web::metrics::MetricsText,
};

/// What the metrics tell of, beside the daemon's heartbeat.
pub(super) struct MetricInputs<'a> {
    pub(super) batches: &'a [(Batch, DeliveryCounts)],
    pub(super) returns: &'a ReportTotals,
    /// None while it can't be read.
    pub(super) publication: Option<&'a Publication>,
    pub(super) unreached: &'a [UnreachedTarget],
    pub(super) ailments: &'a BTreeSet<HealthReason>,
}

/// The metrics of this moment.
pub(super) fn page(heartbeat: &Heartbeat, facts: &MetricInputs<'_>, now: DateTime<Utc>) -> String {
    let mut page = MetricsText::default();
    page.build_info();
    page.gauge(
        "daily_note_last_beat_timestamp_seconds",
        "When the daemon last looked at calendar, files and ledger.",
    );
    page.sample(&[], heartbeat.last_beat());
    page.gauge(
        "daily_note_keeps_calendar",
        "1: this process keeps the calendar; 0: it waits for another's end.",
    );
    page.sample(&[], i64::from(heartbeat.is_keeping()));
    page.gauge(
        "daily_note_configuration_ok",
        "0: daily-note.yaml can't be read as it is now.",
    );
    let is_well = |ailment| i64::from(!facts.ailments.contains(&ailment));
    page.sample(&[], is_well(HealthReason::Configuration));
    page.gauge(
        "daily_note_state_ok",
        "0: the list and the ledger can't be read or written.",
    );
    page.sample(&[], is_well(HealthReason::State));
    if let Some(since) = heartbeat.since_last_write() {
        page.gauge(
            "daily_note_last_write_age_seconds",
            "How long ago the state was written last, as far as the daemon looked.",
        );
        page.sample(&[], count(since.as_secs()));
    }
    next_slots(&mut page, facts.publication, now);
    deliveries(&mut page, facts.batches);
    returned(&mut page, facts.returns);
    page.gauge(
        "daily_note_notices_given_up",
        "Notices given up for a target since one arrived there.",
    );
    for target in facts.unreached {
        page.sample(&[("target", &target.target)], count(target.given_up));
    }
    page.into_text()
}

fn next_slots(page: &mut MetricsText, publication: Option<&Publication>, now: DateTime<Utc>) {
    page.gauge(
        "daily_note_next_slot_timestamp_seconds",
        "When the edition is due next.",
    );
    let Some(publication) = publication else {
        return;
    };
    for edition in &publication.editions {
        if let Some(slot) = publication.next_slot_of(&edition.key, now) {
            page.sample(&[("edition", &edition.key)], slot.at.timestamp());
        }
    }
}

fn deliveries(page: &mut MetricsText, batches: &[(Batch, DeliveryCounts)]) {
    page.gauge(
        "daily_note_queue",
        "Deliveries of open batches that have no end yet.",
    );
    let open = batches
        .iter()
        .filter(|(batch, _)| batch.state == BatchState::Open);
    page.sample(&[], count(open.map(|(_, counts)| counts.open()).sum()));
    page.gauge(
        "daily_note_batch_audience",
        "To how many readers a batch was frozen.",
    );
    for (batch, _) in batches {
        page.sample(&of(batch), count(batch.audience));
    }
    page.gauge("daily_note_batch_state", "1 for the state of a batch.");
    for (batch, _) in batches {
        let [issue, edition] = of(batch);
        page.sample(&[issue, edition, ("state", state(&batch.state))], 1);
    }
    page.gauge(
        "daily_note_deliveries",
        "Deliveries of a batch by where they stand.",
    );
    for (batch, counts) in batches {
        let [issue, edition] = of(batch);
        for (state, rows) in [
            ("pending", counts.pending),
            ("claimed", counts.claimed),
            ("sending", counts.sending),
            ("accepted", counts.accepted),
            ("deferred", counts.deferred),
            ("rejected", counts.rejected),
            ("unknown", counts.unknown),
            ("skipped", counts.skipped),
        ] {
            page.sample(&[issue, edition, ("state", state)], count(rows));
        }
    }
}

fn returned(page: &mut MetricsText, totals: &ReportTotals) {
    page.gauge(
        "daily_note_returned",
        "What came back in the last 30 days, by what it is and what followed.",
    );
    for counted in &totals.reports {
        let labels = [
            ("kind", counted.kind.word()),
            ("class", counted.class.as_deref().unwrap_or_default()),
            ("effect", counted.effect.word()),
        ];
        page.sample(&labels, count(counted.reports));
    }
    page.gauge(
        "daily_note_refusals_held",
        "Reported refusals that are not decided yet.",
    );
    page.sample(&[], count(totals.held));
    page.gauge(
        "daily_note_readers_dormant",
        "Readers whose mailboxes took nothing for weeks: issues pass them by.",
    );
    page.sample(&[], count(totals.dormant));
}

fn of(batch: &Batch) -> [(&'static str, &str); 2] {
    [("issue", &batch.issue), ("edition", &batch.edition)]
}

fn state(state: &BatchState) -> &'static str {
    match state {
        BatchState::Open => "open",
        BatchState::Paused { .. } => "paused",
        BatchState::Finished => "finished",
        BatchState::Cancelled => "cancelled",
    }
}

fn count(rows: u64) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
