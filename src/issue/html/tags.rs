//! The tags of a text: where one begins and ends, its name and attributes. Lenient, as whoever wrote it was.

use super::entities::decoded;

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HtmlTag {
    /// In small letters.
    pub(crate) name: String,
    /// `</name>`.
    pub(crate) is_end: bool,
    attributes: Vec<(String, String)>,
}

impl HtmlTag {
    /// A text that is one tag and nothing else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (tag, length) = tag(text)?;
        (length == text.len()).then_some(tag)
    }

    /// Whether it asks for looks: a colour, a size, a class of somebody's style sheet.
    pub(crate) fn has_looks(&self) -> bool {
        const LOOKS: [&str; 6] = ["style", "class", "color", "size", "face", "align"];
        self.attributes
            .iter()
            .any(|(name, _)| LOOKS.contains(&name.as_str()))
    }

    /// An attribute's value, which is not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(own, value)| own == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }
}

/// A piece of a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum HtmlPiece<'t> {
    /// What is no tag.
    Text(&'t str),
    /// A tag.
    Tag(HtmlTag),
    /// `<!-- … -->`, `<!DOCTYPE …>`.
    Aside,
}

/// Reads a text piece by piece.
pub(crate) struct HtmlPieces<'t> {
    text: &'t str,
    rest: &'t str,
}

impl<'t> HtmlPieces<'t> {
    pub(crate) fn of(text: &'t str) -> Self {
        Self { text, rest: text }
    }

    /// How many bytes have been read.
    pub(crate) fn read_bytes(&self) -> usize {
        self.text.len() - self.rest.len()
    }

    /// What stands before `</name`, and goes on behind it: scripts and styles hold no tags.
    pub(crate) fn raw_until(&mut self, name: &str) -> &'t str {
        let end = format!("</{name}");
        let lower = self.rest.to_ascii_lowercase();
        let at = lower.find(&end).unwrap_or(self.rest.len());
        let (raw, rest) = self.rest.split_at(at);
        self.rest = rest.find('>').map_or("", |close| &rest[close + 1..]);
        raw
    }
}

impl<'t> Iterator for HtmlPieces<'t> {
    type Item = HtmlPiece<'t>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        if let Some(comment) = self.rest.strip_prefix("<!") {
            let end = match comment.starts_with("--") {
                true => comment.find("-->").map(|at| at + 3),
                false => comment.find('>').map(|at| at + 1),
            };
            self.rest = &comment[end.unwrap_or(comment.len())..];
            return Some(HtmlPiece::Aside);
        }
        if let Some((tag, length)) = tag(self.rest) {
            self.rest = &self.rest[length..];
            return Some(HtmlPiece::Tag(tag));
        }
        let mut end = 1;
        while !self.rest.is_char_boundary(end) {
            end += 1;
        }
        let end = self.rest[end..]
            .find('<')
            .map_or(self.rest.len(), |at| end + at);
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(HtmlPiece::Text(text))
    }
}

/// The tag at the beginning of a text, and its length. Not `<https://…>`, `a < b`, `<me@example.com>`.
fn tag(text: &str) -> Option<(HtmlTag, usize)> {
    let inner = text.strip_prefix('<')?;
    let is_end = inner.starts_with('/');
    let named = inner.strip_prefix('/').unwrap_or(inner);
    let length = named
        .find(|char: char| !char.is_ascii_alphanumeric() && char != '-')
        .unwrap_or(named.len());
    let name = named[..length].to_ascii_lowercase();
    let mut rest = &named[length..];
    if !name.starts_with(|char: char| char.is_ascii_alphabetic())
        || !rest.starts_with(|char: char| char.is_whitespace() || matches!(char, '>' | '/'))
    {
        return None;
    }
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start_matches(|char: char| char.is_whitespace() || char == '/');
        if let Some(rest) = rest.strip_prefix('>') {
            let tag = HtmlTag {
                name,
                is_end,
                attributes,
            };
            return Some((tag, text.len() - rest.len()));
        }
        let end =
            rest.find(|char: char| char.is_whitespace() || matches!(char, '=' | '>' | '/'))?;
        let key = rest[..end].to_ascii_lowercase();
        if key.is_empty() {
            return None;
        }
        rest = rest[end..].trim_start();
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            (value, rest) = attribute_value(after.trim_start())?;
        }
        attributes.push((key, decoded(value)));
    }
}

fn attribute_value(text: &str) -> Option<(&str, &str)> {
    match text.chars().next()? {
        quote @ ('"' | '\'') => text[1..].split_once(quote),
        _ => {
            let end = text.find(|char: char| char.is_whitespace() || char == '>')?;
            Some(text.split_at(end))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_told_from_what_only_looks_like_them() {
        let is_tag = |text: &str| tag(text).is_some();
        assert!(is_tag("<br/>") && is_tag("<IMG src=a.png alt='가 > 나'>") && is_tag("</p >"));
        assert!(
            !is_tag("<https://example.com>") && !is_tag("< b") && !is_tag("<3") && !is_tag("<p")
        );
    }

    #[test]
    fn attributes_are_read_in_all_their_spellings() {
        let (tag, length) = tag("<img src=a.png alt='가 &amp; 나' hidden title=\"다\">끝").unwrap();
        assert_eq!(tag.get("src"), Some("a.png"));
        assert_eq!(tag.get("alt"), Some("가 & 나"));
        assert_eq!((tag.get("hidden"), tag.get("title")), (None, Some("다")));
        assert_eq!(
            length,
            "<img src=a.png alt='가 &amp; 나' hidden title=\"다\">".len()
        );
    }
}
