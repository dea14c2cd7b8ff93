//! Where terms stand, as small files: terms share shards by their first letter, so that what begins alike lies
//! together. A term has the letters that it shares with the one before it, its other letters, and the places as
//! differences, each in as few bytes as it takes (LEB128). A shard is made of the one before it: places that are
//! gone are left out, others are put in between.

use std::cmp::Ordering;

use super::term::{Term, TermPlace};

/// Text of which the terms are worth a request: some 4 KB of them.
const TEXT_BYTES: usize = 96 << 10;
const MAX_SHARDS: usize = 256;

/// How many shards texts of so many bytes want.
pub(super) fn shards_for(text_bytes: usize) -> usize {
    (text_bytes / TEXT_BYTES)
        .clamp(1, MAX_SHARDS)
        .next_power_of_two()
}

/// Which shard has what begins so.
pub(super) fn shard_of(first: char, count: usize) -> usize {
    // Fibonacci hashing: neighbours in the alphabet part.
    let mixed = u32::from(first).wrapping_mul(2_654_435_769);
    (mixed >> 16) as usize % count
}

/// A term, and where it stands.
pub(super) type Posting = (Term, TermPlace);

/// The shard with every place as it is now, and with what is new. `fresh` is in order, and says nothing twice.
pub(super) fn renewed(
    shard: &[u8],
    now: impl Fn(TermPlace) -> Option<TermPlace>,
    fresh: &[Posting],
) -> Vec<u8> {
    let mut writer = ShardWriter::default();
    let mut old = ShardReader::new(shard);
    let mut groups = fresh.chunk_by(|(one, _), (other, _)| one == other);
    let (mut has_old, mut new) = (old.advance(), groups.next());
    let (mut term, mut places) = (Vec::new(), Vec::new());
    loop {
        if let Some([(own, _), ..]) = new {
            own.write(&mut term);
        }
        let order = match (has_old, new) {
            (false, None) => return writer.bytes,
            (true, None) => Ordering::Less,
            (false, Some(_)) => Ordering::Greater,
            (true, Some(_)) => old.term.cmp(&term),
        };
        places.clear();
        if order.is_le() {
            places.extend(old.places.iter().copied().filter_map(&now));
        }
        if order.is_ge() {
            places.extend(new.into_iter().flatten().map(|(_, place)| *place));
            places.sort_unstable();
        }
        writer.push(if order.is_le() { &old.term } else { &term }, &places);
        if order.is_le() {
            has_old = old.advance();
        }
        if order.is_ge() {
            new = groups.next();
        }
    }
}

/// The terms of a shard that begin so, with their places. What is no shard has none.
pub(super) fn beginning(shard: &[u8], begins: &str) -> Vec<(String, Vec<TermPlace>)> {
    let mut reader = ShardReader::new(shard);
    let mut found = Vec::new();
    while reader.advance() {
        if reader.term.starts_with(begins.as_bytes()) {
            let term = String::from_utf8_lossy(&reader.term).into_owned();
            found.push((term, reader.places.clone()));
        }
    }
    match reader.rest.is_empty() {
        true => found,
        false => Vec::new(),
    }
}

/// Writes terms in their order.
#[derive(Default)]
struct ShardWriter {
    bytes: Vec<u8>,
    before: Vec<u8>,
}

impl ShardWriter {
    /// What stands nowhere is no term.
    fn push(&mut self, term: &[u8], places: &[TermPlace]) {
        if places.is_empty() {
            return;
        }
        let same = term.iter().zip(&self.before).take_while(|(a, b)| a == b);
        let mut shared = same.count();
        // A letter is cut nowhere.
        while term.get(shared).is_some_and(|byte| byte & 0xC0 == 0x80) {
            shared -= 1;
        }
        push_number(shared, &mut self.bytes);
        push_number(term.len() - shared, &mut self.bytes);
        self.bytes.extend_from_slice(&term[shared..]);
        push_number(places.len(), &mut self.bytes);
        let mut last = 0;
        for place in places {
            push_number((place.number() - last) as usize, &mut self.bytes);
            last = place.number();
        }
        self.before.clear();
        self.before.extend_from_slice(term);
    }
}

