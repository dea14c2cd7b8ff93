//! A language's words, by the English text: gettext's PO, which every tool of translators reads and writes. Of it what
//! we need: `msgid`, `msgid_plural`, `msgstr`, `msgstr[N]`, strings over several lines, comments.

use std::{borrow::Cow, collections::HashMap};

/// An entry of a catalogue is hardly shorter than this, in the middle.
const ENTRY_BYTES: usize = 128;

/// What a language says for our texts.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    words: HashMap<Cow<'static, str>, Vec<Cow<'static, str>>>,
    /// What is said of one, and the text that it is a form of.
    ones: Vec<(Cow<'static, str>, Cow<'static, str>)>,
}

/// A text and what it is in another language.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct CatalogueEntry<'a> {
    /// The English text; of one that counts, what is said of one.
    pub(crate) text: Cow<'a, str>,
    /// What is said of several, where the text counts.
    pub(crate) several: Option<Cow<'a, str>>,
    /// The words, a form after the other.
    pub(crate) words: Vec<Cow<'a, str>>,
}

impl Catalogue {
    /// The catalogue of these files. A broken line ends its file: a test reads all of them.
    pub(super) fn read(files: &[&'static str]) -> Self {
        let entries = |file| CatalogueEntry::read_all(file).map_while(Result::ok);
        let bytes: usize = files.iter().map(|file| file.len()).sum();
        // Each process reads it before its first word.
        let mut catalogue = Self {
            words: HashMap::with_capacity(bytes / ENTRY_BYTES),
            ones: Vec::new(),
        };
        for entry in files.iter().flat_map(|file| entries(*file)) {
            let text = match entry.several {
                Some(several) => {
                    catalogue.ones.push((entry.text, several.clone()));
                    several
                }
                None => entry.text,
            };
            catalogue.words.insert(text, entry.words);
        }
        catalogue
    }

    /// Every text as it is said in English, and its first form here.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        let first = |text: &str| self.words(text, 0);
        let texts = self.words.keys().map(|text| (&**text, &**text));
        let ones = self.ones.iter().map(|(one, text)| (&**one, &**text));
        texts
            .chain(ones)
            .filter_map(move |(said, text)| Some((said, first(text)?)))
    }

    /// The words for a text, in that form.
    pub(super) fn words(&self, text: &str, form: usize) -> Option<&str> {
        self.words.get(text)?.get(form).map(AsRef::as_ref)
    }
}

/// A keyword at the beginning of a line, and the rest of the line.
enum Line<'a> {
    Text(&'a str),
    Several(&'a str),
    Words(&'a str),
    More(&'a str),
    Nothing,
}

impl<'a> CatalogueEntry<'a> {
    /// The entries of a file, or the number of the first line that is none of PO's.
    pub(crate) fn read_all(file: &'a str) -> impl Iterator<Item = Result<Self, usize>> {
        let mut lines = file.lines().zip(1..).peekable();
        std::iter::from_fn(move || {
            let mut entry = Self::default();
            let mut last = None;
            while let Some((line, number)) = lines.peek() {
                let (Some(line), number) = (Line::of(line), *number) else {
                    let number = *number;
                    // What follows can't be told apart from the broken one.
                    lines.by_ref().for_each(drop);
                    return Some(Err(number));
                };
                if matches!(line, Line::Text(_)) && last.is_some() {
                    break;
                }
                lines.next();
                if entry.take(line, &mut last).is_none() {
                    lines.by_ref().for_each(drop);
                    return Some(Err(number));
                }
            }
            last.is_some().then_some(Ok(entry))
        })
    }

    /// Takes a line in; `last` is what the string of a further line belongs to.
    fn take(&mut self, line: Line<'a>, last: &mut Option<Part>) -> Option<()> {
        match line {
            Line::Nothing => {}
            Line::Text(quoted) => {
                self.text = unquoted(quoted)?;
                *last = Some(Part::Text);
            }
            Line::Several(quoted) => {
                self.several = Some(unquoted(quoted)?);
                *last = Some(Part::Several);
            }
            Line::Words(quoted) => {
                self.words.push(unquoted(quoted)?);
                *last = Some(Part::Words);
            }
            Line::More(quoted) => {
                let whole = match (*last)? {
                    Part::Text => &mut self.text,
                    Part::Several => self.several.as_mut()?,
                    Part::Words => self.words.last_mut()?,
                };
                whole.to_mut().push_str(&unquoted(quoted)?);
            }
        }
        Some(())
    }
}

/// What of an entry a string belongs to.
#[derive(Debug, Clone, Copy)]
enum Part {
    Text,
    Several,
    Words,
}

impl<'a> Line<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Some(Self::Nothing);
        }
        if line.starts_with('"') {
            return Some(Self::More(line));
        }
        let (keyword, quoted) = line.split_once(' ')?;
        let quoted = quoted.trim_start();
        match keyword {
            "msgid" => Some(Self::Text(quoted)),
            "msgid_plural" => Some(Self::Several(quoted)),
            "msgstr" => Some(Self::Words(quoted)),
            form if form.starts_with("msgstr[") => Some(Self::Words(quoted)),
            _ => None,
        }
    }
}

/// A string without its quotation marks and escapes.
fn unquoted(quoted: &str) -> Option<Cow<'_, str>> {
    let inner = quoted.strip_prefix('"')?.strip_suffix('"')?;
    if memchr::memchr2(b'\\', b'"', inner.as_bytes()).is_none() {
        return Some(Cow::Borrowed(inner));
    }
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(char) = chars.next() {
        match char {
            '"' => return None,
            '\\' => text.push(match chars.next()? {
                'n' => '\n',
                't' => '\t',
                escaped @ ('"' | '\\') => escaped,
                _ => return None,
            }),
            char => text.push(char),
        }
    }
    Some(Cow::Owned(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read() {
        let file = "# 말\nmsgid \"{n} reader\"\nmsgid_plural \"{n} readers\"\nmsgstr[0] \"구독자 {n}명\"\n\n\
                    #: a/place.rs\nmsgid \"\"\n\"a \\\"b\\\"\\n\"\n\"c\"\nmsgstr \"가\\\\\"\n";
        let read: Vec<_> = CatalogueEntry::read_all(file)
            .collect::<Result<_, _>>()
            .unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].several.as_deref(), Some("{n} readers"));
        assert_eq!(read[0].words, ["구독자 {n}명"]);
        assert_eq!(read[1].text, "a \"b\"\nc");
        assert_eq!(read[1].words, ["가\\"]);
    }

    #[test]
    fn a_broken_line_is_named_and_ends_the_file() {
        for broken in [
            "msgid b",
            "msgfoo \"b\"",
            "\"open",
            "msgid \"a\"b\"",
            "msgid \"\\x\"",
        ] {
            let file = format!("msgid \"a\"\nmsgstr \"가\"\n{broken}\nmsgid \"c\"\nmsgstr \"다\"");
            let read: Vec<_> = CatalogueEntry::read_all(&file).collect();
            assert_eq!(read.last(), Some(&Err(3)), "{broken}");
        }
    }
}
