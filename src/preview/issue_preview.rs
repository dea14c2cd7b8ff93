//! One issue made into mail again and again: what could be made last stays, and what keeps the
//! present files from it is kept beside.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

use chrono::NaiveDate;

use super::ready_mail::{ReadyMail, RenderSources, looked_at};
use crate::{
    app::App,
    audience::Reader,
    check::{self, CheckSubject, Finding, SendingFacts},
    issue::{Issue, IssueError},
    message::Composer,
    operations::consents::RecipientsByEdition,
    render::{Composition, InlineImage, RenderError, RenderedIssue},
    source::{SourceError, with_causes},
    web::preview::{LookChoice, RenderedPreview, WholeMessage},
};

/// Last good mails that are kept.
const MAX_LAST: usize = 16;

/// What an issue's mail is made from, and what is known of the issue besides, for checking it.
pub(super) struct RenderInputs<'a> {
    pub(super) sources: RenderSources<'a>,
    /// What is wrong with the templates as they are now.
    pub(super) template_error: Option<&'a RenderError>,
    pub(super) today: NaiveDate,
    pub(super) is_sent: bool,
    pub(super) kept_since: Option<NaiveDate>,
    pub(super) slot_taken_by: Option<&'a str>,
    /// Why a person holds it.
    pub(super) held_because: Option<&'a str>,
    pub(super) recipients: &'a RecipientsByEdition,
}

/// One issue.
#[derive(Default)]
pub(super) struct IssuePreview {
    /// The issue when it could last be read.
    issue: Option<Arc<Issue>>,
    /// Its mail in each look that was asked for; the publication's own whenever there is any.
    ready: BTreeMap<LookChoice, ReadyMail>,
    /// Each reader's last good mail, in each look.
    last: BTreeMap<(LookChoice, String), Arc<RenderedPreview>>,
    /// What keeps the present file from being read or rendered.
    pub(super) faults: Vec<SourceError>,
    pub(super) findings: Vec<Finding>,
}

impl IssuePreview {
    /// The issue when it could last be read.
    pub(super) fn issue(&self) -> Option<&Issue> {
        self.issue.as_deref()
    }

    /// Whether the present files can't be shown as they are.
    pub(super) fn is_stale(&self) -> bool {
        !self.faults.is_empty()
    }

    /// Takes in the file as it is now, makes its mail for a reader without a name, and checks it.
    pub(super) fn renew(
        &mut self,
        inputs: &RenderInputs<'_>,
        now: Result<&Arc<Issue>, &IssueError>,
    ) {
        self.faults.clear();
        let issue = match now {
            Ok(issue) => Arc::clone(issue),
            Err(error) => {
                self.faults = error.to_errors();
                self.findings = check::unreadable(&self.faults);
                return;
            }
        };
        let sources = inputs.sources;
        let own = LookChoice::default();
        let nobody = sources.app.sample_reader();
        let rendered = ReadyMail::new(sources, &issue, own).and_then(|mut ready| {
            let mail = ready.mail(sources.app, &issue, "", &nobody)?;
            Ok((ready, mail))
        });
        let rendering = match &rendered {
            Ok((_, mail)) => Ok(RenderedIssue {
                subject: mail.subject.clone(),
                html: mail.html.clone(),
                text: mail.text.clone(),
            }),
            Err(error) => Err(error),
        };
        self.findings = check::issue(&CheckSubject {
            publication: &sources.app.publication,
            archive: sources.archive,
            issue: &issue,
            today: inputs.today,
            is_sent: inputs.is_sent,
            kept_since: inputs.kept_since,
            leaving: SendingFacts {
                reaches_readers: sources.app.reaches_readers(),
                is_now: false,
                slot_taken_by: inputs.slot_taken_by,
                exposed: &[],
                held_because: inputs.held_because,
            },
            recipients: inputs.recipients.get(&issue.front_matter.edition),
            online: None,
            rendering: Some(match (&rendering, inputs.template_error) {
                (_, Some(error)) => Err(error),
                (Ok(rendered), None) => Ok(rendered),
                (Err(error), None) => Err(error),
            }),
            templates: Some(sources.templates),
            pictures: None,
        });
        match rendered {
            Ok((ready, mail)) => {
                self.ready = BTreeMap::from([(own, ready)]);
                self.keep(own, "", &mail);
            }
            Err(error) => self.faults.push(source_error(&error)),
        }
        self.issue = Some(issue);
    }

