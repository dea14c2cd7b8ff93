//! Signatures, as others verify them.

use std::{
    borrow::Borrow,
    collections::HashMap,
    fs,
    hash::Hash,
    path::{Path, PathBuf},
    time::Instant,
};

use chrono::{DateTime, TimeZone, Utc};
use daily_note::{
    audience::Reader,
    message::{
        Composer, FrozenIssue,
        dkim::{DkimError, DnsRecord, NewKey, Signer},
    },
    publication::{DkimSettings, KeySource},
};
use mail_auth::{
    AuthenticatedMessage, DkimResult, MessageAuthenticator, Parameters, ResolverCache, Txt,
    common::{parse::TxtRecordParser, verify::DomainKey},
};

use super::fixture::{frozen, image, links, reader};
use crate::support::python;

/// Verifiers refuse signatures from the future, and a test machine's clock may be slow.
fn long_ago() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2025, 3, 2, 23, 0, 0).unwrap()
}

fn settings(rsa: &NewKey, ed25519: Option<&NewKey>) -> DkimSettings {
    DkimSettings {
        domain: "note.example.com".into(),
        selector: "dn1".into(),
        key: KeySource::Pem(rsa.pem.clone()),
        ed25519: ed25519.map(|key| ("dn1e".into(), KeySource::Pem(key.pem.clone()))),
        sign_date: true,
    }
}

fn signer(settings: &DkimSettings) -> Signer {
    Signer::load(settings, Path::new("/nowhere")).unwrap()
}

fn signed_composer(issue: &FrozenIssue, settings: &DkimSettings) -> Composer {
    Composer::new(issue, links(), Some(signer(settings)), long_ago()).unwrap()
}

/// A DNS that knows the keys of the test.
struct Keys(HashMap<Box<str>, Txt>);

impl Keys {
    fn of(records: &[DnsRecord]) -> Self {
        let entry = |record: &DnsRecord| {
            let key = DomainKey::parse(record.value.as_bytes()).unwrap();
            (format!("{}.", record.name).into_boxed_str(), Txt::from(key))
        };
        Self(records.iter().map(entry).collect())
    }
}

impl ResolverCache<Box<str>, Txt> for Keys {
    fn get<Q>(&self, name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.0.get(name).cloned()
    }

    fn remove<Q>(&self, _: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        None
    }

    fn insert(&self, _: Box<str>, _: Txt, _: Instant) {}
}

/// How many signatures the message has, and how many of them verify.
async fn verified(message: &[u8], keys: &Keys) -> (usize, usize) {
    let authenticator = MessageAuthenticator::new_cloudflare().unwrap();
    let message = AuthenticatedMessage::parse(message).unwrap();
    let results = authenticator
        .verify_dkim(Parameters::new(&message).with_txt_cache(keys))
        .await;
    let passed = results
        .iter()
        .filter(|output| *output.result() == DkimResult::Pass)
        .count();
    (results.len(), passed)
}

fn korean_issue() -> FrozenIssue {
    let html = "<html><body><p>{% if reader.name %}{{ reader.name }}님{% endif %}, 새벽 공기가 찹니다.</p>\n\
                <a href=\"{{ reader.links.unsubscribe }}\">수신거부</a></body></html>\n";
    let mut issue = frozen(
        html,
        "{{ reader.name or \"독자\" }}님\n\n새벽 공기가 찹니다.\n",
    );
    issue.composition.images.push(image("지도.gif"));
    issue
}

/// Quoted-printable has what relaxed canonicalisation forgives: runs of spaces, space at line ends.
fn english_issue() -> FrozenIssue {
    frozen(
        "<html>\n    <body>\n\n  <p>Hello {{ reader.name }},   dear\treader.</p>   \n</body></html>\n\n\n",
        "Hello  {{ reader.name }}\n\n  indented   \n.\n\n\n",
    )
}

