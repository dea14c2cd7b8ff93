//! How what stands in Latin letters and digits is read aloud, as far as its end goes. Only words whose reading nobody
//! doubts are known: acronyms spelled letter by letter, well-known names, numbers.

pub(crate) use super::spoken_end::SpokenEnd;
use super::{
    hangul::{RIEUL, final_consonant},
    spelling,
    spoken_end::letter_end,
};

use SpokenEnd::{Consonant, Rieul, Vowel};

/// Names that are read in one way, and how that ends.
const NAMES: [(&str, SpokenEnd); 66] = [
    ("ChatGPT", Vowel),
    ("GitHub", Vowel),
    ("Google", Rieul),
    ("Apple", Rieul),
    ("Rust", Vowel),
    ("Python", Consonant),
    ("Java", Vowel),
    ("JavaScript", Vowel),
    ("TypeScript", Vowel),
    ("Linux", Vowel),
    ("Docker", Vowel),
    ("Kubernetes", Vowel),
    ("Slack", Consonant),
    ("Notion", Consonant),
    ("Figma", Vowel),
    ("Claude", Vowel),
    ("Gemini", Vowel),
    ("OpenAI", Vowel),
    ("Anthropic", Consonant),
    ("Amazon", Consonant),
    ("Microsoft", Vowel),
    ("Meta", Vowel),
    ("Netflix", Vowel),
    ("YouTube", Vowel),
    ("Instagram", Consonant),
    ("Twitter", Vowel),
    ("Facebook", Consonant),
    ("iPhone", Consonant),
    ("iPad", Vowel),
    ("Windows", Vowel),
    ("Android", Vowel),
    ("Chrome", Consonant),
    ("Firefox", Vowel),
    ("Safari", Vowel),
    ("Swift", Vowel),
    ("Kotlin", Consonant),
    ("Ruby", Vowel),
    ("React", Vowel),
    ("Vue", Vowel),
    ("Emacs", Vowel),
    ("Git", Consonant),
    ("PostgreSQL", Rieul),
    ("MySQL", Rieul),
    ("Redis", Vowel),
    ("Kafka", Vowel),
    ("Stripe", Vowel),
    ("Zoom", Consonant),
    ("Excel", Rieul),
    ("PowerPoint", Vowel),
    ("Bitcoin", Consonant),
    ("Tesla", Vowel),
    ("Nvidia", Vowel),
    ("NVIDIA", Vowel),
    ("Intel", Rieul),
    ("Spotify", Vowel),
    ("Airbnb", Vowel),
    ("Uber", Vowel),
    ("Stibee", Vowel),
    ("Substack", Consonant),
    ("Gmail", Rieul),
    ("Outlook", Consonant),
    ("Photoshop", Consonant),
    ("Copilot", Consonant),
    ("Cursor", Vowel),
    ("Llama", Vowel),
    ("Markdown", Consonant),
];

/// Acronyms that everybody spells letter by letter: their last letter decides. Not here: those that many read as a
/// word (SQL, LAN, RAM, GIF, SaaS).
const SPELLED: [&str; 48] = [
    "AI", "API", "AWS", "B2B", "CEO", "CFO", "CLI", "CPU", "CSS", "CSV", "CTO", "DB", "DNS", "GPT",
    "GPU", "HR", "HTML", "HTTP", "HTTPS", "IDE", "IP", "IT", "LLM", "ML", "NFT", "OS", "PC", "PDF",
    "PM", "PR", "QA", "RSS", "SDK", "SEO", "SNS", "SSD", "SSH", "SSL", "TCP", "TLS", "TV", "UI",
    "URL", "USB", "UX", "VC", "VM", "VPN",
];

/// The word that a text ends with: Latin letters and digits.
pub(crate) fn last_word(before: &str) -> &str {
    before
        .rsplit(|char: char| !char.is_ascii_alphanumeric())
        .next()
        .unwrap_or(before)
}

