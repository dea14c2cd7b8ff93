//! subscribers.yaml as a stream of profiles, in little memory: 100,000 readers cost no more than
//! the set of their addresses' hashes. Not: what becomes of them (`store`'s fold).
//!
//! A block-style list is cut at each `- ` that begins a line and parsed an entry at a time. What
//! that can't see (flow style, anchors shared between entries, an indented list) is parsed whole.
//! An entry that does not make sense is read again by a [`Tree`], which knows its places.

mod entry;
mod pieces;
mod plain;

use std::{
    collections::{HashMap, VecDeque, hash_map::RandomState},
    fs::File,
    hash::BuildHasher,
    io::{self, BufReader},
    path::{Path, PathBuf},
};

pub(crate) use self::entry::{render, schema};
use self::{
    entry::ListEntry,
    pieces::{CutResult, EntryCutter, EntryPiece},
};
use crate::{
    audience::Profile,
    publication::Publication,
    source::{Source, SourceError, Span, open_file, read_file, shown_path, unresolved_conflict},
    words::{phrase, phrased},
    yaml::{Node, Tree, ValueKind},
};

/// The list kept by hand, below the publication's root.
pub(crate) const SUBSCRIBERS_FILE: &str = "subscribers.yaml";
/// A list that can't be read an entry at a time may be this long.
const WHOLE_BYTES: u64 = 8 * 1024 * 1024;
/// Lines of a longer list aren't shown.
const SHOWN_BYTES: u64 = 128 * 1024 * 1024;
const ENTRIES: &str = phrase!("begin each entry at the start of a line with `- email: `");

/// The profiles of a subscribers.yaml, in its order; each problem is an error at its place, after
/// which the next entry follows.
pub(crate) struct ProfileReader<'p> {
    publication: &'p Publication,
    path: PathBuf,
    name: String,
    way: ReadStrategy,
    piece: EntryPiece,
    /// Entries met so far.
    count: usize,
    /// Where the last entry begins.
    last: usize,
    /// Where each address came first: the hash of its key → the entry's offset.
    seen: HashMap<u64, usize>,
    hashes: RandomState,
    /// Further problems of the entry that was last.
    problems: VecDeque<SourceError>,
    source: Option<Source>,
}

/// How the rest of the file is read.
enum ReadStrategy {
    Pieces(EntryCutter<BufReader<File>>),
    Whole(Box<Tree>, std::vec::IntoIter<Node>),
    Done,
}

/// Opens a subscribers.yaml; None where there is none.
///
/// # Errors
/// When the file is there and can't be opened.
pub(crate) fn load<'p>(
    path: &Path,
    publication: &'p Publication,
) -> Result<Option<ProfileReader<'p>>, SourceError> {
    let name = shown_path(&publication.root, path);
    let unreadable =
        |error: &io::Error| SourceError::new(phrased!("{name} can't be read: {error}"));
    let file = match open_file(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(&error)),
    };
    let pieces = EntryCutter::new(BufReader::with_capacity(64 * 1024, file))
        .map_err(|error| unreadable(&error))?;
    Ok(Some(ProfileReader {
        publication,
        path: path.to_owned(),
        name,
        way: ReadStrategy::Pieces(pieces),
        piece: EntryPiece::default(),
        count: 0,
        last: 0,
        seen: HashMap::new(),
        hashes: RandomState::new(),
        problems: VecDeque::new(),
        source: None,
    }))
}

impl Iterator for ProfileReader<'_> {
    type Item = Result<Profile, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(problem) = self.problems.pop_front() {
            return Some(Err(problem));
        }
        match self.read_next() {
            Ok(profile) => profile.map(Ok),
            Err(problems) => {
                self.problems = problems.into();
                self.problems.pop_front().map(Err)
            }
        }
    }
}

/// A profile, the list's end, or what is wrong: one problem at the least.
type NextProfile = Result<Option<Profile>, Vec<SourceError>>;

