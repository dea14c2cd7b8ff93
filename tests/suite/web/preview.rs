//! The preview's pages: every view of an issue as a reader gets it, what keeps it from being shown,
//! and who may look.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use daily_note::{app::App, clock::Clock, preview::PreviewSite};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::support::TestPublication;

const ISSUE: &str = "/issue/2026-11-23-quiet";

/// A publication with its preview, on a port of its own.
struct Site {
    publication: TestPublication,
    preview: PreviewSite,
}

impl Site {
    async fn start(publication: TestPublication) -> Self {
        let now = "2026-11-20T09:00:00Z".parse().unwrap();
        let root = publication.path("");
        let app = App::open(Some(&root), Clock::Fixed(now)).unwrap();
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let preview = app.preview(None, anywhere).await.unwrap();
        Self {
            publication,
            preview,
        }
    }

    async fn ask(&self, host: &str, path: &str) -> TcpStream {
        let mut tcp = TcpStream::connect(self.preview.page()).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        tcp.write_all(request.as_bytes()).await.unwrap();
        tcp
    }

    /// Status line, headers and body.
    async fn get(&self, path: &str) -> String {
        let mut answer = Vec::new();
        let mut tcp = self.ask("localhost", path).await;
        tcp.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Asks until the page says so: the preview follows the files in its own time.
    async fn shows(&self, path: &str, wanted: &str) -> String {
        let look = async {
            loop {
                let page = self.get(path).await;
                if page.contains(wanted) {
                    return page;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        match timeout(Duration::from_secs(20), look).await {
            Ok(page) => page,
            Err(_) => panic!("{path} never shows {wanted}: {}", self.get(path).await),
        }
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.publication.path(name), text).unwrap();
    }

    fn edit(&self, name: &str, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.publication.path(name)).unwrap();
        assert!(text.contains(from), "{name} has no {from}");
        self.write(name, &text.replacen(from, to, 1));
    }
}

fn header<'a>(answer: &'a str, name: &str) -> &'a str {
    let head = answer.split("\r\n\r\n").next().unwrap();
    let line = head
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_else(|| panic!("no {name} in {head}"))
}

#[tokio::test]
async fn the_next_issue_opens_and_every_view_shows_it() {
    let site = Site::start(TestPublication::new()).await;
    assert_eq!(site.preview.issue(), Some("2026-11-23-quiet"));
    assert_eq!(header(&site.get("/").await, "location"), ISSUE);
    for (view, seen) in [
        ("desktop", "<iframe id=\"frame\""),
        ("phone", "class=\"stage narrow\""),
        ("dark", "/mail?scheme=dark"),
        ("text", "The one thing"),
        ("inbox", "Hello. This week is about one thing."),
        ("clients", "/mail?scheme=light&amp;client=gmail\""),
        (
            "clients&client=outlook",
            "/mail?scheme=light&amp;client=outlook\"",
        ),
        ("source", "title: A quiet week"),
        ("source&part=html", "&lt;!DOCTYPE html&gt;"),
        ("source&part=text", "A quiet week"),
        ("source&part=message", "Subject: A quiet week"),
    ] {
        let page = site.get(&format!("{ISSUE}?view={view}")).await;
        assert!(page.contains(seen), "{view}: {page}");
        assert!(page.contains("<h1>A quiet week</h1>"), "{view}");
    }
}

#[tokio::test]
async fn the_list_says_where_each_slot_stands() {
    let draft =
        "---\ntitle: Not done\nedition: monday\ndate: 2026-11-30\nstatus: draft\n---\nHi.\n";
    let publication = TestPublication::new()
        .issue("2026-11-30-later.md", draft)
        .issue("2026-12-07-broken.md", "no front matter");
    let site = Site::start(publication).await;
    let page = site.get(ISSUE).await;
    let list = &page[page.find("<nav class=\"list\"").unwrap()..page.find("</nav>").unwrap()];
    let states: Vec<&str> = list
        .split("<span class=\"state ")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert_eq!(states, ["broken", "draft", "ready"], "{list}");
    // The ledger is followed while a page is open.
    let _page = site.ask("localhost", "/changes").await;
    site.publication
        .run(["send", "2026-11-23-quiet", "--yes"])
        .exits(0);
    site.shows(ISSUE, "state sent").await;
}

