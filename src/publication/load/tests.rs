//! What is read, and what a person is told when it can't be.

mod refused;
mod secrets;

use std::time::Duration;

use chrono::{NaiveDate, NaiveTime, Weekday};
use miette::{GraphicalReportHandler, GraphicalTheme};

use super::*;
use crate::publication::{Credentials, KeySource, SmtpTarget, TlsMode, UnknownPolicy};

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
schedule:
  late: 1h30m
  by_reader_timezone: true
  skip: [2026-12-31]
  breaks: [{from: 2026-08-01, to: 2026-08-15, why: Summer}]
  extra: [{edition: weekly, date: 2026-12-30}]
web: {base_url: https://news.example.com/, secret: "0123456789abcdef0123456789abcdef"}
images: cid
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
        Some(Credentials::with_password("news", "p@ss:/word"))
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
    assert_eq!(
        publication.web.base_url.as_deref(),
        Some("https://news.example.com")
    );
    assert!((publication.audience.max_removal - 0.35).abs() < 1e-9);
    let printed = format!("{publication:?}");
    assert!(!printed.contains("p@ss") && !printed.contains("0123456789abcdef"));
}

#[test]
fn a_key_that_says_nothing_any_more_is_passed_over_and_told_with_what_to_do() {
    let text = with("tracking: none\n");
    let publication = load(&text, &[]).unwrap();
    insta::assert_snapshot!(shown(&publication.retired), @r#"
     × `tracking` says nothing any more
      ╭─[daily-note.yaml:8:11]
    8 │ tracking: ****
      ·           ────
      ╰────
     help: take it out: nothing is counted of readers
    "#);
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
        publication
            .web
            .secret
            .map(|secrets| secrets.current)
            .as_deref(),
        Some("01234567890123456789012345678901")
    );
}

#[test]
fn a_variable_that_the_file_names_is_the_file_s_and_no_setting() {
    const SECRET: &str = "01234567890123456789012345678901";
    let publication = load(
        &with("web:\n  secret: ${DAILY_NOTE_SECRET}\nsmtp:\n  url: ${DAILY_NOTE_SMTP_URL}\n"),
        &[
            ("DAILY_NOTE_SECRET", SECRET),
            ("DAILY_NOTE_SMTP_URL", "smtp://127.0.0.1:2525"),
        ],
    )
    .unwrap();
    let secrets = publication.web.secret.unwrap();
    assert_eq!(secrets.current, SECRET);
    assert!(matches!(&publication.smtp.target, SmtpTarget::Relay(relay) if relay.port == 2525));
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
fn the_first_secret_signs_and_one_that_leaked_is_none() {
    let (new, old, leaked) = ("n".repeat(32), "o".repeat(32), "l".repeat(32));
    let text = with(&format!(
        "web: {{secret: [{new}, {old}, {{leaked: {leaked}}}]}}\n"
    ));
    let secrets = load(&text, &[]).unwrap().web.secret.unwrap();
    assert_eq!((secrets.current, secrets.retired), (new, vec![old]));
    for wrong in [
        "[{leaked: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'}]",
        "[short]",
        "[]",
        "{leaked: 3}",
    ] {
        let errors = load(&with(&format!("web: {{secret: {wrong}}}\n")), &[]);
        assert!(errors.is_err(), "{wrong}");
    }
}

#[test]
fn pages_listen_and_trust_where_the_file_says() {
    let text = with("web: {listen: '[::1]:9000', trusted_proxies: [10.0.0.0/8, 192.0.2.7]}\n");
    let web = load(&text, &[]).unwrap().web;
    assert_eq!(web.listen.to_string(), "[::1]:9000");
    let named: Vec<String> = web
        .trusted_proxies
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(named, ["10.0.0.0/8", "192.0.2.7/32"]);
}
