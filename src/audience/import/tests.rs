//! The exports of other services, read as strangers' files.

use std::collections::BTreeSet;

use std::fmt::Write as _;

use chrono::TimeZone;
use encoding_rs::Encoding;
use proptest::prelude::*;

use super::*;
use crate::audience::fixture;

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 24, 0, 0, 0).unwrap()
}

/// Reads a file of that name with those bytes.
pub(super) fn read(
    name: &str,
    bytes: &[u8],
    options: &ReadingOptions,
) -> Result<(ReadingPlan, Vec<CsvRow>), SourceError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let publication = fixture::publication(folder.path().to_owned());
    let import = OpenedExport::open(&path, options, &publication, now())?;
    let plan = import.plan().clone();
    Ok((plan, import.collect::<Result<_, _>>()?))
}

/// Plan and rows, a line each.
fn told(name: &str, text: impl AsRef<[u8]>) -> String {
    told_with(name, text, &ReadingOptions::default())
}

fn told_with(name: &str, text: impl AsRef<[u8]>, options: &ReadingOptions) -> String {
    let (plan, rows) = match read(name, text.as_ref(), options) {
        Ok(read) => read,
        Err(error) => {
            return format!(
                "{error}\n  → {}",
                error.hint().map_or_else(String::new, ToString::to_string)
            );
        }
    };
    let mut told = format!("{} {} {:?}\n", plan.format, plan.encoding, plan.separator);
    for row in rows {
        let _ = match row.entry {
            RowDecision::Subscribe(profile) => {
                let consent = profile.consent.map(|consent| {
                    let at = consent.at.map(|at| at.to_rfc3339());
                    (at.unwrap_or_default(), consent.source.unwrap_or_default())
                });
                writeln!(
                    told,
                    "{} + {} name={:?} editions={:?} tags={:?} zone={:?} language={:?} consent={consent:?}",
                    row.number,
                    profile.email,
                    profile.name.unwrap_or_default(),
                    profile.editions,
                    profile.tags,
                    profile.timezone,
                    profile.language,
                )
            }
            RowDecision::Suppress(suppressions) => {
                suppressions.into_iter().try_for_each(|suppression| {
                    writeln!(
                        told,
                        "{} - {} {:?} {} “{}”",
                        row.number,
                        suppression.email.unwrap(),
                        suppression.reason,
                        suppression.at.to_rfc3339(),
                        suppression.detail.unwrap_or_default(),
                    )
                })
            }
            RowDecision::Join(newcomer) => writeln!(told, "{} ± {newcomer:?}", row.number),
            RowDecision::Hashed(erasure) => writeln!(told, "{} × {erasure:?}", row.number),
            RowDecision::Wording => writeln!(told, "{} = words", row.number),
            RowDecision::Skip { email, why } => writeln!(told, "{} . {email} {why}", row.number),
            RowDecision::Refuse { email, why } => {
                writeln!(told, "{} ! {email:?} {why}", row.number)
            }
        };
        for note in row.notes {
            let _ = writeln!(told, "     note: {note}");
        }
    }
    told
}

const STIBEE: &str = "이메일 주소,이름,구독 상태,구독일,수신거부일,그룹
minji@example.com,김민지,구독 중,2025-03-01 09:12:33,,창업
jun@example.com,이준,수신거부,2024-11-02 18:00:00,2025-06-01 07:30:00,
sua@example.com,,자동삭제,2024-01-15 08:00:00,,
hana@example.com,하나,구독 확인 대기,2026-01-01 10:00:00,,
";

#[test]
fn a_stibee_export_is_taken_with_its_states() {
    insta::assert_snapshot!(told("구독자.csv", STIBEE));
}

