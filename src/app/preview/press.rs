//! One issue made into mail again and again: what could be made last stays, and what keeps the
//! present files from it is kept beside.

use std::{collections::BTreeMap, sync::Arc};

use chrono::NaiveDate;

use super::super::{App, consents::RecipientsByEdition};
use crate::{
    audience::Reader,
    check::{self, Finding, Leaving, Proof},
    issue::{Archive, Issue, IssueError},
    links::LinkSigner,
    message::Composer,
    render::{Composition, ImagePolicy, RenderError, RenderedIssue, Renderer, Templates},
    source::{SourceError, with_causes},
    web::preview::{Message, Print},
};

/// Readers whose last good mail is kept.
const MAX_READERS: usize = 16;

/// What an issue is made with, as the files are now.
pub(super) struct Bench<'a> {
    pub(super) app: &'a App,
    pub(super) archive: &'a Archive,
    /// The templates, or the last ones that could be used.
    pub(super) templates: &'a Templates,
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
pub(super) struct Press {
    /// The issue when it could last be read.
    issue: Option<Issue>,
    made: Option<Made>,
    /// Each reader's last good mail.
    last: BTreeMap<String, Arc<Print>>,
    /// What keeps the present file from being read or rendered.
    pub(super) faults: Vec<SourceError>,
    pub(super) findings: Vec<Finding>,
}

/// A composition ready for any reader.
struct Made {
    /// As it would be sent.
    sent: Composed,
    /// With its pictures at hand, where it would be sent without.
    shown: Option<Composed>,
    prints: BTreeMap<String, Arc<Print>>,
}

struct Composed {
    composition: Composition,
    renderer: Renderer,
}

impl Press {
    /// The issue when it could last be read.
    pub(super) fn issue(&self) -> Option<&Issue> {
        self.issue.as_ref()
    }

    /// Whether the present files can't be shown as they are.
    pub(super) fn is_stale(&self) -> bool {
        !self.faults.is_empty()
    }

    /// Takes in the file as it is now, makes its mail for a reader without a name, and checks it.
    pub(super) fn renew(&mut self, bench: &Bench<'_>, now: &Result<Issue, IssueError>) {
        self.faults.clear();
        let issue = match now {
            Ok(issue) => issue.clone(),
            Err(error) => {
                self.faults = error.to_errors();
                self.findings = check::unreadable(&self.faults);
                return;
            }
        };
        let made = Made::new(bench, &issue);
        let nobody = bench.app.sample_reader();
        let rendered = made.and_then(|mut made| {
            let print = made.print(bench.app, &issue, "", &nobody)?;
            Ok((made, print))
        });
        let rendering = match &rendered {
            Ok((_, print)) => Ok(RenderedIssue {
                subject: print.subject.clone(),
                html: print.html.clone(),
                text: print.text.clone(),
            }),
            Err(error) => Err(error),
        };
        self.findings = check::issue(&Proof {
            publication: &bench.app.publication,
            archive: bench.archive,
            issue: &issue,
            today: bench.today,
            is_sent: bench.is_sent,
            kept_since: bench.kept_since,
            leaving: Leaving {
                reaches_readers: bench.app.reaches_readers(),
                is_now: false,
                slot_taken_by: bench.slot_taken_by,
                exposed: &[],
                held_because: bench.held_because,
            },
            recipients: bench.recipients.get(&issue.front_matter.edition),
            online: None,
            rendering: Some(match (&rendering, bench.template_error) {
                (_, Some(error)) => Err(error),
                (Ok(rendered), None) => Ok(rendered),
                (Err(error), None) => Err(error),
            }),
            templates: Some(bench.templates),
        });
        match rendered {
            Ok((made, print)) => {
                self.made = Some(made);
                self.keep("", &print);
            }
            Err(error) => self.faults.push(source_error(error)),
        }
        self.issue = Some(issue);
    }

