//! Nobody who left comes back through an import, however their service writes it.

use super::{tests::read, *};
use crate::audience::{SuppressionReason, import::row::RowDecision};

/// A header, a row of somebody who reads, a row of somebody who must not get mail.
const SHAPES: [(&str, &str, &str); 60] = [
    (
        "id,email,name,note,subscribed_to_emails,created_at,deleted_at",
        "1,a@example.com,A,,true,2024-01-02T03:04:05.000Z,",
        "2,b@example.com,B,,false,2024-01-02T03:04:05.000Z,",
    ),
    (
        "id,email,name,note,subscribed_to_emails,created_at,deleted_at",
        "1,a@example.com,A,,true,2024-01-02T03:04:05.000Z,",
        "2,b@example.com,B,,true,2024-01-02T03:04:05.000Z,2024-05-06T00:00:00.000Z",
    ),
    (
        "id,email,confirmed,blacklisted,optedin,bouncecount,htmlemail,subscribepage",
        "1,a@example.com,1,0,0,0,1,1",
        "2,b@example.com,1,1,0,0,1,1",
    ),
    (
        "id,email,confirmed,blacklisted,optedin,bouncecount,htmlemail,subscribepage",
        "1,a@example.com,1,0,0,3,1,1",
        "2,b@example.com,0,0,0,0,1,1",
    ),
    (
        "EMAIL,LASTNAME,FIRSTNAME,EMAIL_BLACKLISTED,SMS_BLACKLISTED",
        "a@example.com,A,A,false,true",
        "b@example.com,B,B,true,false",
    ),
    (
        "EMAIL,OPT_IN,DOUBLE_OPT-IN",
        "a@example.com,Yes,Yes",
        "b@example.com,No,No",
    ),
    (
        "Email,First Name,Unsubscribed from all email",
        "a@example.com,A,",
        "b@example.com,B,true",
    ),
    (
        "Email,HasOptedOutOfEmail",
        "a@example.com,false",
        "b@example.com,TRUE",
    ),
    (
        "Email,Accepts Email Marketing,Tags",
        "a@example.com,yes,",
        "b@example.com,no,",
    ),
    ("email,dnc", "a@example.com,0", "b@example.com,1"),
    (
        "email,do_not_contact",
        "a@example.com,no",
        "b@example.com,yes",
    ),
    (
        "Email,Subscribed,Opened,Unsubscribed",
        "a@example.com,2024-01-02 03:04:05,1,",
        "b@example.com,2024-01-02 03:04:05,1,2024-02-03 04:05:06",
    ),
    (
        "email,unsubscribed",
        "a@example.com,false",
        "b@example.com,true",
    ),
    (
        "email,unsubscribed_at",
        "a@example.com,0000-00-00 00:00:00",
        "b@example.com,2024-01-02 03:04:05",
    ),
    ("email,opted_out", "a@example.com,N", "b@example.com,Y"),
    ("email,subscribed", "a@example.com,yes", "b@example.com,no"),
    ("email,is_subscribed", "a@example.com,1", "b@example.com,0"),
    (
        "email,hard_bounced",
        "a@example.com,false",
        "b@example.com,true",
    ),
    (
        "email,marked_as_spam",
        "a@example.com,",
        "b@example.com,2024-01-02",
    ),
    ("email,blocked", "a@example.com,off", "b@example.com,on"),
    ("email,newsletter", "a@example.com,t", "b@example.com,f"),
    (
        "email,email_status",
        "a@example.com,active",
        "b@example.com,unsubscribed",
    ),
    ("이메일,수신동의", "a@example.com,Y", "b@example.com,N"),
    (
        "이메일,수신동의여부",
        "a@example.com,동의",
        "b@example.com,거부",
    ),
    (
        "이메일,메일수신",
        "a@example.com,수신함",
        "b@example.com,수신안함",
    ),
    (
        "이메일,구독여부",
        "a@example.com,구독",
        "b@example.com,미구독",
    ),
    (
        "이메일,탈퇴일",
        "a@example.com,-",
        "b@example.com,2024-01-02",
    ),
    (
        "이메일,수신거부",
        "a@example.com,아니요",
        "b@example.com,예",
    ),
    (
        "이메일,해지일자",
        "a@example.com,",
        "b@example.com,2024-01-02",
    ),
    (
        "이메일,회원상태",
        "a@example.com,정상",
        "b@example.com,탈퇴",
    ),
    // Mailchimp in German and Japanese: of the three files, the one of those who left.
    (
        "Emailadresse,Vorname,MEMBER_RATING,OPTIN_TIME,UNSUB_TIME,UNSUB_REASON,LEID,EUID",
        "",
        "b@example.com,B,2,2018-02-05 19:28:23,2020-03-23 17:30:05,NORMAL,3,c",
    ),
    (
        "メールアドレス,名,MEMBER_RATING,OPTIN_TIME,CLEAN_TIME,LEID,EUID",
        "",
        "b@example.com,B,2,2018-02-05 19:28:23,2020-03-23 17:30:05,3,c",
    ),
    (
        "Adres,MEMBER_RATING,UNSUB_TIME,LEID,EUID",
        "",
        "b@example.com,2,2020-03-23 17:30:05,3,c",
    ),
    (
        "Subscriber,Subscribed,Opened,Clicked,Location,Unsubscribed",
        "a@example.com,2024-01-02 03:04:05,1,0,Seoul,",
        "b@example.com,2024-01-02 03:04:05,1,0,Seoul,2025-01-02 03:04:05",
    ),
    (
        "Portal Bounce,Email,Portal Unsubscribe,Portal Spam Report,Weekly notes",
        "FALSE,a@example.com,FALSE,FALSE,FALSE",
        "FALSE,b@example.com,FALSE,FALSE,TRUE",
    ),
    (
        "Email,Lifecycle Stage,Email hard bounce reason",
        "a@example.com,Lead,",
        "b@example.com,Lead,UNKNOWN_USER",
    ),
    (
        "Email,Lifecycle Stage,Opted out of email: Weekly notes",
        "a@example.com,Lead,false",
        "b@example.com,Lead,true",
    ),
    (
        "id,date_identified,email,points,dnc",
        "1,2024-01-02 03:04:05,a@example.com,3,0",
        "2,2024-01-02 03:04:05,b@example.com,3,1",
    ),
    (
        "email,status,subscription_tier,referring_site",
        "a@example.com,active,free,",
        "b@example.com,inactive,free,",
    ),
    (
        "Email,First name,Last name,Data,Status,External ID",
        "a@example.com,A,A,{},active,",
        "b@example.com,B,B,{},unreachable,",
    ),
    (
        "Name,Email,Joined,Last activity,Status",
        "A,a@example.com,2 Jan 2024,,Subscribed",
        "B,b@example.com,2 Jan 2024,,Marked as spam",
    ),
    (
        "address,display_name,role,moderation,delivery_status",
        "a@example.com,A,member,defer,enabled",
        "b@example.com,B,member,defer,by_user",
    ),
    (
        "address,display_name,role,moderation,delivery_status",
        "a@example.com,A,member,defer,enabled",
        "b@example.com,B,nonmember,defer,enabled",
    ),
    (
        "Email;Name;Surname;Sex;Status;Date",
        "a@example.com;A;A;f;C;2024-01-02",
        "b@example.com;B;B;f;U;2024-01-02",
    ),
    (
        "first_name,email_address,state,created_at",
        "A,a@example.com,active,2024-01-02",
        "B,b@example.com,inactive,2024-01-02",
    ),
    (
        "Email,First Name,Last Name,List,Status,Subscription status",
        "a@example.com,A,A,News,subscribed,subscribed",
        "b@example.com,B,B,News,subscribed,unsubscribed",
    ),
    (
        "Email,Name,Stripe plan,Subscription type,Unsubscribed from emails date",
        "a@example.com,A,,Free,",
        "b@example.com,B,,Free,2025-02-02T00:00:00.000Z",
    ),
    // Klaviyo, AWeber, Constant Contact, MailUp, rasa.io, Mailcoach, Mumara, Wix, Campaign Monitor, promio.
    (
        "Email,Email Marketing Consent",
        "a@example.com,SUBSCRIBED",
        "b@example.com,NEVER_SUBSCRIBED",
    ),
    (
        "Email,Email Suppressions",
        "a@example.com,[]",
        "b@example.com,UNSUBSCRIBE",
    ),
    (
        "Email,Stop Time,Stop Status",
        "a@example.com,,",
        "b@example.com,2024-01-02 03:04:05,Unsubscribed by visitor",
    ),
    (
        "Email address,Email permission status,Confirmed Opt-Out Date",
        "a@example.com,Express,",
        "b@example.com,Express,2024-01-02",
    ),
    (
        "email,idList,OptOut_Date",
        "a@example.com,1,",
        "b@example.com,1,20110122T111244",
    ),
    (
        "ID,Email,Subscribed,Unsubscribe Reason",
        "1,a@example.com,1,",
        "2,b@example.com,0,Bounce",
    ),
    (
        "email,first_name,tags,subscribed_at,unsubscribed_at",
        "a@example.com,A,,2024-01-02,",
        "b@example.com,B,,2024-01-02,2024-05-06",
    ),
    (
        "Email,Bounced,Unsubscribed,Confirmed",
        "a@example.com,No,No,Yes",
        "b@example.com,No,No,No",
    ),
    (
        "Email,Email subscriber status",
        "a@example.com,Subscribed",
        "b@example.com,Never subscribed",
    ),
    ("이메일,활성여부", "a@example.com,Y", "b@example.com,N"),
    (
        "이메일,수신거부일시",
        "a@example.com,",
        "b@example.com,2024. 1. 2 오후 3:04:05",
    ),
    (
        "이메일,동의 철회",
        "a@example.com,아니요",
        "b@example.com,예",
    ),
    (
        "이메일 주소,구독 상태,광고성 정보 수신 동의",
        "a@example.com,구독 중,동의",
        "b@example.com,구독 중,미동의",
    ),
];