#[tokio::test]
async fn a_reader_of_the_list_is_greeted_by_name_and_others_are_found() {
    let site = Site::start(TestPublication::new()).await;
    let mail = site
        .get(&format!("{ISSUE}/mail?for=minji@example.com"))
        .await;
    assert!(mail.contains("민지"), "{mail}");
    assert!(!site.get(&format!("{ISSUE}/mail")).await.contains("민지"));
    let found = site.get(&format!("{ISSUE}?readers=tom")).await;
    assert!(found.contains("?for=tom%40example.com"), "{found}");
    assert!(!found.contains("?for=minji"), "{found}");
    let stranger = site.get(&format!("{ISSUE}?for=nobody@example.com")).await;
    assert!(stranger.contains("not on the list"), "{stranger}");
    site.edit("subscribers.yaml", "name: 민지", "name: 새 이름");
    site.shows(&format!("{ISSUE}/mail?for=minji@example.com"), "새 이름")
        .await;
}

#[tokio::test]
async fn a_save_is_told_and_shown() {
    let site = Site::start(TestPublication::new()).await;
    let mut events = site.ask("localhost", "/changes").await;
    let mut told = String::new();
    let mut buffer = [0; 4096];
    while !told.contains("data: 1 ") {
        let count = events.read(&mut buffer).await.unwrap();
        told.push_str(&String::from_utf8_lossy(&buffer[..count]));
    }
    assert_eq!(header(&told, "content-type"), "text/event-stream");
    site.edit(
        "issues/2026-11-23-quiet.md",
        "It happened",
        "It has happened",
    );
    while !told.contains("data: 2 ") {
        let wait = timeout(Duration::from_secs(20), events.read(&mut buffer)).await;
        told.push_str(&String::from_utf8_lossy(&buffer[..wait.unwrap().unwrap()]));
    }
    let mail = site.get(&format!("{ISSUE}/mail")).await;
    assert!(mail.contains("It has happened"), "{mail}");
}

#[tokio::test]
async fn what_is_broken_is_told_with_its_place_while_the_last_good_mail_stays() {
    let site = Site::start(TestPublication::new()).await;
    let good =
        std::fs::read_to_string(site.publication.path("issues/2026-11-23-quiet.md")).unwrap();
    assert!(!site.get(ISSUE).await.contains("class=\"faults\""));
    site.edit(
        "issues/2026-11-23-quiet.md",
        "edition: monday",
        "edition: moonday",
    );
    let page = site.shows(ISSUE, "class=\"faults\"").await;
    for seen in [
        "<code>issues/2026-11-23-quiet.md:3:10</code>",
        "edition: <mark>moonday</mark>",
        "<b>^^^^^^^</b>",
        "Below is the last good one.",
        "<h1>A quiet week</h1>",
    ] {
        assert!(page.contains(seen), "{seen} in {page}");
    }
    let mail = site.get(&format!("{ISSUE}/mail")).await;
    assert!(mail.contains("It happened"), "{mail}");

    site.write("issues/2026-11-23-quiet.md", &good);
    std::fs::create_dir_all(site.publication.path("templates/email")).unwrap();
    site.write("templates/email/head.css", ".a { color: {{ nothing } }");
    site.shows(ISSUE, "<code>templates/email/head.css:1:").await;
    // Another text still shows, through the last good templates.
    site.edit("issues/2026-11-23-quiet.md", "It happened", "It did happen");
    site.shows(&format!("{ISSUE}/mail"), "It did happen").await;
    std::fs::remove_file(site.publication.path("templates/email/head.css")).unwrap();

    site.edit(
        "daily-note.yaml",
        "timezone: Europe/London",
        "timezone: Europe/Londno",
    );
    site.shows(ISSUE, "<code>daily-note.yaml:").await;
}

#[tokio::test]
async fn an_issue_that_never_was_good_is_shown_as_it_is_written() {
    let publication =
        TestPublication::new().issue_with("title: A quiet week", "titel: A <b>quiet</b> week");
    let site = Site::start(publication).await;
    let page = site.get(ISSUE).await;
    assert!(
        page.contains("Nothing can be shown until this is fixed."),
        "{page}"
    );
    assert!(
        page.contains("titel: A &lt;b&gt;quiet&lt;/b&gt; week"),
        "{page}"
    );
    assert!(!page.contains("<b>quiet</b>"), "{page}");
    site.edit(
        "issues/2026-11-23-quiet.md",
        "titel: A <b>quiet</b>",
        "title: A quiet",
    );
    site.shows(ISSUE, "<h1>A quiet week</h1>").await;
}

