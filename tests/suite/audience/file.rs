//! subscribers.yaml and the list: each sentence of product.md's section on it.

use daily_note::{
    app::{AppError, fold_file},
    audience::{Origin, Profile, SubscriberState, SuppressionReason},
    store::{FoldReport, StoreError, Upsert},
};

use super::list::{List, address, now, profile};

#[tokio::test]
async fn an_entry_new_in_the_file_adds_a_reader() {
    let list = List::new().await;
    let report = list
        .fold(
            "- email: minji@example.com\n  name: 민지\n  editions: [monday]\n- email: jun@example.com\n",
        )
        .await
        .unwrap();
    let expected = FoldReport {
        added: 2,
        ..FoldReport::default()
    };
    assert_eq!(report, Some(expected));
    let minji = list.subscriber("minji@example.com").await.unwrap();
    assert_eq!(minji.profile.name.as_deref(), Some("민지"));
    assert_eq!(minji.origin, Origin::File);
    assert_eq!(
        (list.readers("monday").await, list.readers("thursday").await),
        (2, 1)
    );
}

#[tokio::test]
async fn a_missing_file_folds_nothing_and_takes_nobody_off() {
    let list = List::new().await;
    list.fold_emails(&["minji@example.com"]).await.unwrap();
    std::fs::remove_file(list.path("subscribers.yaml")).unwrap();
    let report = fold_file(list.store.as_ref(), &list.publication, now()).await;
    assert_eq!(report.unwrap(), None);
    assert_eq!(list.readers("monday").await, 1);
}

#[tokio::test]
async fn no_editions_means_all_and_future_ones_too() {
    let list = List::new().await;
    list.fold_emails(&["minji@example.com"]).await.unwrap();
    assert_eq!(list.readers("sunday, which is yet to come").await, 1);
}

#[tokio::test]
async fn a_field_that_the_person_set_is_never_overwritten_by_the_file() {
    let list = List::new().await;
    list.fold("- email: minji@example.com\n  name: Minji\n  language: en\n")
        .await
        .unwrap();
    let own = Profile {
        name: Some("민지".to_owned()),
        editions: Some(["thursday".to_owned()].into()),
        ..profile("minji@example.com")
    };
    list.upsert(own, Origin::Person).await;
    list.fold("- email: minji@example.com\n  name: MINJI\n  language: ko\n  editions: [monday, thursday]\n")
        .await
        .unwrap();
    let minji = list.subscriber("minji@example.com").await.unwrap().profile;
    assert_eq!(minji.name.as_deref(), Some("민지"));
    assert_eq!(minji.editions, Some(["thursday".to_owned()].into()));
    assert_eq!(
        minji.language.as_deref(),
        Some("ko"),
        "the file's own field follows it"
    );
}

#[tokio::test]
async fn an_entry_gone_from_the_file_takes_off_only_whom_the_file_alone_had_added() {
    let list = List::new().await;
    list.upsert(profile("own@example.com"), Origin::Person)
        .await;
    list.upsert(profile("moved@example.com"), Origin::Import)
        .await;
    list.fold_emails(&["file@example.com", "own@example.com", "moved@example.com"])
        .await
        .unwrap();
    let report = list.fold_emails(&[]).await.unwrap();
    assert_eq!(report.deactivated, 1);
    let state = |it: Option<daily_note::audience::Subscriber>| it.unwrap().state;
    assert_eq!(
        state(list.subscriber("file@example.com").await),
        SubscriberState::Inactive
    );
    assert_eq!(
        state(list.subscriber("own@example.com").await),
        SubscriberState::Active
    );
    assert_eq!(
        state(list.subscriber("moved@example.com").await),
        SubscriberState::Active
    );
    let report = list.fold_emails(&["file@example.com"]).await.unwrap();
    assert_eq!(report.returned, 1, "back in the file, back on the list");
    assert_eq!(list.readers("monday").await, 3);
}

#[tokio::test]
async fn a_fold_that_would_lose_too_many_changes_nothing() {
    let list = List::new().await;
    let emails: Vec<String> = (0..40).map(|n| format!("reader{n}@example.com")).collect();
    let emails: Vec<&str> = emails.iter().map(String::as_str).collect();
    list.fold_emails(&emails).await.unwrap();
    let error = list.fold_emails(&emails[..33]).await.unwrap_err();
    let AppError::State(StoreError::FoldLosesTooMany { lost, total }) = error else {
        panic!("{error:?}");
    };
    assert_eq!((lost, total), (7, 40), "18 %");
    assert_eq!(list.readers("monday").await, 40);
    let report = list.fold_emails(&emails[..37]).await.unwrap();
    assert_eq!(
        report.deactivated, 3,
        "three readers are everyday gardening"
    );
}