#[test]
fn the_three_files_of_mailchimp_say_how_people_stand() {
    let subscribed = "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,TIMEZONE,LAST_CHANGED,LEID,EUID,NOTES,TAGS
mia@example.com,Mia,Berg,2,2018-02-05 19:28:23,,2018-02-05 19:30:00,192.0.2.1,Europe/Berlin,2020-01-01 00:00:00,1,a,,\"\"\"Editors\"\",\"\"New, and curious\"\"\"
minsu@example.com,민수,박,2,2018-02-05 19:28:23,,,,,,2,b,,
";
    let unsubscribed = "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_REASON,UNSUB_REASON_OTHER,LEID,EUID
left@example.com,,,2,2018-02-05 19:28:23,2020-03-23 17:30:05,Hello,NORMAL,,3,c
angry@example.com,,,2,2018-02-05 19:28:23,2020-03-24 17:30:05,Hello,ABUSE,,4,d
";
    let cleaned = "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,LEID,EUID
gone@example.com,,,1,2018-02-05 19:28:23,2021-01-02 03:04:05,Hello,5,e
";
    let bystanders = "Email Address,First Name,Last Name,MEMBER_RATING,LEID,EUID
buyer@example.com,,,1,6,f
";
    insta::assert_snapshot!(
        [
            told("subscribed_members_export_1.csv", subscribed),
            told("unsubscribed_members_export_1.csv", unsubscribed),
            told("cleaned_members_export_1.csv", cleaned),
            told("nonsubscribed_members_export_1.csv", bystanders),
        ]
        .join("\n")
    );
}

#[test]
fn a_buttondown_export_is_taken_with_its_states() {
    insta::assert_snapshot!(told(
        "subscribers.csv",
        "id,email_address,notes,tags,type,creation_date,source,metadata,unsubscription_date,unsubscription_reason
1,a@example.com,friend,\"founder, seoul\",regular,2024-08-24T14:15:22Z,embedded_form,\"{\"\"name\"\": \"\"아라\"\", \"\"language\"\": \"\"ko\"\"}\",,
2,b@example.com,,,unactivated,2024-08-24T14:15:22Z,api,{},,
3,c@example.com,,,unsubscribed,2023-08-24T14:15:22Z,,,2025-01-01T00:00:00Z,too many mails
4,d@example.com,,,undeliverable,2023-08-24T14:15:22Z,,,,
5,e@example.com,,,complained,2023-08-24T14:15:22Z,,,,
6,f@example.com,,,paused,2023-08-24T14:15:22Z,,,,
7,g@example.com,,,blocked,2023-08-24T14:15:22Z,,,,
8,h@example.com,,,hexed,2023-08-24T14:15:22Z,,,,
"
    ));
}

#[test]
fn a_substack_export_is_taken_and_switched_off_mail_is_a_departure() {
    insta::assert_snapshot!(told(
        "email_list.example.csv",
        "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at
free@example.com,false,,other,false,2026-07-01T00:00:00.000Z,
paid@example.com,true,2027-07-01T00:00:00.000Z,yearly,false,2026-06-01T00:00:00.000Z,2026-07-15T00:00:00.000Z
off@example.com,false,,other,true,2026-05-01T00:00:00.000Z,
"
    ));
}

#[test]
fn a_listmonk_export_is_taken_and_one_of_the_departed_can_be_told_so() {
    let export = "uuid,email,name,attributes,status,created_at,updated_at
u1,a@example.com,Ada,\"{\"\"tags\"\": [\"\"x\"\"], \"\"timezone\"\": \"\"Asia/Seoul\"\"}\",enabled,2024-01-02 03:04:05.678901 +0000 UTC,2024-01-02 03:04:05 +0000 UTC
u2,b@example.com,Bo,{},blocklisted,2024-01-02 03:04:05 +0000 UTC,2024-01-02 03:04:05 +0000 UTC
u3,c@example.com,Cy,{},disabled,2024-01-02 03:04:05 +0000 UTC,2024-01-02 03:04:05 +0000 UTC
";
    let left = ReadingOptions {
        standing: Some(PersonStanding::Suppressed(
            crate::audience::SuppressionReason::Unsubscribed,
        )),
        ..ReadingOptions::default()
    };
    insta::assert_snapshot!(
        [
            told("subscribers.csv", export),
            told_with("subscribers.csv", export, &left)
        ]
        .join("\n")
    );
}

