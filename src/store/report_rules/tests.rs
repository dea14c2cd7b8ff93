//! Judgements by the table.

use super::*;

fn at(hours: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_388_400, 0).unwrap() + TimeDelta::hours(hours)
}

fn delivery() -> ReportedDelivery {
    ReportedDelivery {
        frozen_at: at(0),
        sent_at: at(0),
        member_since: None,
        is_off: false,
    }
}

fn evidence() -> RefusalEvidence {
    RefusalEvidence {
        at: at(1),
        readers: 200,
        refused_lately: 1,
        refused_first: 1,
        has_spell: false,
        issues: 1,
        since: at(1),
        got_before: false,
        got_after: false,
    }
}

fn of(class: BounceClass, about: &ReportedDelivery, now: DateTime<Utc>) -> Consequence {
    consequence(ReportKind::Bounce, Some(class), about, now)
}

#[test]
fn what_a_report_says_decides_whose_matter_it_is() {
    for (class, wanted) in [
        (BounceClass::UserUnknown, Consequence::Refusal),
        (BounceClass::HostUnknown, Consequence::Refusal),
        (BounceClass::MailboxFull, Consequence::Soft),
        (BounceClass::Expired, Consequence::Soft),
        (BounceClass::Blocked, Consequence::AgainstSender),
        (BounceClass::Spam, Consequence::AgainstSender),
        (
            BounceClass::NetworkError,
            Consequence::Shown(ReportEffect::Nothing),
        ),
    ] {
        assert_eq!(of(class, &delivery(), at(2)), wanted, "{class:?}");
    }
    let delayed = consequence(
        ReportKind::Delayed,
        Some(BounceClass::UserUnknown),
        &delivery(),
        at(2),
    );
    assert_eq!(delayed, Consequence::Shown(ReportEffect::Nothing));
}

#[test]
fn a_report_acts_on_the_membership_it_was_sent_under_and_on_no_later_one() {
    let class = BounceClass::UserUnknown;
    let back = ReportedDelivery {
        member_since: Some(at(5)),
        ..delivery()
    };
    let stale = Consequence::Shown(ReportEffect::Stale);
    assert_eq!(of(class, &back, at(6)), stale);
    assert_eq!(
        consequence(ReportKind::Complaint, None, &back, at(6)),
        stale
    );
    let before = ReportedDelivery {
        member_since: Some(at(-5)),
        ..delivery()
    };
    assert_eq!(of(class, &before, at(6)), Consequence::Refusal);
}

#[test]
fn a_report_a_month_after_its_batch_does_nothing() {
    let class = BounceClass::MailboxFull;
    assert_eq!(of(class, &delivery(), at(30 * 24)), Consequence::Soft);
    let late = Consequence::Shown(ReportEffect::Late);
    assert_eq!(of(class, &delivery(), at(30 * 24 + 1)), late);
}

#[test]
fn a_lone_refusal_is_believed_at_once() {
    assert_eq!(judge(&evidence(), at(1)), RefusalVerdict::Believed);
    let spell = RefusalEvidence {
        has_spell: true,
        ..evidence()
    };
    assert_eq!(judge(&spell, at(1)), RefusalVerdict::HeldUntil(at(2)));
}

#[test]
fn at_a_domain_of_a_few_readers_each_stands_for_themself_at_once() {
    let small = RefusalEvidence {
        readers: 5,
        refused_lately: 5,
        refused_first: 5,
        ..evidence()
    };
    assert_eq!(judge(&small, at(1)), RefusalVerdict::Believed);
}

#[test]
fn a_crowd_is_not_believed_until_it_is_refused_again() {
    for (refused_lately, readers, got_before) in
        [(5, 10_000, false), (2, 10, false), (2, 200, true)]
    {
        let crowd = RefusalEvidence {
            refused_lately,
            refused_first: refused_lately,
            readers,
            got_before,
            ..evidence()
        };
        let held = RefusalVerdict::HeldUntil(at(2 + 12));
        assert_eq!(judge(&crowd, at(2)), held, "{crowd:?}");
        let again = RefusalEvidence {
            at: at(73),
            refused_lately: 1,
            refused_first: 0,
            issues: 2,
            ..crowd
        };
        assert_eq!(judge(&again, at(75)), RefusalVerdict::Believed, "{again:?}");
        let arrived = RefusalEvidence {
            got_after: true,
            ..crowd
        };
        assert_eq!(judge(&arrived, at(75)), RefusalVerdict::Doubted);
    }
}

#[test]
fn a_second_bad_hour_is_not_taken_for_a_second_refusal() {
    let again = RefusalEvidence {
        at: at(73),
        refused_lately: 40,
        refused_first: 0,
        issues: 2,
        ..evidence()
    };
    assert_ne!(judge(&again, at(75)), RefusalVerdict::Believed);
    let few = RefusalEvidence {
        refused_lately: 10,
        ..again
    };
    assert_eq!(judge(&few, at(75)), RefusalVerdict::Believed);
}

#[test]
fn no_doubt_lasts_for_ever() {
    let spell = RefusalEvidence {
        has_spell: true,
        refused_lately: 90,
        issues: 3,
        ..evidence()
    };
    let two_weeks = at(1 + 14 * 24);
    assert_ne!(judge(&spell, two_weeks - AN_HOUR), RefusalVerdict::Believed);
    assert_eq!(judge(&spell, two_weeks), RefusalVerdict::Believed);
}

#[test]
fn four_issues_over_two_weeks_make_a_mailbox_dormant() {
    let days = |days: &[i64]| -> Vec<_> { days.iter().map(|day| at(day * 24)).collect() };
    assert!(is_dormant(&days(&[0, 4, 7, 14])));
    assert!(!is_dormant(&days(&[0, 7, 14])), "three issues");
    assert!(!is_dormant(&days(&[0, 4, 7, 13])), "less than two weeks");
    // Two Mondays, of which the first began late and the second by summer time.
    let hours = [1, 96, 168, 14 * 24 - 1].map(at);
    assert!(is_dormant(&hours));
}

#[test]
fn answers_at_smtp_time_count_like_reports() {
    for (reply, is_soft) in [
        ("552 5.2.2 Mailbox full", true),
        ("550 5.2.1 Mailbox disabled", true),
        ("gave_up: 452 4.2.2 Over quota", true),
        ("552 5.2.3 Message too long", false),
        ("550 5.7.1 Policy", false),
        ("550 no such user", false),
    ] {
        assert_eq!(is_soft_answer(reply), is_soft, "{reply}");
    }
}

#[test]
fn ten_of_a_domain_or_a_hundredth_of_a_batch_make_a_domain_rest() {
    assert!(rests(10, 10, 100_000));
    assert!(rests(2, 2, 200));
    assert!(!rests(1, 1, 50), "one mail says nothing");
    assert!(!rests(9, 9, 1_000));
}