#[tokio::test]
async fn half_a_file_takes_nobody_off() {
    let list = List::new().await;
    let emails: Vec<String> = (0..40).map(|n| format!("reader{n}@example.com")).collect();
    let emails: Vec<&str> = emails.iter().map(String::as_str).collect();
    list.fold_emails(&emails).await.unwrap();
    let whole: String = emails
        .iter()
        .map(|email| format!("- email: {email}\n"))
        .collect();
    // Wherever in the last two entries it was cut.
    for cut in 1..60 {
        let text = &whole[..whole.len() - cut];
        let folded = list.fold(text).await;
        let is_harmless = cut == 1;
        assert_eq!(
            folded.is_ok(),
            is_harmless || text.ends_with('\n'),
            "{cut}: {folded:?}"
        );
        if text.ends_with('\n') {
            list.fold_emails(&emails).await.unwrap();
        }
        assert_eq!(list.readers("monday").await, 40, "{cut}");
        assert!(list.subscriber("reader39@example.co").await.is_none());
    }
    let AppError::State(error) = list.fold(&whole[..whole.len() - 2]).await.unwrap_err() else {
        panic!("told as something else");
    };
    assert!(
        error.to_string().ends_with("it seems to be cut off"),
        "{error}"
    );
}

/// Many editors leave a file without a last line break.
#[tokio::test]
async fn a_file_without_a_last_line_break_adds_people_as_ever() {
    let list = List::new().await;
    list.fold("- email: a@example.com").await.unwrap();
    let mut text = "- email: a@example.com\n- email: b@example.com".to_owned();
    list.fold(&text).await.unwrap();
    assert_eq!(list.readers("monday").await, 2);
    for (count, end) in [
        "\n- email: c@example.net",
        "\n- {email: d@example.com, name: Min}",
        "\n- email: \"e@example.org\"",
        "\r\n- email: f@example.com\r\n  editions: [monday]",
    ]
    .into_iter()
    .enumerate()
    {
        text.push_str(end);
        let report = list.fold(&text).await.unwrap().unwrap();
        assert_eq!((report.added, report.held_back), (1, None), "{end}");
        assert_eq!(list.readers("monday").await, 3 + count as u64, "{end}");
    }
}

/// `new@example.co` is an address, too, and most readers of a list share a few domains.
#[tokio::test]
async fn a_last_new_reader_whose_domain_begins_another_waits_for_the_end_of_the_line() {
    const KNOWN: &str = "- email: known@example.com\n- email: other@mail.example.net\n";
    for (cut, is_entry) in [
        ("- email: new@example.co", true),
        ("- email: new@example.c", true),
        ("- email: new@mail.example.ne", true),
        ("- email: new@mail.example", true),
        ("- email: new@example.", false),
    ] {
        let list = List::new().await;
        list.fold(KNOWN).await.unwrap();
        let folded = list.fold(&format!("{KNOWN}{cut}")).await;
        assert_eq!(list.all().await.len(), 2, "{cut}");
        // What is no entry at all stops the whole file, as ever.
        assert_eq!(folded.is_ok(), is_entry, "{cut}: {folded:?}");
        if let Ok(report) = folded {
            let report = report.unwrap();
            let held_back = report.held_back.map(|it| it.to_string());
            assert!(held_back.unwrap().starts_with("new@"), "{cut}");
            assert_eq!((report.added, report.unchanged), (0, 2), "{cut}");
            let report = list.fold(&format!("{KNOWN}{cut}\n")).await.unwrap();
            assert_eq!(report.unwrap().added, 1, "{cut}");
        }
    }
}

#[tokio::test]
async fn a_known_reader_cut_off_keeps_what_is_known_of_them() {
    let list = List::new().await;
    let whole =
        "- email: a@example.com\n- email: minji@example.com\n  name: Minji\n  editions: [monday]\n";
    list.fold(whole).await.unwrap();
    for cut in ["@example.com", "Min", "Minji"] {
        let end = whole.rfind(cut).unwrap() + cut.len();
        let report = list.fold(&whole[..end]).await.unwrap().unwrap();
        assert_eq!(
            report.held_back.map(|it| it.to_string()).as_deref(),
            Some("minji@example.com"),
            "{cut}"
        );
        assert_eq!((report.changed, report.deactivated), (0, 0), "{cut}");
        let minji = list.subscriber("minji@example.com").await.unwrap().profile;
        assert_eq!(minji.name.as_deref(), Some("Minji"), "{cut}");
        assert_eq!(list.readers("thursday").await, 1, "{cut}");
    }
    // Without its line break, and otherwise as it was: some editors leave it so.
    let report = list.fold(whole.trim_end()).await.unwrap().unwrap();
    assert_eq!((report.held_back, report.unchanged), (None, 2));
}

