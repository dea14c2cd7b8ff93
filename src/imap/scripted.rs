//! A small IMAP server for tests: one mailbox, by TLS, with a certificate of its own; it can be told to misbehave.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

use super::ImapServer;

/// How the server misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mischief {
    /// Not at all.
    None,
    /// Says nothing more at that command.
    HangsAt(&'static str),
    /// Closes the connection at that command.
    DropsAt(&'static str),
    /// Gives every mail the number 1, and other numbers each time the folder is opened.
    LiesAboutNumbers,
    /// Announces a mail of four gigabytes.
    Floods,
    /// Moves nothing and has no folders.
    KeepsEverything,
}

/// What the server has.
#[derive(Debug, Default)]
pub(crate) struct ScriptedMailbox {
    /// The folder's mail, by number.
    pub(crate) inbox: BTreeMap<u32, Vec<u8>>,
    /// The other folders' mail.
    pub(crate) folders: BTreeMap<String, Vec<Vec<u8>>>,
    /// Commands, as they came, without their arguments.
    pub(crate) heard: Vec<String>,
    opened: u32,
}

/// The server, listening.
pub(crate) struct ScriptedImap {
    pub(crate) mailbox: Arc<Mutex<ScriptedMailbox>>,
    pub(crate) mischief: Arc<Mutex<Mischief>>,
    pub(crate) port: u16,
    ca_file: PathBuf,
    _folder: tempfile::TempDir,
}

impl ScriptedImap {
    /// Starts it with these mails in the folder.
    pub(crate) async fn start(mischief: Mischief, mails: &[&str]) -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let ca_file = folder.path().join("ca.pem");
        std::fs::write(&ca_file, cert.pem()).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let mailbox = Arc::new(Mutex::new(ScriptedMailbox::default()));
        for (number, mail) in (1..).zip(mails) {
            mailbox
                .lock()
                .unwrap()
                .inbox
                .insert(number, mail.as_bytes().to_vec());
        }
        let mischief = Arc::new(Mutex::new(mischief));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (shared, manner) = (Arc::clone(&mailbox), Arc::clone(&mischief));
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                let (acceptor, shared, manner) =
                    (acceptor.clone(), Arc::clone(&shared), Arc::clone(&manner));
                tokio::spawn(async move {
                    let _ = talk(acceptor, tcp, shared, manner).await;
                });
            }
        });
        Self {
            mailbox,
            mischief,
            port,
            ca_file,
            _folder: folder,
        }
    }

    pub(crate) fn ca_file(&self) -> &Path {
        &self.ca_file
    }

    /// The server as clients know it.
    pub(crate) fn server(&self) -> ImapServer {
        ImapServer {
            host: "localhost".to_owned(),
            port: self.port,
            is_implicit_tls: true,
            ca_file: Some(self.ca_file.clone()),
            patience: self.patience(),
        }
    }

    /// How long it is waited for: briefly where it never answers, else as long as a machine under load takes.
    pub(crate) fn patience(&self) -> Duration {
        match *self.mischief.lock().unwrap() {
            Mischief::HangsAt(_) => Duration::from_secs(1),
            _ => Duration::from_secs(20),
        }
    }
}

async fn talk(
    acceptor: TlsAcceptor,
    tcp: TcpStream,
    mailbox: Arc<Mutex<ScriptedMailbox>>,
    mischief: Arc<Mutex<Mischief>>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(acceptor.accept(tcp).await?);
    stream.write_all(b"* OK ready\r\n").await?;
    loop {
        let Some(line) = command(&mut stream).await? else {
            return Ok(());
        };
        let mut words = line.splitn(3, ' ');
        let (tag, verb) = (
            words.next().unwrap_or_default(),
            words.next().unwrap_or_default(),
        );
        let rest = words.next().unwrap_or_default();
        let name = match verb {
            "UID" => format!("UID {}", rest.split(' ').next().unwrap_or_default()),
            verb => verb.to_owned(),
        };
        mailbox.lock().unwrap().heard.push(name.clone());
        let manner = *mischief.lock().unwrap();
        match manner {
            Mischief::HangsAt(at) if at == name => std::future::pending().await,
            Mischief::DropsAt(at) if at == name => return Ok(()),
            _ => {}
        }
        if name == "IDLE" {
            stream.write_all(b"+ idling\r\n").await?;
            let mut done = String::new();
            stream.read_line(&mut done).await?;
            stream.write_all(format!("{tag} OK\r\n").as_bytes()).await?;
            continue;
        }
        let answer = answered(&name, tag, rest, manner, &mut mailbox.lock().unwrap());
        stream.write_all(&answer).await?;
        stream.flush().await?;
        if name == "LOGOUT" {
            return Ok(());
        }
    }
}

