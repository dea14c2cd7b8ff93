//! What people see of a text with secrets in it.

use super::*;

const KEYS: HarmlessKeys = HarmlessKeys {
    values: &[
        "name",
        "from",
        "title",
        "day",
        "connections",
        "rate",
        "domain",
        "why",
        "publication",
    ],
    addresses: &["url"],
    holders: &["smtp", "dkim", "notify", "webhook", "web"],
    blocks: &["publication"],
    named_blocks: &["editions"],
};

fn shown(text: &str) -> String {
    let (shown, _) = masked(text, &KEYS);
    assert_eq!(shown.len(), text.len(), "{text}");
    shown
}

#[test]
fn a_secret_is_never_shown_whatever_slip_keeps_it_from_being_read() {
    for text in [
        "smtp:\n  password: hunter22\n",
        "smtp:\n  pasword: hunter22\n",
        "smtp:\n  psw: hunter22\n",
        "smtp:\n  kennwort: hunter22\n",
        "smtp:\n  Password : 'hunter22'\n",
        "smtp:\n  password hunter22\n",
        "smtp:\n  pswrd hunter22\n",
        "smtp:\n  pswrd:hunter22\n",
        "smtp:\n  password=hunter22\n",
        "smtp:\n\tpassword: hunter22\n",
        "smtp:\n\tpswrd: hunter22\n",
        "smtp: {user: me, password: hunter22, rate: x}\n",
        "smtp: {user: hunter22, rate: x}\n",
        "smtp: {pswrd: \"hunter22, rate: x\"}\n",
        "smtp: hunter22\n",
        "smtp:\n  dkim: hunter22\n",
        "smtp:\n  password:\n    hunter22\n",
        "smtp:\n  password:\nhunter22\n",
        "smtp:\n  password:\nhunter22: x\n",
        "smtp:\n  password: |\n    one\n    hunter22\n",
        "smtp:\n  password: \"hunter22\n  rate: x\n",
        "smtp:\n  password: \"one\nhunter22\"\n  rate: x\n",
        "smtp:\n  password: [hunter22]\n",
        "smtp:\n  rate: 14/s\n    pswrd: hunter22\n",
        "smtp:\n  rate: 14/s\n    pswrd:hunter22\n",
        "smtp:\n  rate: 14/s pswrd: hunter22\n",
        "smtp:\n  rate: 14/s # it was hunter22\n",
        "smtp:\n  # hunter22\n",
        "smtp:\n  url: hunter22\n",
        "smtp:\n  url: me:hunter22@smtp.example.com\n",
        "smtp:\n  url: smtp://me:hunter22@smtp.example.com:587\n",
        "smtp:\n  url: smtp://me:hunter22:smtp.example.com\n",
        "smtp:\n  url: smtp://me:hunter22/smtp.example.com\n",
        "smtp:\n  url: smtp://me:p@hunter22@smtp.example.com\n",
        "smtp:\n  url: smtp://me:p?hunter22@smtp.example.com\n",
        "smtp:\n  url: smtp://me:p#hunter22@smtp.example.com\n",
        "smtp:\n  url: smtp://me:hunter22 @smtp.example.com\n",
        "smtp:\n  url: smtp:/me:hunter22@smtp.example.com\n",
        "smtp:\n  ulr: smtp://me:hunter22@smtp.example.com\n",
        "smtp:\n  name: smtp://me:hunter22@smtp.example.com\n",
        "notify:\n  webhook:\n    url: https://hooks.example.com/services/hunter22\n",
        "notify:\n  webhook:\n    url: https://hooks.example.com?token=hunter22\n",
        "notify:\n  webhook: https://hooks.example.com/services/hunter22\n",
        "notify:\n  webhook:\n    secret: hunter22 # ours\n",
        "web:\n  secret:\n  - hunter22\n  - other-hunter22\n",
        "x: &p hunter22\nsmtp:\n  password: *p\n",
        "publication:\n  name: &p hunter22\nsmtp:\n  password: *p\n",
        "publication:\n  name: x smtp: {pswrd: hunter22}\n",
        "publication:\n  name: x\n  smtp:\n    pswrd: hunter22\n",
        "notify:\n  webhook: {secert: hunter22}\n",
        "- whsec_hunter22\n",
        "hunter22\n",
        "dkim: |\n  -----BEGIN PRIVATE KEY-----\n  hunter22\n  -----END PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\nhunter22\n-----END PRIVATE KEY-----\n",
        "smtp:\n  dkim: {domain: example.com, key: hunter22}\n",
    ] {
        let shown = shown(text);
        assert!(!shown.contains("hunter22"), "{text}\n→\n{shown}");
    }
}

#[test]
fn what_holds_no_secret_is_shown_as_it_is() {
    for text in [
        "publication:\n  name: 데일리 노트 # ours\n  from: hello@example.com\n",
        "publication:\n  why: |\n    One: two.\n  tagine: x\n".trim_end_matches("  tagine: x\n"),
        "smtp:\n  url: smtp://smtp.example.com:587\n  rate: 14/s\n",
        "smtp:\n  url: inbox\n",
        "smtp:\n  url: \"smtp://127.0.0.1:25?tls=none\"\n",
        "smtp: {url: smpt://smtp.example.com}\n",
        "smtp: {url: 'smtp://[::1]:2525/', connections: many}\n",
        "smtp:\n  password: ${SMTP_PASSWORD}\n  connections: 4\n",
        "smtp:\n  rate: ${SMTP_TOKEN}\n",
        "editions:\n  monday: {title: 월요일, day: mon}\n",
        "editions:\n  monday: [월요일, mon]\n",
    ] {
        assert_eq!(shown(text), text);
    }
}

#[test]
fn a_variable_beside_a_secret_is_shown_and_the_secret_is_not() {
    assert_eq!(
        shown("url: smtps://me${X}you:${SMTP_PASSWORD}@smtp.example.com\n"),
        "url: smtps://**${X}****${SMTP_PASSWORD}@smtp.example.com\n"
    );
}

#[test]
fn words_about_it_do_not_repeat_it() {
    let (_, secrets) = masked(
        "smtp:\n  password: hunter22\n  user: abc\n  pin: 17\n",
        &KEYS,
    );
    for (words, shown) in [
        ("`hunter22` is no number", "`****` is no number"),
        ("found the text `hunter22 …`", "found the text `**** …`"),
        ("`abc` is no user", "`****` is no user"),
        ("found the number 17", "found the number ****"),
        ("the abc of it", "the abc of it"),
    ] {
        assert_eq!(without(words, &secrets), shown);
    }
    let (_, secrets) = masked("smtp:\n  password: 0123456789abcdefghij\n", &KEYS);
    assert_eq!(without("found `0123456789…`", &secrets), "found `****…`");
}
