//! Frequent slips of English that are no words, in either way of spelling it.

use super::super::super::{Findings, issue_text::ReadProse};
use crate::check::typography::{SPELLING, tell_right};

/// The slip and what is right, in the order of the alphabet.
#[rustfmt::skip]
const SLIPS: [(&str, &str); 210] = [
    ("abscence", "absence"), ("accidently", "accidentally"), ("accomodate", "accommodate"),
    ("accross", "across"), ("acheive", "achieve"), ("acknowlege", "acknowledge"), ("acommodate", "accommodate"),
    ("acording", "according"), ("adress", "address"), ("allready", "already"), ("alot", "a lot"),
    ("amoung", "among"), ("aparently", "apparently"), ("apear", "appear"), ("apparantly", "apparently"),
    ("appearence", "appearance"), ("aproach", "approach"), ("aquire", "acquire"), ("arent", "aren't"),
    ("arguement", "argument"), ("assistent", "assistant"), ("athiest", "atheist"), ("attendence", "attendance"),
    ("availible", "available"), ("basicly", "basically"), ("beautifull", "beautiful"), ("becuase", "because"),
    ("begining", "beginning"), ("beleive", "believe"), ("belived", "believed"), ("buisness", "business"),
    ("calender", "calendar"), ("catagory", "category"), ("cemetary", "cemetery"), ("changable", "changeable"),
    ("collegue", "colleague"), ("collegues", "colleagues"), ("comming", "coming"), ("commited", "committed"),
    ("commitee", "committee"), ("comparision", "comparison"), ("completly", "completely"),
    ("concensus", "consensus"), ("concious", "conscious"), ("conscence", "conscience"),
    ("consistant", "consistent"), ("controled", "controlled"), ("convienient", "convenient"),
    ("correspondance", "correspondence"), ("couldnt", "couldn't"), ("critisism", "criticism"),
    ("definately", "definitely"), ("definitly", "definitely"), ("desparate", "desperate"),
    ("developement", "development"), ("didnt", "didn't"), ("diffrent", "different"), ("dilema", "dilemma"),
    ("disapoint", "disappoint"), ("dissapear", "disappear"), ("dissapoint", "disappoint"),
    ("doesnt", "doesn't"), ("dont", "don't"), ("ecstacy", "ecstasy"), ("efficent", "efficient"),
    ("eigth", "eighth"), ("embarass", "embarrass"), ("enviroment", "environment"), ("equiptment", "equipment"),
    ("excellant", "excellent"), ("exellent", "excellent"), ("exersise", "exercise"), ("existance", "existence"),
    ("experiance", "experience"), ("explaination", "explanation"), ("extremly", "extremely"),
    ("facinating", "fascinating"), ("familar", "familiar"), ("febuary", "February"), ("finaly", "finally"),
    ("foriegn", "foreign"), ("fourty", "forty"), ("foward", "forward"), ("freind", "friend"),
    ("futher", "further"), ("gaurd", "guard"), ("goverment", "government"), ("grammer", "grammar"),
    ("gratefull", "grateful"), ("guarentee", "guarantee"), ("hadnt", "hadn't"), ("happend", "happened"),
    ("happenning", "happening"), ("harrass", "harass"), ("hasnt", "hasn't"), ("havent", "haven't"),
    ("heirarchy", "hierarchy"), ("humourous", "humorous"), ("hygeine", "hygiene"), ("ignorence", "ignorance"),
    ("imediately", "immediately"), ("immediatly", "immediately"), ("incidently", "incidentally"),
    ("independant", "independent"), ("insted", "instead"), ("inteligent", "intelligent"),
    ("interupt", "interrupt"), ("intresting", "interesting"), ("isnt", "isn't"),
    ("knowledgable", "knowledgeable"), ("knowlege", "knowledge"), ("lenght", "length"), ("liason", "liaison"),
    ("libary", "library"), ("maintainance", "maintenance"), ("maintenence", "maintenance"),
    ("manuever", "maneuver"), ("medeval", "medieval"), ("millenium", "millennium"), ("minature", "miniature"),
    ("mischievious", "mischievous"), ("mispell", "misspell"), ("neccesary", "necessary"),
    ("neccessary", "necessary"), ("necesary", "necessary"), ("neigbour", "neighbour"),
    ("noticable", "noticeable"), ("ocasion", "occasion"), ("occassion", "occasion"), ("occured", "occurred"),
    ("occurence", "occurrence"), ("offical", "official"), ("oportunity", "opportunity"),
    ("oppurtunity", "opportunity"), ("orginal", "original"), ("paralel", "parallel"),
    ("parliment", "parliament"), ("particulary", "particularly"), ("peice", "piece"), ("percieve", "perceive"),
    ("performence", "performance"), ("perseverence", "perseverance"), ("persistant", "persistent"),
    ("personaly", "personally"), ("pharoah", "pharaoh"), ("politican", "politician"),
    ("posession", "possession"), ("preceeding", "preceding"), ("prefered", "preferred"),
    ("presance", "presence"), ("probaly", "probably"), ("proffesional", "professional"),
    ("pronounciation", "pronunciation"), ("publically", "publicly"), ("questionaire", "questionnaire"),
    ("realy", "really"), ("reccomend", "recommend"), ("recieve", "receive"), ("recieved", "received"),
    ("recieving", "receiving"), ("recomend", "recommend"), ("refered", "referred"), ("relevent", "relevant"),
    ("religous", "religious"), ("rember", "remember"), ("resistence", "resistance"),
    ("responsability", "responsibility"), ("restarant", "restaurant"), ("rythm", "rhythm"),
    ("sacrafice", "sacrifice"), ("secratary", "secretary"), ("sentance", "sentence"), ("seperate", "separate"),
    ("shouldnt", "shouldn't"), ("sieze", "seize"), ("similiar", "similar"), ("sincerly", "sincerely"),
    ("speach", "speech"), ("stategy", "strategy"), ("strenght", "strength"), ("succesful", "successful"),
    ("succesfully", "successfully"), ("supercede", "supersede"), ("suprise", "surprise"), ("teh", "the"),
    ("temperture", "temperature"), ("theyre", "they're"), ("thier", "their"), ("tommorow", "tomorrow"),
    ("tommorrow", "tomorrow"), ("tounge", "tongue"), ("transfered", "transferred"), ("truely", "truly"),
    ("unfortunatly", "unfortunately"), ("untill", "until"), ("usefull", "useful"), ("usualy", "usually"),
    ("vaccum", "vacuum"), ("vegtable", "vegetable"), ("visable", "visible"), ("wasnt", "wasn't"),
    ("wensday", "Wednesday"), ("werent", "weren't"), ("wether", "whether"), ("wich", "which"),
    ("wierd", "weird"), ("wouldnt", "wouldn't"), ("writting", "writing"), ("yeild", "yield"),
    ("youre", "you're"),
];
/// The same of two words: `of` for `'ve`, and who speaks of themselves in a small letter.
const PAIRS: [(&str, &str); 17] = [
    ("could of", "could have"),
    ("should of", "should have"),
    ("would of", "would have"),
    ("must of been", "must have been"),
    ("of it's own", "of its own"),
    ("of it’s own", "of its own"),
    ("on it's own", "on its own"),
    ("rather then", "rather than"),
    ("to here from you", "to hear from you"),
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