impl ProfileReader<'_> {
    /// Where the entry begins that came last; [`ProfileReader::place`] shows it.
    #[must_use]
    pub(crate) fn last_offset(&self) -> usize {
        self.last
    }

    /// The file, and the line in it at which an entry begins.
    pub(crate) fn place(&mut self, offset: usize) -> (Source, Span) {
        let source = self.source();
        let line = first_line(&source, offset);
        (source, line)
    }

    fn read_next(&mut self) -> NextProfile {
        let cut = match &mut self.way {
            ReadStrategy::Done => return Ok(None),
            ReadStrategy::Whole(..) => return self.next_of_whole(),
            ReadStrategy::Pieces(pieces) => pieces.next(&mut self.piece),
        };
        match cut {
            Ok(CutResult::Entry) => self.next_of_pieces(),
            Ok(CutResult::End) => {
                self.way = ReadStrategy::Done;
                Ok(None)
            }
            Ok(CutResult::Foreign) => self.parse_whole(),
            Ok(CutResult::TooLong) => {
                self.way = ReadStrategy::Done;
                let message = phrase!("this entry is longer than 64 KiB");
                let source = self.source();
                let place = first_line(&source, self.piece.offset);
                Err(vec![
                    SourceError::at(&source, place, message).with_hint(ENTRIES),
                ])
            }
            Err(error) => {
                self.way = ReadStrategy::Done;
                let message = phrased!("{name} can't be read: {error}", name = self.name);
                Err(vec![SourceError::new(message)])
            }
        }
    }

    fn next_of_pieces(&mut self) -> NextProfile {
        let Ok(text) = std::str::from_utf8(&self.piece.text) else {
            return Err(vec![self.not_utf8()]);
        };
        let entry = plain::parse(text).map_or_else(
            || serde_yaml::from_str::<(ListEntry,)>(text).map(|(entry,)| entry),
            Ok,
        );
        match entry {
            Ok(entry) => {
                if let Ok(profile) = entry.profile(self.publication) {
                    self.count += 1;
                    self.last = self.piece.offset;
                    return match self.first_place(&profile, self.piece.offset) {
                        None => Ok(Some(profile)),
                        Some(first) => {
                            let (tree, nodes) = self.tree_of_piece()?;
                            Err(vec![self.doubled(&tree, nodes.first(), &profile, first)])
                        }
                    };
                }
            }
            // An alias of another entry's anchor: only the whole file knows what it stands for.
            Err(error) if error.to_string().starts_with("unknown anchor") => {
                return self.parse_whole();
            }
            Err(_) => {}
        }
        self.count += 1;
        let (tree, nodes) = self.tree_of_piece()?;
        let profile = nodes
            .first()
            .map(|node| entry::read(&tree, node, self.publication));
        profile.transpose()
    }

    fn next_of_whole(&mut self) -> NextProfile {
        let ReadStrategy::Whole(tree, nodes) = &mut self.way else {
            return Ok(None);
        };
        let Some(node) = nodes.next() else {
            self.way = ReadStrategy::Done;
            return Ok(None);
        };
        self.count += 1;
        let profile = entry::read(tree, &node, self.publication)?;
        let offset = node.span().map_or(0, |span| span.start);
        self.last = offset;
        match self.first_place(&profile, offset) {
            None => Ok(Some(profile)),
            Some(first) => {
                let error = match &self.way {
                    ReadStrategy::Whole(tree, _) => {
                        self.doubled(tree, Some(&node), &profile, first)
                    }
                    _ => return Ok(None),
                };
                Err(vec![error])
            }
        }
    }

    /// Turns to reading the whole file, from the entry that is next.
    fn parse_whole(&mut self) -> NextProfile {
        self.way = ReadStrategy::Done;
        let length = std::fs::metadata(&self.path).map_or(0, |meta| meta.len());
        if length > WHOLE_BYTES {
            let message = phrased!(
                "{name} is too long for this style of YAML",
                name = self.name
            );
            return Err(vec![SourceError::new(message).with_hint(ENTRIES)]);
        }
        if std::fs::read(&self.path).is_ok_and(|bytes| std::str::from_utf8(&bytes).is_err()) {
            return Err(vec![self.not_utf8()]);
        }
        let source = self.source();
        self.refuse_conflict(&source)?;
        let (tree, nodes) = list(&source, 0..source.text().len())?;
        let mut nodes = nodes.into_iter();
        if let Some(last) = self.count.checked_sub(1) {
            nodes.nth(last);
        }
        self.way = ReadStrategy::Whole(Box::new(tree), nodes);
        self.next_of_whole()
    }

    /// Remembers an address, or answers where it was first.
    fn first_place(&mut self, profile: &Profile, offset: usize) -> Option<usize> {
        let hash = self.hashes.hash_one(profile.email.key());
        let first = *self.seen.entry(hash).or_insert(offset);
        (first != offset).then_some(first)
    }

    fn doubled(
        &self,
        tree: &Tree,
        node: Option<&Node>,
        profile: &Profile,
        first: usize,
    ) -> SourceError {
        let line = tree.source().position(first).line;
        let message = phrased!(
            "{email} is on the list twice: first in line {line}",
            email = profile.email
        );
        let place = node
            .and_then(|node| node.get("email"))
            .map(|email| &email.place);
        tree.error_at(place.unwrap_or(&tree.root().place), message)
            .with_hint(phrase!("keep one of the two entries"))
    }

    fn tree_of_piece(&mut self) -> Result<(Tree, Vec<Node>), Vec<SourceError>> {
        let source = self.source();
        self.refuse_conflict(&source)?;
        let start = self.piece.offset;
        list(&source, start..start + self.piece.text.len())
    }

    /// A merge that is not resolved makes many lines wrong: it is the one thing to be told.
    fn refuse_conflict(&mut self, source: &Source) -> Result<(), Vec<SourceError>> {
        let Some(conflict) = unresolved_conflict(source) else {
            return Ok(());
        };
        self.way = ReadStrategy::Done;
        Err(vec![conflict])
    }

    /// The file is in another encoding: one error, since every line would have it.
    fn not_utf8(&mut self) -> SourceError {
        self.way = ReadStrategy::Done;
        let bytes = read_file(&self.path, SHOWN_BYTES).unwrap_or_default();
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
        let valid = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
        let source = Source::new(&self.name, String::from_utf8_lossy(bytes));
        let place = first_line(&source, valid);
        SourceError::at(
            &source,
            place,
            phrased!("{name} is not UTF-8", name = self.name),
        )
        .with_hint(phrase!("save it again as UTF-8"))
    }

    /// The whole text, for showing lines of it; read once something is wrong.
    fn source(&mut self) -> Source {
        let source = self.source.get_or_insert_with(|| {
            let bytes = read_file(&self.path, SHOWN_BYTES).unwrap_or_default();
            let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
            Source::new(&self.name, String::from_utf8_lossy(bytes))
        });
        source.clone()
    }
}

/// The items of the list that stands there.
fn list(source: &Source, within: Span) -> Result<(Tree, Vec<Node>), Vec<SourceError>> {
    let mut tree = Tree::parse(source, within)?;
    match &mut tree.root_mut().kind {
        ValueKind::Sequence(nodes) => {
            let nodes = std::mem::take(nodes);
            Ok((tree, nodes))
        }
        kind => {
            let found = match kind {
                ValueKind::Mapping(_) => phrase!("a mapping"),
                _ => phrase!("a single value"),
            };
            let place = first_line(source, tree.root().span().map_or(0, |span| span.start));
            let message = phrased!("expected a list of entries, found {found}");
            Err(vec![
                SourceError::at(source, place, message).with_hint(ENTRIES),
            ])
        }
    }
}

/// The rest of the line at `offset`.
fn first_line(source: &Source, offset: usize) -> Span {
    let rest = source.text().get(offset..).unwrap_or_default();
    offset..offset + rest.lines().next().unwrap_or_default().trim_end().len()
}

#[cfg(test)]
mod tests;
