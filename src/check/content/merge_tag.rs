//! Merge tags: places that another program fills in with a reader's name, and that this one shows as they stand.

use super::{
    super::{Findings, issue_text::ReadProse},
    TEMPLATE_TAG,
};
use crate::words::{Said, say};

/// How a tag begins and ends, and which program's it is: `` a template's, `?` a sending program's.
const TAGS: [(&str, &str, &str); 10] = [
    ("{{", "}}", ""),
    ("{%", "%}", ""),
    ("*|", "|*", "Mailchimp"),
    ("$%", "%$", "Stibee"),
    ("<%", "%>", ""),
    ("%%", "%%", "?"),
    ("${", "}", ""),
    ("{$", "}", "MailerLite"),
    ("[%", "%]", ""),
    ("%recipient", "%", "Mailgun"),
];

pub(super) fn check(prose: &ReadProse<'_>, findings: &mut Findings<'_>) {
    let found = TAGS
        .into_iter()
        .find_map(|(open, close, whose)| Some((tag(prose, open, close)?, whose)))
        .or_else(|| Some((emphasised(prose)?, "Mailchimp")))
        .or_else(|| Some((named(prose)?, "?")));
    if let Some(((at, length), whose)) = found {
        findings
            .at(
                &TEMPLATE_TAG,
                prose.span(at..at + length),
                say!(
                    "readers would see `{seen}`, which is {whose} tag",
                    seen = &prose.text[at..at + length],
                    whose = owner(whose)
                ),
            )
            .hint(say!("a reader's name is `{{{{ name | reader }}}}`, in the text alone; links are the templates'; set code in `backticks`"));
    }
}

/// Whose tag it is.
fn owner(whose: &'static str) -> Said {
    match whose {
        "" => say!("a template's"),
        "?" => say!("a sending program's"),
        program => say!("{program}'s", program),
    }
}

/// `*|FNAME|*`, of which Markdown took the asterisks for emphasis.
fn emphasised(prose: &ReadProse<'_>) -> Option<(usize, usize)> {
    let text = &prose.text;
    prose.places("|").find_map(|at| {
        let length = text[at + 1..].find('|')?;
        let is_name = length > 1
            && text[at + 1..at + 1 + length]
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'_' | b':' | b'0'..=b'9'));
        is_name.then_some((at, length + 2))
    })
}

/// What programs call what they put there.
const NAMES: [&str; 36] = [
    "name",
    "first_name",
    "firstname",
    "fname",
    "first name",
    "last_name",
    "lastname",
    "lname",
    "last name",
    "full_name",
    "fullname",
    "full name",
    "username",
    "user_name",
    "user name",
    "nickname",
    "email",
    "unsubscribe",
    "unsubscribe_link",
    "unsubscribe_url",
    "unsubscribe link",
    "unsub_link",
    "view_in_browser",
    "webversion",
    "web_version",
    "수신거부",
    "이름",
    "성명",
    "닉네임",
    "고객명",
    "회원명",
    "구독자명",
    "수신자명",
    "고객이름",
    "회원이름",
    "구독자이름",
];
/// Around a name that is one of those: how it begins, how it ends, and whether that says enough by itself. `{이름}` may
/// be about braces; `{이름}님` is not.
const WRAPPERS: [(&str, &str, bool); 10] = [
    ("[$", "$]", true),
    ("<<", ">>", true),
    ("##", "##", true),
    ("#{", "}", true),
    ("%", "%", true),
    ("@@", "@@", true),
    ("((", "))", true),
    ("{", "}", false),
    ("<", ">", false),
    ("$", "$", true),
];

/// `%NAME%`, `#{이름}`, `{first_name}`, `Dear {name}`.
fn named(prose: &ReadProse<'_>) -> Option<(usize, usize)> {
    let text = &prose.text;
    WRAPPERS.into_iter().find_map(|(open, close, is_enough)| {
        prose.places(open).find_map(|at| {
            let rest = &text[at + open.len()..];
            let length = rest.find(close).filter(|length| *length <= 20)?;
            let name = rest[..length].trim().to_lowercase();
            let after = &rest[length + close.len()..];
            let before = text[..at].trim_end();
            let is_addressed = after.trim_start().starts_with(['님', '씨'])
                || ["Dear", "Hi", "Hello", "Hey", "dear"]
                    .iter()
                    .any(|word| before.ends_with(word));
            let is_code = name.contains('_');
            let is_one = NAMES.contains(&name.as_str()) && (is_enough || is_addressed || is_code);
            is_one.then_some((at, open.len() + length + close.len()))
        })
    })
}

/// Where a tag stands: on one line, with a name in it and nothing that makes it a sentence.
fn tag(prose: &ReadProse<'_>, open: &str, close: &str) -> Option<(usize, usize)> {
    const LONGEST: usize = 120;
    let text = &prose.text;
    prose.places(open).find_map(|at| {
        let inner_at = at + open.len();
        let length = text[inner_at..].find(close)?;
        let inner = &text[inner_at..inner_at + length];
        let has_name = inner.contains(char::is_alphabetic);
        // `50%%` and `100%%` are slips of another kind; `$%` may be a curse.
        let is_symmetric = open == close && inner.contains(char::is_whitespace);
        let is_one = has_name && !is_symmetric && !inner.contains('\n') && length <= LONGEST;
        is_one.then_some((at, open.len() + length + close.len()))
    })
}
