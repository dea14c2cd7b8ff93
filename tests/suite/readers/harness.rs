//! A publication whose pages are served, and the mail that readers of it got.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use chrono::Datelike;
use mail_parser::{Message, MessageParser};

use crate::support::TestPublication;

/// A machine under load has its time.
const PATIENCE: Duration = Duration::from_secs(60);
/// Where the mail says that the pages are; they are asked where they really are.
pub(crate) const BASE: &str = "https://note.example.com";

const CONFIGURATION: &str = "\
publication:
  name: The Note
  language: en
  timezone: Europe/London
  from: The Note <hello@note.example.com>
  postal_address: 1 Example Street, London
  contact: hello@note.example.com
editions:
  monday: {title: Monday, topic: software, day: mon, time: \"08:00\"}
  thursday: {title: Thursday, topic: design, day: thu, time: \"08:00\"}
web: {base_url: 'https://note.example.com', listen: '127.0.0.1:0'}
";

/// Two editions, one issue each, the embedded inbox for a relay, and pages.
pub(crate) fn publication() -> TestPublication {
    TestPublication::new()
        .config(CONFIGURATION)
        .issue(
            "2026-11-26-chairs.md",
            "---\ntitle: Chairs\nedition: thursday\ndate: 2026-11-26\nstatus: ready\n---\n\
             Hello. This week is about chairs.\n\n## A chair\n\nIt stands.\n",
        )
        .list("- email: minji@example.com\n  name: 민지\n- email: tom@example.com\n")
}

/// The same under Korean law, with the one edition's day far from today's: nothing is due for days.
pub(crate) fn quiet_korean_publication() -> TestPublication {
    #[expect(
        clippy::disallowed_methods,
        reason = "what waits for a quiet hour waits by the real clock"
    )]
    let later = chrono::Utc::now() + chrono::TimeDelta::days(3);
    let day = later.weekday().to_string().to_lowercase();
    let configuration = CONFIGURATION
        .replace("day: mon", &format!("day: {day}"))
        .replace("day: thu", &format!("day: {day}"));
    publication()
        .config(&configuration)
        .and_config("law: {korea: true}\n")
}

/// `serve`, and its readers' pages.
pub(crate) struct ServedPages {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl ServedPages {
    /// Starts it; answers once the pages do.
    pub(crate) fn start(publication: &TestPublication) -> Self {
        Self::spawn(&mut publication.command(["serve"]))
    }

    /// The same of a command that serves them.
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stderr.take().unwrap());
        let (found, finding) = mpsc::channel();
        thread::spawn(move || {
            for line in said.lines().map_while(Result::ok) {
                if let Some((_, rest)) = line.split_once("readers' pages at http://") {
                    let (address, _) = rest.split_once(',').unwrap();
                    let _ = found.send(address.parse().unwrap());
                }
            }
        });
        let address = finding
            .recv_timeout(PATIENCE)
            .expect("the pages are served");
        Self { child, address }
    }

    /// The memory that it has just now, in MiB.
    pub(crate) fn memory_mib(&self) -> u64 {
        let status = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(status).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        kib.unwrap() / 1_024
    }

    /// Dies at once, as in a power cut.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn get(&self, link: &str) -> Answer {
        self.ask("GET", link, &[], "")
    }

    /// A form of our own page, sent by a browser on it.
    pub(crate) fn post(&self, link: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form(fields);
        let headers = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Sec-Fetch-Site", "same-origin"),
        ];
        self.ask("POST", link, &headers, &body)
    }

    pub(crate) fn ask(
        &self,
        method: &str,
        link: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let path = link.strip_prefix(BASE).unwrap_or(link);
        let mut head =
            format!("{method} {path} HTTP/1.1\r\nHost: note.example.com\r\nConnection: close\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        self.raw(format!("{head}\r\n{body}").as_bytes())
    }

    /// What is answered to these bytes.
    pub(crate) fn raw(&self, bytes: &[u8]) -> Answer {
        let mut tcp = TcpStream::connect(self.address).unwrap();
        tcp.set_read_timeout(Some(PATIENCE)).unwrap();
        tcp.write_all(bytes).unwrap();
        let mut answer = Vec::new();
        tcp.read_to_end(&mut answer).unwrap();
        Answer::parse(&answer)
    }
}

