//! A sentence before anybody has chosen its language.

use std::{borrow::Cow, fmt};

use serde::{Serialize, Serializer};

use super::{Tongue, template};

/// What is to be said: an English text with places and what goes into them, or words that are as they are in every
/// language (a name, what a server answered, what nobody has put into a catalogue yet).
///
/// `Display` and JSON are English and stable. [`Said::put`] is for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said(Box<Speech>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Speech {
    Verbatim(Cow<'static, str>),
    /// English words of ours that came as text.
    Heard(String),
    /// What a thing of several is called, in documents as well.
    Word(Cow<'static, str>),
    Sentence {
        text: &'static str,
        /// How many, and what is said of one.
        count: Option<(u64, &'static str)>,
        arguments: Vec<(&'static str, Said)>,
    },
    Row {
        parts: Vec<Said>,
        between: &'static str,
    },
}

impl Said {
    /// A text with its arguments: what [`say!`] makes.
    #[must_use]
    pub(crate) fn sentence(text: &'static str, arguments: Vec<(&'static str, Said)>) -> Self {
        Self(Box::new(Speech::Sentence {
            text,
            count: None,
            arguments,
        }))
    }

    /// A text that counts, with what is said of one: what [`many!`] makes. The count goes into `{n}`.
    #[must_use]
    pub(crate) fn counted(
        count: u64,
        one: &'static str,
        text: &'static str,
        mut arguments: Vec<(&'static str, Said)>,
    ) -> Self {
        arguments.push(("n", count.to_string().into()));
        Self(Box::new(Speech::Sentence {
            text,
            count: Some((count, one)),
            arguments,
        }))
    }

    /// Several, one behind the other.
    #[must_use]
    pub(crate) fn row(parts: impl IntoIterator<Item = Self>, between: &'static str) -> Self {
        Self(Box::new(Speech::Row {
            parts: parts.into_iter().collect(),
            between,
        }))
    }

    /// Words that were said in English before anybody could choose: what an error displays, what was kept in the state,
    /// what the system answers. What is a text of ours, with whatever stands in its places, is said in its language;
    /// everything else is as it came.
    #[must_use]
    pub(crate) fn heard(text: impl Into<String>) -> Self {
        Self(Box::new(Speech::Heard(text.into())))
    }

    /// The same where it is known to be words of ours: what came as text is heard.
    #[must_use]
    pub(crate) fn of_ours(self) -> Self {
        match *self.0 {
            Speech::Verbatim(text) => Self::heard(text),
            _ => self,
        }
    }

    /// The word that programs know a thing by (`kept_aside`), said to people.
    #[must_use]
    pub(crate) fn word(word: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Speech::Word(word.into())))
    }

    /// In words of that language.
    #[must_use]
    pub(crate) fn put(&self, tongue: Tongue) -> String {
        match &*self.0 {
            Speech::Verbatim(text) => text.clone().into_owned(),
            Speech::Heard(text) => tongue.heard(text),
            Speech::Word(word) => match tongue.words(word, None) {
                Some(words) => words.to_owned(),
                None => word.replace('_', " "),
            },
            Speech::Row { parts, between } => {
                let parts: Vec<String> = parts.iter().map(|part| part.put(tongue)).collect();
                parts.join(between)
            }
            Speech::Sentence {
                text,
                count,
                arguments,
            } => {
                let words = tongue.words(text, count.map(|(count, _)| count));
                let own = match count {
                    Some((1, one)) => one,
                    _ => text,
                };
                let arguments: Vec<(&str, String)> = arguments
                    .iter()
                    .map(|(name, argument)| (*name, argument.put(tongue)))
                    .collect();
                match words {
                    Some(words) => template::filled(words, &arguments, tongue == Tongue::Korean),
                    None => template::filled(own, &arguments, false),
                }
            }
        }
    }

    /// The same with everything that is no text of ours seen by `veil` first: secrets stand only there.
    #[must_use]
    pub(crate) fn veiled(self, veil: &impl Fn(&str) -> String) -> Self {
        Self(Box::new(match *self.0 {
            Speech::Verbatim(text) => Speech::Verbatim(veil(&text).into()),
            Speech::Heard(text) => Speech::Heard(veil(&text)),
            Speech::Word(word) => Speech::Word(veil(&word).into()),
            Speech::Row { parts, between } => Speech::Row {
                parts: parts.into_iter().map(|part| part.veiled(veil)).collect(),
                between,
            },
            Speech::Sentence {
                text,
                count,
                arguments,
            } => Speech::Sentence {
                text,
                count,
                arguments: arguments
                    .into_iter()
                    .map(|(name, argument)| (name, argument.veiled(veil)))
                    .collect(),
            },
        }))
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.put(Tongue::English))
    }
}

