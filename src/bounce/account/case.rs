//! One recipient's case: what is known of it, and which words, step and codes count, before it is judged.
//!
//! Not: whom a report names (`account`), nor what counts for what (`verdict`).

use crate::{
    address::Address,
    bounce::{
        class::BounceClass,
        codes::{self, SmtpVerb},
        delivery_status::{self, RecipientFields, ReportedAction},
        dialect::{self, Dialect},
        hint::{self, HintSource},
        mail_parts::MailParts,
        narrative::Narrative,
        phrases::PhrasesFound,
        returned_mail::{RecipientReport, clean_line},
        verdict::{self, Testimony},
    },
    smtp::status::EnhancedCode,
};

/// One recipient before they are judged.
pub(super) struct Draft<'a> {
    pub(super) fields: RecipientFields,
    /// The words for people.
    pub(super) told: &'a str,
    pub(super) nth: usize,
}

/// A report, and what all its recipients have in common.
pub(super) struct CaseFile<'a> {
    pub(super) parts: &'a MailParts<'a>,
    pub(super) dialect: Option<Dialect>,
    pub(super) narrative: &'a Narrative,
    /// The report is about one recipient.
    pub(super) is_alone: bool,
    /// The relay, where nothing says it better.
    pub(super) relay: String,
}

impl CaseFile<'_> {
    /// What the report says of one recipient.
    pub(super) fn report(&self, draft: &Draft<'_>) -> RecipientReport {
        let own = self.weighed(draft, self.words(draft));
        let is_unclear =
            |it: &RecipientReport| matches!(it.class, BounceClass::OnHold | BounceClass::Undefined);
        if draft.fields.words.is_empty() && self.is_alone && is_unclear(&own) {
            // The words stand before the address in some reports.
            let all = self.weighed(draft, squeezed(&self.narrative.all));
            if !is_unclear(&all) {
                return all;
            }
        }
        own
    }

    fn weighed(&self, draft: &Draft<'_>, words: String) -> RecipientReport {
        let fields = &draft.fields;
        let verb = self.verb(draft, &words);
        let field_status = self.field_status(draft);
        let in_words = codes::status_within(&words, None);
        let said = codes::reply_within(&words, in_words.map(|code| code.class));
        let words = squeezed(&delivery_status::without_repeated_codes(
            &words, said, in_words,
        ));
        let reply =
            said.or_else(|| codes::reply_within(draft.told, field_status.map(|code| code.class)));
        let status = codes::more_telling(field_status, in_words, said)
            .or_else(|| self.unspoken_status(reply));
        let class = self.class(draft, &words, (field_status, status, reply), verb);
        RecipientReport {
            address: Address::parse(&fields.recipient)
                .or_else(|_| Address::parse(&fields.original))
                .ok(),
            class,
            status: status.filter(|code| code.detail < 900),
            code: reply
                .filter(|code| status.is_none_or(|status| code / 100 == u16::from(status.class))),
            words: clean_line(&words),
        }
    }

    /// The field's code; where it says nothing, the one in the words for people.
    fn field_status(&self, draft: &Draft<'_>) -> Option<EnhancedCode> {
        let is_vague = |code: &EnhancedCode| code.subject == 0 && code.detail == 0;
        let may_be_told = matches!(
            self.dialect,
            Some(Dialect::Postfix | Dialect::GSuite | Dialect::ExchangeOnline)
        );
        match draft.fields.status {
            Some(code) if !(may_be_told && is_vague(&code)) => Some(code),
            field => codes::status_within(draft.told, None)
                .filter(|code| !is_vague(code))
                .or(field),
        }
    }

    fn class(
        &self,
        draft: &Draft<'_>,
        words: &str,
        (field_status, status, reply): (Option<EnhancedCode>, Option<EnhancedCode>, Option<u16>),
        verb: Option<SmtpVerb>,
    ) -> BounceClass {
        let fields = &draft.fields;
        let relay = match fields.remote.as_str() {
            "" => hint::relay_within(words).unwrap_or(&self.relay),
            remote => remote.split_whitespace().next().unwrap_or_default(),
        };
        let domain = fields.recipient.rsplit('@').next().unwrap_or_default();
        let provider = dialect::provider(
            relay.trim_matches(['[', ']', '(', ')']),
            &domain.to_ascii_lowercase(),
        );
        let coded = match hint::provider_code(provider, words) {
            Some(code) => format!("{words} {code}"),
            None => format!("{words} {}", fields.category),
        };
        let found = PhrasesFound::within(&coded);
        let source = HintSource {
            header: &self.parts.header,
            narrative: &self.parts.narrative,
            fields,
            words: &coded,
            verb,
            status: field_status.or(status),
        };
        let mut hint = hint::of(self.dialect, &source, &found);
        if hint.is_none() && !draft.told.is_empty() && fields.words != draft.told {
            // The program's own phrases may stand in the words for people alone.
            hint = hint::of(self.dialect, &source, &PhrasesFound::within(draft.told));
        }
        verdict::judge(
            &Testimony {
                words: &coded,
                status,
                reply,
                verb,
                kind: &fields.kind,
                is_delayed: fields.action == Some(ReportedAction::Delayed),
                provider,
                hint,
            },
            &found,
        )
    }

    /// The words that are judged: the field's, where it has any that say something.
    fn words(&self, draft: &Draft<'_>) -> String {
        let field = draft.fields.words.trim();
        let says_something = field.bytes().any(|byte| byte.is_ascii_alphabetic());
        let is_within_told = || {
            draft
                .told
                .to_ascii_lowercase()
                .contains(&field.to_ascii_lowercase())
        };
        let words = match self.dialect {
            Some(Dialect::X3) if !says_something => self.after_label(&["SMTP:", "Routing:"]),
            _ if !says_something && !draft.told.is_empty() => draft.told,
            Some(Dialect::Exim | Dialect::GSuite | Dialect::Postfix) if is_within_told() => {
                draft.told
            }
            _ => field,
        };
        match self.dialect {
            Some(Dialect::Sendmail) if self.is_alone && !self.narrative.answers.is_empty() => {
                format!("{} {words}", self.narrative.answers.join(" "))
            }
            Some(Dialect::Postfix) if self.narrative.is_dialogue => {
                self.narrative.answers.join(" ")
            }
            _ => squeezed(words),
        }
    }

    /// The first line of the words for people that begins so.
    fn after_label(&self, labels: &[&str]) -> &str {
        self.parts
            .narrative
            .lines()
            .map(str::trim)
            .find(|line| labels.iter().any(|label| line.starts_with(label)))
            .unwrap_or_default()
    }

    /// The step at which the relay refused, by what the program writes of it.
    fn verb(&self, draft: &Draft<'_>, words: &str) -> Option<SmtpVerb> {
        let narrative = self.narrative;
        let own = narrative
            .recipients
            .get(draft.nth)
            .and_then(|told| told.verb);
        if let Some(verb) = own.filter(|_| self.dialect == Some(Dialect::Sendmail5)) {
            return Some(verb);
        }
        if self.dialect == Some(Dialect::James) {
            return None;
        }
        if let Some(verb) = narrative.answered.get(draft.nth) {
            return Some(*verb);
        }
        if let Some(verb) = narrative.last_command {
            return Some(verb);
        }
        by_the_programs_words(draft.told)
            .or_else(|| by_the_programs_words(words))
            .or_else(|| SmtpVerb::within(words))
            .or_else(|| match self.dialect {
                Some(Dialect::Sendmail) if !narrative.answers.is_empty() => Some(SmtpVerb::Hello),
                // An answer that repeats the recipient is one to RCPT.
                Some(Dialect::Yahoo) if words.contains('<') && words.contains('@') => {
                    Some(SmtpVerb::Rcpt)
                }
                _ => None,
            })
    }

    /// A program that always knows the class, and writes no code: its word stands for one.
    fn unspoken_status(&self, reply: Option<u16>) -> Option<EnhancedCode> {
        let is_exim = self.dialect == Some(Dialect::Exim);
        let class = if reply.is_some_and(|reply| reply < 500) {
            4
        } else {
            5
        };
        is_exim.then(|| EnhancedCode::new(class, 0, 900))
    }
}

