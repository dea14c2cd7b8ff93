//! Passwords, keys and tokens: never on the screen, and asked for when they are used.

use proptest::prelude::*;

use super::*;
use crate::publication::SecretUse;

const PASSWORD: &str = "correct-Horse7battery";
const HOOK: &str = "T0AQX2B9Z/B0K1R8/kEy4WvUq";
/// All secrets there can be, in their places.
const FULL: &str = r##"
publication:
  name: 데일리 노트
  about: |
    Who writes this: me.
    And why.
  timezone: Asia/Seoul
  from: 데일리 노트 <hello@example.com>
editions:
  monday: {title: 월요일 편, day: mon, time: "08:00"}
  friday: {title: "Friday: more", day: fri, time: "08:00"}
smtp:
  url: smtp://smtp.example.com:2525 # or smtp://me:PASSWORD@other.example.com
  user: news
  password: PASSWORD
  connections: 12
  rate: 14/s
  per_domain:
    gmail.com: {rate: 5/s}
  dkim:
    domain: example.com
    selector: s1
    key: |
      -----BEGIN PRIVATE KEY-----
      PASSWORD
      -----END PRIVATE KEY-----
terms:
  이메일: [e-mail, 이 메일]
web:
  secret: "PASSWORD-PASSWORD"
notify:
  to: [me@example.com]
  webhook:
    url: https://hooks.example.com/services/HOOK
    secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
"##;

fn full() -> String {
    FULL.replace("PASSWORD", PASSWORD).replace("HOOK", HOOK)
}

/// Everything that such a file can make us say.
fn all_words(text: &str, variables: &[(&str, &str)]) -> String {
    match load(text, variables) {
        Ok(_) => String::new(),
        Err(errors) => {
            let plain: Vec<String> = errors.iter().map(ToString::to_string).collect();
            format!("{}\n{}\n{errors:?}", shown(&errors), plain.join("\n"))
        }
    }
}

/// The sensible parts of a secret: more of it than eight characters in a row is a leak.
fn is_told(words: &str, secret: &str) -> bool {
    secret.as_bytes().windows(9).any(|part| {
        let part = String::from_utf8_lossy(part);
        words.contains(part.as_ref())
    })
}

#[test]
fn a_full_file_is_read() {
    let publication = load(&full(), &[]).unwrap();
    assert_eq!(publication.editions.len(), 2);
    assert!(!is_told(&format!("{publication:?}"), PASSWORD));
}