/// How the end of a text is read, whatever it is in: what is in brackets or marks is read as it stands, what follows in
/// brackets is not. None: nobody can be sure.
pub(crate) fn end_of(text: &str) -> Option<SpokenEnd> {
    let word = inside_marks(text);
    let last = word.chars().next_back()?;
    if let Some(consonant) = final_consonant(last) {
        return Some(match consonant {
            0 => Vowel,
            RIEUL => Rieul,
            _ => Consonant,
        });
    }
    match last {
        // 퍼센트, 도.
        '%' | '°' => Some(Vowel),
        '0'..='9' if !is_part_of_a_name(word) => Some(digit_end(last)),
        _ => spoken_end(word),
    }
}

/// A text without the marks at its end, and without what is said beside it in brackets.
fn inside_marks(text: &str) -> &str {
    let mut word = text;
    loop {
        let bare =
            word.trim_end_matches(['`', '"', '\'', '”', '’', '」', '』', '»', '>', ']', '}']);
        let said = bare
            .strip_suffix(')')
            .and_then(|inner| Some(inner.rsplit_once('(')?.0.trim_end()))
            .filter(|before| !before.is_empty());
        match said {
            Some(before) => word = before,
            None => return bare,
        }
    }
}

/// `note-7`, `v2`, `10.0.0.1`, `a_3`: others read their digits in many ways. `1,204` and `2026-11-30` are numbers.
fn is_part_of_a_name(word: &str) -> bool {
    let run = word.rsplit(char::is_whitespace).next().unwrap_or(word);
    run.contains(|char: char| char.is_ascii_alphabetic() || matches!(char, '_' | '/' | ':' | '@'))
        || run.matches('.').count() > 1
}

/// Numbers are read in Sino-Korean; tens, hundreds, thousands, 영 and 공 end in a consonant.
fn digit_end(digit: char) -> SpokenEnd {
    match digit {
        '1' | '7' | '8' => Rieul,
        '2' | '4' | '5' | '9' => Vowel,
        _ => Consonant,
    }
}

/// The same of Latin letters and digits in prose, where digits behind a name are read in two ways. None: nobody can be sure.
pub(crate) fn spoken_end(before: &str) -> Option<SpokenEnd> {
    let word = last_word(before);
    let joint = before[..before.len() - word.len()].chars().next_back();
    if joint.is_some_and(|char| {
        matches!(char, '.' | '-' | '_' | '+' | '#' | '/' | '@' | ',' | ':')
            || char.is_alphanumeric()
    }) {
        return None;
    }
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        return number_end(word, before[..before.len() - word.len()].trim_end());
    }
    if let Some((_, end)) = NAMES.iter().find(|(name, _)| *name == word) {
        return Some(*end);
    }
    if SPELLED.contains(&word) {
        return Some(letter_end(word));
    }
    spelling::end_of_word(word)
}

/// 일, 칠, 팔 end in ㄹ, and what people read in English instead ends in a consonant too; 이, 사, 오 end in a vowel
/// either way; tens, hundreds and thousands in a consonant. 3, 6 and 9 are read two ways behind a name (시즌 3), and
/// in one at the beginning of a sentence.
fn number_end(digits: &str, before: &str) -> Option<SpokenEnd> {
    // $100 is read with its dollars behind it.
    if before.ends_with(['$', '€', '£', '¥', '₩', '¢', '#', '@', '№']) {
        return None;
    }
    // Behind a particle no name goes on.
    // `표 6`: nobody reads it as the native number.
    let is_numbered = ["표", "그림", "도표", "부록"].contains(
        &before
            .rsplit(char::is_whitespace)
            .next()
            .unwrap_or_default(),
    );
    let stands_alone = is_numbered
        || before.is_empty()
        || before.ends_with(['.', '?', '!', ',', '(', ':', '=', '\n'])
        || ["은", "는", "을", "를", "에", "에서"]
            .iter()
            .any(|particle| before.ends_with(particle));
    match digits.chars().next_back()? {
        '2' | '4' | '5' => Some(Vowel),
        // 로 joins 일 and 칠 and 팔, but not 원 and 세븐: only those that stand alone.
        '1' | '7' | '8' if stands_alone => Some(Rieul),
        '3' | '6' if stands_alone => Some(Consonant),
        // 십, 백, 천, and 열, 스물 to a hundred: a consonant either way.
        '0' if digits.len() > 1 => Some(Consonant),
        '9' if stands_alone => Some(Vowel),
        _ => None,
    }
}
