//! The embedded SMTP server, through real sessions and raw bytes.

use std::{
    fs,
    io::{ErrorKind, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::Path,
    time::{Duration, Instant},
};

use daily_note::smtp::inbox::{Inbox, InboxError};

use super::{envelope, is_accepted, session};

const ANYWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

fn mail_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.sort();
    names
        .iter()
        .map(|path| {
            assert_eq!(path.extension().unwrap(), "eml", "{}", path.display());
            fs::read_to_string(path).unwrap()
        })
        .collect()
}

#[tokio::test]
async fn a_message_is_kept_byte_for_byte_under_the_lines_of_a_delivery_agent() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = Inbox::start(folder.path(), ANYWHERE).await.unwrap();
    let mut session = session(inbox.addr()).await;
    assert!(session.capabilities().pipelining);
    let message = b".first\r\n..\r\n.\r\nSubject: x\r\n\r\n.\r\n\r\n.end\r\n";
    for to in ["minji@example.com", "jun@example.com"] {
        let answer = session.deliver(&envelope(to), message).await.unwrap();
        assert!(is_accepted(&answer), "{answer:?}");
    }
    session.quit().await;
    inbox.stop().await;
    let kept = mail_in(folder.path());
    let head = "Return-Path: <hello@example.com>\r\nDelivered-To: minji@example.com\r\n";
    assert_eq!(kept[0].strip_prefix(head).unwrap().as_bytes(), message);
    assert!(kept[1].contains("Delivered-To: jun@example.com\r\n"));
    assert_eq!(kept.len(), 2);
}

#[tokio::test]
async fn many_connections_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = Inbox::start(folder.path(), ANYWHERE).await.unwrap();
    let addr = inbox.addr();
    let senders: Vec<_> = (0..8)
        .map(|sender| {
            tokio::spawn(async move {
                let mut session = session(addr).await;
                for number in 0..25 {
                    let message = format!("Subject: {sender}/{number}\r\n\r\nhello\r\n");
                    let to = envelope("minji@example.com");
                    let answer = session.deliver(&to, message.as_bytes()).await.unwrap();
                    assert!(is_accepted(&answer));
                }
                session.quit().await;
            })
        })
        .collect();
    for sender in senders {
        sender.await.unwrap();
    }
    inbox.stop().await;
    let mut subjects: Vec<_> = mail_in(folder.path())
        .iter()
        .map(|mail| mail.lines().nth(2).unwrap().to_owned())
        .collect();
    subjects.sort();
    subjects.dedup();
    assert_eq!(subjects.len(), 200);
}

