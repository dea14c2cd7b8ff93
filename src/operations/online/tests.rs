//! A small site on loopback, and how it is asked.

use std::{
    io::{Read, Write},
    net::{IpAddr, TcpListener},
    sync::{Arc, Mutex},
    thread,
    time::Instant,
};

use super::*;

/// Answers by path, and remembers what it was asked and when.
struct Site {
    port: u16,
    asked: Arc<Mutex<Vec<(String, Instant)>>>,
}

fn status_of(method: &str, path: &str) -> String {
    match (method, path) {
        (_, "/found") => "200 OK".to_owned(),
        ("HEAD", "/no-head") => "405 Method Not Allowed".to_owned(),
        (_, "/no-head") => "200 OK".to_owned(),
        (_, "/moved") => "301 Moved Permanently\r\nLocation: /found".to_owned(),
        (_, "/for-now") => "302 Found\r\nLocation: /found".to_owned(),
        (_, "/guarded") => "403 Forbidden".to_owned(),
        (_, "/fault") => "500 Internal Server Error".to_owned(),
        (_, "/gone") => "410 Gone".to_owned(),
        _ => "404 Not Found".to_owned(),
    }
}

impl Site {
    fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = asked.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let mut head = Vec::new();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n > 0) {
                    head.push(byte[0]);
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                let mut words = head.split(' ');
                let (method, path) = (words.next().unwrap(), words.next().unwrap_or_default());
                log.lock()
                    .unwrap()
                    .push((format!("{method} {path}"), Instant::now()));
                let answer = format!(
                    "HTTP/1.1 {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                    status_of(method, path)
                );
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Self { port, asked }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    fn asked(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked.iter().map(|(what, _)| what.clone()).collect()
    }
}

fn asking(folder: &tempfile::TempDir, reach: Reach, now: &str) -> ProbeOptions {
    ProbeOptions {
        client: Client::new(reach, RequestLimits::default()),
        pause: Duration::from_millis(30),
        now: now.parse().unwrap(),
        memory: folder.path().join("state/links.json"),
    }
}

const NOW: &str = "2026-11-22T00:00:00Z";

#[tokio::test]
async fn each_answer_is_taken_for_what_it_says() {
    let (site, folder) = (Site::open(), tempfile::tempdir().unwrap());
    let ask = |path: &'static str| {
        let (url, asking) = (site.url(path), asking(&folder, Reach::Anywhere, NOW));
        async move {
            asking
                .ask(BTreeSet::from([url.clone()]))
                .await
                .remove(&url)
                .unwrap()
        }
    };
    assert_eq!(ask("/found").await, LinkAnswer::Found);
    assert_eq!(ask("/no-head").await, LinkAnswer::Found);
    assert_eq!(ask("/for-now").await, LinkAnswer::Found);
    let to = site.url("/found");
    assert_eq!(ask("/moved").await, LinkAnswer::Moved { to });
    assert_eq!(ask("/guarded").await, LinkAnswer::Guarded);
    assert_eq!(ask("/gone").await, LinkAnswer::Gone { status: 410 });
    assert_eq!(ask("/nowhere").await, LinkAnswer::Gone { status: 404 });
    assert_eq!(ask("/found#part").await, LinkAnswer::Found);
    assert!(matches!(
        ask("/fault").await,
        LinkAnswer::Unreachable { .. }
    ));
    // HEAD first, GET only where it brought no good news.
    let asked = site.asked();
    assert_eq!(asked[..3], ["HEAD /found", "HEAD /no-head", "GET /no-head"]);
}

#[tokio::test]
async fn a_private_network_is_not_asked() {
    let (site, folder) = (Site::open(), tempfile::tempdir().unwrap());
    let url = site.url("/found");
    let answers = asking(&folder, Reach::Public, NOW)
        .ask(BTreeSet::from([url.clone()]))
        .await;
    assert_eq!(answers[&url], LinkAnswer::Private);
    assert_eq!(site.asked(), Vec::<String>::new());
    // Not by a redirect either: the reach holds for every hop.
    let only_once = |address: IpAddr| address.is_ipv6();
    let answers = asking(&folder, Reach::Where(only_once), NOW)
        .ask(BTreeSet::from([site.url("/moved")]))
        .await;
    assert_eq!(answers[&site.url("/moved")], LinkAnswer::Private);
}

#[tokio::test]
async fn one_site_is_asked_one_thing_at_a_time_with_a_pause() {
    let (site, folder) = (Site::open(), tempfile::tempdir().unwrap());
    let urls = (1..=4).map(|number| site.url(&format!("/found?{number}")));
    asking(&folder, Reach::Anywhere, NOW)
        .ask(urls.collect())
        .await;
    let asked = site.asked.lock().unwrap();
    let pauses = asked.windows(2).map(|two| two[1].1 - two[0].1);
    assert!(asked.len() >= 4);
    for pause in pauses {
        assert!(pause >= Duration::from_millis(30), "{pause:?}");
    }
}

#[tokio::test]
async fn an_answer_is_kept_as_long_as_it_is_likely_to_hold() {
    let (site, folder) = (Site::open(), tempfile::tempdir().unwrap());
    let urls: BTreeSet<String> = ["/found", "/gone", "/fault"]
        .map(|path| site.url(path))
        .into();
    let ask = |now: &'static str| {
        let (asking, urls) = (asking(&folder, Reach::Anywhere, now), urls.clone());
        async move { asking.ask(urls).await }
    };
    let first = ask(NOW).await;
    let count = site.asked().len();
    // Half an hour later the fault alone is asked about again: HEAD and GET.
    assert_eq!(ask("2026-11-22T00:30:00Z").await, first);
    assert_eq!(site.asked().len(), count + 2);
    // A day later what was gone too.
    ask("2026-11-23T00:00:00Z").await;
    assert_eq!(site.asked().len(), count + 2 + 4);
    // What does not read is no memory.
    fs::write(folder.path().join("state/links.json"), "{").unwrap();
    ask("2026-11-23T00:00:00Z").await;
    assert_eq!(site.asked().len(), count + 2 + 4 + 5);
}
