//! The language that the program speaks with whoever called it: `--lang`, else the publication's, else the locale's,
//! else English. Known before the arguments are, whose own errors and help are said in it.

use std::{ffi::OsString, path::PathBuf};

use crate::{
    publication::own_language,
    words::{Tongue, say},
};

/// What the choice hangs on.
#[derive(Debug, Default)]
struct Hints {
    lang: Option<String>,
    root: Option<PathBuf>,
}

impl Hints {
    /// From the arguments as they were given; what is wrong with them is clap's to say.
    fn of(arguments: impl IntoIterator<Item = OsString>) -> Self {
        let mut hints = Self::default();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let text = argument.to_string_lossy();
            let (name, value) = match text.split_once('=') {
                Some((name, value)) => (name, Some(OsString::from(value))),
                None => (text.as_ref(), None),
            };
            match name {
                "--" => break,
                "--lang" => {
                    let value = value.or_else(|| arguments.next());
                    hints.lang = value.and_then(|value| value.into_string().ok());
                }
                "--root" => hints.root = value.or_else(|| arguments.next()).map(PathBuf::from),
                _ => {}
            }
        }
        hints
    }
}

/// The language for a call with these arguments.
pub(super) fn chosen(arguments: impl IntoIterator<Item = OsString>) -> Tongue {
    let hints = Hints::of(arguments);
    let start = || hints.root.clone().unwrap_or_else(|| PathBuf::from("."));
    hints
        .lang
        .as_deref()
        .and_then(Tongue::of_tag)
        .or_else(|| Tongue::of_tag(&own_language(&start())?))
        .or_else(of_locale)
        .unwrap_or_default()
}

/// POSIX: LC_ALL over LC_MESSAGES over LANG.
pub(super) fn of_locale() -> Option<Tongue> {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|locale| !locale.is_empty())?;
    Tongue::of_tag(&locale)
}

/// What `--lang` takes.
pub(super) fn parse(text: &str) -> Result<Tongue, String> {
    Tongue::of_tag(text).ok_or_else(|| {
        let tags = Tongue::ALL.map(Tongue::tag);
        say!("it speaks {tags}", tags = tags.join(", ")).to_string()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hints(arguments: &[&str]) -> (Option<String>, Option<PathBuf>) {
        let hints = Hints::of(arguments.iter().map(OsString::from));
        (hints.lang, hints.root)
    }

    #[test]
    fn the_flags_are_found_wherever_they_stand() {
        let (lang, root) = hints(&["daily-note", "--root=notes", "check", "--lang", "ko"]);
        assert_eq!(lang.as_deref(), Some("ko"));
        assert_eq!(root, Some(PathBuf::from("notes")));
        assert_eq!(hints(&["check", "--", "--lang=ko"]), (None, None));
        assert_eq!(hints(&["check", "--lang"]), (None, None));
    }
}
