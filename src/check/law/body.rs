//! What the mail itself says to its reader: who sends it, where they are, how to leave.

use super::{
    super::{CheckSubject, Findings, listed},
    statutes::{
        EU_OPT_OUT, EU_SENDER, KR_CONTACT, KR_OPT_OUT, KR_SENDER, US_ADDRESS, US_ADVERTISING,
        US_OPT_OUT, US_SENDER, US_SUBJECT,
    },
};
use crate::words::{Said, say};
use crate::{address::Address, publication::Publication};

/// The words of both parts, without white space and in lower case: a wrapped line is a line.
pub(super) struct BodyWords {
    html: String,
    text: String,
}

/// How Korean says that one may leave.
const LEAVE_KO: [&str; 8] = [
    "수신거부",
    "구독취소",
    "구독해지",
    "구독을취소",
    "구독을해지",
    "수신동의철회",
    "구독그만",
    "그만받",
];
/// How English says it.
const LEAVE_EN: [&str; 5] = [
    "unsubscribe",
    "optout",
    "opt-out",
    "toleave",
    "stopreceiving",
];
/// And a few of its neighbours.
const LEAVE_ELSEWHERE: [&str; 12] = [
    "abmelden",
    "abbestellen",
    "désabonner",
    "désinscri",
    "darsedebaja",
    "cancelarlasuscripción",
    "disiscriv",
    "cancelarasubscrição",
    "afmelden",
    "wypisz",
    "配信停止",
    "退订",
];

impl BodyWords {
    pub(super) fn of(seen_in_html: &str, text: &str) -> Self {
        Self {
            html: bare(seen_in_html),
            text: bare(text),
        }
    }

    /// Whether both parts say it.
    fn says(&self, words: &str) -> bool {
        let words = bare(words);
        !words.is_empty() && self.html.contains(&words) && self.text.contains(&words)
    }

    fn says_one_of<'w>(&self, mut words: impl Iterator<Item = &'w str> + Clone) -> bool {
        words.clone().any(|word| self.html.contains(word))
            && words.any(|word| self.text.contains(word))
    }

    fn says_how_to_leave(&self) -> bool {
        let words = LEAVE_KO.iter().chain(&LEAVE_EN).chain(&LEAVE_ELSEWHERE);
        self.says_one_of(words.copied())
    }

    fn names_sender(&self, publication: &Publication) -> bool {
        let from = publication.from.name.as_deref();
        self.says(&publication.name) || from.is_some_and(|name| self.says(name))
    }

    /// The contact that is written, or the address that answers go to.
    fn says_contact(&self, publication: &Publication) -> bool {
        let reply_to = publication.reply_to.as_ref().unwrap_or(&publication.from);
        match &publication.contact {
            Some(contact) => self.says(contact),
            None => self.says(reply_to.address.as_str()),
        }
    }
}

