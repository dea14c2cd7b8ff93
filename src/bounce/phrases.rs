//! What relays and mailboxes say, as data: `phrases.tsv` has a line a phrase with the class that it means, and who
//! says it. All phrases are looked for in one pass over the words.
//!
//! Not: which of the classes found decides (`verdict`).

use std::{collections::HashMap, sync::LazyLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::class::BounceClass;
use crate::smtp::status::EnhancedCode;

const TABLE: &str = include_str!("phrases.tsv");
/// More than this is not read of one text.
const MOST_BYTES: usize = 8 << 10;

static PHRASES: LazyLock<Phrasebook> = LazyLock::new(|| Phrasebook::of(TABLE));

/// Whose phrase it is: everybody's (`*`), a reporting program's, a provider's (`@name`), or an exception (`-`).
type Voice = &'static str;

/// One line of the table.
#[derive(Debug)]
struct PhraseRule {
    voice: Voice,
    class: BounceClass,
    when: CodeCondition,
    pieces: u8,
}

/// With which codes a provider's phrase counts.
#[derive(Debug, Default)]
struct CodeCondition {
    reply: Option<CodePattern>,
    status: Option<StatusPattern>,
}

/// A reply code; `x50` for 450 and 550.
#[derive(Debug, Clone, Copy)]
struct CodePattern {
    class: Option<u16>,
    rest: u16,
}

/// A status code; `x.7.26` for both classes, `5.7.606-649` for a range.
#[derive(Debug, Clone, Copy)]
struct StatusPattern {
    class: Option<u8>,
    subject: u16,
    from: u16,
    to: u16,
}

impl CodeCondition {
    fn parse(text: &str) -> Option<Self> {
        let mut condition = Self::default();
        for word in text.split_whitespace() {
            match word.contains('.') {
                true => condition.status = Some(StatusPattern::parse(word)?),
                false => condition.reply = Some(CodePattern::parse(word)?),
            }
        }
        Some(condition)
    }

    fn is_met(&self, reply: Option<u16>, status: Option<EnhancedCode>) -> bool {
        self.reply.is_none_or(|own| {
            reply.is_some_and(|code| {
                code % 100 == own.rest && own.class.is_none_or(|class| class == code / 100)
            })
        }) && self.status.is_none_or(|own| {
            status.is_some_and(|code| {
                own.class.is_none_or(|class| class == code.class)
                    && own.subject == code.subject
                    && (own.from..=own.to).contains(&code.detail)
            })
        })
    }
}

impl CodePattern {
    fn parse(text: &str) -> Option<Self> {
        let (class, rest) = text.split_at_checked(1)?;
        Some(Self {
            class: class.parse().ok(),
            rest: rest.parse().ok()?,
        })
    }
}

impl StatusPattern {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let class = parts.next()?.parse().ok();
        let subject = parts.next()?.parse().ok()?;
        let detail = parts.next()?;
        let (from, to) = detail.split_once('-').unwrap_or((detail, detail));
        Some(Self {
            class,
            subject,
            from: from.parse().ok()?,
            to: to.parse().ok()?,
        })
    }
}

/// A place in a rule: its nth piece.
#[derive(Debug, Clone, Copy)]
struct PiecePlace {
    rule: u16,
    nth: u8,
}

struct Phrasebook {
    rules: Vec<PhraseRule>,
    /// By pattern: the rules that it is a piece of.
    places: Vec<Vec<PiecePlace>>,
    automaton: Option<AhoCorasick>,
}

impl Phrasebook {
    fn of(table: &'static str) -> Self {
        let (mut rules, mut patterns) = (Vec::new(), Vec::<String>::new());
        let mut places: Vec<Vec<PiecePlace>> = Vec::new();
        let mut known = HashMap::new();
        for line in table.lines() {
            let Some((rule, pieces)) = parse_line(line) else {
                continue;
            };
            let number = rules.len() as u16;
            for (nth, piece) in pieces.into_iter().enumerate() {
                let pattern = *known.entry(piece.clone()).or_insert_with(|| {
                    patterns.push(piece);
                    places.push(Vec::new());
                    patterns.len() - 1
                });
                places[pattern].push(PiecePlace {
                    rule: number,
                    nth: nth as u8,
                });
            }
            rules.push(rule);
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&patterns)
            .ok();
        Self {
            rules,
            places,
            automaton,
        }
    }
}

