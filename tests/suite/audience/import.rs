//! Exports of other services, and our own, into the list.

use std::fmt::Write as _;

use daily_note::{
    audience::{
        Consent, HashedDeparture, Origin, PastConsent, Profile, Subscriber, SubscriberId,
        SuppressionReason,
    },
    operations::{ExportFormat, RowOutcome, export},
};

use super::list::{List, now, profile};

#[tokio::test]
async fn importing_twice_changes_nothing() {
    let list = List::new().await;
    let table = "email,name,status\na@example.com,Ada,active\nb@example.com,Bo,unsubscribed\n";
    let first = list.import("list.csv", table, false).await;
    assert_eq!((first.added, first.newly_suppressed), (1, 1));
    let again = list.import("list.csv", table, false).await;
    assert_eq!((again.unchanged, again.newly_suppressed), (1, 0));
    assert!(!again.changed_anything());
}

#[tokio::test]
async fn whoever_is_off_in_one_row_is_off_whatever_another_row_says() {
    for rows in [["active", "unsubscribed"], ["unsubscribed", "active"]] {
        for distance in [0, 12_000] {
            let list = List::new().await;
            let mut table = format!("email,status\nminji@example.com,{}\n", rows[0]);
            for number in 0..distance {
                let _ = writeln!(table, "reader{number}@example.com,active");
            }
            let _ = writeln!(table, "MINJI@example.com,{}", rows[1]);
            let report = list.import("list.csv", &table, false).await;
            assert_eq!(report.rows, distance + 2);
            assert_eq!(
                list.readers("monday").await,
                distance,
                "{rows:?} {distance}"
            );
            assert_eq!(list.suppressions().await.len(), 1);
        }
    }
}

#[tokio::test]
async fn nobody_who_left_here_comes_back_because_another_service_did_not_know() {
    let list = List::new().await;
    list.upsert(profile("minji@example.com"), Origin::Person)
        .await;
    list.suppress("minji@example.com", SuppressionReason::Unsubscribed)
        .await;
    let report = list
        .import(
            "list.csv",
            "email,status\nminji@example.com,active\n",
            false,
        )
        .await;
    assert_eq!((report.added, report.kept_off), (0, 1));
    assert_eq!(report.problems[0].outcome, RowOutcome::KeptOff);
    assert_eq!(list.readers("monday").await, 0);
}

#[tokio::test]
async fn a_later_row_of_the_same_person_goes_over_the_earlier_one() {
    let list = List::new().await;
    let table = "email,name,tags,language\na@example.com,Ada,one,en\nA@example.com,Ada L.,two,\n";
    let report = list.import("list.csv", table, false).await;
    assert_eq!((report.added, report.merged), (1, 1));
    let ada = list.subscriber("a@example.com").await.unwrap().profile;
    assert_eq!(ada.name.as_deref(), Some("Ada L."));
    assert_eq!(ada.language.as_deref(), Some("en"));
    assert_eq!(ada.tags, ["one".to_owned(), "two".to_owned()].into());
}

#[tokio::test]
async fn a_dry_run_foresees_what_then_happens_and_changes_nothing() {
    let list = List::new().await;
    list.upsert(profile("known@example.com"), Origin::Operator)
        .await;
    list.suppress("left@example.com", SuppressionReason::Unsubscribed)
        .await;
    let table = "email,status\nknown@example.com,active\nnew@example.com,active\nNEW@example.com,active\nleft@example.com,active\ngone@example.com,bounced\nbad,active\nlater@example.com,pending\n";
    let dry = list.import("list.csv", table, true).await;
    assert_eq!(list.all().await.len(), 1);
    assert_eq!(list.suppressions().await.len(), 1);
    let wet = list.import("list.csv", table, false).await;
    assert_eq!(dry.added, wet.added);
    assert_eq!(dry.kept_off, wet.kept_off);
    assert_eq!(dry.newly_suppressed, wet.newly_suppressed);
    assert_eq!((dry.refused, dry.skipped), (wet.refused, wet.skipped));
    assert_eq!(dry.problems, wet.problems);
}

