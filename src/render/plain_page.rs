//! A page that an HTML parser reads as it is written: every element ended by its own tag, none begun where the parser
//! would close another first, no text where tables have none. Of such a page the elements are known without a parser.
//! Of any other nothing is said here, and somebody has to parse it.
//!
//! What a parser adds to every mail is known here too: the `<tbody>` that no template writes, and where white space
//! around `<head>` and behind `</body>` goes.

mod lexer;
mod nesting;
mod token;

use std::ops::Range;

use self::lexer::{RawKind, RawToken, lex};
pub(crate) use self::token::{PlainAttribute, PlainElement, PlainKind, PlainToken};

/// A page in pieces, in the order of the parser's tree.
#[derive(Debug, Default)]
pub(crate) struct PlainHtml<'p> {
    pub(crate) tokens: Vec<PlainToken<'p>>,
    /// In the order of their beginnings.
    pub(crate) elements: Vec<PlainElement>,
    attributes: Vec<PlainAttribute<'p>>,
}

/// How far the page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PagePart {
    BeforeDoctype,
    BeforeHtml,
    BeforeHead,
    Head,
    Title,
    AfterHead,
    Body,
    AfterBody,
    AfterHtml,
}

/// An element that has not ended.
#[derive(Debug, Clone, Copy)]
struct UnendedElement<'p> {
    name: &'p str,
    element: usize,
    /// The parser added it.
    is_implied: bool,
    /// The last element in it so far.
    last: Option<usize>,
}

struct PageReader<'p> {
    page: PlainHtml<'p>,
    part: PagePart,
    open: Vec<UnendedElement<'p>>,
}

impl<'p> PlainHtml<'p> {
    /// The page. None: it is not one of these.
    pub(crate) fn read(html: &'p str) -> Option<Self> {
        // A parser drops the one and makes the other a line's end.
        if memchr::memchr2(b'\0', b'\r', html.as_bytes()).is_some() || html.starts_with('\u{feff}')
        {
            return None;
        }
        let mut reader = PageReader {
            page: Self::default(),
            part: PagePart::BeforeDoctype,
            open: Vec::new(),
        };
        let mut rest = html;
        while !rest.is_empty() {
            let token = lex(rest, &mut reader.page.attributes)?;
            rest = &rest[token.text.len()..];
            reader.take(&token)?;
        }
        reader.end()
    }

    pub(crate) fn attributes(&self, token: &PlainToken<'p>) -> &[PlainAttribute<'p>] {
        &self.attributes[token.attributes.clone()]
    }
}

impl<'p> PageReader<'p> {
    fn take(&mut self, token: &RawToken<'p>) -> Option<()> {
        let is_blank = token.kind == RawKind::Text && is_blank(token.text);
        match (self.part, token.kind) {
            (PagePart::BeforeDoctype, RawKind::Doctype) => {
                self.piece(PlainKind::Doctype, token);
                self.part = PagePart::BeforeHtml;
            }
            (PagePart::BeforeDoctype | PagePart::BeforeHtml | PagePart::BeforeHead, _)
                if is_blank =>
            {
                self.piece(PlainKind::Dropped, token);
            }
            (PagePart::BeforeHtml, RawKind::Open) if token.name == "html" => {
                self.open(token);
                self.part = PagePart::BeforeHead;
            }
            (PagePart::BeforeHead, RawKind::Open) if token.name == "head" => {
                self.open(token);
                self.part = PagePart::Head;
            }
            (PagePart::Head, _) => self.take_in_head(token, is_blank)?,
            (PagePart::Title, RawKind::Text) => self.piece(PlainKind::Text, token),
            (PagePart::Title, RawKind::Close) if token.name == "title" => {
                self.close(token);
                self.part = PagePart::Head;
            }
            (PagePart::AfterHead, _) if is_blank => self.piece(PlainKind::Text, token),
            (PagePart::AfterHead, RawKind::Open) if token.name == "body" => {
                self.open(token);
                self.part = PagePart::Body;
            }
            (PagePart::Body, _) => self.take_in_body(token, is_blank)?,
            // The parser goes on in the body.
            (PagePart::AfterBody | PagePart::AfterHtml, _) if is_blank => {
                self.piece(PlainKind::Text, token);
            }
            (PagePart::AfterBody, RawKind::Close) if token.name == "html" => {
                self.part = PagePart::AfterHtml;
            }
            _ => return None,
        }
        Some(())
    }