#[tokio::test]
async fn a_publication_without_issues_waits_for_the_first() {
    let site = Site::start(TestPublication::new().without("issues/2026-11-23-quiet.md")).await;
    assert_eq!(site.preview.issue(), None);
    assert!(site.get("/").await.contains("No issues yet."));
    let text = "---\ntitle: First\nedition: monday\ndate: 2026-11-23\nstatus: draft\n---\nHello.\n";
    site.write("issues/2026-11-23-first.md", text);
    site.shows("/issue/2026-11-23-first", "<h1>First</h1>")
        .await;
    assert!(
        site.get("/issue/none-such")
            .await
            .starts_with("HTTP/1.1 404 ")
    );
}

#[tokio::test]
async fn a_renamed_issue_is_found_under_its_old_address() {
    let site = Site::start(TestPublication::new()).await;
    let path = |name: &str| site.publication.path(&format!("issues/{name}.md"));
    std::fs::rename(path("2026-11-23-quiet"), path("2026-11-23-loud")).unwrap();
    let moved = site
        .shows(&format!("{ISSUE}?view=text"), "303 See Other")
        .await;
    assert_eq!(
        header(&moved, "location"),
        "/issue/2026-11-23-loud?view=text"
    );
}

#[tokio::test]
async fn nothing_of_an_issue_runs_or_becomes_part_of_the_page() {
    let evil = "\"><script>alert(1)</script>";
    let publication = TestPublication::new()
        .issue_with(
            "title: A quiet week",
            "title: '\"><script>alert(1)</script>'",
        )
        .list(format!("- email: eve@example.com\n  name: '{evil}'\n"));
    let site = Site::start(publication).await;
    for view in [
        "desktop",
        "text",
        "inbox",
        "source",
        "source&part=html",
        "source&part=message",
    ] {
        let page = site
            .get(&format!("{ISSUE}?view={view}&for=eve@example.com"))
            .await;
        assert!(!page.contains("<script>"), "{view}: {page}");
        assert!(!page.contains("alert(1)</script>"), "{view}: {page}");
        let policy = header(&page, "content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'self'; script-src 'self'"));
    }
    let mail = site.get(&format!("{ISSUE}/mail?for=eve@example.com")).await;
    let policy = header(&mail, "content-security-policy");
    for rule in [
        "default-src 'none'",
        "img-src 'self' https: data:",
        "sandbox allow-same-origin",
    ] {
        assert!(policy.contains(rule), "{policy}");
    }
    assert!(!policy.contains("script"), "{policy}");
}

#[tokio::test]
async fn the_pictures_of_an_issue_come_from_this_machine() {
    // One pixel of PNG.
    let pixel = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\
        \0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82";
    let publication = TestPublication::new()
        .and_config(
            "web: {base_url: https://note.example.com}\nsmtp: {url: smtp://relay.example.com}\n",
        )
        .issue_with("It happened, and", "![A dot](dot.png)\n\nIt happened, and")
        .file("issues/dot.png", pixel);
    let site = Site::start(publication).await;
    let mail = site.get(&format!("{ISSUE}/mail")).await;
    let src = mail
        .split("<img ")
        .nth(1)
        .unwrap()
        .split("src=\"")
        .nth(1)
        .unwrap();
    let src = src.split('"').next().unwrap();
    assert!(!src.contains(':') && !src.contains('/'), "{src}");
    let picture = site.get(&format!("{ISSUE}/{src}")).await;
    assert_eq!(header(&picture, "content-type"), "image/png");
    let sent = site.get(&format!("{ISSUE}?view=source&part=html")).await;
    assert!(
        sent.contains("https://note.example.com/"),
        "as it is sent: {sent}"
    );
    let page = site.get(ISSUE).await;
    assert!(page.contains("dot.png") && page.contains("A dot"), "{page}");
}

#[tokio::test]
async fn a_broken_issue_keeps_its_place_and_its_manuscript_is_the_present_one() {
    let site = Site::start(TestPublication::new()).await;
    site.edit(
        "issues/2026-11-23-quiet.md",
        "edition: monday",
        "edition: moonday",
    );
    let page = site
        .shows(&format!("{ISSUE}?view=source"), "state broken")
        .await;
    assert!(
        page.contains("edition: <mark class=\"error\">moonday</mark>"),
        "{page}"
    );
    assert!(
        page.contains("<span class=\"title\">A quiet week</span>"),
        "{page}"
    );
    let of_its_date = page.matches("Mon 23 Nov").count();
    assert_eq!(of_its_date, 1, "nothing is missing on its date: {page}");
}

