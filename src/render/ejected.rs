//! Templates of a publication's own beside the program's: taken out of the program into `templates/`
//! with a mark of what they were, so that it can be said which of them the program has overtaken.

use std::{fs, io, path::Path};

use super::Templates;
use crate::fingerprint::{hex, sha256};
use crate::words::phrase;

/// What stands in the first line of a template that was taken out, before the mark.
const STAMP: &str = "taken from daily-note ";

/// How a template of the publication's own stands to the program's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TemplateStanding {
    /// The program's: the publication has none of its own.
    BuiltIn,
    /// Taken out, as it was.
    Unchanged,
    /// Taken out of this version, and changed.
    Changed,
    /// Taken out of another version, whose template was another.
    Older,
    /// Written by hand: what it was made from can't be known.
    ByHand,
    /// The program has none of that name.
    Additional,
}

impl TemplateStanding {
    /// In a few words.
    #[must_use]
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::BuiltIn => "",
            Self::Unchanged => phrase!("your own, as the program's"),
            Self::Changed => phrase!("your own"),
            Self::Older => phrase!("your own, older than the program's"),
            Self::ByHand => phrase!("your own, without a mark of its version"),
            Self::Additional => phrase!("your own; the program has none of this name"),
        }
    }
}

/// A template by name, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct OwnedTemplate {
    /// Under `templates/`.
    pub name: String,
    /// How it stands to the program's.
    pub standing: TemplateStanding,
}

/// Every template, the program's and the publication's own.
///
/// # Errors
/// A file of the publication's own that can't be read.
pub(crate) fn list(root: &Path) -> io::Result<Vec<OwnedTemplate>> {
    let built_in = Templates::built_in();
    let mut names: Vec<String> = built_in.names().map(str::to_owned).collect();
    let folder = root.join("templates");
    if folder.is_dir() {
        add_files(&folder, &folder, &mut names)?;
    }
    names.sort();
    names.dedup();
    let templates = names.into_iter().map(|name| {
        let own = own(root, &name)?;
        let standing = standing(built_in.text(&name), own.as_deref());
        Ok(OwnedTemplate { name, standing })
    });
    templates.collect()
}

fn add_files(top: &Path, folder: &Path, names: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            add_files(top, &path, names)?;
        } else if super::templates::is_template(&path) {
            names.push(crate::source::shown_path(top, &path).replace('\\', "/"));
        }
    }
    Ok(())
}

/// The publication's own text of that name.
fn own(root: &Path, name: &str) -> io::Result<Option<String>> {
    match fs::read_to_string(root.join("templates").join(name)) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// How an own text stands to the program's.
pub(crate) fn standing(built_in: Option<&str>, own: Option<&str>) -> TemplateStanding {
    let (built_in, own) = match (built_in, own) {
        (_, None) => return TemplateStanding::BuiltIn,
        (None, Some(_)) => return TemplateStanding::Additional,
        (Some(built_in), Some(own)) => (built_in, own),
    };
    match mark(own) {
        Some(mark) if mark != digest_of(built_in) => TemplateStanding::Older,
        Some(_) if unstamped(own) == built_in => TemplateStanding::Unchanged,
        Some(_) => TemplateStanding::Changed,
        None if own == built_in => TemplateStanding::Unchanged,
        None => TemplateStanding::ByHand,
    }
}

/// Writes the program's template into the publication's `templates/`. False, and nothing is written,
/// where one is there already.
///
/// # Errors
/// A folder that can't be written to; a name that the program has not (`NotFound`).
pub(crate) fn eject(root: &Path, name: &str) -> io::Result<bool> {
    let built_in = Templates::built_in();
    let text = built_in
        .text(name)
        .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
    let path = root.join("templates").join(name);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = match fs::File::create_new(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
        Err(error) => return Err(error),
    };
    io::Write::write_all(&mut file, stamped(name, text).as_bytes())?;
    Ok(true)
}

/// The program's template and the publication's own, line by line, as `diff -u` shows them. None where
/// there is none of its own, or it is the same.
///
/// # Errors
/// A file that can't be read.
pub(crate) fn diff(root: &Path, name: &str) -> io::Result<Option<String>> {
    let built_in = Templates::built_in();
    let (Some(theirs), Some(own)) = (built_in.text(name), own(root, name)?) else {
        return Ok(None);
    };
    let own = unstamped(&own);
    if own == theirs {
        return Ok(None);
    }
    let diff = similar::TextDiff::from_lines(theirs, own);
    let mut shown = diff.unified_diff();
    let shown = shown.context_radius(3).header(
        &format!("daily-note {}: {name}", env!("CARGO_PKG_VERSION")),
        &format!("templates/{name}"),
    );
    Ok(Some(shown.to_string()))
}

/// A text with its mark in front, as a remark that no reader sees.
fn stamped(name: &str, text: &str) -> String {
    let said = format!("{STAMP}{}, {}", env!("CARGO_PKG_VERSION"), digest_of(text));
    let is_yaml = Path::new(name).extension().is_some_and(|it| it == "yaml");
    match is_yaml {
        true => format!("# {said}\n{text}"),
        false => format!("{{#- {said} -#}}\n{text}"),
    }
}

fn unstamped(own: &str) -> &str {
    match (mark(own), own.split_once('\n')) {
        (Some(_), Some((_, rest))) => rest,
        _ => own,
    }
}

/// The mark in the first line.
fn mark(own: &str) -> Option<&str> {
    let line = own.lines().next()?;
    let (_, said) = line.split_once(STAMP)?;
    let (_, mark) = said.split_once(", ")?;
    Some(mark.trim_end_matches(" -#}").trim())
}

fn digest_of(text: &str) -> String {
    hex(&sha256(text.as_bytes())[..6])
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "email/parts/teaser.html";

    #[test]
    fn what_is_taken_out_is_known_as_it_was_changed_and_overtaken() {
        let built_in = Templates::built_in();
        let theirs = built_in.text(NAME).unwrap();
        let of = |own: &str| standing(Some(theirs), Some(own));
        let taken = stamped(NAME, theirs);
        assert_eq!(of(&taken), TemplateStanding::Unchanged);
        assert_eq!(
            of(&taken.replace("teaser", "soon")),
            TemplateStanding::Changed
        );
        let older = stamped(NAME, &theirs.replace("next.note", "next.words"));
        assert_eq!(of(&older), TemplateStanding::Older);
        assert_eq!(of(theirs), TemplateStanding::Unchanged);
        assert_eq!(of("<p></p>"), TemplateStanding::ByHand);
        assert_eq!(standing(None, Some("")), TemplateStanding::Additional);
        assert_eq!(standing(Some(theirs), None), TemplateStanding::BuiltIn);
    }

    #[test]
    fn every_template_can_be_taken_out_and_is_the_same_then() {
        let built_in = Templates::built_in();
        for name in built_in.names() {
            let text = built_in.text(name).unwrap();
            let taken = stamped(name, text);
            assert_eq!(unstamped(&taken), text, "{name}");
            assert_eq!(
                standing(Some(text), Some(&taken)),
                TemplateStanding::Unchanged
            );
        }
    }
}
