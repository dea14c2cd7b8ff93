//! Frequent slips of English that are no words, in either way of spelling it.

use super::super::super::{Findings, issue_text::ReadProse};
use crate::check::typography::{SPELLING, tell_right};

/// The slip and what is right, in the order of the alphabet.
#[rustfmt::skip]
const SLIPS: [(&str, &str); 95] = [
    ("accomodate", "accommodate"), ("accross", "across"), ("acheive", "achieve"), ("adress", "address"),
    ("alot", "a lot"), ("amoung", "among"), ("aparently", "apparently"), ("apparantly", "apparently"),
    ("arent", "aren't"), ("arguement", "argument"), ("basicly", "basically"), ("becuase", "because"),
    ("begining", "beginning"), ("beleive", "believe"), ("buisness", "business"), ("cemetary", "cemetery"),
    ("collegue", "colleague"), ("comming", "coming"), ("commited", "committed"), ("commitee", "committee"),
    ("concious", "conscious"), ("couldnt", "couldn't"), ("definately", "definitely"), ("definitly", "definitely"),
    ("didnt", "didn't"), ("dissapear", "disappear"), ("dissapoint", "disappoint"), ("doesnt", "doesn't"),
    ("dont", "don't"), ("embarass", "embarrass"), ("enviroment", "environment"), ("existance", "existence"),
    ("experiance", "experience"), ("familar", "familiar"), ("febuary", "February"), ("finaly", "finally"),
    ("foriegn", "foreign"), ("fourty", "forty"), ("freind", "friend"), ("goverment", "government"),
    ("gratefull", "grateful"), ("guarentee", "guarantee"), ("hadnt", "hadn't"), ("happend", "happened"),
    ("harrass", "harass"), ("hasnt", "hasn't"), ("havent", "haven't"), ("immediatly", "immediately"),
    ("independant", "independent"), ("interupt", "interrupt"), ("intresting", "interesting"), ("isnt", "isn't"),
    ("knowlege", "knowledge"), ("liason", "liaison"), ("libary", "library"), ("maintainance", "maintenance"),
    ("millenium", "millennium"), ("mispell", "misspell"), ("neccessary", "necessary"), ("necesary", "necessary"),
    ("noticable", "noticeable"), ("occassion", "occasion"), ("occured", "occurred"), ("occurence", "occurrence"),
    ("offical", "official"), ("oppurtunity", "opportunity"), ("peice", "piece"), ("persistant", "persistent"),
    ("posession", "possession"), ("prefered", "preferred"), ("publically", "publicly"), ("realy", "really"),
    ("recieve", "receive"), ("recomend", "recommend"), ("refered", "referred"), ("relevent", "relevant"),
    ("religous", "religious"), ("seperate", "separate"), ("shouldnt", "shouldn't"), ("succesful", "successful"),
    ("suprise", "surprise"), ("teh", "the"), ("theyre", "they're"), ("thier", "their"),
    ("tommorow", "tomorrow"), ("truely", "truly"), ("untill", "until"), ("wasnt", "wasn't"),
    ("wensday", "Wednesday"), ("werent", "weren't"), ("wether", "whether"), ("wich", "which"),
    ("wierd", "weird"), ("wouldnt", "wouldn't"), ("youre", "you're"),
];
/// The same of two words: `of` for `'ve`, and who speaks of themselves in a small letter.
const PAIRS: [(&str, &str); 12] = [
    ("could of", "could have"),
    ("should of", "should have"),
    ("would of", "would have"),
    ("must of been", "must have been"),
    ("i'm", "I'm"),
    ("i've", "I've"),
    ("i am", "I am"),
    ("i have", "I have"),
    ("i think", "I think"),
    ("i was", "I was"),
    ("i know", "I know"),
    ("i would", "I would"),
];

pub(super) fn check(prose: &ReadProse<'_>, findings: &mut Findings<'_>) {
    let text = &prose.text;
    let is_word = |char: char| {
        char.is_alphanumeric() || matches!(char, '\'' | '’' | '_' | '-' | '/' | '@' | '.')
    };
    let mut at = 0;
    while let Some(found) = text[at..].find(|char: char| char.is_ascii_alphabetic()) {
        let start = at + found;
        let length = text[start..]
            .find(|char: char| !char.is_ascii_alphabetic())
            .unwrap_or(text.len() - start);
        at = start + length;
        let word = &text[start..at];
        let Some(right) = right(word) else {
            continue;
        };
        // A part of a name, of an address, of a word with accents.
        let goes_on = text[at..].trim_start_matches('.').starts_with(is_word);
        let begins = !text[..start].ends_with(is_word);
        if begins && !goes_on {
            tell_right(findings, &SPELLING, prose, start..at, &right);
        }
    }
    for (slip, right) in PAIRS {
        for at in prose.places(slip) {
            let begins = !text[..at].ends_with(is_word);
            let rest = &text[at + slip.len()..];
            // `could of course`: no slip.
            let ends = !rest.starts_with(char::is_alphanumeric)
                && !rest.trim_start().starts_with("course");
            if begins && ends {
                tell_right(findings, &SPELLING, prose, at..at + slip.len(), right);
            }
        }
    }
}

/// None: it is no slip. `Adress` is one, `ADRESS` may be a name.
fn right(word: &str) -> Option<String> {
    if word.len() < 3 || !word.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let (first, rest) = word.split_at(1);
    if rest.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let lower = || word.bytes().map(|byte| byte.to_ascii_lowercase());
    let found = SLIPS
        .binary_search_by(|(slip, _)| slip.bytes().cmp(lower()))
        .ok()?;
    let right = SLIPS[found].1;
    Some(match first.bytes().all(|byte| byte.is_ascii_uppercase()) {
        true => format!("{}{}", right[..1].to_uppercase(), &right[1..]),
        false => right.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slips_stand_in_the_order_in_which_they_are_looked_up() {
        assert!(SLIPS.is_sorted_by_key(|(slip, _)| *slip));
        assert_eq!(right("Recieve").as_deref(), Some("Receive"));
        assert_eq!(right("receive"), None);
        assert_eq!(right("TEH"), None);
    }
}
