//! Where terms stand, as small files: terms share shards by their first letter, so that what begins alike lies
//! together. A term has the letters that it shares with the one before it, its other letters, and the places as
//! differences, each in as few bytes as it takes (LEB128).

use std::collections::{BTreeMap, HashMap};

/// Stories of one issue are told apart up to here; the ones behind count as its last.
pub(super) const STORIES: u32 = 64;
/// Text of which the terms are worth a request: some 4 KB of them.
const TEXT_BYTES: usize = 96 << 10;
const MAX_SHARDS: usize = 256;

/// Where something stands: `issue × STORIES + story`. An issue's title is its first story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct TermPlace(u32);

impl TermPlace {
    pub(super) fn new(issue: usize, story: usize) -> Self {
        let issue = u32::try_from(issue)
            .map_or(u32::MAX / STORIES - 1, |it| it.min(u32::MAX / STORIES - 1));
        let story = u32::try_from(story).map_or(STORIES - 1, |story| story.min(STORIES - 1));
        Self(issue * STORIES + story)
    }

    pub(super) fn issue(self) -> usize {
        self.0 as usize / STORIES as usize
    }
}

/// The places of each term, in order.
pub(super) type TermPlaces = HashMap<Vec<char>, Vec<TermPlace>>;

/// How many shards texts of so many bytes want.
pub(super) fn shards_for(text_bytes: usize) -> usize {
    (text_bytes / TEXT_BYTES)
        .clamp(1, MAX_SHARDS)
        .next_power_of_two()
}

/// The terms in so many shards, ready to be written.
pub(super) fn shards(places: &TermPlaces, count: usize) -> Vec<Vec<u8>> {
    let mut sorted: Vec<BTreeMap<String, &Vec<TermPlace>>> = vec![BTreeMap::new(); count];
    for (term, places) in places {
        let first = term.first().copied().unwrap_or_default();
        sorted[shard_of(first, count)].insert(term.iter().collect(), places);
    }
    sorted.iter().map(written).collect()
}

/// Which shard has what begins so.
pub(super) fn shard_of(first: char, count: usize) -> usize {
    // Fibonacci hashing: neighbours in the alphabet part.
    let mixed = u32::from(first).wrapping_mul(2_654_435_769);
    (mixed >> 16) as usize % count
}

fn written(terms: &BTreeMap<String, &Vec<TermPlace>>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut before = "";
    for (term, places) in terms {
        let same = term.bytes().zip(before.bytes()).take_while(|(a, b)| a == b);
        let mut shared = same.count();
        while !term.is_char_boundary(shared) {
            shared -= 1;
        }
        push_number(shared, &mut bytes);
        push_number(term.len() - shared, &mut bytes);
        bytes.extend_from_slice(&term.as_bytes()[shared..]);
        push_number(places.len(), &mut bytes);
        let mut last = 0;
        for place in *places {
            push_number((place.0 - last) as usize, &mut bytes);
            last = place.0;
        }
        before = term;
    }
    bytes
}

/// The terms of a shard that begin so, with their places. What is no shard has none.
pub(super) fn beginning(shard: &[u8], begins: &str) -> Vec<(String, Vec<TermPlace>)> {
    let mut rest = shard;
    let mut term: Vec<u8> = Vec::new();
    let mut found = Vec::new();
    while !rest.is_empty() {
        let Some(places) = next_term(&mut rest, &mut term) else {
            return Vec::new();
        };
        if term.starts_with(begins.as_bytes()) {
            found.push((String::from_utf8_lossy(&term).into_owned(), places));
        }
    }
    found
}

fn next_term(rest: &mut &[u8], term: &mut Vec<u8>) -> Option<Vec<TermPlace>> {
    let shared = take_number(rest)?;
    let own = take_number(rest)?;
    term.truncate(shared);
    let (letters, behind) = rest.split_at_checked(own)?;
    term.extend_from_slice(letters);
    *rest = behind;
    let count = take_number(rest)?;
    let mut last = 0;
    let mut places = Vec::new();
    for _ in 0..count {
        last += u32::try_from(take_number(rest)?).ok()?;
        places.push(TermPlace(last));
    }
    Some(places)
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

    #[test]
    fn what_is_written_is_read_back_and_lies_where_its_first_letter_says() {
        let places = |numbers: &[usize]| -> Vec<TermPlace> {
            let place = |number: &usize| TermPlace::new(*number, number % 70);
            numbers.iter().map(place).collect()
        };
        let mut all = TermPlaces::new();
        for (term, numbers) in [
            ("작은", vec![0, 3, 400]),
            ("작업", vec![7]),
            ("작", vec![100_000]),
            ("model", vec![1, 2]),
            ("modern", vec![2]),
        ] {
            all.insert(term.chars().collect(), places(&numbers));
        }
        let shards = shards(&all, 4);
        for (term, places) in &all {
            let text: String = term.iter().collect();
            let shard = &shards[shard_of(term[0], shards.len())];
            let read = beginning(shard, &text);
            assert!(read.contains(&(text, places.clone())), "{read:?}");
        }
        let begun = beginning(&shards[shard_of('m', shards.len())], "mod");
        assert_eq!(begun.len(), 2);
        let cut = &shards[shard_of('m', shards.len())];
        assert_eq!(beginning(&cut[..cut.len() - 1], "m"), []);
    }
}
