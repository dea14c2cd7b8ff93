//! `dkim new`, from the command line to a signature.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Output},
};

use daily_note::{
    message::dkim::Signer,
    publication::{Environment, Publication},
};

const PUBLICATION: &str = "\
publication:
  name: 데일리 노트
  from: 데일리 노트 <hello@note.example.com>
  language: ko
  timezone: Asia/Seoul
editions:
  monday: {title: 월요일 편, topic: 지도, day: mon, time: \"08:00\"}
";

fn dkim_new(root: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_daily-note"))
        .args([
            "--lang",
            "en",
            "--color",
            "never",
            "--at",
            "2026-11-24T00:00:00Z",
            "--root",
        ])
        .arg(root)
        .args(["dkim", "new"])
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn a_new_pair_of_keys_is_private_and_signs_as_its_report_says() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("daily-note.yaml");
    fs::write(&file, PUBLICATION).unwrap();
    let output = dkim_new(root.path(), &["--ed25519"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let report = text(&output.stdout);
    for name in ["dn202611.pem", "dn202611e.pem"] {
        let key = root.path().join(".daily-note/dkim").join(name);
        let mode = fs::metadata(&key).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }

    let block = &report[report.find("smtp:\n").unwrap()..report.find("\nThe next run").unwrap()];
    insta::assert_snapshot!(block);
    fs::write(&file, format!("{PUBLICATION}{block}")).unwrap();
    let publication = Publication::load(root.path(), &Environment::default()).unwrap();
    let signer = Signer::load(publication.smtp.dkim.as_ref().unwrap(), root.path()).unwrap();
    let records = signer.records();
    assert_eq!(records.len(), 2);
    let squeezed = report.replace("\"\n    \"", "");
    for record in records {
        assert!(
            squeezed.contains(&format!("{}. IN TXT", record.name)),
            "{report}"
        );
        assert!(
            squeezed.contains(&format!("\"{}\"", record.value)),
            "{report}"
        );
    }
}

#[test]
fn a_key_is_never_written_over() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("daily-note.yaml"), PUBLICATION).unwrap();
    let first = dkim_new(root.path(), &["--selector", "a", "--json"]);
    let document: serde_json::Value = serde_json::from_slice(&first.stdout).unwrap();
    assert_eq!(
        document["keys"][0]["record"]["name"],
        "a._domainkey.note.example.com"
    );
    let key = root.path().join(".daily-note/dkim/a.pem");
    let before = fs::read(&key).unwrap();
    let second = dkim_new(root.path(), &["--selector", "a"]);
    assert_eq!(second.status.code(), Some(2));
    insta::assert_snapshot!(text(&second.stderr));
    assert_eq!(fs::read(&key).unwrap(), before);
    let outside = dkim_new(root.path(), &["--selector", "../../a"]);
    assert_eq!(outside.status.code(), Some(2));
}
