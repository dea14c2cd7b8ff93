//! A real Dovecot's mailbox: emptied over TLS and over STARTTLS, by a password and by tokens that expire; each mail has
//! its effect once.

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex},
    thread,
};

use super::{
    dovecot::{Dovecot, Way},
    harness::*,
};

#[test]
fn a_mailbox_is_emptied_over_tls_and_each_mail_has_its_effect_once() {
    let Some(dovecot) = Dovecot::start(Way::Tls) else {
        return;
    };
    let (publication, taken) = sent(&["dead@example.com", "full@example.com", "well@example.com"]);
    let publication = dovecot.configured(publication);
    let dead = report(
        mail_to(&taken, "dead@example.com"),
        "5.1.1",
        "550 5.1.1 no such user",
    );
    dovecot.deliver("1.dead", &dead);
    dovecot.deliver("2.dead", &dead);
    dovecot.deliver(
        "3.full",
        &report(
            mail_to(&taken, "full@example.com"),
            "5.2.2",
            "552 5.2.2 mailbox full",
        ),
    );
    dovecot.deliver("4.nothing", b"nothing that is a mail");
    let served = Served::start(&publication);
    wait_until("the mailbox is not emptied", || dovecot.count("") == 0);
    wait_until("nothing was moved aside", || {
        dovecot.count(".daily-note-done") == 3 && dovecot.count(".daily-note-unread") == 1
    });
    // What comes later is heard of.
    dovecot.deliver("5.forged", forged("well@example.com", 1).as_bytes());
    wait_until("what came later was not taken in", || {
        dovecot.count(".daily-note-done") == 4
    });
    served.kill();
    let list = publication.run(["bounces", "list", "--json"]).exits(0);
    let text = &list.stdout;
    // The same report came twice.
    assert_eq!(text.matches("user_unknown").count(), 1, "{text}");
    for effect in ["suppressed", "unproven"] {
        let effect = format!("\"effect\":\"{effect}\"");
        assert_eq!(text.matches(&effect).count(), 1, "{effect} in {text}");
    }
}

/// Vouches for tokens as an identity provider does (RFC 7662): for the one that is good now.
struct TokenOffice {
    address: SocketAddr,
    good: Arc<Mutex<String>>,
}

impl TokenOffice {
    fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let office = Self {
            address: listener.local_addr().unwrap(),
            good: Arc::default(),
        };
        let good = Arc::clone(&office.good);
        thread::spawn(move || {
            for tcp in listener.incoming() {
                let mut tcp = tcp.unwrap();
                let mut asked = Vec::new();
                // The body is short, and ends with the token.
                while !String::from_utf8_lossy(&asked).contains("token=") {
                    let mut piece = [0; 4096];
                    match tcp.read(&mut piece) {
                        Ok(read) if read > 0 => asked.extend_from_slice(&piece[..read]),
                        _ => break,
                    }
                }
                let asked = String::from_utf8_lossy(&asked).into_owned();
                let token = asked.rsplit("token=").next().unwrap_or_default();
                let is_good = token.split('&').next() == Some(good.lock().unwrap().as_str());
                let body = match is_good {
                    true => r#"{"active":true,"username":"bounces"}"#,
                    false => r#"{"active":false}"#,
                };
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = tcp.write_all(answer.as_bytes());
            }
        });
        office
    }

    fn takes(&self, token: &str) {
        *self.good.lock().unwrap() = token.to_owned();
    }
}

#[test]
fn a_token_that_expired_is_named_and_the_next_one_reads_on_over_starttls() {
    let office = TokenOffice::open();
    let Some(dovecot) = Dovecot::start(Way::Token(office.address)) else {
        return;
    };
    let (publication, taken) = sent(&["dead@example.com", "well@example.com"]);
    let publication = dovecot
        .configured(publication)
        .file("token", "of-yesterday\n");
    office.takes("of-today");
    let mail = mail_to(&taken, "dead@example.com");
    dovecot.deliver("1.dead", &report(mail, "5.1.1", "550 5.1.1 no such user"));
    let log = publication.path("serve.log");
    let served = Served::logged(&publication, &log);
    let said = || fs::read_to_string(&log).unwrap_or_default();
    wait_until("the refused token is not named", || {
        said().contains("the token of bounces.imap is not taken")
    });
    assert_eq!(dovecot.count(""), 1, "nothing was read: {}", said());
    assert!(!said().contains("of-yesterday"), "no token stands in a log");
    // Whoever keeps the file renews it, and nobody has to restart anything.
    fs::write(publication.path("token"), "of-today").unwrap();
    wait_until("the next token is not used", || dovecot.count("") == 0);
    served.kill();
    let reader = shown(&publication, "dead@example.com");
    assert_eq!(reader["suppression"]["reason"], "hard_bounce", "{reader}");
    let logins = dovecot.log();
    let login = logins
        .lines()
        .find(|line| line.contains("Login: user=<bounces>"));
    let login = login.unwrap_or_else(|| panic!("{logins}"));
    assert!(
        login.contains("method=XOAUTH2") && login.contains("TLS"),
        "{login}"
    );
}