#[tokio::test]
async fn what_is_exported_makes_the_same_list_elsewhere() {
    let here = List::new().await;
    here.upsert(somebody(), Origin::Person).await;
    here.upsert(profile("plain@example.com"), Origin::Operator)
        .await;
    here.fold_emails(&["file@example.com"]).await.unwrap();
    here.upsert(profile("left@example.com"), Origin::Import)
        .await;
    here.suppress("left@example.com", SuppressionReason::Unsubscribed)
        .await;
    here.suppress("stranger@example.com", SuppressionReason::HardBounce)
        .await;
    here.upsert(
        Profile {
            email: super::list::address("taken-off@example.com"),
            ..somebody()
        },
        Origin::Person,
    )
    .await;
    here.suppress("taken-off@example.com", SuppressionReason::Manual)
        .await;
    here.upsert(profile("erased@example.com"), Origin::Person)
        .await;
    here.suppress("erased@example.com", SuppressionReason::Erased)
        .await;
    for for_excel in [false, true] {
        let mut table = Vec::new();
        let format = ExportFormat::Csv { for_excel };
        let exported = export(here.store.as_ref(), format, &mut table)
            .await
            .unwrap();
        assert_eq!((exported.subscribers, exported.suppressed), (5, 4));
        let there = List::new().await;
        let foreseen = there.import("list.csv", &table, true).await;
        let report = there.import("list.csv", &table, false).await;
        assert_eq!(report.problems, []);
        assert_eq!((foreseen.added, foreseen.newly_suppressed), (3, 4));
        assert_eq!((report.added, report.newly_suppressed), (3, 4));
        assert_eq!(people(&there).await, people(&here).await);
        assert_eq!(
            sorted(there.suppressions().await),
            sorted(here.suppressions().await)
        );
        // Whoever was erased there is known again here.
        let report = there
            .import("again.csv", "email\nerased@example.com\n", false)
            .await;
        assert_eq!((report.added, report.kept_off), (0, 1));
        // A second time it is nothing new.
        let again = there.import("list.csv", &table, false).await;
        assert!(!again.changed_anything(), "{again:?}");
    }
}

#[tokio::test]
async fn erased_people_of_many_lists_join_one_where_somebody_left() {
    let [here, there, third] = [List::new().await, List::new().await, List::new().await];
    for (list, erased) in [(&here, "one"), (&there, "two"), (&third, "three")] {
        list.suppress(&format!("{erased}@example.com"), SuppressionReason::Erased)
            .await;
        list.suppress("left@example.com", SuppressionReason::Unsubscribed)
            .await;
    }
    // Somebody who reads there was erased here: that is their last word.
    there
        .upsert(profile("One@example.com"), Origin::Person)
        .await;
    let foreseen = there.import("here.csv", csv(&here).await, true).await;
    let report = there.import("here.csv", csv(&here).await, false).await;
    assert_eq!(foreseen.newly_suppressed, 1);
    assert_eq!((report.newly_suppressed, report.problems.len()), (1, 0));
    assert_eq!(there.readers("monday").await, 0);
    assert!(there.subscriber("one@example.com").await.is_none());
    // What came from two lists goes on to the next, and back to the first, under its own key each.
    let table = csv(&there).await;
    assert_eq!(
        third
            .import("there.csv", &table, false)
            .await
            .newly_suppressed,
        3
    );
    assert_eq!(
        here.import("there.csv", &table, false)
            .await
            .newly_suppressed,
        2
    );
    for list in [&here, &there, &third] {
        let everybody = "email\none@example.com\ntwo@example.com\nleft@example.com\n";
        let report = list.import("list.csv", everybody, false).await;
        assert_eq!((report.added, report.kept_off), (0, 3));
        let file = "- email: ONE@example.com\n- email: two@example.com\n";
        assert_eq!(list.fold(file).await.unwrap().unwrap().suppressed, 2);
        let again = list.import("there.csv", &table, false).await;
        assert!(!again.changed_anything(), "{again:?}");
    }
    // A person's own word lifts it wherever it came from, for good.
    let lifted = third
        .store
        .lift_suppressions(&[super::list::address("one@example.com")], now())
        .await
        .unwrap();
    assert_eq!(lifted.len(), 1);
    assert_eq!(
        third
            .import("list.csv", "email\none@example.com\n", false)
            .await
            .added,
        1
    );
}

#[tokio::test]
async fn only_so_many_lists_are_told_apart_by_their_hashes() {
    let list = List::new().await;
    let erased = |key: u8| HashedDeparture {
        key: vec![key; 32],
        hash: vec![key; 32],
        reason: SuppressionReason::Erased,
        at: now(),
    };
    let many: Vec<HashedDeparture> = (0..33).map(erased).collect();
    let error = list.store.join(&many, &[], false, now()).await.unwrap_err();
    assert!(error.to_string().contains("more lists"), "{error}");
    assert_eq!(list.suppressions().await.len(), 0);
    list.store
        .join(&many[1..], &[], false, now())
        .await
        .unwrap();
}

