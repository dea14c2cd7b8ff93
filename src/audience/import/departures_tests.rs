//! Nobody who left comes back through an import, however their service writes it; and no row vanishes
//! in a damaged file.

use super::{tests::read, *};
use crate::audience::import::row::Entry;

/// A header, a row of somebody who reads, a row of somebody who must not get mail.
const SHAPES: [(&str, &str, &str); 30] = [
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
];

#[test]
fn nobody_who_left_comes_back_in_any_services_words() {
    for (header, reads, left) in SHAPES {
        let text = format!("{header}\n{reads}\n{left}\n");
        let (_, rows) = read("list.csv", text.as_bytes(), &Options::default())
            .unwrap_or_else(|error| panic!("{header}: {error}"));
        assert!(
            matches!(rows[0].entry, Entry::Subscribe(_)),
            "{header}: {:?}",
            rows[0]
        );
        assert!(
            !matches!(rows[1].entry, Entry::Subscribe(_)),
            "{header}: {:?}",
            rows[1]
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
        let error = read("list.csv", text.as_bytes(), &Options::default()).unwrap_err();
        assert!(error.to_string().contains(column), "{error}");
        assert!(
            error.hint().is_some_and(|hint| hint.contains("--map")),
            "{error}"
        );
        let options = Options {
            columns: vec![(column.to_owned(), Field::Ignored)],
            ..Options::default()
        };
        let (_, rows) = read("list.csv", text.as_bytes(), &options).unwrap();
        assert!(matches!(rows[0].entry, Entry::Subscribe(_)), "{column}");
    }
}

#[test]
fn a_word_in_such_a_column_that_nobody_knows_is_no_yes() {
    for header in ["email,subscribed", "email,unsubscribed", "이메일,수신동의"] {
        let text = format!("{header}\na@example.com,perhaps\n");
        let (_, rows) = read("list.csv", text.as_bytes(), &Options::default()).unwrap();
        assert!(matches!(rows[0].entry, Entry::Refuse { .. }), "{header}");
    }
}

#[test]
fn a_quotation_mark_anywhere_hides_no_row_and_mails_nobody_under_another_name() {
    let rows = 1_000;
    let mut text = "email,name,city\n".to_owned();
    for n in 1..=rows {
        text.push_str(&format!("reader{n}@example.com,Reader {n},Seoul\n"));
    }
    // A prime step: every place within a row is met somewhere.
    for at in (16..text.len()).step_by(397) {
        let mut damaged = text.clone();
        damaged.insert(at, '"');
        let Ok((_, taken)) = read("list.csv", damaged.as_bytes(), &Options::default()) else {
            continue;
        };
        assert_eq!(taken.len(), rows, "a quotation mark at byte {at}");
        for row in &taken {
            if let Entry::Subscribe(profile) = &row.entry {
                let name = profile.name.as_deref().unwrap_or_default();
                assert!(!name.contains('@'), "byte {at}: {name}");
            }
        }
    }
}

#[test]
fn rows_that_run_together_are_told_with_their_line() {
    let text = "email,name\na@example.com,Ada\nb@example.com,\"Bo\nc@example.com,Cy\n";
    let error = read("list.csv", text.as_bytes(), &Options::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "row 3, from line 3 on: several rows have run together in one cell"
    );
}