impl Serialize for Said {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl PartialEq<str> for Said {
    fn eq(&self, other: &str) -> bool {
        self.put(Tongue::English) == other
    }
}

impl PartialEq<&str> for Said {
    fn eq(&self, other: &&str) -> bool {
        self == *other
    }
}

impl From<&str> for Said {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<&String> for Said {
    fn from(text: &String) -> Self {
        text.clone().into()
    }
}

impl From<String> for Said {
    fn from(text: String) -> Self {
        Self(Box::new(Speech::Verbatim(text.into())))
    }
}

impl Default for Said {
    fn default() -> Self {
        "".into()
    }
}

impl From<&Said> for Said {
    fn from(said: &Said) -> Self {
        said.clone()
    }
}

/// What goes into a place of a text: a [`Said`] keeps its own choice of language, everything else is written as it
/// displays itself. [`say!`] asks for it.
pub(crate) struct SaidArgument<'a, T: ?Sized>(pub(crate) &'a T);

impl SaidArgument<'_, Said> {
    /// The sentence within the sentence.
    pub(crate) fn said(&self) -> Said {
        self.0.clone()
    }
}

impl SaidArgument<'_, &Said> {
    /// The sentence within the sentence.
    #[allow(
        dead_code,
        reason = "without it a reference would be taken as plain text and said in English"
    )]
    pub(crate) fn said(&self) -> Said {
        (*self.0).clone()
    }
}

/// What is no [`Said`]: methods of the type itself go before those of a trait.
pub(crate) trait PlainArgument {
    /// As it displays itself.
    fn said(&self) -> Said;
}

impl<T: fmt::Display + ?Sized> PlainArgument for SaidArgument<'_, T> {
    fn said(&self) -> Said {
        self.0.to_string().into()
    }
}

/// A sentence: `say!("{issue} is on hold: {why}", issue = hold.name, why)`. The compiler refuses a place without an
/// argument and an argument without a place; a test, a text without words in every language.
macro_rules! say {
    ($text:literal $(, $name:ident $(= $value:expr)?)* $(,)?) => {{
        const _: fn() = || {
            let _ = format_args!($text $(, $name = "")*);
        };
        $crate::words::Said::sentence(
            $text,
            vec![$((stringify!($name), $crate::words::said_argument!($name $(= $value)?))),*],
        )
    }};
}

/// A sentence that counts: `many!(readers, "{n} reader", "{n} readers")`, with further arguments as in [`say!`].
macro_rules! many {
    ($count:expr, $one:literal, $text:literal $(, $name:ident $(= $value:expr)?)* $(,)?) => {{
        const _: fn() = || {
            let _ = format_args!(concat!($one, "{n}" $(, "{", stringify!($name), "}")*), n = "" $(, $name = "")*);
            let _ = format_args!($text, n = "" $(, $name = "")*);
        };
        let count: u64 = $crate::words::counted($count);
        $crate::words::Said::counted(
            count,
            $one,
            $text,
            vec![$((stringify!($name), $crate::words::said_argument!($name $(= $value)?))),*],
        )
    }};
}

/// A text of ours that travels as text – an error's, a reason that is kept – until somebody hears it ([`Said::heard`]):
/// the literal itself. What stands behind a line break is a text of its own.
macro_rules! phrase {
    ($text:literal) => {
        $text
    };
}

/// The same with places, as `format!` fills them: each needs a name.
macro_rules! phrased {
    ($text:literal $($arguments:tt)*) => {
        format!($text $($arguments)*)
    };
}

/// An argument of a sentence.
macro_rules! said_argument {
    ($name:ident) => {
        $crate::words::said_argument!($name = $name)
    };
    ($name:ident = $value:expr) => {{
        #[allow(
            unused_imports,
            reason = "a sentence within the sentence needs no trait"
        )]
        use $crate::words::PlainArgument as _;
        $crate::words::SaidArgument(&$value).said()
    }};
}

pub(crate) use {many, phrase, phrased, said_argument, say};

/// A number of things, however it was counted.
pub(crate) fn counted(count: impl TryInto<u64>) -> u64 {
    count.try_into().unwrap_or(u64::MAX)
}
