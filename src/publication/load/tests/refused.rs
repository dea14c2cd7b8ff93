//! What a person reads where their file is wrong.

use super::*;

#[test]
fn an_unknown_key_suggests_the_one_that_was_meant() {
    insta::assert_snapshot!(refusal(&SMALL.replace("timezone:", "tagine: x\n  timezone:"), &[]), @r#"
     × unknown key `tagine`
      ╭─[daily-note.yaml:4:3]
    4 │   tagine: x
      ·   ──────
      ╰────
     help: did you mean `tagline`?
    "#);
}

#[test]
fn a_wrong_type_is_named_in_words() {
    insta::assert_snapshot!(refusal(&with("smtp: {connections: many}\nlaw: [korea]"), &[]), @r#"
     × expected a whole number, zero or more, found the text `many`
      ╭─[daily-note.yaml:8:21]
    8 │ smtp: {connections: many}
      ·                     ────
      ╰────
     × expected a mapping (`key: value` lines), found a list
      ╭─[daily-note.yaml:9:1]
    9 │ law: [korea]
      · ───
      ╰────
    "#);
}

#[test]
fn an_invalid_time_zone_suggests_the_nearest() {
    insta::assert_snapshot!(refusal(&SMALL.replace("Asia/Seoul", "Asia/Soul"), &[]), @r#"
     × there is no time zone `Asia/Soul`
      ╭─[daily-note.yaml:4:13]
    4 │   timezone: Asia/Soul
      ·             ─────────
      ╰────
     help: did you mean `Asia/Seoul`?
    "#);
}

#[test]
fn a_key_that_stands_twice_is_an_error_at_the_second_one() {
    insta::assert_snapshot!(refusal(&with("editions:\n  thursday: {}"), &[]), @r#"
     × `editions` stands here twice
      ╭─[daily-note.yaml:8:1]
    8 │ editions:
      · ────────
      ╰────
     help: the first one is in line 6: keep one of them
    "#);
}

#[test]
fn a_tab_is_named() {
    insta::assert_snapshot!(refusal(&with("smtp:\n\turl: inbox"), &[]), @r#"
     × this line is indented with a tab
      ╭─[daily-note.yaml:9:1]
    9 │     url: inbox
      · ────
      ╰────
     help: YAML indents with spaces
    "#);
}

#[test]
fn a_bad_relay_is_refused() {
    insta::assert_snapshot!(refusal(&with("smtp: {url: smpt://smtp.example.com}"), &[]), @r#"
     × `smpt://` is not known
      ╭─[daily-note.yaml:8:13]
    8 │ smtp: {url: smpt://smtp.example.com}
      ·             ───────────────────────
      ╰────
     help: did you mean `smtp://`?
    "#);
    insta::assert_snapshot!(refusal(&with("smtp:\n  url: smtp://smtp.example.com?tls=none\n  user: u\n  password: p"), &[]), @r#"
     × a password would go over the network in clear
       ╭─[daily-note.yaml:10:9]
    10 │   user: *
       ·         ─
       ╰────
     help: remove `?tls=none`, or the user and the password
    "#);
}

#[test]
fn an_unknown_variable_of_ours_is_an_error() {
    insta::assert_snapshot!(refusal(SMALL, &[("DAILY_NOTE_SMTP__ULR", "inbox"), ("DAILY_NOTE_SMTP__RATE", "fast")]), @r#"
    × DAILY_NOTE_SMTP__RATE: `fast` is not a rate
    help: write messages and a time: `14/s`, `600/m`, `500/h` or `20000/d`
    × DAILY_NOTE_SMTP__ULR: unknown key `ulr`
    help: did you mean `url`?
    "#);
}

#[test]
fn a_variable_with_one_underscore_is_told_its_name() {
    insta::assert_snapshot!(refusal(SMALL, &[("DAILY_NOTE_SMTP_URL", "inbox"), ("DAILYNOTE_WEB__PORT", "80")]), @r#"
    × the variable DAILYNOTE_WEB__PORT sets nothing
    help: between a block and its key stand two underscores: DAILY_NOTE_WEB__PORT
    × the variable DAILY_NOTE_SMTP_URL sets nothing
    help: between a block and its key stand two underscores: DAILY_NOTE_SMTP__URL
    "#);
}

#[test]
fn a_variable_that_is_not_set_is_shown_where_it_is_used() {
    let text = with("web:\n  base_url: \"https://${HOST}/notes\"\nsmtp:\n  helo_name: ${");
    insta::assert_snapshot!(refusal(&text, &[]), @r#"
     × the variable `HOST` is not set
      ╭─[daily-note.yaml:9:22]
    9 │   base_url: "https://${HOST}******"
      ·                      ───────
      ╰────
     help: set the variable; where a plain `$` is meant, write `$$`
     × the `}` of this `${` is missing
       ╭─[daily-note.yaml:11:14]
    11 │   helo_name: ${
       ·              ──
       ╰────
     help: set the variable; where a plain `$` is meant, write `$$`
    "#);
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let text = r##"
publication:
  name: Notes
  from: hello@localhost
  accent_color: blue
editions:
  Monday: {title: Monday, day: mon, time: "8:00"}
  second: {title: Second, day: munday, time: "08:00"}
delivery: {unknown: wait, give_up: soon}
"##;
    insta::assert_snapshot!(refusal(text, &[]), @r##"
     × `timezone` is missing
      ╭─[daily-note.yaml:2:1]
    2 │ publication:
      · ───────────
      ╰────
     × the domain `localhost` has no dot: write it like example.com
      ╭─[daily-note.yaml:4:9]
    4 │   from: hello@localhost
      ·         ───────────────
      ╰────
     × `blue` is not a colour
      ╭─[daily-note.yaml:5:17]
    5 │   accent_color: blue
      ·                 ────
      ╰────
     help: write it with six hex digits, in quotes: "#2447D8"
     × `8:00` is not a time of day
      ╭─[daily-note.yaml:7:43]
    7 │   Monday: {title: Monday, day: mon, time: "8:00"}
      ·                                           ──────
      ╰────
     help: did you mean "08:00"?
     × `munday` is not a day of the week
      ╭─[daily-note.yaml:8:32]
    8 │   second: {title: Second, day: munday, time: "08:00"}
      ·                                ──────
      ╰────
     help: did you mean `monday`?
     × `wait` is not one of `hold`, `resend`
      ╭─[daily-note.yaml:9:21]
    9 │ delivery: {unknown: wait, give_up: soon}
      ·                     ────
      ╰────
     × `soon` is not a duration
      ╭─[daily-note.yaml:9:36]
    9 │ delivery: {unknown: wait, give_up: soon}
      ·                                    ────
      ╰────
     help: write it like `250ms`, `30s`, `10m`, `1h30m` or `2d`
    "##);
}

#[test]
fn values_that_contradict_each_other_are_told_at_once() {
    let text = with(
        r##"
images: auto
smtp: {url: smtp://smtp.example.com, connections: 0, user: u, dkim: {domain: example.com, selector: s}}
schedule:
  breaks: [{from: 2026-08-15, to: 2026-08-01}]
  extra: [{edition: friday, date: 2026-08-01}]
"##,
    );
    insta::assert_snapshot!(refusal(&text, &[]), @r#"
     × `connections` must be 1 or more
       ╭─[daily-note.yaml:10:51]
    10 │ smtp: {url: smtp://smtp.example.com, connections: 0, user: *, dkim: {domain: example.com, selector: s}}
       ·                                                   ─
       ╰────
     × a user without a password
       ╭─[daily-note.yaml:10:60]
    10 │ smtp: {url: smtp://smtp.example.com, connections: 0, user: *, dkim: {domain: example.com, selector: s}}
       ·                                                            ─
       ╰────
     help: add `password: ${SMTP_PASSWORD}`, or `token_command:` where the relay wants an OAuth token
     × the private key is missing: `key_file` or `key`
       ╭─[daily-note.yaml:10:63]
    10 │ smtp: {url: smtp://smtp.example.com, connections: 0, user: *, dkim: {domain: example.com, selector: s}}
       ·                                                               ────
       ╰────
     × this break ends before it begins (2026-08-15)
       ╭─[daily-note.yaml:12:35]
    12 │   breaks: [{from: 2026-08-15, to: 2026-08-01}]
       ·                                   ──────────
       ╰────
     × there is no edition `friday`
       ╭─[daily-note.yaml:13:21]
    13 │   extra: [{edition: friday, date: 2026-08-01}]
       ·                     ──────
       ╰────
    "#);
    let text = SMALL.replace("day: mon,", "day: 1st mon, every_weeks: 2,");
    insta::assert_snapshot!(refusal(&text, &[]), @r#"
     × every 2 weeks, but from which on?
      ╭─[daily-note.yaml:7:53]
    7 │   monday: {title: 월요일 편, day: 1st mon, every_weeks: 2, time: "08:00"}
      ·                                                         ─
      ╰────
     help: add `starting:` with the date of the first issue
    "#);
}

#[test]
fn a_webhook_that_can_t_be_is_told_at_its_line_and_no_secret_is_repeated() {
    let good = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    for (url, secret, said) in [
        (
            "http://hooks.example.com/",
            good,
            "would travel unencrypted",
        ),
        (
            "https://me:token1@example.com/",
            good,
            "has a user or a password in it",
        ),
        ("ftp://example.com/", good, "is no way to post events"),
        ("hooks token1", good, "this is not an address"),
        (
            "https://example.com/",
            "token1token1token1token1token1",
            "begins with `whsec_`",
        ),
        (
            "https://example.com/",
            "whsec_dG9rZW4x",
            "24 to 64 are wanted",
        ),
        ("https://example.com/", "whsec_token1-*", "is not base64"),
    ] {
        let block = format!("notify:\n  webhook: {{url: '{url}', secret: '{secret}'}}");
        let refusal = load(&with(&block), &[]).expect_err(said);
        let messages: Vec<String> = refusal.iter().map(ToString::to_string).collect();
        let messages = messages.join("\n");
        assert!(messages.contains(said), "{messages}");
        assert!(messages.contains("daily-note.yaml:9:"), "{messages}");
        assert!(!messages.contains("token1"), "{messages}");
    }
    for url in [
        "http://127.0.0.1:9000/",
        "http://localhost/hook",
        "http://[::1]/",
    ] {
        let block = format!("notify:\n  webhook: {{url: '{url}', secret: {good}}}");
        assert!(load(&with(&block), &[]).is_ok(), "{url}");
    }
}

#[test]
fn who_logs_in_has_one_proof_and_never_in_clear() {
    let mut refusals = String::new();
    for smtp in [
        "{url: smtp://relay.example.com, user: news}",
        "{url: smtp://relay.example.com, token_file: token}",
        "{url: smtp://relay.example.com, user: news, password: s3cret, token: s3cret}",
        "{url: smtp://relay.example.com, user: news, token_command: s3cret, token_file: t}",
        "{url: smtp://relay.example.com, user: news, token_command: ' '}",
        "{url: smtp://relay.example.com, user: news, token: ''}",
        "{url: 'smtp://relay.example.com?tls=none', user: news, token_file: t}",
        "{url: 'smtp://me:s3cret@relay.example.com', user: news, token_file: t}",
        "{url: inbox, user: news, token_file: t}",
    ] {
        refusals.push_str(&refusal(&with(&format!("smtp: {smtp}")), &[]));
    }
    assert!(!refusals.contains("s3cret"), "{refusals}");
    insta::assert_snapshot!(refusals);
}

#[test]
fn a_token_s_variable_is_asked_for_when_it_is_used() {
    for smtp in [
        "{url: smtp://relay.example.com, user: news, token: '${NO_TOKEN}'}",
        "{url: smtp://relay.example.com, user: news, token_command: 'renew ${NO_TOKEN}'}",
    ] {
        let publication = load(&with(&format!("smtp: {smtp}")), &[]).unwrap();
        assert!(
            publication
                .require_secrets(&[crate::publication::SecretUse::Webhook])
                .is_ok()
        );
        let errors = publication.require_secrets(&[crate::publication::SecretUse::Relay]);
        assert!(errors.unwrap_err()[0].to_string().contains("NO_TOKEN"));
    }
}
