//! OAuth tokens instead of passwords: read anew at each login, said as the relay offers, never told.

use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex},
};

use daily_note::{
    publication::{Credentials, TokenSource},
    smtp::{ConnectError, Relay, Session},
};

use super::{TlsMode, deliver, is_accepted};
use crate::scripted::{At, Plan, ScriptedServer, reply};

const USER: &str = "news@example.com";

fn server(mechanisms: &str, valid: &Arc<Mutex<String>>) -> Plan {
    ScriptedServer::new()
        .starttls()
        .tokens(USER, mechanisms, valid)
}

fn cell(token: &str) -> Arc<Mutex<String>> {
    Arc::new(Mutex::new(token.to_owned()))
}

fn with(server: &ScriptedServer, token: TokenSource) -> Relay {
    server
        .relay()
        .with_credentials(Credentials::with_token(USER, token))
}

fn command(folder: &Path, line: &str) -> TokenSource {
    TokenSource::Command {
        line: line.to_owned(),
        folder: folder.to_owned(),
    }
}

#[tokio::test]
async fn a_token_is_said_by_what_the_relay_offers_and_the_standard_first() {
    for (offered, spoken) in [
        ("XOAUTH2", "XOAUTH2"),
        ("OAUTHBEARER", "OAUTHBEARER"),
        ("LOGIN PLAIN XOAUTH2 OAUTHBEARER", "OAUTHBEARER"),
    ] {
        let server = server(offered, &cell("ya29.fresh")).start();
        let relay = with(&server, TokenSource::Text("ya29.fresh".into()));
        let mut session = Session::connect(&relay).await.unwrap();
        assert!(is_accepted(
            &deliver(&mut session, "minji@example.com").await.unwrap()
        ));
        session.quit().await;
        let said = server.transcript(1);
        let auth = format!("C: AUTH {spoken} ");
        assert!(said.iter().any(|line| line.starts_with(&auth)), "{said:?}");
    }
}

#[tokio::test]
async fn a_relay_that_takes_no_first_answer_is_told_in_two_steps() {
    for mechanism in ["XOAUTH2", "OAUTHBEARER"] {
        let server = server(mechanism, &cell("t"))
            .on(At::Auth, reply("501 5.5.4 Line too long").times(1))
            .start();
        let relay = with(&server, TokenSource::Text("t".into()));
        Session::connect(&relay).await.unwrap().quit().await;
        assert_eq!(server.heard_times(&format!("C: AUTH {mechanism}")), 1);
    }
}

#[tokio::test]
async fn a_token_is_read_anew_at_each_login() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    for source in [
        TokenSource::File(file.clone()),
        command(folder.path(), "cat token"),
    ] {
        let valid = cell("first");
        let server = server("XOAUTH2", &valid).start();
        let relay = with(&server, source);
        for token in ["first", "second"] {
            fs::write(&file, format!("{token}\n")).unwrap();
            *valid.lock().unwrap() = token.to_owned();
            Session::connect(&relay).await.unwrap().quit().await;
        }
    }
}

#[tokio::test]
async fn a_token_that_has_run_out_is_told_with_what_the_relay_says_of_it() {
    for mechanism in ["XOAUTH2", "OAUTHBEARER"] {
        let server = server(mechanism, &cell("fresh")).start();
        let relay = with(&server, TokenSource::Text("ya29.stale-s3cret".into()));
        let error = Session::connect(&relay).await.unwrap_err();
        assert!(error.is_senders_fault());
        let told = format!("{error} {error:?} {}", error.hint());
        assert!(told.contains("535 5.7.8 Token not accepted"), "{told}");
        assert!(told.contains("status 401"), "{told}");
        assert!(told.contains("scope https://mail.example.com/"), "{told}");
        assert!(!told.contains("s3cret"), "{told}");
    }
}

#[tokio::test]
async fn a_relay_that_can_t_check_tokens_now_is_tried_again() {
    let server = server("XOAUTH2", &cell("t"))
        .on(
            At::Auth,
            reply("454 4.7.0 Temporary authentication failure"),
        )
        .start();
    let relay = with(&server, TokenSource::Text("t".into()));
    let error = Session::connect(&relay).await.unwrap_err();
    assert!(error.is_transient(), "{error:?}");
}

#[tokio::test]
async fn a_relay_without_tokens_and_one_without_tls_get_none() {
    let passwords = ScriptedServer::new()
        .starttls()
        .credentials(USER, "password")
        .start();
    let relay = with(&passwords, TokenSource::Text("s3cret".into()));
    let error = Session::connect(&relay).await.unwrap_err();
    insta::assert_snapshot!(error, @"the relay offers no AUTH for a token (OAUTHBEARER, XOAUTH2); it offers PLAIN, LOGIN");
    assert!(error.hint().to_string().contains("smtp.password"));

    let clear = ScriptedServer::new()
        .tokens(USER, "XOAUTH2", &cell("s3cret"))
        .start();
    let mut relay = with(&clear, TokenSource::Text("s3cret".into()));
    relay.tls = TlsMode::None;
    let error = Session::connect(&relay).await.unwrap_err();
    assert!(
        matches!(error, ConnectError::AuthInClear { .. }),
        "{error:?}"
    );
    let said = clear.transcript(1);
    assert!(!said.iter().any(|line| line.starts_with("C: AUTH")));
}

#[tokio::test]
async fn a_token_that_is_not_there_is_told_by_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let server = server("XOAUTH2", &cell("t")).start();
    let missing = folder.path().join("token");
    let relay = with(&server, TokenSource::File(missing.clone()));
    let error = Session::connect(&relay).await.unwrap_err();
    assert!(error.is_senders_fault());
    assert!(error.to_string().contains(&missing.display().to_string()));

    let line = "echo s3cret >&2; exit 3";
    let relay = with(&server, command(folder.path(), line));
    let error = Session::connect(&relay).await.unwrap_err();
    assert!(error.is_transient(), "whom it asks may be away: {error:?}");
    let told = format!("{error} {error:?} {}", error.hint());
    assert!(told.contains("smtp.token_command failed"), "{told}");
    assert!(!told.contains("s3cret"), "{told}");
}