/// `voice ⇥ class ⇥ codes ⇥ phrase [⇥ phrase …]`; None for a comment. A `·` stands for a space at a phrase's end.
fn parse_line(line: &'static str) -> Option<(PhraseRule, Vec<String>)> {
    if line.starts_with('#') {
        return None;
    }
    let mut cells = line.split('\t');
    let voice = cells.next()?;
    let class = BounceClass::of_field_word(cells.next()?)?;
    let when = CodeCondition::parse(cells.next()?)?;
    let pieces: Vec<String> = cells
        .filter(|cell| !cell.is_empty())
        .map(|cell| cell.replace('·', " "))
        .collect();
    let rule = PhraseRule {
        voice,
        class,
        when,
        pieces: u8::try_from(pieces.len()).ok().filter(|some| *some > 0)?,
    };
    Some((rule, pieces))
}

/// The phrases that were found in some words.
#[derive(Debug, Default)]
pub(super) struct PhrasesFound {
    /// Rules of the table, in its order, each once.
    rules: Vec<u16>,
    /// Bits of the classes that everybody's phrases mean.
    everybody: u64,
}

impl PhrasesFound {
    /// Looks for all phrases in the words, in any case.
    pub(super) fn within(words: &str) -> Self {
        let book = &*PHRASES;
        let words = &words[..words.floor_char_boundary(words.len().min(MOST_BYTES))];
        let mut found = Self::default();
        let Some(automaton) = &book.automaton else {
            return found;
        };
        // The pieces of phrases of several that were seen so far, and where each ended.
        let mut begun: Vec<(u16, u8, usize)> = Vec::new();
        for hit in automaton.find_overlapping_iter(words) {
            for place in &book.places[hit.pattern().as_usize()] {
                let rule = &book.rules[usize::from(place.rule)];
                let is_next = place.nth == 0
                    || begun.iter().any(|(rule, nth, end)| {
                        *rule == place.rule && nth + 1 == place.nth && *end <= hit.start()
                    });
                if !is_next {
                    continue;
                }
                if place.nth + 1 < rule.pieces {
                    let is_known = begun
                        .iter()
                        .any(|(own, nth, _)| *own == place.rule && *nth == place.nth);
                    if !is_known {
                        begun.push((place.rule, place.nth, hit.end()));
                    }
                    continue;
                }
                if rule.voice == "*" {
                    found.everybody |= 1 << rule.class as u32;
                }
                found.rules.push(place.rule);
            }
        }
        found.rules.sort_unstable();
        found.rules.dedup();
        found
    }

    /// Whether one of everybody's phrases means that class.
    pub(super) fn means(&self, class: BounceClass) -> bool {
        self.everybody & (1 << class as u32) != 0
    }

    /// Whether the words only look like that class.
    pub(super) fn excepts(&self, class: BounceClass) -> bool {
        let rule = |number: &u16| &PHRASES.rules[usize::from(*number)];
        self.rules
            .iter()
            .map(rule)
            .any(|rule| rule.voice == "-" && rule.class == class)
    }

    /// The class of that speaker's first phrase which goes with the codes.
    pub(super) fn of_voice(
        &self,
        voice: &str,
        reply: Option<u16>,
        status: Option<EnhancedCode>,
    ) -> Option<BounceClass> {
        let rule = |number: &u16| &PHRASES.rules[usize::from(*number)];
        self.rules
            .iter()
            .map(rule)
            .find(|rule| rule.voice == voice && rule.when.is_met(reply, status))
            .map(|rule| rule.class)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bounce::dialect;

    #[test]
    fn every_line_of_the_table_is_read_and_speaks_for_somebody_known() {
        for (number, line) in TABLE.lines().enumerate() {
            if line.starts_with('#') || line.is_empty() {
                continue;
            }
            let (rule, _) =
                parse_line(line).unwrap_or_else(|| panic!("line {}: {line}", number + 1));
            let is_known = matches!(rule.voice, "*" | "-") || dialect::is_voice(rule.voice);
            assert!(is_known, "line {}: who is {}?", number + 1, rule.voice);
        }
        assert!(PHRASES.automaton.is_some());
    }

    #[test]
    fn no_line_stands_twice() {
        let mut lines: Vec<&str> = TABLE.lines().filter(|it| !it.starts_with('#')).collect();
        let all = lines.len();
        lines.sort_unstable();
        lines.dedup();
        assert_eq!(lines.len(), all);
    }

    #[test]
    fn pieces_of_one_phrase_count_in_their_order() {
        let found = PhrasesFound::within("The IP 192.0.2.1 is blacklisted");
        assert!(found.means(BounceClass::Blocked), "{found:?}");
        let found = PhrasesFound::within("is blacklisted: the ip");
        assert!(!found.means(BounceClass::Blocked), "{found:?}");
    }
}
