//! Secrets at the command line: asked for by what uses them, and on no stream whatever is wrong.

use crate::support::TestPublication;

const SECRET: &str = "correct-Horse7battery";

/// Real relay, signature, pages and webhook, all by variables that this machine hasn't.
fn with_unset_secrets() -> TestPublication {
    TestPublication::new().and_config(
        "smtp:\n  url: smtp://smtp.example.com\n  user: news\n  password: ${SMTP_PASSWORD}\n  \
         dkim: {domain: note.example.com, selector: s1, key: '${DKIM_KEY}'}\n\
         web: {base_url: 'https://note.example.com', secret: '${WEB_SECRET}'}\n\
         notify: {webhook: {url: '${HOOK}', secret: '${HOOK_SECRET}'}}\n",
    )
}

#[test]
fn what_needs_no_secret_runs_without_them() {
    let publication = with_unset_secrets();
    for arguments in [
        &["check"][..],
        &["render", "2026-11-23-quiet"],
        &["schedule"],
        &["schedule", "--json"],
        &["subscribers", "list"],
        &["subscribers", "import", "subscribers.yaml", "--dry-run"],
        &["status"],
        &["suppressions", "list"],
        &["new", "monday"],
    ] {
        let ran = publication.run(arguments.iter().copied());
        let words = ran.shown();
        assert!(!words.contains("is not set"), "{arguments:?}: {words}");
    }
    assert!(publication.path(".daily-note/render").exists());
}

#[test]
fn what_needs_one_names_it_at_its_line() {
    let publication = with_unset_secrets();
    for (arguments, variables) in [
        (
            &["send", "2026-11-23-quiet", "--yes"][..],
            &["SMTP_PASSWORD", "DKIM_KEY", "WEB_SECRET"][..],
        ),
        (
            &["send", "2026-11-23-quiet", "--dry-run"],
            &["SMTP_PASSWORD", "DKIM_KEY"],
        ),
        (&["send", "--due"], &["SMTP_PASSWORD"]),
        (&["serve"], &["SMTP_PASSWORD", "DKIM_KEY", "WEB_SECRET"]),
        (
            &["test", "2026-11-23-quiet", "--to", "me@example.com"],
            &["SMTP_PASSWORD"],
        ),
        (&["doctor"], &["SMTP_PASSWORD", "DKIM_KEY"]),
    ] {
        let ran = publication.run(arguments.iter().copied()).exits(3);
        let words = ran.shown();
        for variable in variables {
            let told = format!("the variable `{variable}` is not set");
            assert!(words.contains(&told), "{arguments:?}: {words}");
        }
        assert!(words.contains("daily-note.yaml:"), "{arguments:?}: {words}");
    }
}

#[test]
fn no_stream_has_a_secret_in_it_whatever_is_wrong() {
    let relay = format!("smtp://me:{SECRET}@127.0.0.1:1");
    for block in [
        format!("smtp:\n  url: {relay}\n  rate: fast\n"),
        format!("smtp:\n  pasword: {SECRET}\n"),
        format!("smtp:\n  psw: {SECRET}\n"),
        format!("smtp:\n  password {SECRET}\n"),
        format!("smtp:\n\tpassword: {SECRET}\n"),
        format!("smtp: {{password: {SECRET}\n"),
        format!("smtp:\n  password: \"{SECRET}\n"),
        format!("smtp:\n  user: me\n  password: {SECRET}\n  password: {SECRET}\n"),
        format!("smtp:\n  rate: 14/s\n     password: {SECRET}\n"),
        format!("smtp:\n  rate: 14/s\n   psw:{SECRET}\n"),
        format!("smtp:\n  dkim: {SECRET}\n"),
        format!("smtp: {SECRET}\n"),
        format!("x: &p {SECRET}\nsmtp: {{user: me, password: *p}}\n"),
        format!("storage: postgres://me:{SECRET}@db.example.com:x/y\n"),
        format!("notify: {{webhook: {{url: 'https://example.com/{SECRET}', secret: x}}}}\n"),
        format!("smtp: {{url: '{relay}'}}\n"),
    ] {
        let publication = TestPublication::new().and_config(&block);
        for arguments in [
            &["check"][..],
            &["check", "--format", "json"],
            &["send", "2026-11-23-quiet", "--yes"],
            &["send", "2026-11-23-quiet", "--yes", "--json"],
            &["--log-format", "json", "send", "--due"],
            &["doctor"],
        ] {
            let ran = publication.run(arguments.iter().copied());
            let words = format!("{}{}", ran.stdout, ran.stderr);
            for part in SECRET.as_bytes().windows(9) {
                let part = String::from_utf8_lossy(part);
                assert!(
                    !words.contains(part.as_ref()),
                    "{block}{arguments:?}: {words}"
                );
            }
        }
    }
}
