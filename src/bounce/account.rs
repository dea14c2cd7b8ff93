//! What a report says of each recipient: the fields for programs and the words for people put side by side, and judged.
//!
//! Not: whether the mail is a report at all (`read`).

use super::{
    addresses,
    class::BounceClass,
    codes::{self, SmtpVerb},
    delivery_status::{self, DeliveryStatus, RecipientFields, ReportedAction},
    dialect::{self, Dialect},
    hint::{self, HintSource},
    mail_parts::MailParts,
    narrative::Narrative,
    phrases::PhrasesFound,
    returned_mail::{MOST_RECIPIENTS, MOST_WORDS, RecipientReport},
    verdict::{self, Testimony},
};
use crate::{address::Address, smtp::status::EnhancedCode};

/// What a report says of all its recipients.
#[derive(Debug, Default)]
pub(super) struct Account {
    pub(super) recipients: Vec<RecipientReport>,
    /// The addresses as they stand there, also those that nobody would mail.
    pub(super) named: Vec<String>,
    pub(super) is_delivered: bool,
    pub(super) is_delayed: bool,
    /// The moment that the fields name, as it stands there.
    pub(super) moment: String,
}

/// One recipient's case before it is judged.
struct Draft<'a> {
    fields: RecipientFields,
    told: &'a str,
    nth: usize,
}

/// The account of a mail that was taken apart.
pub(super) fn of(parts: &MailParts<'_>) -> Account {
    let dialect = dialect::of_header(&parts.header);
    let mut status = delivery_status::read(&parts.status);
    if status.recipients.is_empty() && delivery_status::is_within(&parts.narrative) {
        status = delivery_status::read(&parts.narrative);
    }
    let narrative = Narrative::read(&parts.narrative);
    let case = CaseFile {
        parts,
        dialect,
        narrative: &narrative,
        is_alone: status.recipients.len().max(narrative.recipients.len()) <= 1,
        relay: last_relay(parts),
    };
    case.account(status)
}

struct CaseFile<'a> {
    parts: &'a MailParts<'a>,
    dialect: Option<Dialect>,
    narrative: &'a Narrative,
    is_alone: bool,
    relay: String,
}

