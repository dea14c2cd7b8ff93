//! What is read, and what a person is told when it can't be.

use std::time::Duration;

use chrono::{NaiveDate, NaiveTime, Weekday};
use miette::{GraphicalReportHandler, GraphicalTheme};

use super::*;
use crate::publication::{KeySource, SmtpTarget, TlsMode, UnknownPolicy};

const SMALL: &str = r#"
publication:
  name: 데일리 노트
  timezone: Asia/Seoul
  from: 데일리 노트 <hello@example.com>
editions:
  monday: {title: 월요일 편, day: mon, time: "08:00"}
"#;

fn environment(variables: &[(&str, &str)]) -> Environment {
    variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn load(text: &str, variables: &[(&str, &str)]) -> Result<Publication, Vec<SourceError>> {
    Publication::from_yaml(Path::new("/notes"), text, &environment(variables))
}

/// The errors as the terminal shows them.
fn shown(errors: &[SourceError]) -> String {
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .with_width(100)
        .with_links(false);
    let mut text = String::new();
    for error in errors {
        let report = error.clone().into_report();
        handler.render_report(&mut text, report.as_ref()).unwrap();
    }
    text
}

fn refusal(text: &str, variables: &[(&str, &str)]) -> String {
    shown(&load(text, variables).expect_err("should be refused"))
}

/// The small publication with a block more.
fn with(block: &str) -> String {
    format!("{SMALL}{block}\n")
}

#[test]
fn a_small_file_is_enough() {
    let publication = load(SMALL, &[]).unwrap();
    assert_eq!(publication.name, "데일리 노트");
    assert_eq!(publication.language, "en");
    assert_eq!(publication.timezone, chrono_tz::Asia::Seoul);
    assert_eq!(publication.from.address.as_str(), "hello@example.com");
    assert_eq!(publication.smtp.target, SmtpTarget::Inbox);
    assert!(publication.smtp.per_domain.is_empty());
    assert_eq!(publication.storage, Storage::Sqlite);
    assert_eq!(publication.schedule.late, Duration::from_secs(6 * 3600));
    assert_eq!(publication.delivery.unknown, UnknownPolicy::Hold);
    let edition = publication.edition("monday").unwrap();
    assert_eq!(edition.time, NaiveTime::from_hms_opt(8, 0, 0).unwrap());
    assert_eq!(edition.recurrence, Recurrence::weekly(Weekday::Mon));
}

#[test]
fn every_setting_is_read() {
    let publication = load(
        r##"
publication:
  name: Notes
  tagline: Software & Design
  motto: "“Less.”"
  about: |
    Who writes this.
    And why.
  url: https://example.com/
  language: ko
  timezone: Europe/Berlin
  from: hello@example.com
  reply_to: Desk <desk@example.com>
  postal_address: 1 Main St
  contact: 02-000-0000
  unsubscribe_email: leave@example.com
  logo: images/logo.png
  accent_color: "#102030"
editions:
  weekly: {title: Weekly, topic: News, day: [mon, Thursday], time: "08:00", every_weeks: 2, starting: 2026-01-05}
  monthly: {title: Monthly, day: last fri, time: "17:30", accent_color: "#C8371B"}
smtp:
  url: smtp://smtp.example.com:2525
  user: news
  password: ${SMTP_PASSWORD}
  connections: 12
  messages_per_connection: 50
  rate: 14/s
  per_domain:
    GMAIL.com: {rate: 5/s}
    corp.example: {connections: 1}
    naver.com: {}
  helo_name: mail.example.com
  ca_file: certs/ca.pem
  bounce_domain: bounce.example.com
  dkim: {domain: example.com, selector: s1, key_file: keys/rsa.pem, ed25519: {selector: s2, key: "$${not a variable}"}, sign_date: false}
delivery: {unknown: resend, backoff_first: 250ms, backoff_max: 1m, give_up: 1d, relay_backoff_first: 2s, relay_backoff_max: 10s}
storage: postgres://u:p@db.example.com/notes
schedule:
  late: 1h30m
  by_reader_timezone: true
  skip: [2026-12-31]
  breaks: [{from: 2026-08-01, to: 2026-08-15, why: Summer}]
  extra: [{edition: weekly, date: 2026-12-30}]
web: {listen: "localhost:8080", base_url: https://news.example.com/, secret: "0123456789abcdef0123456789abcdef"}
images: cid
tracking: aggregate
law: {korea: true, us: false, eu: true}
audience: {max_removal: 35%}
"##,
        &[("SMTP_PASSWORD", "p@ss:/word")],
    )
    .unwrap();
    assert_eq!(
        publication.about.as_deref(),
        Some("Who writes this.\nAnd why.")
    );
    assert_eq!(publication.url.as_deref(), Some("https://example.com"));
    let SmtpTarget::Relay(relay) = &publication.smtp.target else {
        panic!("a relay");
    };
    assert_eq!(relay.tls, TlsMode::Required);
    assert_eq!(
        relay.credentials,
        Some(("news".into(), "p@ss:/word".into()))
    );
    let limit = |domain: &str| publication.smtp.per_domain[domain];
    assert_eq!(limit("gmail.com").rate.unwrap().messages, 5);
    assert_eq!(limit("gmail.com").connections, None);
    assert_eq!(limit("corp.example").connections, Some(1));
    assert_eq!(limit("naver.com"), Default::default());
    assert!(limit("hanmail.net").rate.is_some(), "a default of ours");
    let dkim = publication.smtp.dkim.as_ref().unwrap();
    assert!(matches!(&dkim.key, KeySource::File(path) if path == Path::new("/notes/keys/rsa.pem")));
    assert!(
        matches!(&dkim.ed25519, Some((selector, KeySource::Pem(pem))) if selector == "s2" && pem == "${not a variable}")
    );
    assert!(!dkim.sign_date);
    assert_eq!(
        publication.delivery.backoff_first,
        Duration::from_millis(250)
    );
    assert!(matches!(&publication.storage, Storage::Postgres(url) if url.ends_with("/notes")));
    assert_eq!(
        publication.schedule.breaks[0].why.as_deref(),
        Some("Summer")
    );
    assert!(
        publication
            .schedule
            .skip
            .contains(&NaiveDate::from_ymd_opt(2026, 12, 31).unwrap())
    );
    assert_eq!(publication.web.listen.as_deref(), Some("127.0.0.1:8080"));
    assert_eq!(
        publication.web.base_url.as_deref(),
        Some("https://news.example.com")
    );
    assert!((publication.audience.max_removal - 0.35).abs() < 1e-9);
    let printed = format!("{publication:?}");
    assert!(
        !printed.contains("p@ss")
            && !printed.contains("u:p@")
            && !printed.contains("0123456789abcdef")
    );
}

#[test]
fn the_environment_goes_over_the_file() {
    let publication = load(
        &with("smtp:\n  url: inbox\n  per_domain: {corp.example: {connections: 1}}\n"),
        &[
            ("DAILY_NOTE_SMTP__URL", "smtp://127.0.0.1:2525"),
            ("DAILY_NOTE_SMTP__CONNECTIONS", "9"),
            (
                "DAILY_NOTE_SMTP__PER_DOMAIN__CORP_EXAMPLE__CONNECTIONS",
                "3",
            ),
            ("DAILY_NOTE_SCHEDULE__SKIP", "[2026-12-24, 2026-12-31]"),
            ("DAILY_NOTE_PUBLICATION__NAME", "2026"),
            ("DAILY_NOTE_WEB__SECRET", "01234567890123456789012345678901"),
            ("DAILY_NOTEBOOK", "another program's"),
        ],
    )
    .unwrap();
    assert!(matches!(&publication.smtp.target, SmtpTarget::Relay(relay) if relay.port == 2525));
    assert_eq!(publication.smtp.connections, 9);
    assert_eq!(
        publication.smtp.per_domain["corp.example"].connections,
        Some(3)
    );
    assert_eq!(publication.schedule.skip.len(), 2);
    assert_eq!(publication.name, "2026");
    assert_eq!(
        publication.web.secret.as_deref(),
        Some("01234567890123456789012345678901")
    );
}

#[test]
fn the_nearest_folder_with_the_file_is_the_root() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("issues/2026");
    std::fs::create_dir_all(&deep).unwrap();
    std::fs::write(folder.path().join(FILE_NAME), SMALL).unwrap();
    assert_eq!(Publication::find_root(&deep).unwrap(), folder.path());
    let publication = Publication::load(folder.path(), &Environment::empty()).unwrap();
    assert_eq!(publication.root, folder.path());
}

#[test]
fn where_there_is_no_file_it_says_how_to_make_one() {
    let folder = tempfile::tempdir().unwrap();
    let error = Publication::find_root(folder.path()).unwrap_err();
    let text = shown(&[error]).replace(&folder.path().display().to_string(), "DIR");
    insta::assert_snapshot!(text, @r#"
    × no daily-note.yaml in DIR or a folder above it
    help: `daily-note init` makes a publication here; `--root DIR` names one elsewhere
    "#);
    let errors = Publication::load(folder.path(), &Environment::empty()).unwrap_err();
    let text = shown(&errors).replace(&folder.path().display().to_string(), "DIR");
    insta::assert_snapshot!(text, @r#"
    × no daily-note.yaml in DIR
    help: `daily-note init` makes a publication here
    "#);
}

#[test]
fn a_file_that_is_not_utf_8_or_empty_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join(FILE_NAME),
        b"publication:\n  name: \xb3\xeb\xc6\xae\n",
    )
    .unwrap();
    let errors = Publication::load(folder.path(), &Environment::empty()).unwrap_err();
    let text = shown(&errors).replace(&folder.path().display().to_string(), "DIR");
    insta::assert_snapshot!(text, @r#"
    × DIR/daily-note.yaml can't be read: it is not UTF-8 in line 2
    help: save it as UTF-8 in your editor
    "#);
    insta::assert_snapshot!(refusal("# nothing yet\n", &[]), @r#"
    × daily-note.yaml is empty
    help: `daily-note init DIR` shows what belongs in it
    "#);
}

#[test]
fn an_unknown_key_suggests_the_one_that_was_meant() {
    insta::assert_snapshot!(refusal(&SMALL.replace("timezone:", "tagine: x\n  timezone:"), &[]), @r#"
     × unknown key `tagine`
      ╭─[daily-note.yaml:4:3]
    4 │   tagine: x
      ·   ──────
      ╰────
     help: did you mean `tagline`?
    "#);
}

#[test]
fn a_wrong_type_is_named_in_words() {
    insta::assert_snapshot!(refusal(&with("smtp: {connections: many}\nlaw: [korea]"), &[]), @r#"
     × expected a whole number, zero or more, found the text `many`
      ╭─[daily-note.yaml:8:21]
    8 │ smtp: {connections: many}
      ·                     ────
      ╰────
     × expected a mapping (`key: value` lines), found a list
      ╭─[daily-note.yaml:9:1]
    9 │ law: [korea]
      · ───
      ╰────
    "#);
}

#[test]
fn an_invalid_time_zone_suggests_the_nearest() {
    insta::assert_snapshot!(refusal(&SMALL.replace("Asia/Seoul", "Asia/Soul"), &[]), @r#"
     × there is no time zone `Asia/Soul`
      ╭─[daily-note.yaml:4:13]
    4 │   timezone: Asia/Soul
      ·             ─────────
      ╰────
     help: did you mean `Asia/Seoul`?
    "#);
}

#[test]
fn a_key_that_stands_twice_is_an_error_at_the_second_one() {
    insta::assert_snapshot!(refusal(&with("editions:\n  thursday: {}"), &[]), @r#"
     × `editions` stands here twice
      ╭─[daily-note.yaml:8:1]
    8 │ editions:
      · ────────
      ╰────
     help: the first one is in line 6: keep one of them
    "#);
}

#[test]
fn a_tab_is_named() {
    insta::assert_snapshot!(refusal(&with("smtp:\n\turl: inbox"), &[]), @r#"
     × this line is indented with a tab
      ╭─[daily-note.yaml:9:1]
    9 │     url: inbox
      · ────
      ╰────
     help: YAML indents with spaces
    "#);
}

#[test]
fn a_bad_relay_is_refused() {
    insta::assert_snapshot!(refusal(&with("smtp: {url: smpt://smtp.example.com}"), &[]), @r#"
     × `smpt://` is not known
      ╭─[daily-note.yaml:8:13]
    8 │ smtp: {url: smpt://smtp.example.com}
      ·             ───────────────────────
      ╰────
     help: did you mean `smtp://`?
    "#);
    insta::assert_snapshot!(refusal(&with("smtp:\n  url: smtp://smtp.example.com?tls=none\n  user: u\n  password: p"), &[]), @r#"
     × a password would go over the network in clear
       ╭─[daily-note.yaml:10:9]
    10 │   user: u
       ·         ─
       ╰────
     help: remove `?tls=none`, or the user and the password
    "#);
}

#[test]
fn an_unknown_variable_of_ours_is_an_error() {
    insta::assert_snapshot!(refusal(SMALL, &[("DAILY_NOTE_SMTP__ULR", "inbox"), ("DAILY_NOTE_SMTP__RATE", "fast")]), @r#"
    × DAILY_NOTE_SMTP__RATE: `fast` is not a rate
    help: write messages and a time: `14/s`, `600/m`, `500/h` or `20000/d`
    × DAILY_NOTE_SMTP__ULR: unknown key `ulr`
    help: did you mean `url`?
    "#);
}

#[test]
fn a_variable_that_is_not_set_is_shown_where_it_is_used() {
    insta::assert_snapshot!(refusal(&with("smtp:\n  url: \"smtps://u:${SMTP_PASSWORD}@smtp.example.com\"\n  helo_name: ${"), &[]), @r#"
     × the variable `SMTP_PASSWORD` is not set
      ╭─[daily-note.yaml:9:19]
    9 │   url: "smtps://u:${SMTP_PASSWORD}@smtp.example.com"
      ·                   ────────────────
      ╰────
     help: set the variable; where a plain `$` is meant, write `$$`
     × the `}` of this `${` is missing
       ╭─[daily-note.yaml:10:14]
    10 │   helo_name: ${
       ·              ──
       ╰────
     help: set the variable; where a plain `$` is meant, write `$$`
    "#);
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let text = r##"
publication:
  name: Notes
  from: hello@localhost
  accent_color: blue
editions:
  Monday: {title: Monday, day: mon, time: "8:00"}
  second: {title: Second, day: munday, time: "08:00"}
delivery: {unknown: wait, give_up: soon}
"##;
    insta::assert_snapshot!(refusal(text, &[]), @r##"
     × `timezone` is missing
      ╭─[daily-note.yaml:2:1]
    2 │ publication:
      · ───────────
      ╰────
     × the domain `localhost` has no dot: write it like example.com
      ╭─[daily-note.yaml:4:9]
    4 │   from: hello@localhost
      ·         ───────────────
      ╰────
     × `blue` is not a colour
      ╭─[daily-note.yaml:5:17]
    5 │   accent_color: blue
      ·                 ────
      ╰────
     help: write it with six hex digits, in quotes: "#2447D8"
     × `8:00` is not a time of day
      ╭─[daily-note.yaml:7:43]
    7 │   Monday: {title: Monday, day: mon, time: "8:00"}
      ·                                           ──────
      ╰────
     help: did you mean "08:00"?
     × `munday` is not a day of the week
      ╭─[daily-note.yaml:8:32]
    8 │   second: {title: Second, day: munday, time: "08:00"}
      ·                                ──────
      ╰────
     help: did you mean `monday`?
     × `wait` is not one of `hold`, `resend`
      ╭─[daily-note.yaml:9:21]
    9 │ delivery: {unknown: wait, give_up: soon}
      ·                     ────
      ╰────
     × `soon` is not a duration
      ╭─[daily-note.yaml:9:36]
    9 │ delivery: {unknown: wait, give_up: soon}
      ·                                    ────
      ╰────
     help: write it like `250ms`, `30s`, `10m`, `1h30m` or `2d`
    "##);
}

#[test]
fn values_that_contradict_each_other_are_told_at_once() {
    let text = with(
        r##"
storage: postgres://db.example.com/notes
smtp: {url: smtp://smtp.example.com, connections: 0, user: u, dkim: {domain: example.com, selector: s}}
schedule:
  breaks: [{from: 2026-08-15, to: 2026-08-01}]
  extra: [{edition: friday, date: 2026-08-01}]
"##,
    );
    insta::assert_snapshot!(refusal(&text, &[]), @r#"
     × with PostgreSQL, `web.secret` must be set
      ╭─[daily-note.yaml:9:10]
    9 │ storage: postgres://db.example.com/notes
      ·          ───────────────────────────────
      ╰────
     help: readers' links are signed with it, the same on every machine: `secret: ${WEB_SECRET}`
           under `web:`
     × `connections` must be 1 or more
       ╭─[daily-note.yaml:10:51]
    10 │ smtp: {url: smtp://smtp.example.com, connections: 0, user: u, dkim: {domain: example.com, selector: s}}
       ·                                                   ─
       ╰────
     × a user without a password
       ╭─[daily-note.yaml:10:60]
    10 │ smtp: {url: smtp://smtp.example.com, connections: 0, user: u, dkim: {domain: example.com, selector: s}}
       ·                                                            ─
       ╰────
     help: add `password: ${SMTP_PASSWORD}`
     × the private key is missing: `key_file` or `key`
       ╭─[daily-note.yaml:10:63]
    10 │ smtp: {url: smtp://smtp.example.com, connections: 0, user: u, dkim: {domain: example.com, selector: s}}
       ·                                                               ────
       ╰────
     × this break ends before it begins (2026-08-15)
       ╭─[daily-note.yaml:12:35]
    12 │   breaks: [{from: 2026-08-15, to: 2026-08-01}]
       ·                                   ──────────
       ╰────
     × there is no edition `friday`
       ╭─[daily-note.yaml:13:21]
    13 │   extra: [{edition: friday, date: 2026-08-01}]
       ·                     ──────
       ╰────
    "#);
    let text = SMALL.replace("day: mon,", "day: 1st mon, every_weeks: 2,");
    insta::assert_snapshot!(refusal(&text, &[]), @r#"
     × every 2 weeks, but from which on?
      ╭─[daily-note.yaml:7:53]
    7 │   monday: {title: 월요일 편, day: 1st mon, every_weeks: 2, time: "08:00"}
      ·                                                         ─
      ╰────
     help: add `starting:` with the date of the first issue
    "#);
}

#[test]
fn whom_it_tells_is_read_from_file_and_environment() {
    let quiet = load(SMALL, &[]).unwrap().notify;
    assert!(quiet.to.is_empty() && quiet.webhook.is_none());
    let hours = |hours: u64| Duration::from_secs(hours * 3_600);
    assert_eq!(quiet.remind_before, [hours(24), hours(3)]);
    let text = with(
        "notify:
  to: [me@example.com, Me@Example.com, you@example.com]
  remind_before: [1h, 2d, 1h]
  webhook: {url: 'https://hooks.example.com/a?b', secret: '${HOOK}'}",
    );
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let variables = [
        ("HOOK", secret),
        ("DAILY_NOTE_NOTIFY__REMIND_BEFORE", "[1h, 2d, 1h]"),
    ];
    let told = load(&text, &variables).unwrap().notify;
    let to: Vec<&str> = told.to.iter().map(|address| address.as_str()).collect();
    assert_eq!(to, ["me@example.com", "you@example.com"]);
    assert_eq!(told.remind_before, [hours(48), hours(1)]);
    let shown = format!("{told:?}");
    assert!(!shown.contains("MfKQ") && !shown.contains("a?b"), "{shown}");
}

#[test]
fn a_webhook_that_can_t_be_is_told_at_its_line_and_no_secret_is_repeated() {
    let good = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    for (url, secret, said) in [
        ("http://hooks.example.com/", good, "would travel in clear"),
        (
            "https://me:token1@example.com/",
            good,
            "has a user or a password in it",
        ),
        ("ftp://example.com/", good, "is no way to post events"),
        ("hooks token1", good, "this is not an address"),
        (
            "https://example.com/",
            "token1token1token1token1token1",
            "begins with `whsec_`",
        ),
        (
            "https://example.com/",
            "whsec_dG9rZW4x",
            "24 to 64 are wanted",
        ),
        ("https://example.com/", "whsec_token1-*", "is not base64"),
    ] {
        let block = format!("notify:\n  webhook: {{url: '{url}', secret: '{secret}'}}");
        let refusal = load(&with(&block), &[]).expect_err(said);
        let messages: Vec<String> = refusal.iter().map(ToString::to_string).collect();
        let messages = messages.join("\n");
        assert!(messages.contains(said), "{messages}");
        assert!(messages.contains("daily-note.yaml:9:"), "{messages}");
        assert!(!messages.contains("token1"), "{messages}");
    }
    for url in [
        "http://127.0.0.1:9000/",
        "http://localhost/hook",
        "http://[::1]/",
    ] {
        let block = format!("notify:\n  webhook: {{url: '{url}', secret: {good}}}");
        assert!(load(&with(&block), &[]).is_ok(), "{url}");
    }
}