#[tokio::test]
async fn consents_that_later_ones_replaced_make_the_round_trip() {
    let here = List::new().await;
    let consents = [
        ("2024-03-01T09:00:00+09:00", "web form"),
        ("2025-05-05T10:00:00Z", "\"fair\", booth 3"),
        ("2026-03-01T09:00:00+09:00", "confirmed by mail"),
    ];
    for (at, source) in consents {
        let consent = Consent {
            at: Some(chrono::DateTime::parse_from_rfc3339(at).unwrap()),
            source: Some(source.to_owned()),
        };
        let said = Profile {
            consent: Some(consent),
            ..profile("ada@example.com")
        };
        here.upsert(said, Origin::Person).await;
    }
    here.suppress("ada@example.com", SuppressionReason::Unsubscribed)
        .await;
    let past = past_consents(&here).await;
    assert_eq!(past.len(), 2);
    let there = List::new().await;
    // A reader who is known there already has a history of their own, which stays.
    there
        .upsert(profile("ada@example.com"), Origin::Import)
        .await;
    let table = csv(&here).await;
    for list in [List::new().await, there] {
        let report = list.import("list.csv", &table, false).await;
        assert_eq!(report.problems, []);
        assert_eq!(past_consents(&list).await, past);
        let again = list.import("list.csv", &table, false).await;
        assert!(!again.changed_anything(), "{again:?}");
        assert_eq!(past_consents(&list).await, past);
        assert_eq!(csv(&list).await.lines().count(), table.lines().count());
    }
    let damaged = table
        .replace("web form", "web form\"")
        .replace("/20", "|20");
    let report = List::new().await.import("list.csv", &damaged, false).await;
    assert_eq!((report.added, report.refused), (0, 1));
}

#[tokio::test]
async fn an_exported_yaml_is_a_subscribers_yaml_of_those_who_get_mail() {
    let here = List::new().await;
    here.upsert(somebody(), Origin::Person).await;
    here.upsert(profile("left@example.com"), Origin::Import)
        .await;
    here.suppress("left@example.com", SuppressionReason::Complaint)
        .await;
    let mut yaml = Vec::new();
    let exported = export(here.store.as_ref(), ExportFormat::Yaml, &mut yaml)
        .await
        .unwrap();
    assert_eq!((exported.subscribers, exported.left_out), (1, 1));
    let there = List::new().await;
    let report = there.fold(&String::from_utf8(yaml).unwrap()).await.unwrap();
    assert_eq!(report.unwrap().added, 1);
    assert_eq!(
        profiles(&there.all().await, &there).await,
        readers(&here).await
    );
}

#[tokio::test]
async fn of_a_damaged_file_nothing_is_taken() {
    let list = List::new().await;
    let mut table = "email,name\n".to_owned();
    for number in 0..50_000 {
        let _ = writeln!(table, "reader{number}@example.com,Ada");
    }
    table.push_str("last@example.com,\"open\n");
    let path = list.write("list.csv", table);
    let import = daily_note::audience::import::OpenedExport::open(
        &path,
        &daily_note::audience::import::ReadingOptions::default(),
        &list.publication,
        now(),
    );
    let error = import.err().unwrap().to_string();
    assert!(error.starts_with("list.csv:50002:18:"), "{error}");
    assert_eq!(list.readers("monday").await, 0);
}

