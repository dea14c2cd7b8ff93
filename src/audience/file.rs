//! subscribers.yaml as a stream of profiles, in little memory: 100,000 readers cost no more than
//! the set of their addresses' hashes. Not: what becomes of them (`store`'s fold).
//!
//! A block-style list is cut at each `- ` that begins a line and parsed an entry at a time. What
//! that can't see (flow style, anchors shared between entries, an indented list) is parsed whole.

mod diagnose;
mod entry;
mod pieces;
mod place;

use std::{
    collections::{HashMap, hash_map::RandomState},
    fs::File,
    hash::BuildHasher,
    io::{self, BufReader},
    path::{Path, PathBuf},
};

pub use self::entry::render;
use self::{
    diagnose::{Diagnosis, diagnose, place_of_email},
    entry::Entry,
    pieces::{Cut, Piece, Pieces},
};
use crate::{
    audience::Profile,
    publication::Publication,
    source::{Position, Source, SourceError, Span, shown_path},
};

/// A list that can't be read an entry at a time may be this long.
const WHOLE_BYTES: u64 = 8 * 1024 * 1024;

/// The profiles of a subscribers.yaml, in its order; each problem is an error at its place, after
/// which the next entry follows.
pub struct Entries<'p> {
    publication: &'p Publication,
    path: PathBuf,
    name: String,
    way: Way,
    piece: Piece,
    index: u32,
    seen: HashMap<u64, Seen>,
    hashes: RandomState,
    source: Option<Source>,
}

/// Where an address came first.
#[derive(Debug, Clone, Copy)]
enum Seen {
    Line(u32),
    /// An entry of a file parsed whole, whose line is looked up once it is asked for.
    Index(u32),
}

/// How the rest of the file is read.
enum Way {
    Pieces(Pieces<BufReader<File>>),
    Whole(std::vec::IntoIter<serde_yaml::Value>),
    Done,
}

/// Opens a subscribers.yaml; None where there is none.
///
/// # Errors
/// When the file is there and can't be opened.
pub fn load<'p>(
    path: &Path,
    publication: &'p Publication,
) -> Result<Option<Entries<'p>>, SourceError> {
    let name = shown_path(&publication.root, path);
    let unreadable = |error: &io::Error| SourceError::new(format!("{name} can't be read: {error}"));
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(&error)),
    };
    let pieces = Pieces::new(BufReader::with_capacity(64 * 1024, file))
        .map_err(|error| unreadable(&error))?;
    Ok(Some(Entries {
        publication,
        path: path.to_owned(),
        name,
        way: Way::Pieces(pieces),
        piece: Piece::default(),
        index: 0,
        seen: HashMap::new(),
        hashes: RandomState::new(),
        source: None,
    }))
}

/// What a look through the whole file finds.
#[derive(Debug, Default)]
pub struct Survey {
    /// Entries that make sense.
    pub entries: u64,
    /// The first problems.
    pub errors: Vec<SourceError>,
    /// Problems beyond those.
    pub further_errors: u64,
}

/// Reads everything and keeps the first `limit` errors.
pub fn survey(entries: Entries<'_>, limit: usize) -> Survey {
    let mut survey = Survey::default();
    for entry in entries {
        match entry {
            Ok(_) => survey.entries += 1,
            Err(error) if survey.errors.len() < limit => survey.errors.push(error),
            Err(_) => survey.further_errors += 1,
        }
    }
    survey
}

impl Iterator for Entries<'_> {
    type Item = Result<Profile, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        let result = match &mut self.way {
            Way::Done => return None,
            Way::Whole(_) => self.next_of_whole()?,
            Way::Pieces(pieces) => match pieces.next(&mut self.piece) {
                Err(error) => Err(self.unreadable(&error)),
                Ok(Cut::End) => return self.end(),
                Ok(Cut::Entry) => self.next_of_pieces()?,
                Ok(Cut::Foreign(offset)) => match self.parse_whole(offset) {
                    Ok(()) => self.next_of_whole()?,
                    Err(error) => Err(error),
                },
                Ok(Cut::TooLong(offset)) => {
                    self.way = Way::Done;
                    let hint = "each entry begins at the start of a line with `- email: `";
                    Err(self
                        .error_at(offset, "this entry is longer than 64 KiB")
                        .with_hint(hint))
                }
            },
        };
        Some(result)
    }
}