impl Drop for ServedPages {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a page answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|it| it.parse().ok());
        Self {
            status: status.unwrap_or_default(),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    /// The value of a header; empty where there is none.
    pub(crate) fn header(&self, name: &str) -> String {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        let mut values = lines.filter(|(known, _)| known.eq_ignore_ascii_case(name));
        values
            .next()
            .map_or_else(String::new, |(_, value)| value.trim().to_owned())
    }

    /// The answer, if it has that status.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}\n{}", self.head, self.body);
        self
    }

    /// The value of a field of its form.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        let at = self.body.find(&format!("name=\"{name}\""))?;
        let tag_start = self.body[..at].rfind('<')?;
        let tag = &self.body[tag_start..];
        let tag = &tag[..tag.find('>')?];
        let (_, value) = tag.split_once("value=\"")?;
        Some(value[..value.find('"')?].replace("&amp;", "&"))
    }

    /// The first link on it that begins so.
    pub(crate) fn link(&self, prefix: &str) -> Option<String> {
        let mut rest = self.body.as_str();
        while let Some(at) = rest.find("=\"") {
            rest = &rest[at + 2..];
            let value = &rest[..rest.find('"')?];
            if value.starts_with(prefix) {
                return Some(value.replace("&amp;", "&"));
            }
        }
        None
    }
}

/// Fields as a browser sends them.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields {
        body.append_pair(name, value);
    }
    body.finish()
}

/// A mail that a reader got.
pub(crate) struct ReceivedMail {
    pub(crate) subject: String,
    pub(crate) html: String,
    pub(crate) unsubscribe: Option<String>,
    headers: Vec<(String, String)>,
}

impl ReceivedMail {
    /// What a header says.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone())
    }

    /// The link in it that begins so, below the pages' address.
    #[track_caller]
    pub(crate) fn link(&self, prefix: &str) -> String {
        let wanted = format!("{BASE}{prefix}");
        let at = self.html.find(&wanted);
        let at = at.unwrap_or_else(|| panic!("no {wanted} in {}", self.subject));
        let rest = &self.html[at..];
        let end = rest.find(['"', '<', ' ', '\'']).unwrap_or(rest.len());
        rest[..end].replace("&amp;", "&")
    }
}

/// All mail to that address, in the order of arrival.
pub(crate) fn mail_to(publication: &TestPublication, address: &str) -> Vec<ReceivedMail> {
    let mail = all_mail(publication).into_iter();
    mail.filter(|(to, _)| to == address)
        .map(|(_, mail)| mail)
        .collect()
}

/// The last mail to each address.
pub(crate) fn mail_by_reader(publication: &TestPublication) -> BTreeMap<String, ReceivedMail> {
    all_mail(publication).into_iter().collect()
}

fn all_mail(publication: &TestPublication) -> Vec<(String, ReceivedMail)> {
    let mut received = Vec::new();
    for file in publication.inbox() {
        // Mail that arrives just now is written whole, or not there.
        let Ok(bytes) = std::fs::read(&file) else {
            continue;
        };
        let Some(message) = MessageParser::default().parse(&bytes) else {
            continue;
        };
        let to = message.to().and_then(|to| to.first()?.address());
        let mail = ReceivedMail {
            subject: message.subject().unwrap_or_default().to_owned(),
            html: message.body_html(0).unwrap_or_default().into_owned(),
            unsubscribe: one_click(&message),
            headers: headers(&message),
        };
        received.push((to.unwrap_or_default().to_owned(), mail));
    }
    received
}

/// Waits for mail to that address beyond `had`, and answers the next of it.
#[track_caller]
pub(crate) fn next_mail(publication: &TestPublication, address: &str, had: usize) -> ReceivedMail {
    let started = Instant::now();
    loop {
        let mut all = mail_to(publication, address);
        if all.len() > had {
            return all.swap_remove(had);
        }
        assert!(
            started.elapsed() < PATIENCE,
            "{address} waits for mail {had}"
        );
        thread::sleep(Duration::from_millis(50));
    }
}

/// All headers, as they came.
fn headers(message: &Message<'_>) -> Vec<(String, String)> {
    let headers = message.headers_raw();
    let headers = headers.map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
    headers.collect()
}

/// The https address of List-Unsubscribe, where a click is enough.
fn one_click(message: &Message<'_>) -> Option<String> {
    message.header("List-Unsubscribe-Post")?;
    let raw = message.header_raw("List-Unsubscribe")?;
    let (_, rest) = raw.split_once("<https://")?;
    let (url, _) = rest.split_once('>')?;
    Some(format!("https://{url}"))
}

/// Waits for a mail to that address with a link of that prefix beyond the `had` ones, and answers the link.
#[track_caller]
pub(crate) fn next_link(
    publication: &TestPublication,
    address: &str,
    prefix: &str,
    had: usize,
) -> String {
    let started = Instant::now();
    loop {
        let links = links_to(publication, address, prefix);
        if let Some(link) = links.get(had) {
            return link.clone();
        }
        assert!(
            started.elapsed() < PATIENCE,
            "{address} waits for a link to {prefix}"
        );
        thread::sleep(Duration::from_millis(50));
    }
}

/// The links of that prefix in the mail to that address, one a mail.
pub(crate) fn links_to(publication: &TestPublication, address: &str, prefix: &str) -> Vec<String> {
    let wanted = format!("{BASE}{prefix}");
    let mail = mail_to(publication, address).into_iter();
    mail.filter(|mail| mail.html.contains(&wanted))
        .map(|mail| mail.link(prefix))
        .collect()
}