#[tokio::test]
async fn a_picture_anywhere_below_the_root_is_followed() {
    let publication = TestPublication::new()
        .issue_with(
            "It happened, and",
            "![A dot](/assets/dot.gif)\n\nIt happened, and",
        )
        .file("assets/dot.gif", gif(0));
    let site = Site::start(publication).await;
    let src = |mail: &str| {
        let tag = mail.split("<img ").nth(1).unwrap();
        tag.split("src=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned()
    };
    let mail = format!("{ISSUE}/mail");
    let before = src(&site.get(&mail).await);
    std::fs::write(site.publication.path("assets/dot.gif"), gif(255)).unwrap();
    let look = async {
        while src(&site.get(&mail).await) == before {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(20), look).await.unwrap();
}

/// One pixel of that grey.
fn gif(grey: u8) -> Vec<u8> {
    let mut bytes = b"GIF89a\x01\0\x01\0\x80\0\0".to_vec();
    bytes.extend([grey, grey, grey, 0, 0, 0]);
    bytes.extend(b",\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;");
    bytes
}

#[tokio::test]
async fn the_mail_is_seen_in_another_theme_and_type_and_the_address_keeps_them() {
    let site = Site::start(TestPublication::new()).await;
    let own = site.get(&format!("{ISSUE}/mail")).await;
    let letter = site.get(&format!("{ISSUE}/mail?theme=letter")).await;
    assert_ne!(own, letter);
    let paper = site.get(&format!("{ISSUE}/mail?theme=paper")).await;
    // The head of an answer has its second.
    let mail = |answer: &str| answer.split_once("\r\n\r\n").unwrap().1.to_owned();
    assert_eq!(mail(&own), mail(&paper), "it is sent on paper");
    let serif = site.get(&format!("{ISSUE}/mail?font=serif")).await;
    assert!(serif.contains("serif") && serif != own, "{serif}");
    let page = site.get(&format!("{ISSUE}?theme=letter")).await;
    for link in [
        "?view=phone&amp;theme=letter\"",
        "?theme=letter&amp;for=tom%40example.com\"",
        "/mail?scheme=light&amp;theme=letter\"",
    ] {
        assert!(page.contains(link), "{link}: {page}");
    }
    let message = |page: String| {
        let (_, after) = page.split_once("<ol class=\"lines\">").unwrap();
        after.split_once("</ol>").unwrap().0.to_owned()
    };
    let whole = format!("{ISSUE}?view=source&part=message");
    let in_letter = message(site.get(&format!("{whole}&theme=letter")).await);
    assert_eq!(
        in_letter,
        message(site.get(&whole).await),
        "as it would leave"
    );
    // Another text shows in it too, and what is wrong keeps the last good one.
    site.edit(
        "issues/2026-11-23-quiet.md",
        "It happened",
        "It has happened",
    );
    site.shows(&format!("{ISSUE}/mail?theme=letter"), "It has happened")
        .await;
    site.edit(
        "issues/2026-11-23-quiet.md",
        "edition: monday",
        "edition: moonday",
    );
    site.shows(ISSUE, "class=\"faults\"").await;
    let kept = site.get(&format!("{ISSUE}/mail?theme=letter")).await;
    assert!(kept.contains("It has happened"), "{kept}");
}

#[tokio::test]
async fn a_page_of_the_publications_own_is_followed_and_a_broken_one_is_told() {
    let site = Site::start(TestPublication::new()).await;
    std::fs::create_dir_all(site.publication.path("templates/web/preview")).unwrap();
    let keys = "templates/web/preview/keys.html";
    site.write(keys, "<dialog id=\"keys\">My own keys</dialog>");
    site.shows(ISSUE, "My own keys").await;
    site.write(keys, "<dialog>{% if %}</dialog>");
    let page = site
        .shows(ISSUE, "<code>templates/web/preview/keys.html:1:")
        .await;
    assert!(
        page.contains("My own keys"),
        "the last good page stays: {page}"
    );
    let mail = site.get(&format!("{ISSUE}/mail")).await;
    assert!(
        mail.contains("It happened"),
        "a page is no part of the mail: {mail}"
    );
}

#[tokio::test]
async fn pages_elsewhere_cannot_reach_it_through_a_name_of_their_own() {
    let site = Site::start(TestPublication::new()).await;
    for path in ["/", ISSUE, "/changes"] {
        let mut answer = String::new();
        let mut tcp = site.ask("evil.example.com", path).await;
        tcp.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 421 "), "{answer}");
    }
}

#[tokio::test]
async fn it_writes_neither_state_nor_secret() {
    let site = Site::start(TestPublication::new()).await;
    site.get(&format!("{ISSUE}?view=source&part=message")).await;
    assert!(!site.publication.path(".daily-note").exists());
}
