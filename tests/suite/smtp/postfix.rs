//! Sessions against real Postfix: what the scripted server plays must be true there too.

use daily_note::smtp::{LostCause, Relay, Session, Stage, status::is_hard_bounce};

use super::{Answer, MESSAGE, TlsMode, deliver, envelope, is_accepted, refusal, session};
use crate::postfix::{Postfix, Sink};

#[tokio::test]
async fn a_sink_takes_messages_pipelined_and_step_by_step_and_by_helo() {
    for flags in [&[][..], &["-p"], &["-e"], &["-8", "-E"]] {
        let Some(sink) = Sink::start(flags) else {
            return;
        };
        let mut session = session(sink.addr()).await;
        for to in ["minji@example.com", "jun@example.com"] {
            let answer = deliver(&mut session, to).await.unwrap();
            assert!(is_accepted(&answer), "{flags:?} {answer:?}");
        }
        session.quit().await;
        let mail = sink.mail();
        assert_eq!(mail.len(), 2);
        assert!(mail[0].contains("\nSubject: x\n\n.dot\n"), "{}", mail[0]);
    }
}

#[tokio::test]
async fn a_sinks_refusals_are_told_with_their_stage() {
    for (command, stage) in [
        ("MAIL", Stage::Mail),
        ("RCPT", Stage::Rcpt),
        ("DATA", Stage::Data),
        (".", Stage::Dot),
    ] {
        for (flag, class) in [("-f", 5), ("-r", 4)] {
            let Some(sink) = Sink::start(&[flag, command]) else {
                return;
            };
            let mut session = session(sink.addr()).await;
            // Twice, for the session must have reset what was refused.
            for _ in 0..2 {
                let Answer::Refused { stage: at, reply } =
                    deliver(&mut session, "minji@example.com").await.unwrap()
                else {
                    panic!("accepted");
                };
                assert_eq!((at, reply.code / 100), (stage, class), "{command} {reply}");
            }
            session.quit().await;
        }
    }
}

