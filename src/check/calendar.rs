//! The issue against the calendar and the archive: its day, its slot, its names.

use chrono::{Datelike, NaiveDate};

use super::{CheckSubject, Findings, rule::rules};
use crate::{
    issue::IssueStatus,
    publication::Absence,
    source::shown_path,
    words::{self, say},
};

rules! {
    NO_SLOT = "calendar/no-slot", Warning,
        "an issue goes out in its edition's slot; a date beside it is in none", "";
    PAST = "calendar/past", Warning,
        "a slot that has gone by is not sent by the schedule any more", "";
    DOUBLED_SLOT = "calendar/doubled-slot", Error,
        "a slot is sent once: of two issues on it one would never go out", "";
    SLOT_SENT = "calendar/slot-sent", Error,
        "a slot is sent once, whatever its issue is called", "";
    ON_HOLD = "calendar/on-hold", Warning,
        "what a person holds goes out neither on its own nor by `send`", "";
    FILE_DATE = "calendar/file-date", Warning,
        "people find issues by the date in the file name; the schedule goes by `date`", "";
    DOUBLED_ID = "calendar/doubled-id", Error,
        "the ledger knows an issue by its id: the second would count as sent already", "";
    DOUBLED_SLUG = "calendar/doubled-slug", Warning,
        "`[[slug]]` and the archive's address mean one issue", "";
}

pub(super) fn check(proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    slot(proof, findings);
    past(proof, findings);
    sent_slot(proof, findings);
    on_hold(proof, findings);
    file_date(proof, findings);
    doubled(proof, findings);
}

fn slot(proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    let (edition, date) = (
        &proof.issue.front_matter.edition,
        proof.issue.front_matter.date,
    );
    let Err(absence) = proof.publication.slot_or_absence(edition, date) else {
        return;
    };
    let message = match absence {
        // Front matter that names no edition is no issue.
        Absence::UnknownEdition => return,
        Absence::OtherDay => {
            let days = proof
                .publication
                .edition(edition)
                .map(|edition| edition.recurrence.to_string())
                .unwrap_or_default();
            say!(
                "{date} is a {weekday}; the edition `{edition}` appears on {days}",
                date,
                weekday = words::weekday(date.weekday()),
                edition,
                days
            )
        }
        Absence::NotYet { starting } => {
            say!(
                "the edition `{edition}` begins on {starting}, after {date}",
                edition,
                starting,
                date
            )
        }
        Absence::Skipped => say!("`schedule.skip` leaves {date} out", date),
        Absence::OnBreak { why: Some(why) } => say!("{date} lies in a break ({why})", date, why),
        Absence::OnBreak { why: None } => say!("{date} lies in a break", date),
    };
    let near = match proof.publication.slots_around(edition, date) {
        (Some(before), Some(after)) => {
            say!(
                "its nearest dates are {before} and {after}",
                before = before.date,
                after = after.date
            )
        }
        (Some(only), None) | (None, Some(only)) => {
            say!("its nearest date is {date}", date = only.date)
        }
        (None, None) => say!("the edition has no dates at all"),
    };
    findings.at_key(&NO_SLOT, "date", message).hint(near);
}

fn past(proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    let date = proof.issue.front_matter.date;
    if date >= proof.today || proof.is_sent || proof.leaving.is_now {
        return;
    }
    // Of a day on which nobody kept the calendar here, it is not known what went out.
    if proof.kept_since.is_none_or(|since| date < since) {
        return;
    }
    let hint = match proof.issue.front_matter.status {
        IssueStatus::Ready => {
            say!("give it a date to come, or send it now: `daily-note send ISSUE`")
        }
        IssueStatus::Draft => say!("give it a date to come"),
    };
    findings
        .at_key(
            &PAST,
            "date",
            say!("{date} has gone by, and the issue was not sent", date),
        )
        .hint(hint);
}

fn sent_slot(proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    let date = proof.issue.front_matter.date;
    if proof.is_sent {
        return;
    }
    if let Some(other) = proof.leaving.slot_taken_by {
        let message = say!(
            "the slot of {date} was sent already, as {other}",
            date,
            other
        );
        findings.at_key(&SLOT_SENT, "date", message).hint(say!(
            "give the issue a date that is free: `daily-note schedule` shows them"
        ));
    }
}

fn on_hold(proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    if let Some(why) = proof.leaving.held_because.filter(|_| !proof.is_sent) {
        findings
            .at_key(&ON_HOLD, "title", say!("it is on hold: {why}", why))
            .hint(say!(
                "`daily-note release {id}` lets it go out",
                id = proof.issue.id
            ));
    }
}

fn file_date(proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    let path = &proof.issue.path;
    let named = path
        .iter()
        .rev()
        .take(2)
        .filter_map(|part| part.to_str()?.get(..10)?.parse::<NaiveDate>().ok())
        .next();
    let date = proof.issue.front_matter.date;
    if let Some(named) = named.filter(|named| *named != date) {
        findings
            .at_key(
                &FILE_DATE,
                "date",
                say!("the file's name says {named}, its date {date}", named, date),
            )
            .hint(say!("rename the file, or fix the date"));
    }
}

fn doubled(proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    let own = proof.issue;
    let own_head = &own.front_matter;
    // Every issue looks at every other one: paths, which are long and much alike, come last.
    let rivals = proof.archive.heads().filter(|other| {
        let other_head = other.front_matter();
        let is_on_slot = other_head.date == own_head.date && other_head.edition == own_head.edition;
        (is_on_slot || other.id == own.id || other.slug == own.slug) && other.path != own.path
    });
    for other in rivals {
        let path = shown_path(&proof.publication.root, &other.path);
        let other_head = other.front_matter();
        if own_head.date == other_head.date && own_head.edition == other_head.edition {
            findings
                .at_key(
                    &DOUBLED_SLOT,
                    "date",
                    say!("{path} is on this slot too", path),
                )
                .hint(say!("give one of the two another date"));
        } else if own.id == other.id {
            findings
                .at_key(
                    &DOUBLED_ID,
                    "id",
                    say!("{path} has the id `{id}` too", path, id = own.id),
                )
                .hint(say!("an id that was sent once is taken: choose another"));
        }
        if own.slug == other.slug {
            findings
                .at_key(
                    &DOUBLED_SLUG,
                    "title",
                    say!("{path} has the slug `{slug}` too", path, slug = own.slug),
                )
                .hint(say!("rename one of the two files"));
        }
    }
}
