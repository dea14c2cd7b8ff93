//! The form by which somebody subscribes, as the front page and its own page show it: empty, or as it was
//! sent, with what is to be put right.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    consent::ConsentNotice, edition_box::EditionBox, form::Fields, service::ReaderService,
    site::SignupTerms, visit::Voice,
};

/// The form.
#[derive(Serialize)]
pub(super) struct SignupPage<'v> {
    action: String,
    email: String,
    name: String,
    asks_name: bool,
    /// None where there is but one.
    editions: Vec<EditionBox>,
    consent: ConsentNotice,
    agrees: bool,
    agrees_to_ads: bool,
    is_of_age: bool,
    /// What was shown, by its hash.
    wording: String,
    /// When it was shown.
    seal: String,
    language: &'v str,
    privacy: Option<String>,
    /// What is to be put right, in sentences.
    faults: Vec<&'v str>,
    is_email_wrong: bool,
    /// What the address probably should have been, and that it is asked about.
    meant: Option<String>,
    asks_back: bool,
}

/// A field that is to be put right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SignupFault {
    /// No address, or none that is one.
    Email,
    /// The publication takes none from that domain.
    Domain,
    /// Not an edition, or an edition that there is not.
    Edition,
    /// The box was not ticked.
    Agree,
    /// The box was not ticked.
    Age,
    /// It was sent sooner than anybody can fill it in: once more.
    Hasty,
    /// What is agreed to has been changed since the form was shown.
    Wording,
}

impl SignupFault {
    fn is_of_email(&self) -> bool {
        matches!(self, Self::Email | Self::Domain)
    }

    /// What is to be put right, in the reader's language.
    pub(super) fn sentence(self, voice: Voice<'_>) -> &str {
        let words = voice.words();
        match self {
            Self::Email => words.get("signup_fault_email"),
            Self::Domain => words.get("signup_fault_domain"),
            Self::Edition => words.get("signup_fault_edition"),
            Self::Agree => words.get("signup_fault_agree"),
            Self::Age => words.get("signup_fault_age"),
            Self::Hasty => words.get("signup_fault_hasty"),
            Self::Wording => words.get("signup_fault_wording"),
        }
    }

    /// For programs.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Domain => "domain",
            Self::Edition => "edition",
            Self::Agree => "agree",
            Self::Age => "age",
            Self::Hasty => "hasty",
            Self::Wording => "wording",
        }
    }
}

impl<'v> SignupPage<'v> {
    /// The empty form. None where sign-ups are closed.
    pub(super) fn empty(voice: Voice<'v>, service: &dyn ReaderService) -> Option<Self> {
        let SignupTerms { is_open, .. } = voice.site.signup;
        is_open.then(|| Self::filled(voice, service, None, &[]))
    }

    /// The form as it was sent.
    pub(super) fn filled(
        voice: Voice<'v>,
        service: &dyn ReaderService,
        sent: Option<&Fields>,
        faults: &[SignupFault],
    ) -> Self {
        let site = voice.site;
        let consent = ConsentNotice::new(voice);
        let text = |name: &str| sent.and_then(|sent| sent.get(name)).unwrap_or_default();
        let has = |name: &str| sent.is_some_and(|sent| sent.has(name));
        let chosen: Option<BTreeSet<String>> = sent
            .filter(|sent| sent.has("choosing"))
            .map(|sent| sent.all("edition").map(str::to_owned).collect());
        Self {
            action: site.path(&["subscribe"]),
            email: text("email").to_owned(),
            name: text("name").to_owned(),
            asks_name: site.signup.asks_name,
            editions: EditionBox::all(voice, chosen.as_ref()),
            agrees: has("agree"),
            agrees_to_ads: has("ads"),
            is_of_age: has("of_age"),
            wording: consent.wording(voice.language()).hash,
            consent,
            seal: service.form_seal(),
            language: voice.language(),
            privacy: site.has_privacy.then(|| site.path(&["privacy"])),
            is_email_wrong: faults.iter().any(SignupFault::is_of_email),
            faults: faults.iter().map(|it| it.sentence(voice)).collect(),
            meant: None,
            asks_back: false,
        }
    }

    /// The form with the question whether its address is right.
    pub(super) fn asking_back(mut self, meant: Option<String>) -> Self {
        self.asks_back = true;
        self.meant = meant;
        self
    }
}