    /// The mail as that reader gets it, in that look; where it can't be made, the last that could.
    pub(super) fn mail(
        &mut self,
        sources: RenderSources<'_>,
        look: LookChoice,
        key: &str,
        reader: &Reader,
    ) -> Option<Arc<RenderedPreview>> {
        let issue = self.issue.as_ref().filter(|_| !self.ready.is_empty());
        let Some(issue) = issue else {
            return self.last_good(look, key);
        };
        let ready = match self.ready.entry(look) {
            Entry::Occupied(ready) => Ok(ready.into_mut()),
            Entry::Vacant(place) => {
                ReadyMail::new(sources, issue, look).map(|ready| place.insert(ready))
            }
        };
        match ready.and_then(|ready| ready.mail(sources.app, issue, key, reader)) {
            Ok(mail) => {
                self.keep(look, key, &mail);
                Some(mail)
            }
            Err(error) => {
                let fault = source_error(&error);
                let is_told = |told: &SourceError| told.to_string() == fault.to_string();
                if !self.faults.iter().any(is_told) {
                    self.faults.push(fault);
                }
                self.last_good(look, key)
            }
        }
    }

    /// The last mail that could be made for that reader in that look; else for anybody in any.
    fn last_good(&self, look: LookChoice, key: &str) -> Option<Arc<RenderedPreview>> {
        self.last
            .get(&(look, key.to_owned()))
            .or_else(|| self.last.values().next())
            .cloned()
    }

    fn keep(&mut self, look: LookChoice, key: &str, mail: &Arc<RenderedPreview>) {
        let place = (look, key.to_owned());
        if self.last.len() >= MAX_LAST && !self.last.contains_key(&place) {
            self.last.pop_last();
        }
        self.last.insert(place, Arc::clone(mail));
    }

    /// The composition in that look, whose pictures the page shows.
    pub(super) fn shown(&self, look: LookChoice) -> Option<&Composition> {
        Some(&self.ready.get(&look)?.shown().composition)
    }

    /// A picture that travels with the mail in any look.
    pub(super) fn picture(&self, name: &str) -> Option<&InlineImage> {
        let shown = self.ready.values().map(ReadyMail::shown);
        let mut images = shown.flat_map(|shown| &shown.composition.images);
        images.find(|image| image.disk_name() == name)
    }

    /// The whole message, unsigned.
    pub(super) fn message(&self, app: &App, reader: &Reader) -> Option<WholeMessage> {
        let ready = self.ready.get(&LookChoice::default())?;
        let issue = self.issue.as_ref()?;
        let links = looked_at(app);
        let composed = app
            .frozen(issue, ready.sent.composition.clone(), &links)
            .and_then(|frozen| Ok(Composer::new(&frozen, links, None, app.clock.now())?))
            .and_then(|composer| Ok(composer.compose_message(reader)?));
        let text = match composed {
            Ok(message) => {
                return Some(WholeMessage {
                    bytes: message.bytes.len(),
                    text: String::from_utf8_lossy(&message.bytes).replace("\r\n", "\n"),
                });
            }
            Err(error) => with_causes(&error),
        };
        Some(WholeMessage { text, bytes: 0 })
    }
}

/// An error of rendering as the page shows it.
pub(super) fn source_error(error: &RenderError) -> SourceError {
    match error {
        RenderError::Source(error) => (**error).clone(),
        error => told(error),
    }
}

/// An error of another kind, its causes told too.
pub(super) fn told(error: &dyn std::error::Error) -> SourceError {
    SourceError::new(with_causes(error))
}