/// What a server says to bytes that no session of ours would send.
fn raw_talk(addr: SocketAddr, bytes: &[u8]) -> String {
    let mut tcp = TcpStream::connect(addr).unwrap();
    tcp.write_all(bytes).unwrap();
    tcp.shutdown(std::net::Shutdown::Write).unwrap();
    let mut said = String::new();
    tcp.read_to_string(&mut said).unwrap();
    said.lines()
        .map(|line| format!("{}\n", &line[..line.len().min(9)]))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_out_of_order_are_answered_as_the_rfc_says() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = Inbox::start(folder.path(), ANYWHERE).await.unwrap();
    let said = raw_talk(
        inbox.addr(),
        b"MAIL FROM:<a@example.com>\r\nHELO x\r\nRCPT TO:<b@example.com>\r\nDATA\r\nmail from: <> body=7bit\r\n\
          DATA\r\nRCPT TO:<>\r\nRCPT TO:<b@example.com>\r\nMAIL FROM:<>\r\nNOOP\r\nVRFY b\r\nRSET\r\nDATA\r\nWHAT\r\nQUIT\r\n",
    );
    let codes: Vec<_> = said.lines().map(|line| &line[..3]).collect();
    assert_eq!(
        codes.join(" "),
        "220 503 250 503 503 250 554 501 250 503 250 252 250 503 500 221"
    );
    assert!(mail_in(folder.path()).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_dot_between_line_ends_ends_a_message() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = Inbox::start(folder.path(), ANYWHERE).await.unwrap();
    let said = raw_talk(
        inbox.addr(),
        b"EHLO x\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n\
          one\n.\r\nMAIL FROM:<evil@example.com>\r\n.\r\nQUIT\r\n",
    );
    assert!(said.contains("550 5.6.0"), "{said}");
    assert!(said.ends_with("221 2.0.0\n"), "{said}");
    assert!(mail_in(folder.path()).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_cut_before_the_dot_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = Inbox::start(folder.path(), ANYWHERE).await.unwrap();
    raw_talk(
        inbox.addr(),
        b"EHLO x\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nSubject: x\r\n\r\nhalf\r\n.",
    );
    inbox.stop().await;
    assert!(mail_in(folder.path()).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recipient_that_is_a_path_stays_in_the_folder() {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("a/b");
    let inbox = Inbox::start(&folder, ANYWHERE).await.unwrap();
    let said = raw_talk(
        inbox.addr(),
        b"EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:</../../../x@example.com>\r\nDATA\r\nSubject: x\r\n\r\n.\r\nQUIT\r\n",
    );
    assert!(said.contains("250 2.0.0"), "{said}");
    inbox.stop().await;
    assert_eq!(mail_in(&folder).len(), 1);
    assert_eq!(fs::read_dir(outer.path().join("a")).unwrap().count(), 1);
}

#[tokio::test]
async fn the_inbox_listens_on_loopback_only() {
    let folder = tempfile::tempdir().unwrap();
    let refused = Inbox::start(folder.path(), "0.0.0.0:0".parse().unwrap()).await;
    assert!(matches!(refused, Err(InboxError::NotLoopback(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_says_goodbye_to_who_waits() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = Inbox::start(folder.path(), ANYWHERE).await.unwrap();
    let mut tcp = TcpStream::connect(inbox.addr()).unwrap();
    let mut greeting = [0; 3];
    tcp.read_exact(&mut greeting).unwrap();
    inbox.stop().await;
    let mut said = String::new();
    tcp.read_to_string(&mut said).unwrap();
    assert!(said.contains("\r\n421 4.3.2"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_connections_make_room_for_who_has_something_to_say() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = Inbox::start(folder.path(), ANYWHERE).await.unwrap();
    let addr = inbox.addr();
    let silent: Vec<TcpStream> = (0..200)
        .map(|_| {
            let mut stream = TcpStream::connect(addr).unwrap();
            let mut greeting = [0; 3];
            stream.read_exact(&mut greeting).unwrap();
            assert_eq!(&greeting, b"220");
            stream
        })
        .collect();
    let started = Instant::now();
    let mut session = session(addr).await;
    let answer = session
        .deliver(&envelope("minji@example.com"), b"x\r\n")
        .await;
    assert!(is_accepted(&answer.unwrap()));
    assert!(
        started.elapsed() < Duration::from_secs(20),
        "{:?}",
        started.elapsed()
    );
    session.quit().await;
    drop(silent);
    inbox.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_without_an_end_have_a_bound_together() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = Inbox::start(folder.path(), ANYWHERE).await.unwrap();
    let addr = inbox.addr();
    let begin = move || {
        let mut stream = TcpStream::connect(addr).unwrap();
        stream
            .set_write_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        let head = "EHLO x\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        let line = [&[b'x'; 998][..], b"\r\n"].concat();
        let megabyte = line.repeat(1_000);
        let is_written = (0..45).all(|_| stream.write_all(&megabyte).is_ok());
        (stream, is_written)
    };
    // What the system holds for a reader that stopped reading counts as written.
    let refused = |(stream, is_written): &mut (TcpStream, bool)| {
        stream
            .set_read_timeout(Some(Duration::from_secs(3)))
            .unwrap();
        let mut said = String::new();
        let ended = stream.read_to_string(&mut said);
        let is_waiting = ended.is_err_and(|error| error.kind() == ErrorKind::WouldBlock);
        !*is_written || !is_waiting || said.contains("452 4.3.1")
    };
    let refused = tokio::task::spawn_blocking(move || {
        let mut streams: Vec<_> = (0..6).map(|_| begin()).collect();
        streams
            .iter_mut()
            .filter_map(|it| refused(it).then_some(()))
            .count()
    });
    let refused = refused.await.unwrap();
    assert!((1..=5).contains(&refused), "{refused} of 6 refused");
    let mut session = session(addr).await;
    let answer = session
        .deliver(&envelope("minji@example.com"), b"x\r\n")
        .await;
    assert!(is_accepted(&answer.unwrap()));
    session.quit().await;
    inbox.stop().await;
}