#[tokio::test]
async fn both_signatures_verify_and_a_flipped_byte_breaks_both() {
    let (rsa, ed25519) = (NewKey::rsa().unwrap(), NewKey::ed25519().unwrap());
    let settings = settings(&rsa, Some(&ed25519));
    let keys = Keys::of(&signer(&settings).records());
    for issue in [korean_issue(), english_issue()] {
        let composer = signed_composer(&issue, &settings);
        let message = composer
            .compose_message(&reader(7, Some("민지")))
            .unwrap()
            .bytes;
        assert_eq!(verified(&message, &keys).await, (2, 2));
        assert_eq!(
            message,
            composer.compose_plain(&reader(7, Some("민지"))).unwrap()
        );

        let text = String::from_utf8(message.clone()).unwrap();
        let subject = text.find("Subject: ").unwrap() + 20;
        let body = text.find("\r\n\r\n").unwrap() + 4;
        let middle = body + (message.len() - body) / 2;
        for at in [subject, middle, message.len() - 12] {
            let mut flipped = message.clone();
            flipped[at] ^= 1;
            assert_eq!(verified(&flipped, &keys).await.1, 0, "byte {at}");
        }
        for added in [
            "From: x@example.org\r\n",
            "Subject: x\r\n",
            "To: x@example.org\r\n",
            "Reply-To: x@example.org\r\n",
            "Cc: x@example.org\r\n",
            "Date: Mon, 30 Nov 2026 08:00:00 +0900\r\n",
            "Message-ID: <x@example.org>\r\n",
            "Content-Type: text/html\r\n",
            "MIME-Version: 1.0\r\n",
            "List-Id: <x.example.org>\r\n",
            "List-Unsubscribe: <mailto:x@example.org>\r\n",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
            "List-Archive: <https://x.example.org>\r\n",
            "Archived-At: <https://x.example.org>\r\n",
            "Feedback-ID: x\r\n",
        ] {
            let spoofed = format!("{added}{text}");
            assert_eq!(verified(spoofed.as_bytes(), &keys).await.1, 0, "{added}");
        }
        let unsubscribe = text.replace("List-Unsubscribe-Post: ", "X-Gone: ");
        assert_eq!(verified(unsubscribe.as_bytes(), &keys).await.1, 0);
    }
}

#[tokio::test]
async fn a_relay_may_rewrite_date_and_message_id_where_they_are_not_signed() {
    let rsa = NewKey::rsa().unwrap();
    let mut settings = settings(&rsa, None);
    let message_of = |settings: &DkimSettings| {
        let composer = signed_composer(&korean_issue(), settings);
        let message = composer.compose_message(&reader(7, None)).unwrap().bytes;
        String::from_utf8(message).unwrap()
    };
    let rewritten = |message: &str| {
        let start = message.find("\r\nMessage-ID: ").unwrap() + 14;
        let end = start + message[start..].find('\r').unwrap();
        format!(
            "{}<0100018@relay.example.net>{}",
            &message[..start],
            &message[end..]
        )
    };
    let keys = Keys::of(&signer(&settings).records());
    assert_eq!(
        verified(rewritten(&message_of(&settings)).as_bytes(), &keys).await,
        (1, 0)
    );
    settings.sign_date = false;
    assert_eq!(
        verified(rewritten(&message_of(&settings)).as_bytes(), &keys).await,
        (1, 1)
    );
}

