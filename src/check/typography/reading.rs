//! Particles behind Latin letters and digits: their form follows how the word before them is read aloud.
//! Only words whose reading nobody doubts are judged: acronyms spelled letter by letter, well-known names, numbers.

use super::{super::Findings, PARTICLE_FORM};
use crate::issue::Prose;

use super::hangul::is_syllable;

/// How what is read ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SpokenEnd {
    Vowel,
    /// ㄹ: 로 joins it, otherwise it is as any other consonant.
    Rieul,
    Consonant,
}

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

/// A particle behind a vowel, behind a consonant, and behind ㄹ.
const PARTICLES: [(&str, &str, &str); 5] = [
    ("를", "을", "을"),
    ("는", "은", "은"),
    ("가", "이", "이"),
    ("와", "과", "과"),
    ("로", "으로", "로"),
];

pub(super) fn check(prose: &Prose, findings: &mut Findings<'_>) {
    let text = &prose.text;
    for (at, _) in text.match_indices(is_syllable) {
        let before = &text[..at];
        // What stands in brackets is read by some and left out by others: 인공지능(AI)는.
        if !before.ends_with(|char: char| char.is_ascii_alphanumeric()) {
            continue;
        }
        let end = text[at..]
            .find(|char| !is_syllable(char))
            .map_or(text.len(), |length| at + length);
        let particle = &text[at..end];
        // `API이 뭔가` is a slip; `API이-` and `API이/가` are about grammar.
        let is_word = !text[end..].starts_with(|char: char| {
            char.is_alphanumeric() || matches!(char, '/' | '-' | '(' | '’' | '\'')
        });
        let Some(spoken) = spoken_end(before).filter(|_| is_word) else {
            continue;
        };
        if let Some(right) = right_form(particle, spoken) {
            let word = last_word(before);
            findings
                .at(
                    &PARTICLE_FORM,
                    prose.span(at - word.len()..end),
                    format!("`{word}{particle}` should be `{word}{right}`"),
                )
                .hint("the form of the particle follows the sound before it");
        }
    }
}

/// The form that should stand there. None: it does, or it is no such particle.
fn right_form(particle: &str, spoken: SpokenEnd) -> Option<&'static str> {
    PARTICLES.iter().find_map(|&(vowel, consonant, rieul)| {
        let right = match spoken {
            Vowel => vowel,
            Consonant => consonant,
            Rieul => rieul,
        };
        let is_one = particle == vowel || particle == consonant;
        (is_one && particle != right).then_some(right)
    })
}

fn last_word(before: &str) -> &str {
    before
        .rsplit(|char: char| !char.is_ascii_alphanumeric())
        .next()
        .unwrap_or(before)
}

/// How what stands there is read. None: nobody can be sure.
fn spoken_end(before: &str) -> Option<SpokenEnd> {
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
    SPELLED.contains(&word).then(|| letter_end(word))
}

/// How the name of the last letter ends: 엘 and 알 in ㄹ, 엠 and 엔 in a consonant, all others in a vowel.
fn letter_end(word: &str) -> SpokenEnd {
    match word.chars().next_back() {
        Some('L' | 'R') => Rieul,
        Some('M' | 'N') => Consonant,
        _ => Vowel,
    }
}

/// 일, 칠, 팔 end in ㄹ, and what people read in English instead ends in a consonant too; 이, 사, 오 end in a vowel
/// either way; tens, hundreds and thousands in a consonant. 3, 6 and 9 are read two ways behind a name (시즌 3), and
/// in one at the beginning of a sentence.
fn number_end(digits: &str, before: &str) -> Option<SpokenEnd> {
    let stands_alone =
        before.is_empty() || before.ends_with(['.', '?', '!', ',', '(', ':', '=', '\n']);
    match digits.chars().next_back()? {
        '2' | '4' | '5' => Some(Vowel),
        // 로 joins 일 and 칠 and 팔, but not 원 and 세븐: only those that stand alone.
        '1' | '7' | '8' if stands_alone => Some(Rieul),
        '3' | '6' if stands_alone => Some(Consonant),
        '9' if stands_alone => Some(Vowel),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> bool {
        let at = text.find(is_syllable).unwrap();
        spoken_end(&text[..at]).is_some_and(|spoken| right_form(&text[at..], spoken).is_some())
    }

    #[test]
    fn the_form_follows_the_reading() {
        for text in [
            "ChatGPT을",
            "API이",
            "3를",
            "Google는",
            "LLM가",
            "URL으로",
            "PDF으로",
            "AI과",
            "Slack로",
            "7를",
        ] {
            assert!(wrong(text), "{text}");
        }
        for text in [
            "ChatGPT를",
            "API가",
            "3을",
            "Google은",
            "LLM이",
            "URL로",
            "PDF로",
            "AI와",
            "Slack으로",
            "7로",
            "S3는",
            "Node.js을",
            "SQL를",
            "v2.0을",
            "API이다",
            "C++을",
            "2026년",
        ] {
            assert!(!wrong(text), "{text}");
        }
    }
}