/// The words with one space between each two.
fn squeezed(words: &str) -> String {
    let mut line = String::with_capacity(words.len());
    for word in words.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// Exim, qmail and their kin say in words at which step it was.
fn by_the_programs_words(words: &str) -> Option<SmtpVerb> {
    const MARKS: [(&str, SmtpVerb); 9] = [
        (" but greeting failed.", SmtpVerb::Connect),
        (" but my name was rejected.", SmtpVerb::Hello),
        (" but sender was rejected.", SmtpVerb::Mail),
        (" does not like recipient.", SmtpVerb::Rcpt),
        (" failed on DATA command", SmtpVerb::Data),
        (" failed after I sent the message", SmtpVerb::Data),
        (" refused to talk to me:", SmtpVerb::Hello),
        (" after initial connection", SmtpVerb::Connect),
        (" after end of data", SmtpVerb::Data),
    ];
    for (mark, verb) in MARKS {
        if words.contains(mark) {
            return Some(verb);
        }
    }
    let at = [
        "error from remote mail server after ",
        "error from remote mailer after ",
        "LMTP error after ",
    ]
    .iter()
    .find_map(|mark| words.find(mark).map(|at| at + mark.len()))?;
    let rest = words[at..]
        .trim_start_matches("end of ")
        .to_ascii_uppercase();
    match rest.get(..4)? {
        "HELO" | "EHLO" => Some(SmtpVerb::Hello),
        "MAIL" => Some(SmtpVerb::Mail),
        "RCPT" => Some(SmtpVerb::Rcpt),
        "DATA" | "PIPE" => Some(SmtpVerb::Data),
        _ => None,
    }
}