/// Reads them back one after the other, up to where the bytes are no shard's.
struct ShardReader<'s> {
    rest: &'s [u8],
    term: Vec<u8>,
    places: Vec<TermPlace>,
}

impl<'s> ShardReader<'s> {
    fn new(shard: &'s [u8]) -> Self {
        Self {
            rest: shard,
            term: Vec::new(),
            places: Vec::new(),
        }
    }

    /// Reads the next term; whether there was one.
    fn advance(&mut self) -> bool {
        let rest = self.read();
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// What stands behind it.
    fn read(&mut self) -> Option<&'s [u8]> {
        let mut rest = self.rest;
        let shared = take_number(&mut rest)?;
        let own = take_number(&mut rest)?;
        let (letters, behind) = rest.split_at_checked(own)?;
        rest = behind;
        self.term.truncate(shared);
        self.term.extend_from_slice(letters);
        let count = take_number(&mut rest)?;
        self.places.clear();
        let mut last = 0_u32;
        for _ in 0..count {
            last = last.checked_add(u32::try_from(take_number(&mut rest)?).ok()?)?;
            self.places.push(TermPlace::from_number(last));
        }
        Some(rest)
    }
}

fn take_number(rest: &mut &[u8]) -> Option<usize> {
    let mut number = 0;
    for shift in (0..63).step_by(7) {
        let (byte, behind) = rest.split_first()?;
        *rest = behind;
        number |= usize::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn push_number(mut number: usize, to: &mut Vec<u8>) {
    while number >= 0x80 {
        to.push(number as u8 & 0x7F | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(text: &str) -> Term {
        Term::of(&text.chars().collect::<Vec<_>>())
    }

    fn shard(terms: &[(&str, &[usize])]) -> Vec<u8> {
        let mut fresh: Vec<Posting> = terms
            .iter()
            .flat_map(|(text, numbers)| {
                let place = |number: &usize| TermPlace::new(*number, number % 70);
                numbers
                    .iter()
                    .map(move |number| (term(text), place(number)))
            })
            .collect();
        fresh.sort();
        renewed(&[], Some, &fresh)
    }

    fn read(shard: &[u8], begins: &str) -> Vec<(String, Vec<usize>)> {
        let found = beginning(shard, begins).into_iter();
        let issues = |places: Vec<TermPlace>| places.into_iter().map(TermPlace::issue).collect();
        found.map(|(term, places)| (term, issues(places))).collect()
    }

    #[test]
    fn what_is_written_is_read_back() {
        let all: [(&str, &[usize]); 5] = [
            ("작은", &[0, 3, 400]),
            ("작업", &[7]),
            ("작", &[100_000]),
            ("model", &[1, 2]),
            ("modernisation", &[2]),
        ];
        let shard = shard(&all);
        for (text, numbers) in all {
            assert!(
                read(&shard, text).contains(&(text.to_owned(), numbers.to_vec())),
                "{text}"
            );
        }
        assert_eq!(read(&shard, "mod").len(), 2);
        assert_eq!(read(&shard[..shard.len() - 1], "작"), []);
    }

    #[test]
    fn a_shard_renewed_is_the_shard_made_at_once() {
        let before = shard(&[("글", &[0, 1, 2]), ("글이", &[1]), ("model", &[1, 2])]);
        // The second issue is another text now, and one came before the last.
        let now = |place: TermPlace| match place.issue() {
            0 => Some(place),
            2 => Some(place.of_issue(3)),
            _ => None,
        };
        let fresh = [
            (term("글"), TermPlace::new(2, 2)),
            (term("새"), TermPlace::new(1, 1)),
            (term("새"), TermPlace::new(2, 2)),
        ];
        let after = renewed(&before, now, &fresh);
        assert_eq!(
            read(&after, ""),
            [
                ("model".to_owned(), vec![3]),
                ("글".to_owned(), vec![0, 2, 3]),
                ("새".to_owned(), vec![1, 2]),
            ]
        );
    }
}