#[test]
fn any_table_with_an_address_is_taken() {
    let options = ReadingOptions {
        columns: vec![("Nick".to_owned(), SubscriberField::Name)],
        editions: Some(BTreeSet::from(["monday".to_owned()])),
        tags: BTreeSet::from(["moved".to_owned()]),
        ..ReadingOptions::default()
    };
    insta::assert_snapshot!(
        [
            told_with(
                "list.csv",
                "E-Mail;Nick;Joined\na@example.com;\"Ada; the first\";2024. 1. 2. 오후 3:04:05\n",
                &options
            ),
            told(
                "addresses.txt",
                "a@example.com\nB@Example.COM\nnot an address\n"
            ),
            told("two.tsv", "a@example.com\tAda\nb@example.com\tBo\n"),
            told("names.csv", "who,when\nAda,today\n"),
        ]
        .join("\n")
    );
}

#[test]
fn a_row_is_refused_with_its_reason_and_a_doubtful_value_is_left_out() {
    insta::assert_snapshot!(told(
        "list.csv",
        "email,name,status,timezone,language,joined at,editions
,nobody,,,,,
ada.example.com,Ada,,,,,
민지@example.com,민지,,,,,
🎈@example.com,Balloon,,,,,
ok@한글.example,\"Two
lines\",active,Asia/Soul,korean!,yesterday,
b@example.com,Bo,maybe,,,,
c@example.com,Cy,,,,,friday
,,,,,,
d@example.com
"
    ));
}

#[test]
fn korean_excel_and_utf_16_are_read_without_being_told() {
    let encode = |label: &str| {
        let encoding = Encoding::for_label(label.as_bytes()).unwrap();
        encoding.encode(STIBEE).0.into_owned()
    };
    let utf16 = |order: fn(u16) -> [u8; 2], mark: &[u16]| -> Vec<u8> {
        let units = STIBEE.encode_utf16();
        mark.iter().copied().chain(units).flat_map(order).collect()
    };
    let marked = ["\u{feff}", STIBEE].concat().into_bytes();
    let plain = read("구독자.csv", STIBEE.as_bytes(), &ReadingOptions::default()).unwrap();
    for (name, bytes) in [
        ("UTF-8", marked),
        ("CP949", encode("euc-kr")),
        ("UTF-16LE", utf16(u16::to_le_bytes, &[0xfeff])),
        ("UTF-16BE", utf16(u16::to_be_bytes, &[0xfeff])),
    ] {
        let (plan, rows) = read("구독자.csv", &bytes, &ReadingOptions::default()).unwrap();
        assert_eq!(plan.encoding, name);
        assert_eq!(rows, plain.1, "{name}");
    }
}

#[test]
fn an_encoding_is_asked_for_with_the_names_as_each_would_read_them() {
    let encode = |label: &str, text: &str| {
        let encoding = Encoding::for_label(label.as_bytes()).unwrap();
        [b"email,name\n", &*encoding.encode(text).0].concat()
    };
    for (label, text, name) in [
        ("euc-kr", "a@example.com,민지\n", "민지"),
        ("shift_jis", "a@example.com,佐藤 花\n", "佐藤 花"),
        ("gb18030", "a@example.com,李明\n", "李明"),
        ("big5", "a@example.com,林志玲\n", "林志玲"),
        (
            "windows-1250",
            "a@example.com,Łukasz\nb@example.com,Dvořák\n",
            "Łukasz",
        ),
        (
            "windows-1251",
            "a@example.com,Иван\nb@example.com,Мария\n",
            "Иван",
        ),
        (
            "windows-1252",
            "a@example.com,Jérôme\nb@example.com,Zoë\n",
            "Jérôme",
        ),
        (
            "macintosh",
            "a@example.com,Jérôme\nb@example.com,Zoë\n",
            "Jérôme",
        ),
    ] {
        let bytes = encode(label, text);
        let error = read("list.csv", &bytes, &ReadingOptions::default()).unwrap_err();
        let word = if label == "euc-kr" { "cp949" } else { label };
        let hint = error.hint().map_or_else(String::new, ToString::to_string);
        let line = hint
            .lines()
            .find(|line| line.contains(&format!("--encoding {word} ")));
        assert!(
            line.is_some_and(|line| line.contains(name)),
            "{label}: {hint}"
        );
        let options = ReadingOptions {
            encoding: Some(word.to_owned()),
            ..ReadingOptions::default()
        };
        let (_, rows) = read("list.csv", &bytes, &options).unwrap();
        match &rows[0].entry {
            RowDecision::Subscribe(profile) => assert_eq!(profile.name.as_deref(), Some(name)),
            other => panic!("{label}: {other:?}"),
        }
    }
}

