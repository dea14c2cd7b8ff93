//! Somebody erased: no byte of their address or name is left below the state folder or beside it, in
//! whatever form mail, logs and databases write it. Whatever a later table or folder keeps is looked
//! through here, too.

use std::{
    fs,
    path::{Path, PathBuf},
};

use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};

use crate::{
    scripted::{At::Rcpt, ScriptedServer, reply},
    support::{TestPublication, sqlite3},
};

const ADDRESS: &str = "Ada.Vergessen@Gone-Away.example.com";
const NAME: &str = "단하나 Vergessenova";
const ISSUE: &str = "2026-11-23-quiet";
const AT: &str = "2026-11-24T00:00:00Z";

fn lists(with_her: bool) -> String {
    let her = format!(
        "- email: {ADDRESS}\n  name: {NAME}\n  tags: [early]\n  consent: {{at: 2026-01-02T03:04:05+09:00, source: a form}}\n"
    );
    format!(
        "- email: tom@example.com\n  name: Tom\n{}",
        if with_her { her.as_str() } else { "" }
    )
}

/// Everything that is kept of a list: on it, in two ledgers, in the inbox, rendered, suppressed, backed up.
fn with_her_everywhere(server: &ScriptedServer) -> TestPublication {
    let publication = TestPublication::new().list(lists(true));
    publication
        .run(["--at", AT, "send", ISSUE, "--yes"])
        .exits(0);
    assert!(publication.inbox().len() > 1);
    publication.run(["render", ISSUE, "--as", ADDRESS]);
    let publication = publication.variable("DAILY_NOTE_SMTP__URL", &server.url());
    // The relay repeats the address in its words.
    publication.run(["send", ISSUE, "--yes"]).exits(5);
    publication
        .run(["suppressions", "add", ADDRESS, "--reason", "complaint"])
        .exits(0);
    publication
        .run(["suppressions", "remove", ADDRESS])
        .exits(0);
    publication.run(["subscribers", "add", ADDRESS, "--name", NAME]);
    publication.list(lists(false))
}

/// The forms in which a text may lie in a file, in lower case.
fn forms(text: &str) -> Vec<(String, Vec<u8>)> {
    let lower = text.to_lowercase();
    let mut forms = vec![("as it is".to_owned(), lower.clone().into_bytes())];
    for spelling in [text, lower.as_str()] {
        // The three ways in which it may fall into base64's groups of three; what its neighbours share is cut.
        for shift in 0..3 {
            let shifted = [&b"xxx"[..shift], spelling.as_bytes()].concat();
            let encoded = BASE64_STANDARD_NO_PAD.encode(&shifted);
            let from = [0, 2, 3][shift];
            let whole = shifted.len() / 3 * 4;
            let body = encoded.as_bytes()[from + usize::from(shift > 0)..whole].to_vec();
            forms.push((
                format!("base64, shifted by {shift}"),
                body.to_ascii_lowercase(),
            ));
        }
        let escaped = |sign: char, plain: &dyn Fn(u8) -> bool| {
            let mut out = String::new();
            for byte in spelling.bytes() {
                match plain(byte) {
                    true => out.push(char::from(byte)),
                    false => out.push_str(&format!("{sign}{byte:02x}")),
                }
            }
            out.to_lowercase().into_bytes()
        };
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b".-_~".contains(&byte);
        forms.push(("percent".to_owned(), escaped('%', &is_letter)));
        let is_printable = |byte: u8| byte.is_ascii_graphic() && byte != b'=' || byte == b' ';
        forms.push(("quoted-printable".to_owned(), escaped('=', &is_printable)));
    }
    forms
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        match entry.path().is_dir() {
            true => files(&entry.path(), found),
            false => found.push(entry.path()),
        }
    }
}

/// Each place where something of her is left.
fn remains(publication: &TestPublication) -> Vec<String> {
    let mut all = Vec::new();
    files(&publication.path(".daily-note"), &mut all);
    files(&publication.path("state-home"), &mut all);
    let wanted: Vec<_> = [ADDRESS, NAME, "vergessen"]
        .iter()
        .flat_map(|text| forms(text))
        .collect();
    let mut remains = Vec::new();
    for file in all {
        let bytes = fs::read(&file).unwrap().to_ascii_lowercase();
        let name = file.to_string_lossy().to_lowercase();
        for (form, text) in &wanted {
            let is_in = bytes
                .windows(text.len())
                .any(|window| window == text.as_slice());
            if is_in
                || name
                    .as_bytes()
                    .windows(text.len())
                    .any(|window| window == text.as_slice())
            {
                remains.push(format!("{} ({form})", file.display()));
            }
        }
    }
    remains
}

#[test]
fn nothing_is_left_of_an_erased_person_in_any_file_of_the_state() {
    let server = ScriptedServer::new()
        .on(
            Rcpt,
            reply(&format!("550 5.7.1 <{ADDRESS}> does not want this")).to("gone-away"),
        )
        .start();
    let publication = with_her_everywhere(&server);
    assert!(
        remains(&publication).len() > 3,
        "{:?}",
        remains(&publication)
    );
    let ran = publication
        .run(["subscribers", "erase", ADDRESS, "--yes"])
        .exits(0);
    assert!(ran.stdout.contains("is erased"), "{}", ran.shown());
    assert!(
        ran.stdout.contains("1 mail to them is gone"),
        "{}",
        ran.shown()
    );
    assert_eq!(remains(&publication), Vec::<String>::new());

    // What was in free pages of older states goes too.
    let publication = publication.list(lists(true));
    let told = publication
        .run(["subscribers", "erase", "never-here@example.com", "--yes"])
        .exits(0);
    assert!(
        told.stdout.contains("was not known here"),
        "{}",
        told.shown()
    );
}

#[test]
fn free_pages_of_the_time_before_are_given_up() {
    let publication = TestPublication::new();
    publication
        .run(["subscribers", "add", ADDRESS, "--name", NAME])
        .exits(0);
    let database = publication.path(".daily-note/daily-note.sqlite");
    sqlite3(
        &database,
        &format!(
            "PRAGMA secure_delete = OFF; PRAGMA user_version = 0; \
             CREATE TABLE heap (text TEXT); \
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) \
             INSERT INTO heap SELECT '{ADDRESS} {NAME}' FROM n; DROP TABLE heap; \
             PRAGMA wal_checkpoint(TRUNCATE);"
        ),
    );
    assert!(!remains(&publication).is_empty());
    publication
        .run(["subscribers", "erase", ADDRESS, "--yes"])
        .exits(0);
    assert_eq!(remains(&publication), Vec::<String>::new());
}

#[test]
fn what_only_a_person_can_take_out_is_named() {
    let publication = TestPublication::new().list(lists(true));
    publication
        .run(["--at", AT, "send", ISSUE, "--yes"])
        .exits(0);
    let ran = publication
        .run(["subscribers", "erase", ADDRESS, "--yes"])
        .exits(0);
    assert!(
        ran.stdout.contains("subscribers.yaml names them"),
        "{}",
        ran.shown()
    );
    assert!(ran.stderr.contains("Backups"), "{}", ran.shown());
}