/// One command with its literals put in place.
async fn command<S>(stream: &mut BufReader<S>) -> std::io::Result<Option<String>>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let mut whole = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        let line = line.trim_end();
        let literal = line
            .strip_suffix('}')
            .and_then(|line| line.rsplit_once('{'))
            .and_then(|(before, length)| Some((before, length.parse::<usize>().ok()?)));
        let Some((before, length)) = literal else {
            whole.push_str(line);
            return Ok(Some(whole));
        };
        // Real servers tell something else in between.
        stream.write_all(b"* OK still here\r\n+ go on\r\n").await?;
        stream.flush().await?;
        let mut text = vec![0; length];
        stream.read_exact(&mut text).await?;
        whole.push_str(before);
        whole.push_str(&String::from_utf8_lossy(&text));
    }
}

fn answered(
    name: &str,
    tag: &str,
    rest: &str,
    manner: Mischief,
    mailbox: &mut ScriptedMailbox,
) -> Vec<u8> {
    let keeps = manner == Mischief::KeepsEverything;
    let lies = manner == Mischief::LiesAboutNumbers;
    let ok = format!("{tag} OK done\r\n");
    let no = format!("{tag} NO\r\n").into_bytes();
    match name {
        "LOGIN" if rest != "bounces secret" => format!("{tag} NO wrong password\r\n").into_bytes(),
        "CAPABILITY" => {
            let has = if keeps { "" } else { " MOVE UIDPLUS" };
            format!("* CAPABILITY IMAP4rev1 IDLE{has}\r\n{ok}").into_bytes()
        }
        "CREATE" if keeps => no,
        "CREATE" => {
            mailbox.folders.entry(rest.to_owned()).or_default();
            ok.into_bytes()
        }
        "STATUS" => match mailbox
            .folders
            .keys()
            .any(|folder| rest.starts_with(folder.as_str()))
        {
            true => ok.into_bytes(),
            false => no,
        },
        "SELECT" => {
            mailbox.opened += 1;
            let validity = if lies { mailbox.opened } else { 7 };
            let next = mailbox.inbox.keys().next_back().map_or(1, |last| last + 1);
            format!(
                "* {} EXISTS\r\n* OK [UIDVALIDITY {validity}]\r\n* OK [UIDNEXT {next}]\r\n{ok}",
                mailbox.inbox.len(),
            )
            .into_bytes()
        }
        "UID SEARCH" => {
            let numbers: Vec<String> = match lies {
                true => mailbox.inbox.keys().map(|_| "1".to_owned()).collect(),
                false => mailbox.inbox.keys().map(u32::to_string).collect(),
            };
            format!("* SEARCH {}\r\n{ok}", numbers.join(" ")).into_bytes()
        }
        "UID FETCH" if manner == Mischief::Floods => {
            b"* 1 FETCH (UID 1 BODY[]<0> {4294967295}\r\nxxxx".to_vec()
        }
        "UID FETCH" => {
            let number = rest
                .split(' ')
                .nth(1)
                .and_then(|it| it.parse().ok())
                .unwrap_or(0);
            let mail = match lies {
                true => mailbox.inbox.values().next(),
                false => mailbox.inbox.get(&number),
            };
            let mut answer = Vec::new();
            if let Some(mail) = mail {
                // Something of another mail first, as servers may.
                answer.extend_from_slice(b"* 9 FETCH (FLAGS (\\Seen))\r\n");
                answer.extend(
                    format!("* 1 FETCH (UID {number} BODY[]<0> {{{}}}\r\n", mail.len()).bytes(),
                );
                answer.extend_from_slice(mail);
                answer.extend_from_slice(b")\r\n");
            }
            answer.extend(ok.bytes());
            answer
        }
        "UID MOVE" => {
            let mut words = rest.splitn(3, ' ').skip(1);
            let number: u32 = words.next().and_then(|it| it.parse().ok()).unwrap_or(0);
            let number = match lies {
                true => mailbox.inbox.keys().next().copied().unwrap_or(0),
                false => number,
            };
            match (words.next(), mailbox.inbox.remove(&number)) {
                (Some(folder), Some(mail)) => {
                    mailbox
                        .folders
                        .entry(folder.to_owned())
                        .or_default()
                        .push(mail);
                    ok.into_bytes()
                }
                _ => no,
            }
        }
        _ if keeps && name.starts_with("UID") => no,
        _ => ok.into_bytes(),
    }
}
