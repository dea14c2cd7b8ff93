//! The doors of `serve`: our own SMTP and LMTP, and a Maildir.

use std::{
    fs,
    io::{self, BufRead, BufReader, Write},
    net::{SocketAddr, TcpStream},
};

use super::harness::*;
use crate::{postfix::free_port, scripted::Taken};

/// One conversation, a line and its last answer at a time.
pub(super) struct Caller {
    tcp: TcpStream,
    heard: BufReader<TcpStream>,
}

impl Caller {
    /// Waits until somebody listens there.
    pub(super) fn to(address: SocketAddr) -> Self {
        let mut tcp = None;
        wait_until("nobody takes mail back", || {
            tcp = TcpStream::connect(address).ok();
            tcp.is_some()
        });
        let tcp = tcp.unwrap();
        tcp.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut caller = Self {
            heard: BufReader::new(tcp.try_clone().unwrap()),
            tcp,
        };
        assert!(caller.answer().unwrap().starts_with("220"));
        caller
    }

    fn answer(&mut self) -> io::Result<String> {
        loop {
            let mut line = String::new();
            if self.heard.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(line);
            }
        }
    }

    /// What is answered, by whom the power may go out.
    fn hears(&mut self, line: &str) -> io::Result<String> {
        self.tcp.write_all(format!("{line}\r\n").as_bytes())?;
        self.answer()
    }

    pub(super) fn say(&mut self, line: &str) -> String {
        self.hears(line).unwrap()
    }

    /// The whole message and its end.
    pub(super) fn message(&mut self, bytes: &[u8]) -> String {
        self.say(&whole(bytes))
    }

    /// Whether a report to that address was answered for.
    pub(super) fn brings(&mut self, (to, report): &(String, Vec<u8>)) -> bool {
        let lines = [
            "MAIL FROM:<>",
            &format!("RCPT TO:<{to}>"),
            "DATA",
            &whole(report),
        ];
        let mut heard = lines.iter().map(|line| self.hears(line));
        heard.all(|answer| answer.is_ok_and(|answer| answer.starts_with(['2', '3'])))
    }
}

/// A message as it goes over the wire, up to its dot.
fn whole(message: &[u8]) -> String {
    let text = String::from_utf8_lossy(message).replace('\n', "\r\n");
    format!("{text}\r\n.")
}

fn hand_in(address: SocketAddr, hello: &str, mail: &Taken, bytes: &[u8]) -> String {
    let mut caller = Caller::to(address);
    assert!(
        caller
            .say(&format!("{hello} relay.example.test"))
            .starts_with("250")
    );
    assert!(caller.say("MAIL FROM:<>").starts_with("250"));
    assert!(
        caller
            .say(&format!("RCPT TO:<{}>", mail.sender))
            .starts_with("250")
    );
    assert!(caller.say("DATA").starts_with("354"));
    caller.message(bytes)
}

#[test]
fn our_own_door_takes_mail_for_our_return_paths_and_relays_none() {
    for (protocol, hello) in [("smtp", "EHLO"), ("lmtp", "LHLO")] {
        let (publication, taken) = sent(&["dead@example.com", "well@example.com"]);
        let address = free_port();
        let publication =
            publication.and_config(&format!("bounces: {{listen: '{protocol}://{address}'}}\n"));
        let served = Served::start(&publication);
        let mail = mail_to(&taken, "dead@example.com");
        let mut caller = Caller::to(address);
        assert!(
            caller
                .say(&format!("{hello} stranger.test"))
                .starts_with("250")
        );
        assert!(caller.say("MAIL FROM:<>").starts_with("250"));
        for nobody in [
            "somebody@example.com",
            "hello@note.example.com",
            "bounce+aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@bounce.example.com",
            "anybody@bounce.example.com",
        ] {
            let answer = caller.say(&format!("RCPT TO:<{nobody}>"));
            assert!(answer.starts_with("550 5.1.1"), "{nobody}: {answer}");
        }
        let upper = mail.sender.to_uppercase();
        for own in [
            upper.as_str(),
            "leave@bounce.example.com",
            "postmaster@bounce.example.com",
        ] {
            let answer = caller.say(&format!("RCPT TO:<{own}>"));
            assert!(answer.starts_with("250"), "{own}: {answer}");
        }
        drop(caller);
        let dead = report(mail, "5.1.1", "550 5.1.1 User unknown");
        let answer = hand_in(address, hello, mail, &dead);
        assert!(answer.starts_with("250"), "{answer}");
        // Answered for is on the disk, whatever comes then.
        served.kill();
        let reader = shown(&publication, "dead@example.com");
        assert_eq!(reader["suppression"]["reason"], "hard_bounce", "{protocol}");
        assert_eq!(reader["reports"][0]["door"], protocol);
        // A relay that did not hear the answer brings it again.
        let served = Served::start(&publication);
        assert!(hand_in(address, hello, mail, &dead).starts_with("250"));
        served.kill();
        assert_eq!(reports(&publication), 1, "{protocol}");
    }
}

#[test]
fn a_maildir_is_emptied_into_the_list_and_nothing_in_it_is_deleted() {
    let (publication, taken) = sent(&["dead@example.com", "well@example.com"]);
    let publication = publication.and_config("bounces: {maildir: back}\n");
    let dead = report(
        mail_to(&taken, "dead@example.com"),
        "5.1.1",
        "550 5.1.1 User unknown",
    );
    let publication = publication
        .file("back/new/1.host", &dead)
        .file("back/new/2.host", b"\0\0\0 no mail".as_slice());
    let _served = Served::start(&publication);
    wait_until("the Maildir is not read", || {
        fs::read_dir(publication.path("back/new"))
            .unwrap()
            .next()
            .is_none()
    });
    let kept: Vec<String> = fs::read_dir(publication.path("back/cur"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(kept.contains(&"1.host:2,S".to_owned()), "{kept:?}");
    assert!(kept.contains(&"2.host:2,FS".to_owned()), "{kept:?}");
    let reader = shown(&publication, "dead@example.com");
    assert_eq!(reader["suppression"]["reason"], "hard_bounce");
    let status = publication
        .run(["bounces", "status", "--json"])
        .exits(0)
        .json();
    assert_eq!(status["doors"][0]["door"], "maildir", "{status}");
    assert_eq!(status["kept_aside"], 1);
}