#[test]
fn a_thousand_korean_messages_verify_with_dkimpy_and_opendkim() {
    let words = [
        "지도",
        "새벽",
        "디자인",
        "소프트웨어",
        "골목",
        "<b>",
        "\"따옴표\"",
        "🧭",
        "Hello",
        "  ",
        "=",
    ];
    let (rsa, ed25519) = (NewKey::rsa().unwrap(), NewKey::ed25519().unwrap());
    let settings = settings(&rsa, Some(&ed25519));
    let folder = tempfile::tempdir().unwrap();
    let lines: Vec<String> = signer(&settings)
        .records()
        .iter()
        .map(|record| format!("{} {}\n", record.name, record.value))
        .collect();
    fs::write(folder.path().join("keys.txt"), lines.concat()).unwrap();
    for issue_number in 0..20usize {
        let word = |at: usize| words[(issue_number * 7 + at * at + at) % words.len()];
        let line: Vec<&str> = (0..issue_number + 3).map(word).collect();
        let line = line.join(" ");
        let mut issue = frozen(
            &format!(
                "<html><body><p>{{{{ reader.name }}}}</p>\n<p>{}</p></body></html>\n",
                line.repeat(issue_number + 1)
            ),
            &format!("{{{{ reader.name }}}}\n{line}   \n\n"),
        );
        issue.composition.context["issue"]["subject"] = line.into();
        let composer = signed_composer(&issue, &settings);
        for number in 0..50 {
            let name: Vec<&str> = (0..number % 9).map(|at| word(at + number)).collect();
            let reader: Reader = reader((issue_number * 50 + number) as i64, Some(&name.join("")));
            let message = composer.compose_message(&reader).unwrap();
            let path: PathBuf = folder.path().join(format!("{issue_number}-{number}.eml"));
            fs::write(path, message.bytes).unwrap();
        }
    }
    python::assert_content("verify_dkim.py", &["dkim", "nacl"], folder.path());
}

#[test]
fn a_key_that_will_not_do_says_why() {
    let rsa = NewKey::rsa().unwrap();
    let ed25519 = NewKey::ed25519().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let refused = |key: KeySource, second: Option<KeySource>| {
        let settings = DkimSettings {
            key,
            ed25519: second.map(|key| ("dn1e".into(), key)),
            ..settings(&rsa, None)
        };
        match Signer::load(&settings, folder.path()) {
            Err(error) => error.to_string(),
            Ok(_) => panic!("the key was taken"),
        }
    };
    let pem = |key: &NewKey| KeySource::Pem(key.pem.clone());
    // Made with `openssl genrsa -traditional 1024`; of no use to anybody.
    let short = include_str!("short-rsa.pem");
    let errors = [
        refused(KeySource::File("keys/dkim.pem".into()), None),
        refused(KeySource::Pem("v=DKIM1; p=abc".into()), None),
        refused(
            KeySource::Pem(rsa.pem.replace("PRIVATE", "ENCRYPTED PRIVATE")),
            None,
        ),
        refused(KeySource::Pem(short.into()), None),
        refused(pem(&ed25519), None),
        refused(pem(&rsa), Some(pem(&rsa))),
        refused(KeySource::Pem(rsa.pem.replace('\n', "\n!")), None),
    ];
    insta::assert_snapshot!(errors.join("\n"));

    let escaped = KeySource::Pem(rsa.pem.replace('\n', "\\n"));
    let settings = DkimSettings {
        key: escaped,
        ..settings(&rsa, None)
    };
    assert!(
        Signer::load(&settings, folder.path()).is_ok(),
        "as files of variables write it"
    );
}

#[test]
fn a_domain_that_would_break_the_header_is_refused() {
    let rsa = NewKey::rsa().unwrap();
    let settings = DkimSettings {
        domain: "example.com;\r\nBcc: x".into(),
        ..settings(&rsa, None)
    };
    let refused = Signer::load(&settings, Path::new("/nowhere"));
    assert!(matches!(refused, Err(DkimError::Name(_))));
}

#[test]
fn a_record_is_split_for_zone_files() {
    let record = NewKey::rsa().unwrap().record("dn1", "note.example.com");
    assert_eq!(record.name, "dn1._domainkey.note.example.com");
    assert!(
        record
            .value
            .starts_with("v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A")
    );
    let zone_value = record.zone_value();
    let strings: Vec<&str> = zone_value.trim_matches('"').split("\" \"").collect();
    assert_eq!(strings.len(), 2);
    assert!(strings.iter().all(|string| string.len() <= 255));
    assert_eq!(strings.concat(), record.value);
}