#[test]
fn nobody_who_left_comes_back_in_any_services_words() {
    for (header, reads, left) in SHAPES {
        let text = format!("{header}\n{reads}\n{left}\n");
        let (_, rows) = read("list.csv", text.as_bytes(), &ReadingOptions::default())
            .unwrap_or_else(|error| panic!("{header}: {error}"));
        let (left, readers) = rows.split_last().unwrap();
        assert_eq!(readers.len(), usize::from(!reads.is_empty()), "{header}");
        for row in readers {
            assert!(
                matches!(row.entry, RowDecision::Subscribe(_)),
                "{header}: {row:?}"
            );
        }
        assert!(
            !matches!(left.entry, RowDecision::Subscribe(_)),
            "{header}: {left:?}"
        );
    }
}

#[test]
fn a_column_that_may_tell_of_leaving_stops_the_import_until_somebody_says_what_it_is() {
    for column in [
        "gdpr_erasure",
        "Erlaubnis (consent)",
        "bounce_state",
        "suppression list",
        "mail permission",
        "회원 탈퇴 사유",
        "개인정보 동의",
    ] {
        let text = format!("email,{column}\na@example.com,whatever\n");
        let error = read("list.csv", text.as_bytes(), &ReadingOptions::default()).unwrap_err();
        assert!(error.to_string().contains(column), "{error}");
        assert!(
            error
                .hint()
                .is_some_and(|hint| hint.to_string().contains("--map")),
            "{error}"
        );
        let options = ReadingOptions {
            columns: vec![(column.to_owned(), SubscriberField::Ignored)],
            ..ReadingOptions::default()
        };
        let (_, rows) = read("list.csv", text.as_bytes(), &options).unwrap();
        assert!(
            matches!(rows[0].entry, RowDecision::Subscribe(_)),
            "{column}"
        );
    }
}