    /// The mail as that reader gets it; where it can't be made, the last that could.
    pub(super) fn print(&mut self, app: &App, key: &str, reader: &Reader) -> Option<Arc<Print>> {
        let (Some(made), Some(issue)) = (&mut self.made, &self.issue) else {
            return self.last_good(key);
        };
        match made.print(app, issue, key, reader) {
            Ok(print) => {
                self.keep(key, &print);
                Some(print)
            }
            Err(error) => {
                let fault = source_error(error);
                let is_told = |told: &SourceError| told.to_string() == fault.to_string();
                if !self.faults.iter().any(is_told) {
                    self.faults.push(fault);
                }
                self.last_good(key)
            }
        }
    }

    fn last_good(&self, key: &str) -> Option<Arc<Print>> {
        self.last
            .get(key)
            .or_else(|| self.last.values().next())
            .cloned()
    }

    fn keep(&mut self, key: &str, print: &Arc<Print>) {
        if self.last.len() >= MAX_READERS && !self.last.contains_key(key) {
            self.last.pop_last();
        }
        self.last.insert(key.to_owned(), Arc::clone(print));
    }

    /// The composition whose pictures the page shows.
    pub(super) fn shown(&self) -> Option<&Composition> {
        Some(&self.made.as_ref()?.shown().composition)
    }

    /// The whole message, unsigned.
    pub(super) fn message(&self, app: &App, reader: &Reader) -> Option<Message> {
        let (made, issue) = (self.made.as_ref()?, self.issue.as_ref()?);
        let links = looked_at(app);
        let composed = app
            .frozen(issue, made.sent.composition.clone(), &links)
            .and_then(|frozen| Ok(Composer::new(&frozen, links, None, app.clock.now())?))
            .and_then(|composer| Ok(composer.compose_message(reader)?));
        let text = match composed {
            Ok(message) => {
                return Some(Message {
                    bytes: message.bytes.len(),
                    text: String::from_utf8_lossy(&message.bytes).replace("\r\n", "\n"),
                });
            }
            Err(error) => with_causes(&error),
        };
        Some(Message { text, bytes: 0 })
    }
}

impl Made {
    fn new(bench: &Bench<'_>, issue: &Issue) -> Result<Self, RenderError> {
        let links = looked_at(bench.app);
        let compose = |images| {
            let composition =
                bench
                    .app
                    .composition(bench.archive, issue, bench.templates, &links, images)?;
            let renderer = composition.renderer_with(bench.templates)?;
            Ok::<_, RenderError>(Composed {
                composition,
                renderer,
            })
        };
        let policy = bench.app.image_policy();
        Ok(Self {
            sent: compose(policy)?,
            // Nobody serves the pictures of an issue that is being written but the preview itself.
            shown: match policy {
                ImagePolicy::Inline => None,
                ImagePolicy::Remote => Some(compose(ImagePolicy::Inline)?),
            },
            prints: BTreeMap::new(),
        })
    }

    fn shown(&self) -> &Composed {
        self.shown.as_ref().unwrap_or(&self.sent)
    }

    fn print(
        &mut self,
        app: &App,
        issue: &Issue,
        key: &str,
        reader: &Reader,
    ) -> Result<Arc<Print>, RenderError> {
        if let Some(print) = self.prints.get(key) {
            return Ok(Arc::clone(print));
        }
        let view = app.reader_view(reader, issue, &looked_at(app));
        let sent = self.sent.renderer.render(&view)?;
        let shown = match &self.shown {
            Some(shown) => shown.renderer.render(&view)?.html,
            None => sent.html.clone(),
        };
        let print = Arc::new(Print {
            subject: sent.subject,
            shown_html: self.shown().composition.page_beside_images(&shown),
            html: sent.html,
            text: sent.text,
        });
        self.prints.insert(key.to_owned(), Arc::clone(&print));
        Ok(print)
    }
}

/// Signs links that are looked at and never followed, so that the secret needs not be there.
fn looked_at(app: &App) -> LinkSigner {
    LinkSigner::new(&[0; 32], app.publication.web.base_url.as_deref())
}

/// An error of rendering as the page shows it.
fn source_error(error: RenderError) -> SourceError {
    match error {
        RenderError::Source(error) => *error,
        error => told(&error),
    }
}

/// An error of another kind, its causes told too.
pub(super) fn told(error: &dyn std::error::Error) -> SourceError {
    SourceError::new(with_causes(error))
}