#[tokio::test]
async fn a_table_of_more_rows_than_fit_into_memory_says_of_everybody_what_a_short_one_says() {
    let list = List::new().await;
    list.upsert(profile("known7@example.com"), Origin::Operator)
        .await;
    list.suppress("off9@example.com", SuppressionReason::Complaint)
        .await;
    let mut table = "email,name,status\n".to_owned();
    let mut row = |email: &str, name: &str, status: &str| {
        let _ = writeln!(table, "{email},{name},{status}");
    };
    row("twice@example.com", "First", "active");
    row("back@example.com", "Ada", "unsubscribed");
    row("KNOWN7@example.com", "Seven", "active");
    // In no order, as lists are.
    for number in 0..21_000_u32 {
        let scattered = number.wrapping_mul(2_654_435_761);
        row(&format!("reader{scattered}@example.com"), "Ada", "active");
    }
    row("off9@example.com", "Nine", "active");
    row("bad", "Bad", "active");
    row("later@example.com", "Lee", "pending");
    row("gone@example.com", "Gone", "bounced");
    row("Back@example.com", "Ada", "active");
    row("Twice@example.com", "Second", "active");
    let dry = list.import("list.csv", &table, true).await;
    assert_eq!(list.all().await.len(), 1);
    let wet = list.import("list.csv", &table, false).await;
    for report in [&dry, &wet] {
        assert_eq!((report.rows, report.added), (21_009, 21_001));
        // The second row of one person, and one whom the list knew.
        assert_eq!((report.merged, report.unchanged), (2, 0));
        assert_eq!((report.kept_off, report.newly_suppressed), (2, 2));
        assert_eq!((report.refused, report.skipped), (1, 1));
        let told: Vec<(u64, &str)> = report
            .problems
            .iter()
            .map(|it| (it.row, it.email.as_str()))
            .collect();
        let expected = [
            (21_006, "bad"),
            (21_007, "later@example.com"),
            (21_009, "back@example.com"),
            (21_005, "off9@example.com"),
        ];
        assert_eq!(told, expected);
    }
    let twice = list.subscriber("twice@example.com").await.unwrap();
    assert_eq!(twice.profile.name.as_deref(), Some("Second"));
    assert!(list.subscriber("back@example.com").await.is_none());
    let again = list.import("list.csv", &table, false).await;
    assert_eq!((again.added, again.newly_suppressed), (0, 0));
    assert_eq!(again.unchanged, 21_002, "only what is said twice merges");
    assert_eq!(list.readers("monday").await, 21_002);
}

#[tokio::test]
async fn a_dry_run_tells_merged_from_unchanged_as_the_run_does() {
    let list = List::new().await;
    let table = "email,name\na@example.com,Ada\nb@example.com,Bo\n";
    list.import("list.csv", table, false).await;
    let table = "email,name\na@example.com,Ada\nb@example.com,Bob\nc@example.com,Cy\n";
    let dry = list.import("list.csv", table, true).await;
    let wet = list.import("list.csv", table, false).await;
    for report in [&dry, &wet] {
        assert_eq!((report.unchanged, report.merged, report.added), (1, 1, 1));
    }
}

fn somebody() -> Profile {
    let at = chrono::DateTime::parse_from_rfc3339("2026-03-01T09:00:00+09:00").unwrap();
    Profile {
        name: Some("=민지, \"the\" first".to_owned()),
        editions: Some(["monday".to_owned()].into()),
        tags: ["a, b".to_owned(), "-c".to_owned()].into(),
        timezone: Some(chrono_tz::Asia::Seoul),
        language: Some("ko".to_owned()),
        consent: Some(Consent {
            at: Some(at),
            source: Some("web form".to_owned()),
        }),
        ..profile("Minji@example.com")
    }
}

/// As `subscribers export` writes it.
async fn csv(list: &List) -> String {
    let mut table = Vec::new();
    let format = ExportFormat::Csv { for_excel: false };
    export(list.store.as_ref(), format, &mut table)
        .await
        .unwrap();
    String::from_utf8(table).unwrap()
}

async fn past_consents(list: &List) -> Vec<PastConsent> {
    let everybody = SubscriberId(0)..=SubscriberId(i64::MAX);
    let past = list.store.past_consents(everybody).await.unwrap();
    past.into_iter().map(|(_, consent)| consent).collect()
}

/// What is known of those who get mail.
async fn readers(list: &List) -> Vec<Profile> {
    profiles(&list.all().await, list).await
}

async fn profiles(subscribers: &[Subscriber], list: &List) -> Vec<Profile> {
    let mut profiles = Vec::new();
    for subscriber in subscribers {
        let email = &subscriber.profile.email;
        if list.store.suppression(email).await.unwrap().is_none() {
            profiles.push(subscriber.profile.clone());
        }
    }
    profiles.sort_by(|a, b| a.email.cmp(&b.email));
    profiles
}

/// All that is known of everybody on a list, but their numbers.
async fn people(list: &List) -> Vec<(Profile, String, Origin, chrono::DateTime<chrono::Utc>)> {
    let mut people: Vec<_> = list
        .all()
        .await
        .into_iter()
        .map(|it| {
            (
                it.profile,
                it.state.word().to_owned(),
                it.origin,
                it.created_at,
            )
        })
        .collect();
    people.sort_by(|a, b| a.0.email.cmp(&b.0.email));
    people
}

fn sorted(mut suppressions: Vec<daily_note::audience::Suppression>) -> Vec<String> {
    suppressions.sort_by(|a, b| a.email.cmp(&b.email));
    suppressions.iter().map(|it| format!("{it:?}")).collect()
}
