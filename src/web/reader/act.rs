//! What a reader wants done, as the pages read it from a form, and what came of it.

use std::collections::BTreeSet;

use crate::address::Address;

/// Somebody asks to get the newsletter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignupForm {
    /// Where to.
    pub email: Address,
    /// For the salutation. Never said in a mail to an address that is not confirmed.
    pub name: Option<String>,
    /// The editions that they want, by key; each is one of the site's. None: all, future ones too.
    pub editions: Option<BTreeSet<String>>,
    /// The language that the form was read in.
    pub language: String,
    /// What they agreed to, exactly as they were shown it.
    pub wording: ShownWording,
    /// Whether they agreed to advertising. None: they were not asked.
    pub agrees_to_ads: Option<bool>,
    /// Where the form stood: our own page's path, or another site (`https://example.com`).
    pub page: String,
    /// The network that it came from, cut: `192.0.2.0/24`, `2001:db8:0:100::/56`.
    pub network: String,
    /// How the form came here.
    pub way: FormWay,
    /// They were asked whether the address is right, and said yes.
    pub is_sure: bool,
}

/// How a form came here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormWay {
    /// From our own page, on which it was open long enough to be filled in by somebody.
    OwnPage,
    /// From elsewhere, or so long ago that nobody knows: trusted less.
    Elsewhere,
    /// From a program.
    Api,
}

/// The words above a form's button.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShownWording {
    /// SHA-256 of the language and the text, in hexadecimal digits.
    pub hash: String,
    /// The whole, as plain text.
    pub text: String,
    /// The language that it is in.
    pub language: String,
}

/// What came of asking for the newsletter. The answer is the same whether or not the address is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignupAnswer {
    /// A mail is on its way, or is not and may not be told.
    CheckMail(MailPromise),
    /// The address looks wrong: `gmail.com` was meant, or nobody takes mail there.
    AskedBack {
        /// What was probably meant; a whole address.
        meant: Option<String>,
    },
    /// The publication takes no sign-ups from that domain.
    DomainRefused,
}

/// When a mail that was promised leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MailPromise {
    /// At once.
    #[default]
    OnItsWay,
    /// As soon as the relay takes mail again.
    Delayed,
}

/// A mail that was promised to the reader behind a link.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PromisedMail {
    /// The reader's own language.
    pub language: Option<String>,
    /// When it leaves.
    pub leaves: MailPromise,
}

/// What came of an act behind a link.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ActOutcome {
    /// The reader's own language.
    pub language: Option<String>,
    /// It had been done before; nothing changed now.
    pub was_done: bool,
    /// The token of `/p/TOKEN`, where the page may lead there.
    pub preferences: Option<String>,
}

/// What a reader wants to get no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeaveScope {
    /// The mail client's own button (RFC 8058): everything.
    OneClick,
    /// Everything, by the page's button.
    All,
    /// One edition, by key; one of the site's.
    Edition(String),
}

/// What came of unsubscribing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LeaveAnswer {
    /// The reader's own language.
    pub language: Option<String>,
    /// They get nothing any more; else they get the other editions.
    pub has_left: bool,
    /// The token of `/undo/TOKEN`.
    pub undo: Option<String>,
    /// The token of `/p/TOKEN`, for those who still get something.
    pub preferences: Option<String>,
}

/// What a reader chose.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PreferencesForm {
    /// The editions that they want, by key; each is one of the site's, and there is one at least. None:
    /// all, future ones too.
    pub editions: Option<BTreeSet<String>>,
    /// For the salutation; None takes it away.
    pub name: Option<String>,
    /// One of the languages that the pages speak. None: the publication's.
    pub language: Option<String>,
    /// A zone that there is. None: the publication's.
    pub timezone: Option<chrono_tz::Tz>,
}

/// What a reader thinks of an issue.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpinionForm {
    /// The key of what they chose; one of the choices that were shown.
    pub choice: Option<String>,
    /// Their own words, 4,000 characters at most.
    pub text: Option<String>,
    /// The publication may show it.
    pub may_publish: bool,
    /// The name to show with it.
    pub name: Option<String>,
    /// The writer may answer them.
    pub may_reply: bool,
    /// The network that it came from, cut.
    pub network: String,
}

/// What became of an opinion.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpinionReceived {
    /// The reader's own language.
    pub language: Option<String>,
    /// Somebody looks at it first: it came without a reader's link.
    pub is_held: bool,
}
