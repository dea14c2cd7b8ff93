//! The part of a report that is for people: who is named, and the words that follow each. Mail systems write it in
//! many ways; most put an address on a line of its own, or begin a line with it, and their words behind.
//!
//! Not: which class the words mean (`verdict`).

use super::{addresses, codes::SmtpVerb, returned_mail::MOST_RECIPIENTS};

/// The most bytes of words that are kept for one recipient.
const MOST_WORDS: usize = 4 << 10;

/// What is told of one recipient.
#[derive(Debug, Default)]
pub(super) struct ToldRecipient {
    pub(super) address: String,
    pub(super) words: String,
    /// The command of a transcript before it.
    pub(super) verb: Option<SmtpVerb>,
    /// What follows is of somebody else.
    is_whole: bool,
}

/// What a report tells people.
#[derive(Debug, Default)]
pub(super) struct Narrative {
    pub(super) recipients: Vec<ToldRecipient>,
    /// Everything, on one line, bounded.
    pub(super) all: String,
    /// What relays answered, in a transcript of the session: `<<< 550 …`.
    pub(super) answers: Vec<String>,
    /// The last command of such a transcript: `>>> RCPT To:<…>`.
    pub(super) last_command: Option<SmtpVerb>,
    /// The commands that were answered, a recipient each: `(in reply to RCPT TO command)`.
    pub(super) answered: Vec<SmtpVerb>,
    /// The transcript is of what we said and they answered: `In: …`, `Out: …`.
    pub(super) is_dialogue: bool,
    /// The last command that was said, whatever was answered.
    said: Option<SmtpVerb>,
    /// Answers since the last recipient.
    fresh: String,
}

/// Parts of a line that names a recipient somewhere within, in lower case.
const LABELS: &[&str] = &[
    "address:",
    "addressed to",
    "could not be delivered to:",
    "delivered to",
    "delivering your mail to",
    "delivery failed:",
    "error-for:",
    "failed recipient:",
    "failed to deliver to",
    "intended recipient:",
    "invalid final delivery userid:",
    "mailbox is full:",
    "message to:",
    "rcpt to:",
    "recipient:",
    "returned permanent errors:",
    "smtp server <",
    "the following message to",
    "unable to deliver",
    "undeliverable to",
    "unknown user:",
    "user mailbox exceeds allowed size:",
    "was automatically rejected",
    "was rejected due to",
    "you sent mail to",
    "받는 사람",
    "수신자",
    "宛先",
];

impl Narrative {
    pub(super) fn read(text: &str) -> Self {
        let mut narrative = Self::default();
        for line in text.lines() {
            narrative.push_line(line);
        }
        narrative
    }

    fn push_line(&mut self, line: &str) {
        let trimmed = line.trim();
        if trimmed.is_empty() {
            return;
        }
        push_words(trimmed, &mut self.all);
        if let Some(command) = trimmed.strip_prefix(">>> ").filter(|it| !it.contains(" <")) {
            self.last_command =
                SmtpVerb::within(&command.to_ascii_uppercase()).or(self.last_command);
        } else if let Some(answer) = trimmed.strip_prefix("<<< ") {
            self.push_answer(answer);
        } else if let Some(command) = trimmed.strip_prefix("In: ") {
            self.said =
                SmtpVerb::within(&format!("{} ", command.to_ascii_uppercase())).or(self.said);
        } else if let Some(answer) = trimmed
            .strip_prefix("Out: ")
            .filter(|it| it.starts_with(['4', '5']))
        {
            self.is_dialogue = true;
            self.last_command = self.said;
            self.push_answer(answer);
        } else if trimmed.contains("(in reply to ") || trimmed.ends_with("command)") {
            let room = MOST_RECIPIENTS.saturating_sub(self.answered.len());
            self.answered
                .extend(SmtpVerb::within(trimmed).into_iter().take(room));
        }
        let own = self.recipients.last().map(|it| it.address.as_str());
        match named(line)
            .filter(|(address, _)| own.is_none_or(|own| !own.eq_ignore_ascii_case(address)))
        {
            Some((address, words)) if self.recipients.len() < MOST_RECIPIENTS => {
                let mut told = ToldRecipient {
                    address: address.to_owned(),
                    words: String::new(),
                    verb: self.last_command,
                    is_whole: is_answer(trimmed),
                };
                push_words(words.trim(), &mut told.words);
                if told.is_whole {
                    push_words(&std::mem::take(&mut self.fresh), &mut told.words);
                }
                self.recipients.push(told);
            }
            _ => {
                if let Some(told) = self.recipients.last_mut().filter(|told| !told.is_whole) {
                    push_words(trimmed, &mut told.words);
                }
            }
        }
    }

