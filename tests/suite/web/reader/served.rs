//! The pages on a port of their own, and what they answer to the bytes of a request.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use daily_note::web::reader::{self, DoorSettings, ReaderService};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::fake::FakeList;

/// No answer takes longer, unless a test is about that.
const PATIENCE: Duration = Duration::from_secs(20);

/// The pages over a made-up list.
pub(crate) struct ServedPages {
    pub(crate) list: Arc<FakeList>,
    pub(crate) at: SocketAddr,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: String,
}

impl ServedPages {
    pub(crate) async fn start(list: Arc<FakeList>) -> Self {
        Self::start_with(list, DoorSettings::default()).await
    }

    pub(super) async fn of_the_house() -> Self {
        Self::start(FakeList::of_the_house()).await
    }

    pub(super) async fn start_with(list: Arc<FakeList>, settings: DoorSettings) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let at = listener.local_addr().unwrap();
        let service: Arc<dyn ReaderService> = Arc::clone(&list) as _;
        let pages = reader::router(service, settings.clone());
        tokio::spawn(reader::serve(
            listener,
            pages,
            settings,
            std::future::pending(),
        ));
        Self { list, at }
    }

    /// Sends these bytes; the answer ends with the connection.
    pub(super) async fn send(&self, bytes: &[u8]) -> Answer {
        Answer::of(self.at, bytes).await
    }

    /// The status that bytes are answered with, after which nothing more is said; None where the
    /// connection ends without one.
    pub(super) async fn status(at: SocketAddr, bytes: &[u8]) -> Option<u16> {
        let mut stream = TcpStream::connect(at).await.unwrap();
        let _ = stream.write_all(bytes).await;
        let _ = stream.shutdown().await;
        let mut answer = Vec::new();
        let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer));
        let _ = read.await.expect("a connection that never ends");
        let line = answer.get(9..12)?;
        std::str::from_utf8(line).ok()?.parse().ok()
    }

    /// A request with these lines of a head, and a body.
    pub(super) async fn ask(&self, line: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut head =
            format!("{line} HTTP/1.1\r\nHost: note.example.com\r\nConnection: close\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() || line.starts_with("POST") {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        self.send(&[head.as_bytes(), body].concat()).await
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.ask(&format!("GET {path}"), &[], b"").await
    }

    pub(super) async fn get_in(&self, language: &str, path: &str) -> Answer {
        let headers = [("Accept-Language", language)];
        self.ask(&format!("GET {path}"), &headers, b"").await
    }

    /// A form as our own page sends it.
    pub(super) async fn post(&self, path: &str, form: &str) -> Answer {
        let headers = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Sec-Fetch-Site", "same-origin"),
        ];
        self.ask(&format!("POST {path}"), &headers, form.as_bytes())
            .await
    }
}

impl Answer {
    /// What whoever is there answers to these bytes.
    pub(super) async fn of(at: SocketAddr, bytes: &[u8]) -> Self {
        let mut stream = TcpStream::connect(at).await.unwrap();
        // Who is refused early may be cut off while he speaks.
        let _ = stream.write_all(bytes).await;
        let mut answer = Vec::new();
        tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer))
            .await
            .unwrap()
            .unwrap();
        Self::parse(&answer)
    }

    fn parse(bytes: &[u8]) -> Self {
        let at = bytes
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .unwrap_or_else(|| panic!("no answer: {:?}", String::from_utf8_lossy(bytes)));
        let head = std::str::from_utf8(&bytes[..at]).unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_ascii_lowercase(), value.to_owned())
        });
        Self {
            status: status.parse().unwrap(),
            headers: headers.collect(),
            body: String::from_utf8_lossy(&bytes[at + 4..]).into_owned(),
        }
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The text of the page's heading.
    pub(super) fn title(&self) -> &str {
        let from = self.body.find("<h1>").map_or(0, |at| at + 4);
        let to = self.body[from..].find("</h1>").unwrap_or_default();
        &self.body[from..from + to]
    }
}
