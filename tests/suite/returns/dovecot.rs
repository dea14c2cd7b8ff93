//! A real Dovecot with one mailbox, read by IMAP over TLS or secured by STARTTLS.

use std::{
    fs,
    net::SocketAddr,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

use crate::{
    postfix::free_port,
    support::{TestPublication, left_out},
};

/// How a mailbox is come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// TLS from the first byte, and a password.
    Tls,
    /// STARTTLS, and a token that this server on loopback vouches for.
    Token(SocketAddr),
}

/// Whose files its mailboxes are.
pub(super) const OWNER: &str = "mail";

/// Dovecot with one mailbox, until this is dropped.
pub(super) struct Dovecot {
    child: Child,
    folder: TempDir,
    address: SocketAddr,
    way: Way,
}

impl Dovecot {
    /// None: it is not here.
    pub(super) fn start(way: Way) -> Option<Self> {
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
        fs::write(root.join("dovecot.conf"), configuration(root, address, way)).unwrap();
        if let Way::Token(vouching) = way {
            fs::write(root.join("oauth2.conf"), vouched_for_by(vouching)).unwrap();
        }
        let _ = Command::new("chown")
            .args(["-R", &format!("{OWNER}:{OWNER}")])
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
            way,
        })
    }

    /// Where its mailboxes lie; that of `bounces` in the folder of that name.
    pub(super) fn mail_folder(&self) -> PathBuf {
        self.folder.path().join("mail")
    }

    fn maildir(&self) -> PathBuf {
        self.mail_folder().join("bounces")
    }

    pub(super) fn deliver(&self, name: &str, mail: &[u8]) {
        let path = self.maildir().join("new").join(name);
        fs::write(&path, mail).unwrap();
        let owner = format!("{OWNER}:{OWNER}");
        let _ = Command::new("chown").arg(owner).arg(&path).status();
    }

    /// How many mails lie in that folder; INBOX is "".
    pub(super) fn count(&self, folder: &str) -> usize {
        let files = |state: &str| {
            let files = fs::read_dir(self.maildir().join(folder).join(state));
            files.map_or(0, Iterator::count)
        };
        files("new") + files("cur")
    }

    pub(super) fn configured(&self, publication: TestPublication) -> TestPublication {
        publication.and_config(&self.setting())
    }

    /// The `bounces:` block that leads here; a token is in the file `token`.
    pub(super) fn setting(&self) -> String {
        let (port, ca_file) = (self.address.port(), self.folder.path().join("cert.pem"));
        let (scheme, proof) = match self.way {
            Way::Tls => ("imaps", "password: secret"),
            Way::Token(_) => ("imap", "token_file: token"),
        };
        format!(
            "bounces:\n  imap:\n    url: {scheme}://localhost:{port}/INBOX\n    user: bounces\n    {proof}\n    ca_file: {}\n",
            ca_file.display(),
        )
    }

    /// What it wrote down.
    pub(super) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
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

fn configuration(root: &Path, address: SocketAddr, way: Way) -> String {
    let (root, port) = (root.display(), address.port());
    let (clear, secure, proof) = match way {
        Way::Tls => (
            0,
            port,
            "passdb {\n  driver = static\n  args = password=secret\n}\n".to_owned(),
        ),
        Way::Token(_) => (
            port,
            0,
            format!(
                "auth_mechanisms = xoauth2\npassdb {{\n  driver = oauth2\n  args = {root}/oauth2.conf\n}}\n"
            ),
        ),
    };
    format!(
        "base_dir = {root}/run\nlog_path = {root}/log\nprotocols = imap\nlisten = 127.0.0.1\nssl = required\n\
         ssl_cert = <{root}/cert.pem\nssl_key = <{root}/key.pem\nmail_location = maildir:{root}/mail/%n\n\
         first_valid_uid = 1\n{proof}\
         userdb {{\n  driver = static\n  args = uid={OWNER} gid={OWNER} home={root}/home\n}}\n\
         service imap-login {{\n  chroot =\n  inet_listener imap {{\n    port = {clear}\n  }}\n  inet_listener imaps {{\n    port = {secure}\n    ssl = yes\n  }}\n}}\n\
         service anvil {{\n  chroot =\n}}\nservice stats {{\n  chroot =\n}}\n"
    )
}

/// Whom Dovecot asks about tokens (RFC 7662).
fn vouched_for_by(address: SocketAddr) -> String {
    format!(
        "introspection_url = http://{address}/introspect\nintrospection_mode = post\nforce_introspection = yes\n\
         active_attribute = active\nactive_value = true\nusername_attribute = username\n"
    )
}