    fn take_in_head(&mut self, token: &RawToken<'p>, is_blank: bool) -> Option<()> {
        match token.kind {
            RawKind::Text if is_blank => self.piece(PlainKind::Text, token),
            RawKind::Comment => self.piece(PlainKind::Comment, token),
            RawKind::Sheet => self.piece(PlainKind::Sheet, token),
            RawKind::Open if token.name == "meta" => self.void(token),
            RawKind::Open if token.name == "title" => {
                self.open(token);
                self.part = PagePart::Title;
            }
            RawKind::Close if token.name == "head" => {
                self.close(token);
                self.part = PagePart::AfterHead;
            }
            _ => return None,
        }
        Some(())
    }

    fn take_in_body(&mut self, token: &RawToken<'p>, is_blank: bool) -> Option<()> {
        let around = self.open.last()?.name;
        match token.kind {
            RawKind::Text if is_blank || nesting::holds_text(around) => {
                // A line that begins with its end is another line for the parser.
                let is_cut = around == "pre"
                    && token.text.starts_with('\n')
                    && self.page.tokens.last()?.kind == PlainKind::Open;
                if is_cut {
                    return None;
                }
                self.piece(PlainKind::Text, token);
            }
            RawKind::Comment => self.piece(PlainKind::Comment, token),
            RawKind::Open => {
                if token.name == "tr" && around == "table" {
                    self.imply("tbody");
                }
                let names = self.open.iter().rev().map(|open| open.name);
                if !nesting::may_begin(token.name, names) {
                    return None;
                }
                match nesting::is_void(token.name) {
                    true => self.void(token),
                    false => self.open(token),
                }
            }
            RawKind::Close if token.name == "body" => {
                if around != "body" {
                    return None;
                }
                self.part = PagePart::AfterBody;
            }
            RawKind::Close => {
                if token.name == "table" && self.open.last()?.is_implied {
                    self.close_implied();
                }
                let ended = self.open.last()?;
                if ended.name != token.name || ended.is_implied {
                    return None;
                }
                self.close(token);
            }
            _ => return None,
        }
        Some(())
    }

    /// The page, if it has ended: the body ends behind all that was written.
    fn end(mut self) -> Option<PlainHtml<'p>> {
        if self.part != PagePart::AfterHtml {
            return None;
        }
        for name in ["body", "html"] {
            let ended = self.open.pop()?;
            if ended.name != name {
                return None;
            }
            self.push(PlainKind::Close, "", name, 0..0);
        }
        Some(self.page)
    }

    fn piece(&mut self, kind: PlainKind, token: &RawToken<'p>) {
        self.push(kind, token.text, token.name, 0..0);
    }

    fn push(&mut self, kind: PlainKind, text: &'p str, name: &'p str, attributes: Range<usize>) {
        let element = self.page.elements.len().saturating_sub(1);
        self.page.tokens.push(PlainToken {
            kind,
            text,
            name,
            element,
            attributes,
        });
    }

    fn open(&mut self, token: &RawToken<'p>) {
        let element = self.begin();
        self.push(PlainKind::Open, token.text, token.name, token.attributes());
        self.open.push(UnendedElement {
            name: token.name,
            element,
            is_implied: false,
            last: None,
        });
    }

    fn void(&mut self, token: &RawToken<'p>) {
        self.begin();
        self.push(PlainKind::Void, token.text, token.name, token.attributes());
    }

    /// An element that nobody wrote.
    fn imply(&mut self, name: &'static str) {
        let element = self.begin();
        self.push(PlainKind::Open, "", name, 0..0);
        self.open.push(UnendedElement {
            name,
            element,
            is_implied: true,
            last: None,
        });
    }

    fn close_implied(&mut self) {
        if let Some(ended) = self.open.pop() {
            self.push(PlainKind::Close, "", ended.name, 0..0);
        }
    }

    fn close(&mut self, token: &RawToken<'p>) {
        self.open.pop();
        self.piece(PlainKind::Close, token);
    }

    /// One more element in the one around.
    fn begin(&mut self) -> usize {
        let element = self.page.elements.len();
        let mut is_first = true;
        let parent = self.open.last_mut().map(|around| {
            if let Some(before) = around.last.replace(element) {
                self.page.elements[before].is_last = false;
                is_first = false;
            }
            around.element
        });
        self.page.elements.push(PlainElement {
            parent,
            is_first,
            is_last: true,
        });
        element
    }
}

fn is_blank(text: &str) -> bool {
    text.bytes()
        .all(|byte| matches!(byte, b' ' | b'\n' | b'\t' | b'\x0c'))
}

#[cfg(test)]
pub(super) mod tests;