impl CaseFile<'_> {
    fn account(&self, status: DeliveryStatus) -> Account {
        let mut account = Account {
            moment: status
                .recipients
                .iter()
                .map(|fields| fields.moment.clone())
                .find(|moment| !moment.is_empty())
                .unwrap_or(status.arrival.clone()),
            ..Account::default()
        };
        let drafts = self.drafts(status);
        let action = |is: fn(&ReportedAction) -> bool| {
            !drafts.is_empty()
                && drafts
                    .iter()
                    .all(|draft| draft.fields.action.as_ref().is_some_and(is))
        };
        account.is_delivered =
            action(|it| matches!(it, ReportedAction::Delivered | ReportedAction::HandedOn));
        account.is_delayed = action(|it| *it == ReportedAction::Delayed)
            || (drafts.iter().all(|draft| draft.fields.action.is_none()) && self.speaks_of_delay());
        for draft in drafts {
            account.named.push(draft.fields.recipient.clone());
            account.recipients.push(self.judged(draft));
        }
        account
    }

    /// Whom the report names: in the fields, in its words, in its header, in the message that it quotes.
    fn drafts(&self, status: DeliveryStatus) -> Vec<Draft<'_>> {
        if !status.recipients.is_empty() {
            return status
                .recipients
                .into_iter()
                .enumerate()
                .map(|(nth, fields)| Draft {
                    told: self.told(&fields),
                    fields,
                    nth,
                })
                .collect();
        }
        let draft = |(nth, (address, told))| Draft {
            fields: RecipientFields {
                recipient: address,
                ..RecipientFields::default()
            },
            told,
            nth,
        };
        let told = &self.narrative.recipients;
        let own: Vec<(String, &str)> = if told.is_empty() {
            let failed = self.parts.header.get("x-failed-recipients");
            let names: Vec<String> = match &failed {
                Some(failed) => addresses::all_within(failed).map(str::to_owned).collect(),
                None => quoted_recipient(&self.parts.quoted)
                    .or_else(|| quoted_recipient(&self.parts.narrative))
                    .into_iter()
                    .collect(),
            };
            let all = self.told_of_nobody();
            names.into_iter().map(|name| (name, all)).collect()
        } else {
            told.iter()
                .map(|told| {
                    let words = match told.words.trim() {
                        "" => self.narrative.all.as_str(),
                        // Their words stand before the address, or around it.
                        _ if matches!(
                            self.dialect,
                            Some(Dialect::James | Dialect::Fml | Dialect::Verizon)
                        ) =>
                        {
                            &self.narrative.all
                        }
                        words => words,
                    };
                    (told.address.clone(), words)
                })
                .collect()
        };
        own.into_iter()
            .take(MOST_RECIPIENTS)
            .enumerate()
            .map(draft)
            .collect()
    }

    /// The words of a report that says nothing of anybody.
    fn told_of_nobody(&self) -> &str {
        let all = self.narrative.all.as_str();
        match all.contains("--- Delivery report unavailable ---") {
            true => "",
            false => all,
        }
    }

    fn told(&self, fields: &RecipientFields) -> &str {
        let own = self
            .narrative
            .of(&fields.recipient)
            .or_else(|| self.narrative.of(&fields.original));
        match own {
            Some(told) if !told.words.trim().is_empty() => &told.words,
            _ if self.is_alone => &self.narrative.all,
            _ => "",
        }
    }

    fn judged(&self, draft: Draft<'_>) -> RecipientReport {
        let fields = &draft.fields;
        let mut words = self.words(&draft);
        let verb = self.verb(&draft, &words);
        let (mut field_status, mut field_reply) = (fields.status, None);
        let may_be_told = matches!(
            self.dialect,
            Some(Dialect::Postfix | Dialect::GSuite | Dialect::ExchangeOnline)
        );
        if field_status.is_none_or(|code| may_be_told && code.subject == 0 && code.detail == 0) {
            // Where the fields say nothing, the words for people may.
            let told = codes::status_within(draft.told, None);
            field_status = told
                .filter(|code| code.subject != 0 || code.detail != 0)
                .or(field_status);
        }
        let in_words = codes::status_within(&words, None);
        let reply = codes::reply_within(&words, in_words.map(|code| code.class));
        if reply.is_none() {
            field_reply = codes::reply_within(draft.told, field_status.map(|code| code.class));
        }
        words = squeezed(&delivery_status::without_repeated_codes(
            &words, reply, in_words,
        ));
        let status = codes::more_telling(field_status, in_words, reply);
        let reply = reply.or(field_reply);
        let status = status.or_else(|| self.unspoken_status(reply));
        let codes = (field_status, status, reply);
        let mut class = self.class(&draft, &words, codes, verb);
        let is_told_alone = draft.fields.words.is_empty() && self.is_alone;
        if is_told_alone && matches!(class, BounceClass::OnHold | BounceClass::Undefined) {
            // The words stand before the address in some reports.
            let all = squeezed(&self.narrative.all);
            class = match self.class(&draft, &all, codes, verb) {
                BounceClass::Undefined | BounceClass::OnHold => class,
                better => better,
            };
        }
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
            .or_else(|| {
                let has_answers = !narrative.answers.is_empty();
                (self.dialect == Some(Dialect::Sendmail) && has_answers).then_some(SmtpVerb::Hello)
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

    fn speaks_of_delay(&self) -> bool {
        const MARKS: [&str; 9] = [
            "still being retried",
            "will be retried",
            "delivery attempts will continue",
            "has been delayed",
            "no action is required on your part",
            "will continue to try",
            "this is a warning message only",
            "you do not need to resend your message",
            "계속 재시도",
        ];
        let text = self.narrative.all.to_ascii_lowercase();
        MARKS.iter().any(|mark| text.contains(mark))
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

/// The relay that wrote the oldest Received line.
fn last_relay(parts: &MailParts<'_>) -> String {
    let Some(line) = parts.header.all("received").last() else {
        return String::new();
    };
    let by = line.split(" by ").nth(1).unwrap_or_default();
    by.split_whitespace().next().unwrap_or_default().to_owned()
}

/// To whom the quoted message went, where the report names nobody.
fn quoted_recipient(quoted: &str) -> Option<String> {
    quoted
        .lines()
        .take(200)
        .filter_map(|line| line.get(..3).map(|start| (start, line)))
        .find(|(start, _)| start.eq_ignore_ascii_case("to:"))
        .and_then(|(_, line)| addresses::first_within(line))
        .map(str::to_owned)
}

/// One line without controls, bounded.
pub(super) fn clean_line(words: &str) -> String {
    let mut line = String::with_capacity(words.len().min(MOST_WORDS));
    let (mut is_space, mut length) = (true, 0);
    for character in words.chars().take(4 * MOST_WORDS) {
        if length >= MOST_WORDS {
            break;
        }
        let is_gap = character.is_whitespace() || character.is_control();
        if is_gap && is_space {
            continue;
        }
        line.push(if is_gap { ' ' } else { character });
        (is_space, length) = (is_gap, length + 1);
    }
    line.truncate(line.trim_end().len());
    line
}
