//! What no honest browser sends: bodies without end, heads without end, bytes that are no text, a byte a
//! second. Each gets a sentence or its connection closed, and the pages go on serving.

use std::time::{Duration, Instant};

use daily_note::web::reader::DoorSettings;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{fake::FakeList, served::ServedPages};

#[tokio::test]
async fn what_is_too_much_is_refused_with_a_sentence() {
    let pages = ServedPages::of_the_house().await;
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let large = vec![b'a'; 10 << 20];
    for path in [
        "/subscribe",
        "/p/minji",
        "/u/minji",
        "/f/2026-11-23-small-models/minji",
    ] {
        let answer = pages.ask(&format!("POST {path}"), &form, &large).await;
        assert_eq!(
            (answer.status, answer.title()),
            (413, "내용이 너무 깁니다"),
            "{path}"
        );
    }
    let lines: String = (0..10_000)
        .map(|at| format!("X-Line-{at}: value\r\n"))
        .collect();
    let request = format!("GET / HTTP/1.1\r\nHost: a\r\n{lines}\r\n");
    let answer = pages.send(request.as_bytes()).await;
    assert_eq!(answer.status, 431);
    assert!(answer.body.contains("headers"), "{}", answer.body);
    let some: Vec<(String, &str)> = (0..80).map(|at| (format!("X-Line-{at}"), "v")).collect();
    let some: Vec<(&str, &str)> = some
        .iter()
        .map(|(name, value)| (name.as_str(), *value))
        .collect();
    let answer = pages.ask("GET /", &some, b"").await;
    assert_eq!(
        (answer.status, answer.title()),
        (431, "머리글이 너무 많습니다")
    );
    let answer = pages.get(&format!("/?q={}", "a".repeat(3_000))).await;
    assert_eq!((answer.status, answer.title()), (414, "주소가 너무 깁니다"));
    let answer = pages.get(&format!("/{}", "a".repeat(70_000))).await;
    assert!([414, 431].contains(&answer.status) && !answer.body.is_empty());
    assert_eq!(pages.list.take_acts(), [""; 0]);
}

#[tokio::test]
async fn what_is_no_text_or_can_be_read_in_two_ways_is_refused_with_a_sentence() {
    let pages = ServedPages::of_the_house().await;
    for (path, body, status) in [
        ("/subscribe", &b"email=%FF%FE"[..], 400),
        (
            "/subscribe",
            b"email=a%40example.com&email=b%40example.com",
            400,
        ),
        ("/p/minji", b"name=a&name=b", 400),
        ("/p/minji", b"name=\xff", 400),
        ("/m/minji", b"act=erase&act=move&sure=yes", 400),
        (
            "/link",
            b"email=a%40example.com%0d%0aBcc%3Ab%40example.com",
            422,
        ),
    ] {
        let answer = pages
            .ask(
                &format!("POST {path}"),
                &[("Content-Type", "application/x-www-form-urlencoded")],
                body,
            )
            .await;
        assert_eq!(answer.status, status, "{path} {body:?}");
        assert!(!answer.title().is_empty(), "{path}");
        assert_eq!(pages.list.take_acts(), [""; 0], "{path}");
    }
    let json = [("Content-Type", "application/json")];
    let answer = pages.ask("POST /p/minji", &json, b"{}").await;
    assert_eq!(answer.status, 415);
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"NONSENSE\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n",
        b"POST /u/minji HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabc",
        b"POST /u/minji HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    ] {
        let answer = pages.send(bytes).await;
        assert_eq!(answer.status, 400, "{bytes:?}");
        assert!(answer.body.contains("no request"), "{}", answer.body);
    }
    assert_eq!(pages.list.take_acts(), [""; 0]);
    assert_eq!(pages.get("/").await.status, 200);
}

#[tokio::test]
async fn who_sends_a_byte_a_second_holds_nobody_up_for_long() {
    let settings = DoorSettings {
        connections: 24,
        connections_of_network: 16,
        head_time: Duration::from_millis(600),
        connection_time: Duration::from_secs(2),
        ..DoorSettings::default()
    };
    let pages = ServedPages::start_with(FakeList::of_the_house(), settings).await;
    let mut slow = Vec::new();
    for _ in 0..16 {
        let mut stream = TcpStream::connect(pages.at).await.unwrap();
        stream
            .write_all(b"GET / HTTP/1.1\r\nX-Slow: ")
            .await
            .unwrap();
        slow.push(stream);
    }
    let began = Instant::now();
    // The network has all its places: the next of it is turned away, at once.
    let mut further = TcpStream::connect(pages.at).await.unwrap();
    let _ = further
        .write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        .await;
    let mut nothing = Vec::new();
    let _ = further.read_to_end(&mut nothing).await;
    assert!(nothing.is_empty(), "{nothing:?}");
    for stream in &mut slow {
        let mut answer = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut answer));
        let _ = read.await.unwrap();
    }
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(pages.get("/").await.status, 200);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for_long() {
    let settings = DoorSettings {
        connection_time: Duration::from_secs(1),
        ..DoorSettings::default()
    };
    let pages = ServedPages::start_with(FakeList::of_the_house(), settings).await;
    let head = b"POST /u/minji HTTP/1.1\r\nHost: a\r\nContent-Length: 26\r\n\r\nList-Uns";
    let answer = pages.send(head).await;
    assert_eq!(answer.status, 408);
    assert_eq!(pages.list.take_acts(), [""; 0]);
}
