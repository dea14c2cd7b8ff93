//! What an inbox shows of a mail before it is opened: after the subject, the beginning of what the
//! HTML says, which is the preheader and then whatever follows it.

use scraper::{Html, Node};
use serde::Serialize;

use super::{content::OpenIssue, phrases::PreviewPhrases};

/// No inbox shows more.
const MAX_CHARS: usize = 240;
/// Elements whose text goes on the line they stand in; before any other there is a space.
const INLINE: [&str; 16] = [
    "a", "b", "code", "del", "em", "font", "i", "img", "ins", "mark", "s", "small", "span",
    "strong", "sub", "sup",
];
const UNREAD: [&str; 3] = ["style", "script", "title"];

/// How inboxes show the mail, a client and a device each.
#[derive(Debug, Serialize)]
pub(super) struct InboxLines<'a> {
    sender: &'a str,
    subject: &'a str,
    snippet: String,
    lines: Vec<ClientLine>,
}

/// One inbox.
#[derive(Debug, Serialize)]
struct ClientLine {
    /// As style sheets know it.
    client: &'static str,
    client_label: String,
    device: &'static str,
    device_label: String,
    has_snippet: bool,
}

/// A text of the line, and how long it is.
#[derive(Debug, Serialize)]
pub(super) struct InboxText<'a> {
    label: &'a str,
    length: String,
    text: String,
}

impl<'a> InboxLines<'a> {
    pub(super) fn new(open: &'a OpenIssue, phrases: PreviewPhrases<'_>) -> Self {
        let line = |client, device, has_snippet| ClientLine {
            client,
            client_label: phrases.inbox(client),
            device,
            device_label: phrases.get(device).to_owned(),
            has_snippet,
        };
        Self {
            sender: &open.sender,
            subject: &open.mail.subject,
            snippet: snippet(&open.mail.html),
            lines: vec![
                line("gmail", "desktop", true),
                line("gmail", "phone", true),
                line("naver", "desktop", false),
                line("naver", "phone", true),
            ],
        }
    }
}

impl<'a> InboxText<'a> {
    /// Sender, subject and preheader.
    pub(super) fn all(open: &OpenIssue, phrases: PreviewPhrases<'a>) -> Vec<Self> {
        let snippet = snippet(&open.mail.html);
        let texts = [
            ("sender", open.sender.as_str()),
            ("subject", open.mail.subject.as_str()),
            ("preheader", preheader(&snippet)),
        ];
        texts
            .map(|(word, text)| InboxText {
                label: phrases.get(word),
                length: phrases.characters(text.chars().count()),
                text: text.to_owned(),
            })
            .into()
    }
}

/// The beginning of a mail's text as inboxes take it: the HTML's, white space closed up, hidden
/// text and all. Spacers after a short preheader stay: that is what they are for.
fn snippet(html: &str) -> String {
    let page = Html::parse_document(html);
    let mut snippet = String::new();
    let mut chars = 0;
    let body = page
        .tree
        .nodes()
        .find(|node| matches!(node.value(), Node::Element(element) if element.name() == "body"));
    let Some(body) = body else {
        return snippet;
    };
    let mut is_apart = false;
    for node in body.descendants() {
        let text = match node.value() {
            Node::Element(element) => {
                is_apart |= !INLINE.contains(&element.name());
                continue;
            }
            Node::Text(text) => text,
            _ => continue,
        };
        let is_unread = |node: &Node| matches!(node, Node::Element(element) if UNREAD.contains(&element.name()));
        if node.ancestors().any(|above| is_unread(above.value())) {
            continue;
        }
        if is_apart && !snippet.is_empty() && !snippet.ends_with(' ') {
            snippet.push(' ');
        }
        is_apart = false;
        let mut was_space = snippet.is_empty() || snippet.ends_with(' ');
        for char in text.chars() {
            // A no-break space is no white space here: it holds the room it is put there for.
            let is_space = matches!(char, ' ' | '\t' | '\n' | '\r' | '\u{c}');
            if is_space && was_space {
                continue;
            }
            snippet.push(if is_space { ' ' } else { char });
            was_space = is_space;
            chars += 1;
            if chars == MAX_CHARS {
                return snippet;
            }
        }
    }
    snippet.trim_end_matches(' ').to_owned()
}

/// The same without the spacers at its end, for people to read and count.
fn preheader(snippet: &str) -> &str {
    let end = snippet.find('\u{34f}').unwrap_or(snippet.len());
    snippet[..end].trim_end_matches(|char: char| char.is_whitespace() || char == '\u{200c}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inbox_shows_the_preheader_and_then_the_text() {
        let html = "<html><head><title>t</title></head><body><style>.a{}</style>\
            <div style=\"display:none\">  첫\n 줄 &amp; </div><table><tr><td>본<b>문</b></td></tr></table></body></html>";
        assert_eq!(snippet(html), "첫 줄 & 본문");
    }

    #[test]
    fn spacers_keep_the_text_away() {
        let spacers = "&#847;&zwnj;&nbsp;".repeat(100);
        let html = format!("<body><div>짧다{spacers}</div><p>본문</p></body>");
        let snippet = snippet(&html);
        assert!(!snippet.contains("본문"), "{snippet}");
        assert_eq!(preheader(&snippet), "짧다");
        assert_eq!(preheader("아무것도 없다"), "아무것도 없다");
    }
}