#[test]
fn a_name_that_comes_late_in_a_long_file_is_still_asked_about() {
    let mut bytes = b"email,name\n".to_vec();
    for number in 0..20_000 {
        bytes.extend(format!("reader{number}@example.com,\n").bytes());
    }
    bytes.extend(b"minji@example.com,\xb9\xce\xc1\xf6\n");
    let error = read("list.csv", &bytes, &ReadingOptions::default()).unwrap_err();
    assert!(
        error
            .hint()
            .is_some_and(|hint| hint.to_string().contains("민지")),
        "{error}"
    );
}

#[test]
fn a_header_with_columns_that_one_encoding_knows_tells_it() {
    for (label, text) in [
        ("euc-kr", "이메일,이름\na@example.com,민지\n"),
        ("shift_jis", "メールアドレス,氏名\na@example.com,花\n"),
        ("gb18030", "邮箱,姓名\na@example.com,李明\n"),
    ] {
        let encoding = Encoding::for_label(label.as_bytes()).unwrap();
        let (plan, _) = read(
            "list.csv",
            &encoding.encode(text).0,
            &ReadingOptions::default(),
        )
        .unwrap();
        assert_eq!(plan.columns[1].field, "name", "{label}");
    }
}

#[test]
fn a_few_bad_bytes_are_named_at_their_places() {
    let bytes = "email,name\na@example.com,민지\nb@example.com,서연\nc@example.com,X\n".to_owned();
    let bytes: Vec<u8> = bytes
        .bytes()
        .map(|byte| if byte == b'X' { 0xEB } else { byte })
        .collect();
    let error = read("list.csv", &bytes, &ReadingOptions::default()).unwrap_err();
    assert!(
        error.to_string().contains("line 4, column 15 (EB)"),
        "{error}"
    );
    let options = ReadingOptions {
        encoding: Some("utf-8".to_owned()),
        ..ReadingOptions::default()
    };
    let (_, rows) = read("list.csv", &bytes, &options).unwrap();
    assert!(rows[2].notes[0].contains("is damaged"), "{:?}", rows[2]);
    match &rows[2].entry {
        RowDecision::Subscribe(profile) => assert_eq!(profile.name, None),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_no_csv_says_what_it_is() {
    let unknown = ReadingOptions {
        encoding: Some("klingon".to_owned()),
        ..ReadingOptions::default()
    };
    let column = ReadingOptions {
        columns: vec![("Emial".to_owned(), SubscriberField::Email)],
        ..ReadingOptions::default()
    };
    insta::assert_snapshot!(
        [
            told("book.xlsx", b"PK\x03\x04rest"),
            told("noise.csv", b"email\n\xff\xfe\x80\x81\xff\n"),
            told("empty.csv", b""),
            told_with("list.csv", b"email\n", &unknown),
            told_with("list.csv", b"Email\na@example.com\n", &column),
            told(
                "quote.csv",
                [
                    "email,name\na@example.com,\"never closed\n",
                    &"x".repeat(300_000)
                ]
                .concat()
            ),
        ]
        .join("\n")
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        told("list.csv", bytes);
    }

    #[test]
    fn no_table_makes_it_panic(
        text in "((email|status|이름|tags|metadata|[a-z@.]{0,9}|\"|\\{\"name\":1\\}|\\[|2024-01-01|김|,|;|\t)(,|\n)?){0,40}"
    ) {
        told("list.csv", ["email,name,status,tags,metadata\n", &text].concat());
        told("list.csv", text);
    }
}
