//! Real Postfix: what it could not deliver comes back by each door into the right state.

use std::{
    fs,
    os::unix::{fs::PermissionsExt, process::CommandExt},
    process::Command,
};

use super::{
    dovecot::{Dovecot, OWNER, Way},
    harness::*,
};
use crate::{
    postfix::{Postfix, free_port, id_of},
    support::TestPublication,
};

const READERS: [&str; 6] = [
    "unknown@example.com",
    "full@example.com",
    "denied@example.com",
    "size@example.com",
    "delayed@example.com",
    "well@example.com",
];

/// What Postfix says of whom; everybody else gets it.
const TRANSPORTS: &str = "\
unknown@example.com error:5.1.1 User unknown
full@example.com error:5.2.2 Mailbox is full
denied@example.com error:5.7.1 Relay access denied
size@example.com error:5.3.4 Message size exceeds fixed limit
delayed@example.com retry:4.4.1 Connection timed out
";

/// A map that Postfix's daemons, who are somebody else, can read.
fn map(lines: &str) -> tempfile::NamedTempFile {
    let map = tempfile::NamedTempFile::new().unwrap();
    fs::write(map.path(), lines).unwrap();
    fs::set_permissions(map.path(), fs::Permissions::from_mode(0o644)).unwrap();
    map
}

/// A relay that sends five of six back, by that way; None: it is not installed.
fn relay(way: &str, services: &str, more: &[&str]) -> Option<(Postfix, tempfile::NamedTempFile)> {
    let map = map(&format!("{TRANSPORTS}bounce.example.com {way}\n"));
    let transports = format!("transport_maps = texthash:{}", map.path().display());
    let mut settings = vec![
        transports.as_str(),
        "default_transport = smtp",
        // What can't be delivered is taken, and comes back.
        "smtpd_reject_unlisted_recipient = no",
        "delay_warning_time = 1s",
        "minimal_backoff_time = 1s",
        "queue_run_delay = 1s",
        "bounces_destination_recipient_limit = 1",
    ];
    settings.extend(more);
    let postfix = Postfix::start_with(
        &settings,
        &format!(
            "smtp      unix  -       -       n       -       -       smtp\n\
             lmtp      unix  -       -       n       -       -       lmtp\n{services}"
        ),
    )?;
    Some((postfix, map))
}

fn send(publication: TestPublication, postfix: &Postfix) -> TestPublication {
    let url = format!("smtp://{}?tls=none", postfix.addr());
    let publication = publication.variable("DAILY_NOTE_SMTP__URL", &url);
    publication.run(["send", ISSUE, "--yes"]).exits(0);
    publication
}

fn judge(publication: &TestPublication, door: &str) {
    let unknown = shown(publication, "unknown@example.com");
    assert_eq!(unknown["suppression"]["reason"], "hard_bounce", "{unknown}");
    assert_eq!(unknown["reports"][0]["door"], door);
    let full = shown(publication, "full@example.com");
    assert_eq!(
        (&full["soft_failures"], &full["gets_mail"]),
        (&1.into(), &true.into()),
        "{full}"
    );
    for reader in ["denied@example.com", "size@example.com"] {
        let shown = shown(publication, reader);
        assert_eq!(shown["reports"][0]["effect"], "against_sender", "{shown}");
        assert_eq!(shown["gets_mail"], true);
    }
    let delayed = shown(publication, "delayed@example.com");
    assert_eq!(delayed["reports"][0]["kind"], "delayed", "{delayed}");
    assert_eq!(delayed["reports"][0]["effect"], "nothing");
    assert!(shown(publication, "well@example.com")["reports"].is_null());
    let of_issue =
        serde_json::json!({"suppressed": 1, "counted": 1, "against_sender": 2, "nothing": 1});
    assert_eq!(returned(publication), of_issue);
}

/// Whether what was to come back has: four bounces and a warning.
fn has_all(publication: &TestPublication) -> bool {
    let listed = publication.run(["bounces", "list", "--json"]).json();
    let about: std::collections::BTreeSet<String> = listed
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|report| Some(report["email"].as_str()?.to_owned()))
        .collect();
    about.len() == 5
}