#[tokio::test]
async fn a_file_that_git_was_given_so_is_no_half_file() {
    let list = List::new().await;
    let git = |arguments: &[&str]| {
        let done = std::process::Command::new("git")
            .args(arguments)
            .current_dir(list.path(""))
            .status();
        assert!(done.unwrap().success());
    };
    git(&["init", "-q"]);
    let text = "- email: a@example.com\n- email: b@example.co";
    let report = list.fold(text).await.unwrap().unwrap();
    assert_eq!((report.added, report.held_back.is_some()), (1, true));
    git(&["add", "subscribers.yaml"]);
    let report = list.fold(text).await.unwrap().unwrap();
    assert_eq!((report.added, report.held_back.is_some()), (1, false));
    assert_eq!(list.readers("monday").await, 2);
}

#[tokio::test]
async fn the_share_that_a_fold_may_lose_is_the_configuration_s() {
    let mut list = List::new().await;
    let emails: Vec<String> = (0..40).map(|n| format!("reader{n}@example.com")).collect();
    let emails: Vec<&str> = emails.iter().map(String::as_str).collect();
    list.fold_emails(&emails).await.unwrap();
    list.publication.audience.max_removal = 0.5;
    let report = list.fold_emails(&emails[..25]).await.unwrap();
    assert_eq!(report.deactivated, 15);
}

#[tokio::test]
async fn nobody_who_left_bounced_or_complained_is_brought_back_by_the_file() {
    let list = List::new().await;
    let gone = [
        ("left@example.com", SuppressionReason::Unsubscribed),
        ("dead@example.com", SuppressionReason::HardBounce),
        ("angry@example.com", SuppressionReason::Complaint),
        ("removed@example.com", SuppressionReason::Manual),
        ("erased@example.com", SuppressionReason::Erased),
    ];
    list.fold_emails(&gone.map(|(email, _)| email))
        .await
        .unwrap();
    for (email, reason) in gone {
        list.suppress(email, reason).await;
    }
    assert_eq!(list.readers("monday").await, 0);
    list.fold_emails(&[]).await.unwrap();
    let report = list
        .fold_emails(&gone.map(|(email, _)| email))
        .await
        .unwrap();
    assert_eq!(report.suppressed, 5);
    assert_eq!(list.readers("monday").await, 0);
}

#[tokio::test]
async fn the_way_back_is_their_own_confirmation_or_lifting_the_suppression() {
    let list = List::new().await;
    list.fold_emails(&["left@example.com", "mistake@example.com"])
        .await
        .unwrap();
    for email in ["left@example.com", "mistake@example.com"] {
        list.suppress(email, SuppressionReason::Unsubscribed).await;
    }
    let answer = list
        .upsert(profile("left@example.com"), Origin::Operator)
        .await;
    assert_eq!(answer, Upsert::Suppressed(SuppressionReason::Unsubscribed));
    list.upsert(profile("left@example.com"), Origin::Person)
        .await;
    list.store
        .lift_suppressions(&[address("mistake@example.com")], now())
        .await
        .unwrap();
    assert_eq!(list.readers("monday").await, 2);
}

#[tokio::test]
async fn one_address_in_two_spellings_is_one_reader() {
    let list = List::new().await;
    list.upsert(profile("Minji@example.com"), Origin::Import)
        .await;
    list.upsert(profile("jun@xn--bj0bj06e.example"), Origin::Import)
        .await;
    let report = list
        .fold_emails(&[
            "minji@EXAMPLE.com",
            "jun@한글.example",
            "jun+news@한글.example",
        ])
        .await
        .unwrap();
    assert_eq!(report.added, 1, "plus is no folding");
    assert_eq!(list.readers("monday").await, 3);
}

#[tokio::test]
async fn entries_that_make_no_sense_are_all_named_and_nothing_is_changed() {
    let list = List::new().await;
    let error = list
        .fold("- email: minji@example.com\n- email: 민지@example.com\n- email: Minji@example.com\n- email: jun@example.com\n  editions: [friday]\n")
        .await
        .unwrap_err();
    let AppError::Configuration(errors) = error else {
        panic!("{error:?}");
    };
    let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(told.join("\n"));
    assert!(list.all().await.is_empty());
}

#[tokio::test]
async fn a_thousand_mistakes_are_shown_as_twenty_and_a_count() {
    let list = List::new().await;
    let text = "- email: nobody\n".repeat(1_000);
    let Err(AppError::Configuration(errors)) = list.fold(&text).await else {
        panic!("the fold passed");
    };
    assert_eq!(errors.len(), 21);
    assert_eq!(
        errors[20].to_string(),
        "subscribers.yaml: and 980 more like these"
    );
}