/// One slip of a finger.
#[derive(Debug, Clone)]
enum Slip {
    Delete(prop::sample::Index, usize),
    Insert(prop::sample::Index, &'static str),
    JoinLines(prop::sample::Index),
    DropLine(prop::sample::Index),
    DoubleLine(prop::sample::Index),
    Indent(prop::sample::Index, &'static str),
    Outdent(prop::sample::Index),
}

fn slip() -> impl Strategy<Value = Slip> {
    let at = any::<prop::sample::Index>;
    let signs = prop::sample::select(vec![
        "\"", "'", ":", ": ", "\t", " ", "\n", "#", " #", "{", "}", "[", "]", ",", "&a ", "*a ",
        "!", "|", "-", "- ", "@", "%", "$", "${", "${X}", "x", "é", "한", "\r", "\\", "://", "?",
    ]);
    prop_oneof![
        (at(), 1..4_usize).prop_map(|(at, length)| Slip::Delete(at, length)),
        (at(), signs).prop_map(|(at, sign)| Slip::Insert(at, sign)),
        at().prop_map(Slip::JoinLines),
        at().prop_map(Slip::DropLine),
        at().prop_map(Slip::DoubleLine),
        (
            at(),
            prop::sample::select(vec![" ", "  ", "    ", "\t", "- ", "# "])
        )
            .prop_map(|(at, by)| Slip::Indent(at, by)),
        at().prop_map(Slip::Outdent),
    ]
}

fn slipped(text: &str, slip: &Slip) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if chars.is_empty() || lines.len() < 3 {
        return text.to_owned();
    }
    let line = |at: &prop::sample::Index| at.index(lines.len() - 1);
    match slip {
        Slip::Delete(at, length) => {
            let at = at.index(chars.len());
            chars.drain(at..(at + length).min(chars.len()));
            return chars.into_iter().collect();
        }
        Slip::Insert(at, sign) => {
            let at = at.index(chars.len());
            chars.splice(at..at, sign.chars());
            return chars.into_iter().collect();
        }
        Slip::JoinLines(at) => {
            let at = line(at);
            let next = lines.remove(at + 1);
            lines[at].push_str(&next);
        }
        Slip::DropLine(at) => drop(lines.remove(line(at))),
        Slip::DoubleLine(at) => {
            let at = line(at);
            lines.insert(at, lines[at].clone());
        }
        Slip::Indent(at, by) => {
            let at = line(at);
            lines[at].insert_str(0, by);
        }
        Slip::Outdent(at) => {
            let at = line(at);
            lines[at] = lines[at].trim_start().to_owned();
        }
    }
    lines.join("\n") + "\n"
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn whatever_is_wrong_with_the_file_no_secret_is_told(slips in prop::collection::vec(slip(), 1..4)) {
        let text = slips.iter().fold(full(), |text, slip| slipped(&text, slip));
        let words = all_words(&text, &[]);
        for secret in [PASSWORD, HOOK] {
            prop_assert!(!is_told(&words, secret), "{secret} in:\n{words}\nof:\n{text}");
        }
    }
}

#[test]
fn every_line_s_own_error_hides_its_secret() {
    // The parser's place is rarely where the secret stands: point at every line there is.
    let text = full();
    let source = Source::with_secrets(FILE_NAME, &text, &HARMLESS);
    for (at, _) in text.match_indices('\n') {
        let error = SourceError::at(&source, at..at, "this is wrong");
        let words = shown(&[error]);
        for secret in [PASSWORD, HOOK] {
            assert!(!is_told(&words, secret), "{words}");
        }
    }
}

#[test]
fn what_the_environment_holds_is_not_told_either() {
    let (secret, yaml) = (PASSWORD, format!("{{password: {PASSWORD}, x: 1}}"));
    for (name, value) in [
        ("DAILY_NOTE_SMTP__DKIM", secret),
        ("DAILY_NOTE_SMTP", secret),
        ("DAILY_NOTE_SMTP", yaml.as_str()),
        ("DAILY_NOTE_SMTP__PASSWORD__X", secret),
        ("DAILY_NOTE_NOTIFY__WEBHOOK", secret),
        ("DAILY_NOTE_NOTIFY__WEBHOOK__SECRET", secret),
        ("DAILY_NOTE_WEB", secret),
        ("DAILY_NOTE_SECRET", secret),
        ("DAILY_NOTE_SMTP__URL", secret),
        ("DAILY_NOTE_SMTP__ULR", secret),
        ("DAILY_NOTE_SMTP__PSWRD", secret),
    ] {
        let words = all_words(SMALL, &[(name, value)]);
        assert!(words.contains(name), "{name}: {words}");
        assert!(!is_told(&words, PASSWORD), "{name}: {words}");
    }
    for block in [
        "smtp: ${SECRET}",
        "smtp: {dkim: '${SECRET}'}",
        "smtp: {connections: '${SECRET}'}",
        "smtp: {rate: '${SECRET}'}",
        "web: {secret: '${SHORT}'}",
        "notify: {webhook: '${SECRET}'}",
        "law: {korea: '${SECRET}'}",
        "terms: {'a': '${SECRET}', b: [{c: '${SECRET}'}]}",
    ] {
        let variables = [("SECRET", PASSWORD), ("SHORT", "0007")];
        let words = all_words(&with(block), &variables);
        assert!(!is_told(&words, PASSWORD), "{block}: {words}");
        assert!(!words.contains("0007"), "{block}: {words}");
    }
}

#[test]
fn a_secret_of_another_type_is_not_told_as_what_it_was_read_as() {
    for (block, read) in [
        ("smtp: {user: u, password: 0x1F40}", "8000"),
        ("smtp: {user: u, password: 1234567}", "1234567"),
        (
            "smtp: {user: u, password: {\"hunt\\x65r22xyz\": 1}}",
            "hunter22xyz",
        ),
        ("x: &p 7654321\nsmtp: {user: u, password: *p}", "7654321"),
    ] {
        let words = shown(&load(&with(block), &[]).unwrap_err());
        assert!(!words.contains(read), "{words}");
    }
}

#[test]
fn a_variable_that_is_not_set_is_told_where_the_secret_is_used() {
    let block = "smtp:\n  url: smtp://smtp.example.com\n  user: news\n  password: ${SMTP_PASSWORD}\n\
                 notify:\n  webhook: {url: '${HOOK}', secret: '${HOOK_SECRET}'}\n\
                 web: {secret: '${WEB_SECRET}'}";
    let publication = load(&with(block), &[]).unwrap();
    let asked = publication.require_secrets(&[SecretUse::Relay]);
    insta::assert_snapshot!(shown(&asked.unwrap_err()), @r#"
     × the variable `SMTP_PASSWORD` is not set
       ╭─[daily-note.yaml:11:13]
    11 │   password: ${SMTP_PASSWORD}
       ·             ────────────────
       ╰────
     help: set the variable; where a plain `$` is meant, write `$$`
    "#);
    let missing = |uses: &[SecretUse]| {
        publication
            .require_secrets(uses)
            .err()
            .map_or(0, |it| it.len())
    };
    assert_eq!(missing(&[SecretUse::Webhook]), 2);
    assert_eq!(missing(&[SecretUse::SigningKey]), 0);
    assert_eq!(missing(&SecretUse::SENDING), 2);

    let over = [
        ("DAILY_NOTE_SMTP__PASSWORD", "x"),
        ("HOOK", "https://example.com/"),
    ];
    let publication = load(&with(block), &over).unwrap();
    assert!(publication.require_secrets(&[SecretUse::Relay]).is_ok());
}

#[test]
fn what_is_no_secret_is_asked_for_at_once() {
    let errors = load(
        &with("smtp: {rate: '${RATE}', user: u, password: '${P'}"),
        &[],
    )
    .unwrap_err();
    assert_eq!(errors.len(), 2, "{errors:?}");
}