#[test]
fn what_postfix_sends_back_comes_by_our_own_door() {
    for (protocol, way) in [("lmtp", "lmtp:inet"), ("smtp", "smtp")] {
        let door = free_port();
        let way = match protocol {
            "lmtp" => format!("{way}:{door}"),
            _ => format!("{way}:[127.0.0.1]:{}", door.port()),
        };
        let Some((postfix, _map)) = relay(&way, "", &[]) else {
            return;
        };
        let publication = publication(&READERS)
            .and_config(&format!("bounces: {{listen: '{protocol}://{door}'}}\n"));
        let publication = send(publication, &postfix);
        let served = Served::start(&publication);
        wait_until(&format!("{protocol}: {}", postfix.log()), || {
            has_all(&publication)
        });
        judge(&publication, protocol);
        if protocol == "lmtp" {
            let doctor = publication.run(["doctor", "--json"]);
            let checks = doctor.json()["checks"].clone();
            let mut lines = checks.as_array().unwrap().iter();
            let probe = lines
                .find(|line| line["topic"] == "returns")
                .unwrap()
                .clone();
            assert_eq!(probe["verdict"], "good", "{probe}");
        }
        drop(served);
    }
}

#[test]
fn what_postfix_sends_back_comes_by_a_maildir() {
    let maps = map("/@bounce\\./ back/\n/./ all/\n");
    let setting = format!("virtual_mailbox_maps = regexp:{}", maps.path().display());
    let Some((postfix, _map)) = relay("virtual:", "", &[&setting]) else {
        return;
    };
    let publication = publication(&READERS).and_config(&format!(
        "bounces: {{maildir: '{}'}}\n",
        postfix.maildir("back").display()
    ));
    let publication = send(publication, &postfix);
    let _served = Served::start(&publication);
    wait_until(&postfix.log(), || has_all(&publication));
    judge(&publication, "maildir");
}

#[test]
fn what_postfix_sends_back_comes_by_a_mailbox_that_dovecot_serves() {
    let Some(dovecot) = Dovecot::start(Way::Tls) else {
        return;
    };
    let maps = map("/@bounce\\./ bounces/\n/./ all/\n");
    let (user, group) = id_of(OWNER);
    // Into the folder that Dovecot reads, as the user whose mail it is.
    let settings = [
        format!("virtual_mailbox_maps = regexp:{}", maps.path().display()),
        format!("virtual_mailbox_base = {}", dovecot.mail_folder().display()),
        format!("virtual_uid_maps = static:{user}"),
        format!("virtual_gid_maps = static:{group}"),
    ];
    let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
    let Some((postfix, _map)) = relay("virtual:", "", &settings) else {
        return;
    };
    let publication = send(dovecot.configured(publication(&READERS)), &postfix);
    let _served = Served::start(&publication);
    wait_until(&postfix.log(), || has_all(&publication));
    judge(&publication, "imap");
    wait_until("the mailbox is not emptied", || dovecot.count("") == 0);
    let aside = [".daily-note-done", ".daily-note-unread"].map(|folder| dovecot.count(folder));
    assert_eq!(aside, [5, 0], "{}", dovecot.log());
    let login = dovecot.log();
    assert!(
        login.contains("Login: user=<bounces>") && login.contains("TLS"),
        "{login}"
    );
}

#[test]
fn what_postfix_sends_back_comes_by_a_pipe() {
    let publication = publication(&READERS);
    let root = publication.path("");
    let service = format!(
        "bounces   unix  -       n       n       -       1       pipe flags=DRX user=nobody \
         argv={} --root {} bounces import -\n",
        env!("CARGO_BIN_EXE_daily-note"),
        root.display()
    );
    let Some((postfix, _map)) = relay("bounces:", &service, &[]) else {
        return;
    };
    // A pipe runs as somebody else: the publication is theirs.
    let url = format!("smtp://{}?tls=none", postfix.addr());
    let publication = publication.variable("DAILY_NOTE_SMTP__URL", &url);
    let owned = Command::new("chown")
        .args(["-R", "nobody"])
        .arg(&root)
        .status();
    assert!(owned.unwrap().success());
    let mut send = publication.command(["send", ISSUE, "--yes"]);
    let sent = send.uid(id_of("nobody").0).output().unwrap();
    assert!(
        sent.status.success(),
        "{}",
        String::from_utf8_lossy(&sent.stderr)
    );
    wait_until("the pipe is not used", || {
        postfix
            .log()
            .matches("delivered via bounces service")
            .count()
            >= 5
    });
    judge(&publication, "pipe");
}
