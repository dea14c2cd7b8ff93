//! The embedded inbox's page: what is sent over SMTP shows there, and nothing else does.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;

use daily_note::{
    address::Address,
    message::Envelope,
    publication::TlsMode,
    smtp::{
        Relay, Session,
        inbox::{Inbox, Maildrop},
    },
    web::{
        inbox::{ClearedInbox, InboxService},
        pages::PageTemplates,
    },
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

const MAIL: &str = "From: =?utf-8?B?642w7J2866asIOuFuO2KuA==?= <hello@example.com>\r\n\
    To: =?utf-8?B?66+87KeA?= <minji@example.com>\r\n\
    Subject: =?utf-8?B?7JuU7JqU7J28IOyVhOy5qA==?=\r\n\
    Date: Mon, 23 Nov 2026 08:00:00 +0900\r\n\
    MIME-Version: 1.0\r\n\
    Content-Type: text/html; charset=utf-8\r\n\r\n\
    <p>hello</p><img src=\"https://example.com/pixel.png\"><script>alert(1)</script>\r\n";

/// A folder of mail whose rehearsals are made up.
struct Keeper {
    folder: PathBuf,
    /// How often it was cleared.
    times: AtomicUsize,
    /// Why it can't be.
    refusal: Option<&'static str>,
}

#[async_trait]
impl InboxService for Keeper {
    fn folder(&self) -> PathBuf {
        self.folder.clone()
    }

    async fn clear(&self) -> Result<ClearedInbox, String> {
        if let Some(why) = self.refusal {
            return Err(why.to_owned());
        }
        self.times.fetch_add(1, Ordering::Relaxed);
        Ok(ClearedInbox {
            mails: Maildrop::clear(&self.folder).unwrap(),
            rehearsals: 1,
        })
    }
}

/// An inbox with its page, both on ports of their own.
struct Site {
    folder: TempDir,
    keeper: Arc<Keeper>,
    inbox: Inbox,
    page: SocketAddr,
}

impl Site {
    async fn start() -> Self {
        Self::start_refusing(None).await
    }

    async fn start_refusing(refusal: Option<&'static str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let inbox = Inbox::start(folder.path(), anywhere).await.unwrap();
        let listener = TcpListener::bind(anywhere).await.unwrap();
        let page = listener.local_addr().unwrap();
        let keeper = Arc::new(Keeper {
            folder: folder.path().to_owned(),
            times: AtomicUsize::new(0),
            refusal,
        });
        let service: Arc<dyn InboxService> = Arc::clone(&keeper) as _;
        let pages = PageTemplates::built_in().unwrap();
        let serving =
            daily_note::web::inbox::serve(listener, service, pages, std::future::pending());
        tokio::spawn(serving);
        Self {
            folder,
            keeper,
            inbox,
            page,
        }
    }

    async fn send(&self, to: &str) {
        let addr = self.inbox.addr();
        let relay = Relay::new(addr.ip().to_string(), addr.port(), TlsMode::None);
        let mut session = Session::connect(&relay).await.unwrap();
        let envelope = Envelope {
            from: None,
            to: Address::parse(to).unwrap(),
        };
        session.deliver(&envelope, MAIL.as_bytes()).await.unwrap();
        session.quit().await;
    }

    /// Status line, headers and body, asked under the name `host`.
    async fn get_as(&self, host: &str, path: &str) -> String {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n"))
            .await
    }

    /// The answer to the form that clears, sent with these headers.
    async fn post_clear(&self, headers: &str) -> String {
        let form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n";
        self.ask(&format!(
            "POST /clear HTTP/1.1\r\nHost: localhost\r\n{form}{headers}"
        ))
        .await
    }

    async fn ask(&self, head: &str) -> String {
        let mut tcp = TcpStream::connect(self.page).await.unwrap();
        let request = format!("{head}Connection: close\r\n\r\n");
        tcp.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        tcp.read_to_end(&mut answer).await.unwrap();
        String::from_utf8(answer).unwrap()
    }

    async fn get(&self, path: &str) -> String {
        self.get_as("localhost", path).await
    }

    /// The path of the only letter.
    fn only_letter(&self) -> String {
        let entry = fs::read_dir(self.folder.path()).unwrap().next().unwrap();
        let name = entry.unwrap().file_name().into_string().unwrap();
        format!("/mail/{name}")
    }
}

#[tokio::test]
async fn a_sent_mail_is_listed_and_shown_as_mail_text_and_source() {
    let site = Site::start().await;
    assert!(site.get("/").await.contains("No mail yet."));
    site.send("minji@example.com").await;
    let list = site.get("/").await;
    for seen in [
        "민지 &lt;minji@example.com&gt;",
        "월요일 아침",
        "11-23 08:00",
    ] {
        assert!(list.contains(seen), "{seen} in {list}");
    }
    let letter = site.only_letter();
    assert!(
        site.get("/latest")
            .await
            .ends_with(letter.trim_start_matches("/mail/"))
    );
    assert!(site.get(&letter).await.contains("<iframe"));
    assert!(
        site.get(&format!("{letter}?view=source"))
            .await
            .contains("Subject: =?utf-8?B?")
    );
    assert!(site.get(&format!("{letter}/file")).await.ends_with(MAIL));
}

#[tokio::test]
async fn a_letters_html_runs_nothing_and_loads_nothing_from_elsewhere_unless_asked() {
    let site = Site::start().await;
    site.send("minji@example.com").await;
    let html = format!("{}/html", site.only_letter());
    let policy = |answer: String| {
        let line = answer
            .lines()
            .find(|line| line.starts_with("content-security-policy"));
        line.unwrap().to_owned()
    };
    let locked = policy(site.get(&html).await);
    for rule in [
        "default-src 'none'",
        "img-src data:;",
        "sandbox allow-popups",
    ] {
        assert!(locked.contains(rule), "{locked}");
    }
    assert!(!locked.contains("script"), "{locked}");
    assert!(
        policy(site.get(&format!("{html}?remote=true")).await).contains("img-src data: https:")
    );
}

#[tokio::test]
async fn nothing_but_letters_is_served() {
    let site = Site::start().await;
    fs::write(site.folder.path().join("secret"), "x").unwrap();
    for path in [
        "/mail/secret",
        "/mail/..%2Fsecret",
        "/mail/%2Fetc%2Fpasswd/file",
        "/mail/x.eml",
    ] {
        let answer = site.get(path).await;
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
    }
}

#[tokio::test]
async fn a_page_elsewhere_cannot_read_mail_through_a_name_of_its_own() {
    let site = Site::start().await;
    site.send("minji@example.com").await;
    let answer = site.get_as("evil.example.com", "/").await;
    assert!(answer.starts_with("HTTP/1.1 421"), "{answer}");
    assert!(!answer.contains("minji"));
}

#[tokio::test]
async fn recipients_are_found_by_a_part_of_their_address() {
    let site = Site::start().await;
    for to in ["minji@example.com", "jun@example.com"] {
        site.send(to).await;
    }
    let found = site.get("/?q=JUN").await;
    assert_eq!(found.matches("<li>").count(), 1, "{found}");
    assert!(site.get("/?q=nobody").await.contains("No mail to anybody"));
}

#[tokio::test]
async fn clearing_is_asked_first_done_once_and_told() {
    let site = Site::start().await;
    site.send("minji@example.com").await;
    site.send("jun@example.com").await;
    assert!(site.get("/").await.contains("href=\"/clear\""));
    let question = site.get("/clear").await;
    assert!(question.contains("2 messages"), "{question}");
    assert!(
        question.contains("<form method=\"post\" action=\"/clear\">"),
        "{question}"
    );
    assert_eq!(
        fs::read_dir(site.folder.path()).unwrap().count(),
        2,
        "a question changes nothing"
    );

    let done = site.post_clear("Sec-Fetch-Site: same-origin\r\n").await;
    assert!(done.starts_with("HTTP/1.1 303"), "{done}");
    let told = done
        .lines()
        .find_map(|line| line.strip_prefix("location: "))
        .unwrap();
    let page = site.get(told).await;
    assert!(
        page.contains("Thrown away: 2 messages, 1 rehearsal."),
        "{page}"
    );
    assert!(page.contains("No mail yet."), "{page}");
    assert!(
        !page.contains("href=\"/clear\""),
        "there is nothing left to clear: {page}"
    );
    assert_eq!(site.keeper.times.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn no_page_elsewhere_can_clear_it() {
    let site = Site::start().await;
    site.send("minji@example.com").await;
    for headers in [
        "",
        "Origin: null\r\n",
        "Origin: http://evil.example.com\r\n",
        "Sec-Fetch-Site: cross-site\r\n",
        "Sec-Fetch-Site: cross-site\r\nOrigin: http://localhost\r\n",
        "Sec-Fetch-Site: same-site\r\n",
    ] {
        let answer = site.post_clear(headers).await;
        assert!(answer.starts_with("HTTP/1.1 403"), "{headers}: {answer}");
    }
    assert_eq!(fs::read_dir(site.folder.path()).unwrap().count(), 1);
    assert_eq!(site.keeper.times.load(Ordering::Relaxed), 0);
    let own = site.post_clear("Origin: http://localhost\r\n").await;
    assert!(own.starts_with("HTTP/1.1 303"), "{own}");
}

#[tokio::test]
async fn what_keeps_it_from_being_cleared_is_said_where_it_was_asked() {
    let site = Site::start_refusing(Some("somebody <sends> at the moment")).await;
    site.send("minji@example.com").await;
    let answer = site.post_clear("Sec-Fetch-Site: same-origin\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 409"), "{answer}");
    assert!(
        answer.contains("Nothing was thrown away. somebody &lt;sends&gt;"),
        "{answer}"
    );
}
