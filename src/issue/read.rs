//! Files of issues: their bytes as text, and what their names say.

use std::{cell::RefCell, fs, io::Read, path::Path};

use super::IssueError;
use crate::{
    source::{Source, SourceError, shown_path},
    words::say,
};

/// The file of an issue that is a folder.
pub(super) const INDEX: &str = "index.md";

/// An hour of reading is 90 kB of Korean; whatever has this much holds something else.
const MAX_BYTES: u64 = 400_000;

thread_local! {
    /// What a file is read into before its text is known to be one. All issues are read for one: with room of its own
    /// for each, half of the time would go into making that.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The file's text.
pub(super) fn text(root: &Path, path: &Path) -> Result<String, IssueError> {
    BUFFER.with_borrow_mut(|bytes| {
        bytes.clear();
        text_by(bytes, root, path)
    })
}

fn text_by(bytes: &mut Vec<u8>, root: &Path, path: &Path) -> Result<String, IssueError> {
    let unreadable = |source| IssueError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let file = fs::File::open(path).map_err(unreadable)?;
    let read = file.take(MAX_BYTES + 1).read_to_end(bytes);
    if read.map_err(unreadable)? as u64 > MAX_BYTES {
        let size = fs::metadata(path).map_or(MAX_BYTES, |metadata| metadata.len());
        return Err(too_large(root, path, size).into());
    }
    if let Some(error) = no_text(root, path, bytes) {
        return Err(error.into());
    }
    // Their letters are looked at many at a time; where they are none, the slower way knows the place.
    match simdutf8::basic::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => {
            Ok(String::from_utf8(bytes.clone()).map_err(|error| not_utf8(root, path, &error))?)
        }
    }
}

/// What no text of UTF-8 has: what a text of UTF-16 begins with, or a byte of zero.
fn no_text(root: &Path, path: &Path, bytes: &[u8]) -> Option<SourceError> {
    let name = shown_path(root, path);
    // Its mark, or letters of ASCII with a zero for the half that they leave empty.
    let is_wide = match bytes {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => true,
        [0, one, 0, other, ..] | [one, 0, other, 0, ..] => *one != 0 && *other != 0,
        _ => false,
    };
    if is_wide {
        let error = SourceError::new(say!("{name} is UTF-16", name));
        return Some(error.with_hint(say!("save the file as UTF-8")));
    }
    let zero = memchr::memchr(0, bytes)?;
    let error = SourceError::new(say!("{name} is no text: byte {zero} is zero", name, zero));
    Some(error.with_hint(say!(
        "an issue is Markdown in UTF-8; take the file out of the folder, or the zeros out of the file"
    )))
}

/// A file, relative to the publication's root.
pub(super) fn file_below(root: &Path, path: &Path) -> Option<String> {
    let file = path.strip_prefix(root).ok()?;
    file.to_str().map(str::to_owned)
}

/// The folder beside whose files an issue's images stand.
pub(super) fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

fn too_large(root: &Path, path: &Path, bytes: u64) -> SourceError {
    let name = shown_path(root, path);
    SourceError::new(say!(
        "{name} has {size} KB; an issue may have {most} KB",
        name,
        size = bytes.div_ceil(1_000),
        most = MAX_BYTES / 1_000
    ))
    .with_hint(say!(
        "images belong in files of their own beside the issue, not in its text"
    ))
}

fn not_utf8(root: &Path, path: &Path, error: &std::string::FromUtf8Error) -> SourceError {
    let bytes = error.as_bytes();
    let at = error.utf8_error().valid_up_to();
    let source = Source::new(shown_path(root, path), String::from_utf8_lossy(bytes));
    let message = say!(
        "is not UTF-8: byte {at} is 0x{byte}",
        at,
        byte = format!("{:02X}", bytes.get(at).copied().unwrap_or_default())
    );
    SourceError::at(&source, at..at + '\u{FFFD}'.len_utf8(), message).with_hint(say!(
        "save the file as UTF-8; Korean text in EUC-KR (CP949) has to be converted"
    ))
}

/// Whether a name in the folder of issues is left out on purpose: `.`, `_`, a README.
pub(super) fn is_left_out(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with(['.', '_']) || name.eq_ignore_ascii_case("README.md")
}

/// The name that tells date and slug: the file's without `.md`, or the folder's.
pub(super) fn name(path: &Path) -> String {
    let is_index = path.file_name().is_some_and(|name| name == INDEX);
    let named = match is_index {
        true => path.parent().and_then(Path::file_name),
        false => path.file_stem(),
    };
    named.unwrap_or_default().to_string_lossy().into_owned()
}

/// `2026-11-23-hello` → `hello`; a name without a date is the slug itself.
pub(crate) fn slug(name: &str) -> &str {
    match name.get(..10).map(|date| date.parse::<chrono::NaiveDate>()) {
        Some(Ok(_)) => match name[10..].strip_prefix('-') {
            Some(slug) if !slug.is_empty() => slug,
            _ => name,
        },
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slug_is_the_name_without_its_date() {
        assert_eq!(slug("2026-11-23-small-models"), "small-models");
        assert_eq!(slug("2026-11-23"), "2026-11-23");
        assert_eq!(slug("2026-13-40-x"), "2026-13-40-x");
        assert_eq!(slug("가을-특집호입니다"), "가을-특집호입니다");
        assert_eq!(
            name(Path::new("issues/2026-11-23-a/index.md")),
            "2026-11-23-a"
        );
    }
}
