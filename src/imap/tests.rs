//! Sessions with servers that behave, and with those that don't.

use super::{
    ImapError, ImapLogin, ImapSession,
    scripted::{Mischief, ScriptedImap},
};

fn login() -> ImapLogin {
    ImapLogin::Password("bounces".to_owned(), "secret".to_owned())
}

#[tokio::test]
async fn mail_is_fetched_and_moved() {
    let imap = ScriptedImap::start(
        Mischief::None,
        &["Subject: one\r\n\r\nx", "Subject: two\r\n\r\ny"],
    )
    .await;
    let mut session = ImapSession::open(&imap.server(), &login()).await.unwrap();
    let mailbox = session.select("INBOX").await.unwrap();
    assert_eq!((mailbox.validity, mailbox.next), (7, Some(3)));
    assert_eq!(session.numbers_from(1).await.unwrap(), [1, 2]);
    assert_eq!(session.numbers_from(2).await.unwrap(), [2]);
    let mail = session.fetch(2).await.unwrap().unwrap();
    assert_eq!(mail.bytes, b"Subject: two\r\n\r\ny");
    assert!(session.fetch(5).await.unwrap().is_none());
    session.make_folder("aside").await.unwrap();
    session.move_to(2, "aside").await.unwrap();
    session.close().await;
    assert_eq!(imap.mailbox.lock().unwrap().folders["aside"].len(), 1);
}

#[tokio::test]
async fn a_wrong_password_and_a_wrong_certificate_need_a_person() {
    let imap = ScriptedImap::start(Mischief::None, &[]).await;
    let wrong = ImapLogin::Password("bounces".to_owned(), "guess".to_owned());
    let refused = ImapSession::open(&imap.server(), &wrong)
        .await
        .err()
        .unwrap();
    assert!(matches!(refused, ImapError::Login(_)), "{refused:?}");
    assert!(refused.needs_a_person());
    let mut unknown = imap.server();
    unknown.ca_file = None;
    let refused = ImapSession::open(&unknown, &login()).await.err().unwrap();
    assert!(matches!(refused, ImapError::Tls { .. }), "{refused:?}");
    let heard = imap.mailbox.lock().unwrap().heard.clone();
    assert_eq!(
        heard,
        ["LOGIN"],
        "nothing is said to a server that is not the one"
    );
}

#[tokio::test]
async fn a_server_that_hangs_drops_or_floods_is_left() {
    for (mischief, at) in [
        (Mischief::HangsAt("LOGIN"), "LOGIN"),
        (Mischief::DropsAt("LOGIN"), "LOGIN"),
        (Mischief::HangsAt("UID FETCH"), "UID FETCH"),
        (Mischief::DropsAt("UID FETCH"), "UID FETCH"),
        (Mischief::Floods, "UID FETCH"),
    ] {
        let imap = ScriptedImap::start(mischief, &["Subject: one\r\n\r\n"]).await;
        let opened = ImapSession::open(&imap.server(), &login()).await;
        let failed = match opened {
            Err(error) => {
                assert_eq!(at, "LOGIN");
                error
            }
            Ok(mut session) => {
                session.select("INBOX").await.unwrap();
                session.fetch(1).await.unwrap_err()
            }
        };
        let is_named = match mischief {
            Mischief::HangsAt(_) => matches!(failed, ImapError::Slow(_)),
            Mischief::Floods => matches!(failed, ImapError::Nonsense(_)),
            _ => matches!(failed, ImapError::Closed | ImapError::Broken(_)),
        };
        assert!(is_named, "{mischief:?}: {failed:?}");
    }
}