impl Entries<'_> {
    fn end(&mut self) -> Option<Result<Profile, SourceError>> {
        self.way = Way::Done;
        None
    }

    fn next_of_pieces(&mut self) -> Option<Result<Profile, SourceError>> {
        self.index += 1;
        let Ok(text) = std::str::from_utf8(&self.piece.text) else {
            return Some(Err(self.not_utf8()));
        };
        let entry = serde_yaml::from_str::<(Entry,)>(text);
        let profile = match entry {
            Ok((entry,)) => entry.profile(self.publication).ok(),
            // An alias of another entry's anchor: only the whole file knows what it stands for.
            Err(error) if error.to_string().starts_with("unknown anchor") => {
                self.index -= 1;
                return match self.parse_whole(self.piece.offset) {
                    Ok(()) => self.next_of_whole(),
                    Err(error) => Some(Err(error)),
                };
            }
            Err(_) => None,
        };
        Some(match profile {
            Some(profile) => self.once(profile, Seen::Line(self.piece.line)),
            None => {
                let diagnosis = diagnose(text, 0, self.publication);
                let line = self.piece.line as usize - 1;
                Err(self.diagnosed(diagnosis, line))
            }
        })
    }

    fn next_of_whole(&mut self) -> Option<Result<Profile, SourceError>> {
        let Way::Whole(values) = &mut self.way else {
            return None;
        };
        let Some(value) = values.next() else {
            return self.end();
        };
        let index = self.index;
        self.index += 1;
        let profile = serde_yaml::from_value::<Entry>(value)
            .ok()
            .and_then(|entry| entry.profile(self.publication).ok());
        Some(match profile {
            Some(profile) => self.once(profile, Seen::Index(index)),
            None => {
                let source = self.source();
                Err(self.diagnosed(diagnose(source.text(), index as usize, self.publication), 0))
            }
        })
    }

    /// Turns to reading the whole file, from the entry that is next. `offset` is where the reason
    /// for it stands.
    fn parse_whole(&mut self, offset: usize) -> Result<(), SourceError> {
        self.way = Way::Done;
        let length = std::fs::metadata(&self.path).map_or(0, |meta| meta.len());
        if length > WHOLE_BYTES {
            let message = format!("{} is too long to be read in this style of YAML", self.name);
            return Err(SourceError::new(message)
                .with_hint("begin each entry at the start of a line with `- email: `"));
        }
        let bytes = std::fs::read(&self.path).map_err(|error| self.unreadable(&error))?;
        if std::str::from_utf8(&bytes).is_err() {
            return Err(self.not_utf8());
        }
        let source = self.source();
        match serde_yaml::from_str::<Vec<serde_yaml::Value>>(source.text()) {
            Ok(values) => {
                let mut values = values.into_iter();
                if let Some(last) = self.index.checked_sub(1) {
                    values.nth(last as usize);
                }
                self.way = Way::Whole(values);
                Ok(())
            }
            Err(error) if error.to_string().contains("more than one document") => Err(self
                .error_at(offset, "a second YAML document begins here")
                .with_hint("the list is one document: take this line out")),
            Err(_) => Err(self.diagnosed(diagnose(source.text(), 0, self.publication), 0)),
        }
    }

    /// Refuses an address that came before.
    fn once(&mut self, profile: Profile, place: Seen) -> Result<Profile, SourceError> {
        let hash = self.hashes.hash_one(profile.email.key());
        let Some(first) = self.seen.get(&hash).copied() else {
            self.seen.insert(hash, place);
            return Ok(profile);
        };
        let first = self.line_of(first);
        let position = match place {
            Seen::Index(index) => place_of_email(self.source().text(), index as usize),
            Seen::Line(line) => {
                let text = String::from_utf8_lossy(&self.piece.text);
                place_of_email(&text, 0).map(|at| Position {
                    line: at.line + line as usize - 1,
                    ..at
                })
            }
        };
        let line = self.line_of(place);
        let position = position.unwrap_or(Position { line, column: 1 });
        let offset = self.source().offset(position);
        let message = format!(
            "{} is on the list twice: first on line {first}",
            profile.email
        );
        Err(self
            .error_at(offset, message)
            .with_hint("keep one of the two entries"))
    }

    fn line_of(&mut self, place: Seen) -> usize {
        match place {
            Seen::Line(line) => line as usize,
            Seen::Index(index) => {
                let steps = [place::Step::Item(index as usize)];
                place::locate(self.source().text(), &steps).map_or(1, |at| at.line)
            }
        }
    }

    fn diagnosed(&mut self, diagnosis: Diagnosis, lines_before: usize) -> SourceError {
        let source = self.source();
        let offset = source.offset(Position {
            line: diagnosis.position.line + lines_before,
            column: diagnosis.position.column,
        });
        let error = self.error_at(offset, diagnosis.fault.message);
        match diagnosis.fault.hint {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    }

    fn error_at(&mut self, offset: usize, message: impl Into<String>) -> SourceError {
        let source = self.source();
        SourceError::at(&source, value_at(source.text(), offset), message)
    }

    /// The file is in another encoding: one error, since every line would have it.
    fn not_utf8(&mut self) -> SourceError {
        self.way = Way::Done;
        let bytes = std::fs::read(&self.path).unwrap_or_default();
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
        let valid = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
        self.source = Some(Source::new(&self.name, String::from_utf8_lossy(bytes)));
        self.error_at(valid, format!("{} is not UTF-8", self.name))
            .with_hint("save it again as UTF-8; Korean editors may say “UTF-8” or “유니코드”")
    }

    fn unreadable(&mut self, error: &io::Error) -> SourceError {
        self.way = Way::Done;
        SourceError::new(format!("{} can't be read: {error}", self.name))
    }

    /// The whole text, for showing lines of it; read once something is wrong.
    fn source(&mut self) -> Source {
        self.source
            .get_or_insert_with(|| {
                let bytes = std::fs::read(&self.path).unwrap_or_default();
                let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
                Source::new(&self.name, String::from_utf8_lossy(bytes))
            })
            .clone()
    }
}

/// The value that begins at `offset`, as far as its line shows it.
fn value_at(text: &str, offset: usize) -> Span {
    let offset = offset.min(text.len());
    let line = text[offset..].lines().next().unwrap_or("");
    let end = match line.chars().next() {
        Some(quote @ ('"' | '\'')) => line[1..].find(quote).map(|at| at + 2),
        _ => line.find(" #"),
    };
    let value = line[..end.unwrap_or(line.len())].trim_end();
    offset..offset + value.len()
}

#[cfg(test)]
mod tests;
