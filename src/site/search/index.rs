//! The index of all public issues: its files, and its own answers, which come from the same files. One that was made
//! of most of the same texts is not made again but renewed: what is new is put into its shards.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    mem,
    sync::{Mutex, PoisonError},
};

use super::{
    super::{content::SiteContent, ready_issue::ReadyIssue},
    pieces::{each_piece, terms},
    postings::{Posting, renewed, shard_of, shards_for},
    searched_text::small,
    term::{Term, TermPlace},
};
use crate::{cores::on_every_core, fingerprint::sha256_hex};

/// How many digits tell two indexes apart.
const DIGITS: usize = 12;
/// So many issues are put into the shards at once: what is known of them meanwhile takes more room than the shards.
const ROUND: usize = 128;
/// Who reads them takes so many at a time.
const SHARE: usize = 8;

/// Where all terms stand.
#[derive(Debug)]
pub(crate) struct SearchIndex {
    /// Where its shards are, named by what they say.
    pub(crate) folder: String,
    pub(super) shards: Vec<Vec<u8>>,
    /// What the texts are known by that it is made of, the oldest first, so that a new one changes little.
    texts: Vec<[u8; 32]>,
}

impl SearchIndex {
    /// The index of all public issues, made of the one before where that helps.
    pub(crate) fn after(before: Option<&Self>, content: &SiteContent) -> Self {
        let issues: Vec<&ReadyIssue> = content.issues.iter().rev().map(|it| &**it).collect();
        let sizes = issues.iter().map(|it| it.gist().head.source().text().len());
        let count = shards_for(sizes.sum());
        let texts: Vec<[u8; 32]> = issues.iter().map(|it| it.gist().fingerprint).collect();
        let moved = before
            .filter(|before| before.shards.len() == count)
            .and_then(|before| Some((before, moved(&before.texts, &texts)?)));
        let (mut shards, mut moved) = match moved {
            Some((before, moved)) => (before.shards.clone(), moved),
            None => (vec![Vec::new(); count], Vec::new()),
        };
        let kept: HashSet<usize> = moved.iter().flatten().copied().collect();
        let fresh = (0..issues.len()).filter(|number| !kept.contains(number));
        let fresh: Vec<usize> = fresh.collect();
        // Once at least: something may be gone, and nothing new.
        let mut rounds = fresh.chunks(ROUND);
        loop {
            let round = rounds.next().unwrap_or_default();
            let shares: Vec<&[usize]> = round.chunks(SHARE).collect();
            let postings = on_every_core(&shares, |share| postings(share, &issues, count));
            shards = with(shards, &moved, &postings);
            // From here on all stand where they stand now.
            moved = (0..issues.len()).map(Some).collect();
            if rounds.len() == 0 {
                break;
            }
        }
        Self {
            folder: folder(&shards),
            shards,
            texts,
        }
    }

    /// How many shards it has.
    pub(crate) fn shard_count(&self) -> usize {
        self.shards.len()
    }

    /// The paths of its shards.
    pub(crate) fn paths(&self) -> impl Iterator<Item = String> {
        let numbers = 0..self.shards.len();
        numbers.map(|number| format!("{}/{number}.terms", self.folder))
    }

    /// The shard of that path.
    pub(crate) fn shard(&self, path: &str) -> Option<&[u8]> {
        let name = path.strip_prefix(&self.folder)?.strip_prefix('/')?;
        let number: usize = name.strip_suffix(".terms")?.parse().ok()?;
        let shard = self.shards.get(number)?;
        (name == format!("{number}.terms")).then_some(shard)
    }
}

/// Where each of the texts before is now; None: nowhere. Nothing at all where their order is another.
fn moved(before: &[[u8; 32]], now: &[[u8; 32]]) -> Option<Vec<Option<usize>>> {
    let mut places: HashMap<&[u8; 32], VecDeque<usize>> = HashMap::new();
    for (number, text) in now.iter().enumerate() {
        places.entry(text).or_default().push_back(number);
    }
    let place = |text| places.get_mut(text).and_then(VecDeque::pop_front);
    let moved: Vec<Option<usize>> = before.iter().map(place).collect();
    moved.iter().flatten().is_sorted().then_some(moved)
}

/// What those issues are found by, a list a shard.
fn postings(numbers: &[usize], issues: &[&ReadyIssue], shards: usize) -> Vec<Vec<Posting>> {
    let mut postings = vec![Vec::new(); shards];
    for number in numbers {
        for (story, text) in issues[*number].gist().texts.iter().enumerate() {
            let place = TermPlace::new(*number, story);
            each_piece(text.chars().map(small), |piece| {
                terms(piece, |letters| {
                    let first = letters.first().copied().unwrap_or_default();
                    let posting = (Term::of(letters), place);
                    postings[shard_of(first, shards)].push(posting);
                });
            });
        }
    }
    postings
}

/// The shards with every place as it is now, and what stands in new texts. Each goes when the one that it becomes is
/// there: all of them twice are megabytes by the thousand issues.
fn with(
    shards: Vec<Vec<u8>>,
    moved: &[Option<usize>],
    postings: &[Vec<Vec<Posting>>],
) -> Vec<Vec<u8>> {
    let now = |place: TermPlace| {
        let number = moved.get(place.issue()).copied().flatten()?;
        Some(place.of_issue(number))
    };
    let shards = shards.into_iter().map(Mutex::new).enumerate();
    let shards: Vec<(usize, Mutex<Vec<u8>>)> = shards.collect();
    on_every_core(&shards, |(number, shard)| {
        let shard = mem::take(&mut *shard.lock().unwrap_or_else(PoisonError::into_inner));
        let of_shard = postings.iter().map(|shards| shards[*number].as_slice());
        let mut fresh: Vec<Posting> = of_shard.collect::<Vec<_>>().concat();
        fresh.sort_unstable();
        fresh.dedup();
        let mut shard = renewed(&shard, now, &fresh);
        shard.shrink_to_fit();
        shard
    })
}

/// Named by what the shards say: a name that is known says the same for ever.
fn folder(shards: &[Vec<u8>]) -> String {
    let hashes: Vec<String> = shards.iter().map(|shard| sha256_hex(shard)).collect();
    let mut digits = sha256_hex(hashes.concat().as_bytes());
    digits.truncate(DIGITS);
    format!("search/{digits}")
}