    fn push_answer(&mut self, answer: &str) {
        if self.answers.len() < 8 && !self.answers.iter().any(|own| own == answer) {
            let answer: String = answer.chars().take(500).collect();
            push_words(&answer, &mut self.fresh);
            self.answers.push(answer);
        }
    }

    /// What is told of that address; of the only one, whoever it is.
    pub(super) fn of(&self, address: &str) -> Option<&ToldRecipient> {
        let same = |told: &&ToldRecipient| told.address.eq_ignore_ascii_case(address);
        self.recipients
            .iter()
            .find(same)
            .or(match self.recipients.as_slice() {
                [only] => Some(only),
                _ => None,
            })
    }
}

/// A line of sendmail's that names whom an answer was for.
fn is_answer(line: &str) -> bool {
    line.starts_with(['4', '5']) && line.contains(" <") && line.contains(">...")
}

fn push_words(words: &str, out: &mut String) {
    if out.len() + words.len() > MOST_WORDS {
        return;
    }
    if !out.is_empty() {
        out.push(' ');
    }
    out.push_str(words);
}

/// The address that a line is about, and its words.
fn named(line: &str) -> Option<(&str, &str)> {
    let trimmed = line.trim_start_matches([' ', '\t', '*', '"']);
    if !line.contains('@') || trimmed.starts_with("<<<") {
        return None;
    }
    if let Some(rest) = trimmed.strip_prefix('<') {
        // `<name@example.com>: words`, or the address alone.
        let (inner, after) = rest.split_once('>')?;
        let address = addresses::first_within(inner)?;
        return Some((address, after.trim_start_matches([':', '.', ' '])));
    }
    if let Some(rest) = trimmed.strip_prefix(">>> ") {
        // A list of addresses, each twice; a command of a transcript is none.
        let address = addresses::first_within(rest)?;
        return rest.starts_with(address).then_some((address, ""));
    }
    if is_answer(trimmed) {
        // `550 <name@example.com>... User unknown`: sendmail's own line below a transcript.
        let (inner, after) = trimmed.split_once(" <")?.1.split_once(">...")?;
        return Some((addresses::first_within(inner)?, after));
    }
    let (first, after) = trimmed
        .split_once(char::is_whitespace)
        .unwrap_or((trimmed, ""));
    if let Some(address) = addresses::first_within(first) {
        let is_itself = first.starts_with(address) && first.len() <= address.len() + 2;
        let is_twice = first.starts_with(address) && first.contains("<mailto:");
        if is_itself || is_twice {
            return Some((address, after));
        }
        // An address at a line's beginning with its words behind: `<name@example.com>...`.
    }
    let lower = line.to_lowercase();
    let is_labelled = LABELS.iter().any(|label| lower.contains(label));
    let is_command = trimmed.starts_with(|c: char| c.is_ascii_digit());
    if !is_labelled || is_command {
        return None;
    }
    Some((addresses::first_within(line)?, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(String, String)> {
        Narrative::read(text)
            .recipients
            .into_iter()
            .map(|told| (told.address, told.words))
            .collect()
    }

    #[test]
    fn recipients_and_their_words_are_found_in_the_ways_of_many_systems() {
        for (text, words) in [
            (
                "<a@example.com>: host mx[192.0.2.1] said:\n    550 no user",
                "host mx[192.0.2.1] said: 550 no user",
            ),
            ("  a@example.com\n    550 no user", "550 no user"),
            ("a@example.com: 550 no user", "550 no user"),
            ("a@example.com 550 no user", "550 no user"),
            ("<a@example.com>:\n550 no user", "550 no user"),
            ("Unknown user: a@example.com", "Unknown user: a@example.com"),
            (
                "a@example.com<mailto:a@example.com>\n550 no user",
                "550 no user",
            ),
        ] {
            assert_eq!(
                told(text),
                [("a@example.com".to_owned(), words.to_owned())],
                "{text}"
            );
        }
    }

    #[test]
    fn a_transcript_says_which_command_was_answered_with_what() {
        let narrative = Narrative::read(
            "... while talking to mx.example.com.:\n>>> RCPT To:<a@example.com>\n<<< 550 5.1.1 no\n550 5.1.1 <a@example.com>... User unknown",
        );
        assert_eq!(narrative.last_command, Some(SmtpVerb::Rcpt));
        assert_eq!(narrative.answers, ["550 5.1.1 no"]);
    }
}