#[test]
fn a_word_in_such_a_column_that_nobody_knows_is_no_yes() {
    for header in ["email,subscribed", "email,unsubscribed", "이메일,수신동의"] {
        let text = format!("{header}\na@example.com,perhaps\n");
        let (_, rows) = read("list.csv", text.as_bytes(), &ReadingOptions::default()).unwrap();
        assert!(
            matches!(rows[0].entry, RowDecision::Refuse { .. }),
            "{header}"
        );
    }
}

#[test]
fn a_no_to_advertising_is_no_departure_and_no_leave_to_send_it() {
    for column in [
        "광고성 정보 수신 동의",
        "마케팅 수신동의 여부",
        "advertising consent",
    ] {
        let text = format!("email,{column}\na@example.com,Y\nb@example.com,N\nc@example.com,\n");
        let (_, rows) = read("list.csv", text.as_bytes(), &ReadingOptions::default()).unwrap();
        assert!(
            matches!(rows[0].entry, RowDecision::Subscribe(_)),
            "{column}"
        );
        for row in &rows[1..] {
            match &row.entry {
                RowDecision::Skip { why, .. } => assert!(why.contains("=ignore"), "{why}"),
                other => panic!("{column}: {other:?}"),
            }
        }
    }
}

#[test]
fn a_column_that_nobody_looks_at_and_that_says_who_left_stops_the_import() {
    for (text, place) in [
        (
            "email,notes\na@example.com,\nb@example.com,Unsubscribed\n",
            "list.csv:3",
        ),
        ("a@example.com,Ada\nb@example.com,수신거부\n", "list.csv:2"),
        ("email,비고\na@example.com,탈퇴\n", "list.csv:2"),
        ("email,kind\na@example.com,hard bounced\n", "list.csv:2"),
        ("email,X\na@example.com,désabonné\n", "list.csv:2"),
        ("email,会員\na@example.com,退会者\n", "list.csv:2"),
        ("email,메모\na@example.com,탈퇴 처리함\n", "list.csv:2"),
        (
            "email,reception\na@example.com,mail\nb@example.com,nomail\n",
            "list.csv:3",
        ),
    ] {
        let error = read("list.csv", text.as_bytes(), &ReadingOptions::default()).unwrap_err();
        assert!(error.to_string().starts_with(place), "{error}");
        assert!(
            error
                .hint()
                .is_some_and(|hint| hint.to_string().contains("--map"))
        );
    }
}