#[tokio::test]
async fn a_sink_that_hangs_up_leaves_doubt_only_after_the_dot() {
    for (command, stage) in [
        ("MAIL", Stage::Mail),
        ("RCPT", Stage::Rcpt),
        ("DATA", Stage::Data),
        (".", Stage::Dot),
    ] {
        for flag in ["-q", "-Q"] {
            let Some(sink) = Sink::start(&[flag, command]) else {
                return;
            };
            let mut session = session(sink.addr()).await;
            let lost = deliver(&mut session, "minji@example.com")
                .await
                .unwrap_err();
            let is_goodbye = matches!(lost.cause, LostCause::ShuttingDown(_));
            assert_eq!(lost.stage, stage, "{flag} {command} {lost:?}");
            assert_eq!(is_goodbye, flag == "-Q", "{command} {lost:?}");
            assert_eq!(
                lost.dot_left,
                flag == "-q" && command == ".",
                "{command} {lost:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_sink_that_refuses_before_the_dot_is_heard() {
    let Some(sink) = Sink::start(&["-A", "0"]) else {
        return;
    };
    let mut session = session(sink.addr()).await;
    let message = b"x\r\n".repeat(4 << 20);
    let answer = session
        .deliver(&envelope("minji@example.com"), &message)
        .await;
    let (stage, words) = refusal(answer.unwrap());
    assert_eq!(stage, Stage::Dot);
    assert!(words.starts_with("550"), "{words}");
}

#[tokio::test]
async fn a_sink_that_reads_slowly_and_answers_late_gets_everything() {
    let Some(sink) = Sink::start(&["-H", "1", "-T", "2000", "-w", "1"]) else {
        return;
    };
    let mut session = session(sink.addr()).await;
    let message = b"Subject: x\r\n\r\n"
        .iter()
        .copied()
        .chain(b".x\r\n".repeat(100_000))
        .collect::<Vec<_>>();
    let answer = session
        .deliver(&envelope("minji@example.com"), &message)
        .await
        .unwrap();
    assert!(is_accepted(&answer));
    session.quit().await;
    assert_eq!(sink.mail()[0].matches("\n.x\n").count(), 50_000);
}

#[tokio::test]
async fn postfix_delivers_each_message_once_and_says_who_is_gone() {
    let Some(postfix) = Postfix::start(&[]) else {
        return;
    };
    let mut session = session(postfix.addr()).await;
    assert!(session.capabilities().pipelining);
    for number in 0..20 {
        let to = format!("reader{number}@example.com");
        assert!(is_accepted(&deliver(&mut session, &to).await.unwrap()));
    }
    let Answer::Refused { stage, reply } = deliver(&mut session, "gone@example.com").await.unwrap()
    else {
        panic!("accepted");
    };
    assert_eq!(stage, Stage::Rcpt);
    assert!(is_hard_bounce(&reply), "{reply}");
    let answer = deliver(&mut session, "minji@example.com").await.unwrap();
    assert!(is_accepted(&answer));
    session.quit().await;
    assert_eq!(postfix.wait_for_mail(21), 21, "{}", postfix.log());
    let mail = postfix.mail_of("minji@example.com");
    assert!(mail[0].contains("\nSubject: x\n"), "{}", mail[0]);
    assert!(mail[0].ends_with("\n\n.dot\n"), "{}", mail[0]);
}

#[tokio::test]
async fn postfix_takes_the_next_envelope_behind_the_dot_even_where_it_forbids_early_talk() {
    let restrictions = "smtpd_data_restrictions = reject_unauth_pipelining";
    let Some(postfix) = Postfix::start(&[restrictions]) else {
        return;
    };
    let mut session = session(postfix.addr()).await;
    let envelopes: Vec<_> = (0..50)
        .map(|n| envelope(&format!("reader{n}@example.com")))
        .collect();
    for (at, to) in envelopes.iter().enumerate() {
        let next = envelopes
            .get(at + 1)
            .map(|envelope| daily_note::smtp::Announcement {
                envelope,
                bytes: MESSAGE.len(),
            });
        let answer = session
            .deliver_then(to, MESSAGE.into(), next)
            .await
            .unwrap();
        assert!(is_accepted(&answer), "{answer:?}");
    }
    session.quit().await;
    assert_eq!(postfix.wait_for_mail(50), 50);
}

#[tokio::test]
async fn postfix_that_has_enough_of_our_errors_says_so_and_is_dialled_again() {
    let Some(postfix) = Postfix::start(&[
        "smtpd_hard_error_limit = 6",
        "smtpd_soft_error_limit = 3",
        "smtpd_error_sleep_time = 0",
    ]) else {
        return;
    };
    let mut session = session(postfix.addr()).await;
    let lost = loop {
        if let Err(lost) = deliver(&mut session, "gone@example.com").await {
            break lost;
        }
    };
    assert!(!lost.dot_left, "{lost:?}");
    assert!(matches!(lost.cause, LostCause::ShuttingDown(_)), "{lost:?}");
    let mut session = super::session(postfix.addr()).await;
    assert!(is_accepted(
        &deliver(&mut session, "minji@example.com").await.unwrap()
    ));
    session.quit().await;
    assert_eq!(postfix.wait_for_mail(1), 1);
}

#[tokio::test]
async fn a_message_larger_than_postfix_takes_is_not_offered() {
    let Some(postfix) = Postfix::start(&["message_size_limit = 5000"]) else {
        return;
    };
    let mut session = session(postfix.addr()).await;
    let message = b"x\r\n".repeat(5000);
    let answer = session
        .deliver(&envelope("minji@example.com"), &message)
        .await
        .unwrap();
    assert_eq!(refusal(answer).0, Stage::Dot);
    assert!(is_accepted(
        &deliver(&mut session, "minji@example.com").await.unwrap()
    ));
    session.quit().await;
}

#[tokio::test]
async fn on_loopback_postfix_with_its_own_certificate_is_spoken_to_under_tls() {
    let folder = tempfile::tempdir().unwrap();
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec!["debian".to_owned()])
        .unwrap()
        .self_signed(&key)
        .unwrap();
    let (cert_file, key_file) = (
        folder.path().join("cert.pem"),
        folder.path().join("key.pem"),
    );
    std::fs::write(&cert_file, certificate.pem()).unwrap();
    std::fs::write(&key_file, key.serialize_pem()).unwrap();
    let Some(postfix) = Postfix::start(&[
        "smtpd_tls_security_level = may",
        &format!("smtpd_tls_cert_file = {}", cert_file.display()),
        &format!("smtpd_tls_key_file = {}", key_file.display()),
    ]) else {
        return;
    };
    let opportunistic = Relay::new("127.0.0.1", postfix.addr().port(), TlsMode::Opportunistic);
    let mut session = Session::connect(&opportunistic).await.unwrap();
    assert_eq!(
        session.capabilities().tls.as_ref().unwrap().version,
        "TLSv1_3"
    );
    assert!(is_accepted(
        &deliver(&mut session, "minji@example.com").await.unwrap()
    ));
    session.quit().await;
    let required = Relay::new("127.0.0.1", postfix.addr().port(), TlsMode::Required);
    let error = Session::connect(&required).await.unwrap_err();
    assert!(error.is_senders_fault(), "{error}");
    assert_eq!(postfix.wait_for_mail(1), 1);
}
