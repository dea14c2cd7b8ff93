//! A real Dovecot's mailbox, read by IMAP over TLS.

use std::{
    fs,
    net::SocketAddr,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use tempfile::TempDir;

use super::{
    harness::*,
    killed::{is_each_counted_once, prepared},
};
use crate::{
    postfix::free_port,
    support::{TestPublication, left_out},
};

/// Dovecot with one mailbox, until this is dropped.
struct Dovecot {
    child: Child,
    folder: TempDir,
    address: SocketAddr,
}

impl Dovecot {
    /// None: it is not here.
    fn start() -> Option<Self> {
        if Command::new("dovecot").arg("--version").output().is_err() {
            left_out("Dovecot (dovecot-imapd) is not here");
            return None;
        }
        // Mail is read by a user that is not root, who has to get there.
        let folder = tempfile::Builder::new()
            .permissions(fs::Permissions::from_mode(0o755))
            .tempdir()
            .unwrap();
        let root = folder.path();
        for name in [
            "run",
            "home",
            "mail/bounces/new",
            "mail/bounces/cur",
            "mail/bounces/tmp",
        ] {
            fs::create_dir_all(root.join(name)).unwrap();
        }
        let certificate = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        fs::write(root.join("cert.pem"), certificate.cert.pem()).unwrap();
        fs::write(
            root.join("key.pem"),
            certificate.signing_key.serialize_pem(),
        )
        .unwrap();
        let address = free_port();
        fs::write(root.join("dovecot.conf"), configuration(root, address)).unwrap();
        let _ = Command::new("chown")
            .args(["-R", "mail:mail"])
            .args([root.join("mail"), root.join("home")])
            .status();
        let child = Command::new("dovecot")
            .args(["-F", "-c"])
            .arg(root.join("dovecot.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Some(Self {
            child,
            folder,
            address,
        })
    }

    fn maildir(&self) -> PathBuf {
        self.folder.path().join("mail/bounces")
    }

    fn deliver(&self, name: &str, mail: &[u8]) {
        let path = self.maildir().join("new").join(name);
        fs::write(&path, mail).unwrap();
        let _ = Command::new("chown").arg("mail:mail").arg(&path).status();
    }

    /// How many mails lie in that folder; INBOX is "".
    fn count(&self, folder: &str) -> usize {
        let files = |state: &str| {
            let files = fs::read_dir(self.maildir().join(folder).join(state));
            files.map_or(0, Iterator::count)
        };
        files("new") + files("cur")
    }

    fn configured(&self, publication: TestPublication) -> TestPublication {
        let (port, ca_file) = (self.address.port(), self.folder.path().join("cert.pem"));
        publication.and_config(&format!(
            "bounces:\n  imap:\n    url: imaps://localhost:{port}/INBOX\n    user: bounces\n    password: secret\n    ca_file: {}\n",
            ca_file.display(),
        ))
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        // The master ends its children.
        let _ = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        let _ = self.child.wait();
    }
}

fn configuration(root: &Path, address: SocketAddr) -> String {
    let (root, port) = (root.display(), address.port());
    format!(
        "base_dir = {root}/run\nlog_path = {root}/log\nprotocols = imap\nlisten = 127.0.0.1\nssl = required\n\
         ssl_cert = <{root}/cert.pem\nssl_key = <{root}/key.pem\nmail_location = maildir:{root}/mail/%n\n\
         first_valid_uid = 1\n\
         passdb {{\n  driver = static\n  args = password=secret\n}}\n\
         userdb {{\n  driver = static\n  args = uid=mail gid=mail home={root}/home\n}}\n\
         service imap-login {{\n  chroot =\n  inet_listener imap {{\n    port = 0\n  }}\n  inet_listener imaps {{\n    port = {port}\n    ssl = yes\n  }}\n}}\n\
         service anvil {{\n  chroot =\n}}\nservice stats {{\n  chroot =\n}}\n"
    )
}

#[test]
fn a_mailbox_is_emptied_over_tls_and_each_mail_has_its_effect_once() {
    let Some(dovecot) = Dovecot::start() else {
        return;
    };
    let (publication, taken) = sent(&["dead@example.com", "full@example.com", "well@example.com"]);
    let publication = dovecot.configured(publication);
    let dead = report(
        mail_to(&taken, "dead@example.com"),
        "5.1.1",
        "550 5.1.1 no such user",
    );
    dovecot.deliver("1.dead", &dead);
    dovecot.deliver("2.dead", &dead);
    dovecot.deliver(
        "3.full",
        &report(
            mail_to(&taken, "full@example.com"),
            "5.2.2",
            "552 5.2.2 mailbox full",
        ),
    );
    dovecot.deliver("4.nothing", b"nothing that is a mail");
    let served = Served::start(&publication);
    wait_until("the mailbox is not emptied", || dovecot.count("") == 0);
    wait_until("nothing was moved aside", || {
        dovecot.count(".daily-note-done") == 3 && dovecot.count(".daily-note-unread") == 1
    });
    // What comes later is heard of.
    dovecot.deliver("5.forged", forged("well@example.com", 1).as_bytes());
    wait_until("what came later was not taken in", || {
        dovecot.count(".daily-note-done") == 4
    });
    served.kill();
    let list = publication.run(["bounces", "list", "--json"]).exits(0);
    let text = &list.stdout;
    // The same report came twice.
    assert_eq!(text.matches("user_unknown").count(), 1, "{text}");
    for effect in ["suppressed", "unproven"] {
        let effect = format!("\"effect\":\"{effect}\"");
        assert_eq!(text.matches(&effect).count(), 1, "{effect} in {text}");
    }
}

#[test]
fn a_mailbox_s_mail_is_counted_once_however_often_the_power_goes_out() {
    let Some(dovecot) = Dovecot::start() else {
        return;
    };
    let (publication, reports) = prepared();
    let publication = dovecot.configured(publication);
    for (round, group) in reports.chunks(8).enumerate() {
        for (n, (_, report)) in group.iter().enumerate() {
            dovecot.deliver(&format!("{round}-{n}"), report);
        }
        let served = Served::start(&publication);
        // At another moment each time, from before the login to after the last move.
        thread::sleep(Duration::from_millis(150 + 60 * (round as u64 % 12)));
        served.kill();
    }
    let _served = Served::start(&publication);
    wait_until("the mailbox is not emptied", || dovecot.count("") == 0);
    is_each_counted_once(&publication, reports.len());
}