#[test]
fn a_file_whose_name_tells_of_leaving_is_taken_on_a_persons_word_alone() {
    let text = "email,created\na@example.com,2024-01-02\n";
    for name in [
        "suppression_unsubscribes.csv",
        "bounces.csv",
        "수신거부자 명단.csv",
        "Do-not-contact.csv",
        "2024 opt outs.csv",
        "held.csv",
        "配信停止.csv",
        "Désabonnés.csv",
    ] {
        let error = read(name, text.as_bytes(), &ReadingOptions::default()).unwrap_err();
        assert!(
            error
                .hint()
                .is_some_and(|hint| hint.to_string().contains("--as")),
            "{error}"
        );
        let options = ReadingOptions {
            standing: Some(PersonStanding::Suppressed(SuppressionReason::Unsubscribed)),
            ..ReadingOptions::default()
        };
        let (_, rows) = read(name, text.as_bytes(), &options).unwrap();
        assert!(matches!(rows[0].entry, RowDecision::Suppress(_)), "{name}");
    }
    // Columns that say it make the name nobody's matter.
    let text = "email,status\na@example.com,active\n";
    let (_, rows) = read(
        "unsubscribes.csv",
        text.as_bytes(),
        &ReadingOptions::default(),
    )
    .unwrap();
    assert!(matches!(rows[0].entry, RowDecision::Subscribe(_)));
}

#[test]
fn of_several_things_that_a_row_says_the_worst_counts() {
    for (header, row) in [
        (
            "email,status,unsubscribed_at",
            "a@example.com,active,2024-01-02",
        ),
        (
            "email,status,global status",
            "a@example.com,subscribed,unsubscribed",
        ),
        ("email,subscribed,bounced", "a@example.com,yes,yes"),
        (
            "email,status,unsubscribe reason",
            "a@example.com,active,too many mails",
        ),
        ("email,구독상태,수신거부", "a@example.com,구독 중,예"),
    ] {
        let text = format!("{header}\n{row}\n");
        let (_, rows) = read("list.csv", text.as_bytes(), &ReadingOptions::default()).unwrap();
        assert!(
            matches!(rows[0].entry, RowDecision::Suppress(_)),
            "{header}: {:?}",
            rows[0]
        );
    }
}

#[test]
fn somebody_who_left_has_left_at_all_their_addresses() {
    for text in [
        "email,email,status\na@example.com,b@example.com,unsubscribed\n",
        "email,status\n\"a@example.com; b@example.com\",unsubscribed\n",
    ] {
        let (_, rows) = read("list.csv", text.as_bytes(), &ReadingOptions::default()).unwrap();
        match &rows[0].entry {
            RowDecision::Suppress(suppressions) => assert_eq!(suppressions.len(), 2),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn an_empty_status_is_taken_on_a_persons_word_alone() {
    let text = "email,status\na@example.com,\nb@example.com,unsubscribed\n";
    let (_, rows) = read("list.csv", text.as_bytes(), &ReadingOptions::default()).unwrap();
    assert!(matches!(rows[0].entry, RowDecision::Refuse { .. }));
    let options = ReadingOptions {
        standing: Some(PersonStanding::Active),
        ..ReadingOptions::default()
    };
    let (_, rows) = read("list.csv", text.as_bytes(), &options).unwrap();
    assert!(matches!(rows[0].entry, RowDecision::Subscribe(_)));
    assert!(matches!(rows[1].entry, RowDecision::Suppress(_)));
}