fn bare(text: &str) -> String {
    text.chars()
        .filter(|char| !char.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

pub(super) fn korea(body: &BodyWords, proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    let publication = proof.publication;
    if !body.names_sender(publication) || !body.says_contact(publication) {
        findings
            .at_key(
                &KR_SENDER,
                "ad",
                say!("the mail does not say who sends it and how to reach them"),
            )
            .hint(say!(
                "templates/email/parts/footer.html and issue.txt carry name and contact"
            ));
    }
    let has_number = publication.contact.as_deref().is_some_and(is_telephone);
    let has_place = publication
        .postal_address
        .as_deref()
        .is_some_and(|address| body.says(address));
    let missing: Vec<Said> = [
        (has_number, say!("a telephone number")),
        (has_place, say!("a postal address")),
    ]
    .into_iter()
    .filter_map(|(is_there, what)| (!is_there).then_some(what))
    .collect();
    if !missing.is_empty() {
        findings
            .at_key(
                &KR_CONTACT,
                "ad",
                say!("the mail lacks {list}", list = listed::both(missing)),
            )
            .hint(say!(
                "`publication.contact` and `publication.postal_address` in daily-note.yaml"
            ));
    }
    let lacks: Vec<Said> = [
        (&LEAVE_KO[..], say!("Korean")),
        (&LEAVE_EN[..], say!("English")),
    ]
    .into_iter()
    .filter(|(words, _)| !body.says_one_of(words.iter().copied()))
    .map(|(_, language)| language)
    .collect();
    if !lacks.is_empty() {
        findings
            .at_key(
                &KR_OPT_OUT,
                "ad",
                say!(
                    "how to leave is not said in {languages}",
                    languages = listed::neither(lacks)
                ),
            )
            .hint(say!(
                "say 수신거부 and unsubscribe, in the HTML and in the text part"
            ));
    }
}

/// Eight digits or more, as telephone numbers have.
fn is_telephone(contact: &str) -> bool {
    contact.chars().filter(char::is_ascii_digit).count() >= 8
}

pub(super) fn us_headers(proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    let subject = proof.issue.subject();
    let start: String = subject.chars().take(4).collect::<String>().to_lowercase();
    if ["re:", "fw:", "fwd:"]
        .iter()
        .any(|prefix| start.starts_with(prefix))
    {
        let key = match proof.issue.front_matter.subject {
            Some(_) => "subject",
            None => "title",
        };
        findings
            .at_key(
                &US_SUBJECT,
                key,
                say!("the subject pretends to be an answer"),
            )
            .hint(say!("take the prefix away"));
    }
    let from = &proof.publication.from;
    let shown = from.name.as_deref().unwrap_or_default();
    let address = from.address.as_str();
    if names_address(shown) && !shown.to_lowercase().contains(&address.to_lowercase()) {
        findings
            .at_key(
                &US_SENDER,
                "title",
                say!(
                    "the sender `{shown}` writes from `{address}`",
                    shown,
                    address
                ),
            )
            .hint(say!(
                "`publication.from` in daily-note.yaml: a name, and the address it writes from"
            ));
    }
}

/// Whether a name holds a mail address: not `데일리 노트 @ 성수`, which is a place.
fn names_address(name: &str) -> bool {
    name.split([' ', '<', '>', '(', ')', '"'])
        .filter_map(|word| Address::parse(word).ok())
        .any(|address| address.domain().contains('.'))
}

pub(super) fn us(body: &BodyWords, proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    match &proof.publication.postal_address {
        None => {
            findings
                .at_key(
                    &US_ADDRESS,
                    "title",
                    say!("the publication has no postal address"),
                )
                .hint(say!(
                    "write `postal_address:` under `publication:` in daily-note.yaml"
                ));
        }
        Some(address) if !body.says(address) => {
            findings
                .at_key(
                    &US_ADDRESS,
                    "title",
                    say!("the mail does not carry the postal address"),
                )
                .hint(say!(
                    "templates/email/parts/footer.html and issue.txt print it"
                ));
        }
        Some(_) => {}
    }
    if !body.says_how_to_leave() {
        findings
            .at_key(
                &US_OPT_OUT,
                "title",
                say!("the mail does not say how to leave"),
            )
            .hint(say!(
                "templates/email/parts/footer.html and issue.txt say it"
            ));
    }
    let says_ad = ["advertis", "sponsor", "promotion", "광고", "협찬"];
    if proof.issue.front_matter.ad && !body.says_one_of(says_ad.into_iter()) {
        findings
            .at_key(
                &US_ADVERTISING,
                "ad",
                say!("nothing in the mail says that it is advertising"),
            )
            .hint(say!("put the paid part into a callout: `> [!SPONSOR]`"));
    }
}

pub(super) fn eu(body: &BodyWords, proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    let publication = proof.publication;
    if !body.names_sender(publication) || !body.says_contact(publication) {
        findings
            .at_key(
                &EU_SENDER,
                "title",
                say!("the mail does not say who sends it and how to reach them"),
            )
            .hint(say!(
                "templates/email/parts/footer.html and issue.txt carry name and contact"
            ));
    }
    if !body.says_how_to_leave() {
        findings
            .at_key(
                &EU_OPT_OUT,
                "title",
                say!("the mail does not say how to leave"),
            )
            .hint(say!(
                "templates/email/parts/footer.html and issue.txt say it"
            ));
    }
}
