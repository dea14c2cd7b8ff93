//! What a stranger's mail may put on a page: words, and nothing else.

use axum::http::HeaderMap;

use super::*;
use crate::web::{
    inbox::{
        letter::{InboxLetter, LetterSummary},
        letter_page::{LETTER, LetterPage},
        query::{InboxQuery, LetterView},
    },
    pages::PageTemplates,
};

const EVIL: &str = "\"'><script>alert('x')</script>&{{ 1 + 1 }}";

fn summary(text: &str) -> LetterSummary {
    LetterSummary {
        name: text.into(),
        from: text.into(),
        to: text.into(),
        subject: text.into(),
        date: text.into(),
    }
}

fn query(view: LetterView) -> InboxQuery {
    InboxQuery {
        search: EVIL.into(),
        page: 2,
        view,
        phone: true,
        remote: false,
        mails: Some(1),
        rehearsals: Some(2),
    }
}

#[test]
fn nothing_of_a_letter_escapes_into_any_page() {
    let letter = |html: Option<&str>| InboxLetter {
        summary: summary(EVIL),
        html: html.map(str::to_owned),
        has_remote: true,
        text: Some(EVIL.into()),
        source: EVIL.into(),
        bytes: 1,
    };
    let found = FoundLetters {
        letters: vec![summary(EVIL)],
        total: 1,
        latest: EVIL.into(),
        search: EVIL.into(),
        page: 2,
        pages: 3,
    };
    let pages = PageTemplates::built_in().unwrap();
    let pages = pages.for_reader(&HeaderMap::new());
    let words = pages.words();
    let mut made = vec![
        pages.own(
            INBOX,
            &InboxPage::new(&found, query(LetterView::Html).cleared(), words),
        ),
        pages.own(CLEAR, &ClearPage::new(&found, Some(EVIL), words)),
    ];
    for view in [LetterView::Html, LetterView::Text, LetterView::Source] {
        for html in [None, Some(EVIL)] {
            let letter = letter(html);
            let page = LetterPage::new(&found, &letter, &query(view), words);
            made.push(pages.own(LETTER, &page));
        }
    }
    for page in made {
        let page = page.unwrap();
        // Its own script is the only one, and no text ends the place it stands in.
        assert_eq!(page.matches("<script").count(), 1, "{page}");
        for loose in ["alert('x')", "\"'>", "'>", ">&{"] {
            assert!(!page.contains(loose), "{loose}: {page}");
        }
        assert!(
            page.contains("{{ 1 + 1 }}") || page.contains("%7B%7B%201"),
            "{page}"
        );
    }
}

#[test]
fn what_was_thrown_away_is_said() {
    let pages = PageTemplates::built_in().unwrap();
    let words = pages.for_reader(&HeaderMap::new()).words();
    let said = |mails, rehearsals| {
        let cleared = ClearedInbox { mails, rehearsals };
        let page = InboxPage::new(&FoundLetters::default(), Some(cleared), words);
        page.cleared.unwrap()
    };
    assert_eq!(said(1, 2), "Thrown away: 1 message, 2 rehearsals.");
    assert_eq!(said(0, 0), "There was nothing to throw away.");
}
