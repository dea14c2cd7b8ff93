//! Issues checked: each rendered as a reader without a name would get it, and held against every
//! rule. Writes nothing but pictures into their cache: neither state nor secret.

use std::{collections::BTreeSet, sync::Arc};

use chrono::NaiveDate;

use super::{
    check_report::{CheckReport, CheckedFile},
    consents::RecipientsByEdition,
    preflight::{self, ExaminedIssue, TakenSlots, taken_slots},
};
use crate::{
    app::{App, AppError, on_hold::hold_among},
    check::{self, CheckSubject, Finding, LinkAnswers, SendingFacts},
    cores::on_every_core,
    issue::{Archive, ArchivedFile, FrontMatter, Issue, IssueError, IssueHead},
    links::LinkSigner,
    render::{Composition, MailProof, RenderError, RenderedIssue, Templates},
    source::shown_path,
    store::HeldRelease,
};

/// Whether other sites are asked about links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkProbing {
    /// They are, politely.
    Ask,
    /// Nothing leaves this machine.
    No,
}

/// What went out already.
#[derive(Default)]
struct SentIssues {
    /// The ids of issues that have batches.
    sent: BTreeSet<String>,
    taken: TakenSlots,
    /// Since which day the calendar is kept; None: it never was.
    kept_since: Option<NaiveDate>,
    holds: Vec<HeldRelease>,
}

impl SentIssues {
    /// The other issue that went out on this one's slot.
    fn taker_of(&self, issue: &Issue) -> Option<&str> {
        let head = &issue.front_matter;
        let taker = self.taken.get(&(head.edition.clone(), head.date))?;
        (*taker != issue.id).then_some(taker)
    }

    /// Why a person holds it.
    fn hold_on(&self, issue: &Issue) -> Option<&str> {
        hold_among(&self.holds, issue).map(|hold| hold.why.as_str())
    }
}

/// What all issues are checked with.
struct CheckInputs<'a> {
    app: &'a App,
    archive: &'a Archive,
    templates: Result<Templates, RenderError>,
    links: LinkSigner,
    today: NaiveDate,
    ledger: SentIssues,
    /// An issue is looked at because it is about to leave.
    is_leaving: bool,
    /// Files with keys that everybody may read.
    exposed: Vec<String>,
    recipients: RecipientsByEdition,
    online: Option<LinkAnswers>,
}

impl App {
    /// Checks the issues named, or all of them and the list of readers.
    ///
    /// # Errors
    /// A name that is no issue's; a folder or a ledger that can't be read.
    pub(crate) async fn check(
        &self,
        wanted: &[String],
        online: LinkProbing,
    ) -> Result<CheckReport, AppError> {
        let archive = self.archive()?;
        let entries: Vec<&ArchivedFile> = match wanted {
            [] => archive.entries().collect(),
            wanted => wanted
                .iter()
                .map(|wanted| archive.entry(wanted))
                .collect::<Result<_, _>>()?,
        };
        let ledger = self.ledger().await?;
        let heads = entries.iter().filter_map(|entry| entry.head());
        let unsent = heads.filter(|head| !ledger.sent.contains(&head.id));
        let is_asked = self.asks_for_consent(unsent.map(IssueHead::front_matter));
        let mut bench = self.bench(&archive, ledger);
        if is_asked {
            bench.recipients = self.recipients().await?;
        }
        if online == LinkProbing::Ask {
            let issues = entries
                .iter()
                .filter_map(|entry| entry.issue().ok().map(Arc::as_ref));
            bench.online = Some(self.ask_online(issues).await);
        }
        // The archive may hold years.
        let issues = on_every_core(&entries, |entry| bench.check_entry(entry));
        let (list, keeper, unseen) = match wanted {
            [] => (
                self.check_list().await?,
                self.check_keeper().await?,
                self.check_unseen()?,
            ),
            _ => (None, None, Vec::new()),
        };
        Ok(CheckReport {
            issues,
            list,
            keeper,
            unseen,
        })
    }

    /// What an issue that is about to be sent is frozen as: made once, so that what goes out is what
    /// was checked.
    ///
    /// # Errors
    /// [`AppError::Findings`], where some block it.
    pub(crate) async fn checked_content(
        &self,
        archive: &Archive,
        issue: &Issue,
    ) -> Result<ExaminedIssue, AppError> {
        let mut bench = self.bench(archive, SentIssues::default());
        bench.is_leaving = true;
        if self.asks_for_consent([&issue.front_matter]) {
            bench.recipients = self.recipients().await?;
        }
        let composed = bench.compose(issue);
        let mut findings = bench.check_composed(issue, composed.as_ref());
        match composed {
            Some(composition) if !check::blocks(&findings) => {
                let frozen = self.frozen(issue, composition?, &bench.links)?;
                let warnings = preflight::warnings(findings);
                Ok(ExaminedIssue { frozen, warnings })
            }
            _ => {
                findings.retain(Finding::blocks);
                Err(AppError::Findings(findings))
            }
        }
    }

    /// Whether a law makes these issues depend on who agreed: nobody is counted without need.
    pub(crate) fn asks_for_consent<'h>(
        &self,
        heads: impl IntoIterator<Item = &'h FrontMatter>,
    ) -> bool {
        let law = &self.publication.law;
        heads.into_iter().any(|head| law.eu || law.korea && head.ad)
    }

    fn bench<'a>(&'a self, archive: &'a Archive, ledger: SentIssues) -> CheckInputs<'a> {
        CheckInputs {
            app: self,
            archive,
            templates: Templates::load(&self.publication.root),
            // The links are looked at and thrown away.
            links: self.links_for_looking(),
            today: self.publication.today(self.clock.now()),
            ledger,
            is_leaving: false,
            exposed: self.exposed_secrets(),
            recipients: RecipientsByEdition::new(),
            online: None,
        }
    }

    /// What the ledger knows of issues; none is made for it.
    async fn ledger(&self) -> Result<SentIssues, AppError> {
        let Some(store) = self.store_if_any().await? else {
            return Ok(SentIssues::default());
        };
        let batches = store.batches(u32::MAX).await?;
        Ok(SentIssues {
            sent: batches.iter().map(|batch| batch.issue.clone()).collect(),
            taken: taken_slots(batches),
            holds: store.holds().await?,
            kept_since: store
                .kept_since()
                .await?
                .map(|since| self.publication.today(since)),
        })
    }
}

impl CheckInputs<'_> {
    fn check_entry(&self, entry: &ArchivedFile) -> CheckedFile {
        let (id, findings) = match entry.issue() {
            Ok(issue) => (Some(issue.id.clone()), self.check(issue)),
            Err(error) => (None, self.check_broken(entry, error)),
        };
        CheckedFile {
            file: shown_path(&self.app.publication.root, &entry.path),
            id,
            findings,
        }
    }

    /// Why it is no issue, and what else is wrong with its text.
    fn check_broken(&self, entry: &ArchivedFile, error: &IssueError) -> Vec<Finding> {
        let mut findings = check::unreadable(&error.to_errors());
        let publication = &self.app.publication;
        if let Some((issue, start)) = Issue::text_alone(publication, &entry.path, self.today) {
            findings.extend(check::text_alone(&self.subject(&issue, None), start));
        }
        findings
    }

    /// Nothing of it leaves: its pictures stay where they are.
    fn check(&self, issue: &Issue) -> Vec<Finding> {
        let templates = match &self.templates {
            Ok(templates) => templates,
            Err(error) => return check::issue(&self.subject(issue, Some(Err(error)))),
        };
        match self
            .app
            .mail_proof(self.archive, issue, templates, &self.links)
        {
            Ok(MailProof { rendered, pictures }) => check::issue(&CheckSubject {
                pictures: Some(&pictures),
                ..self.subject(issue, Some(Ok(&rendered)))
            }),
            Err(error) => check::issue(&self.subject(issue, Some(Err(&error)))),
        }
    }

    fn check_composed(
        &self,
        issue: &Issue,
        composed: Option<&Result<Composition, RenderError>>,
    ) -> Vec<Finding> {
        let rendered = match (composed, &self.templates) {
            (Some(Ok(composition)), Ok(templates)) => {
                Some(self.render(issue, composition, templates))
            }
            _ => None,
        };
        let rendering = match &rendered {
            Some(Ok(rendered)) => Some(Ok(rendered)),
            Some(Err(error)) => Some(Err(error)),
            None => {
                let uncomposed = composed.and_then(|composed| composed.as_ref().err());
                uncomposed.or(self.templates.as_ref().err()).map(Err)
            }
        };
        check::issue(&self.subject(issue, rendering))
    }

    fn subject<'s>(
        &'s self,
        issue: &'s Issue,
        rendering: Option<Result<&'s RenderedIssue, &'s RenderError>>,
    ) -> CheckSubject<'s> {
        CheckSubject {
            publication: &self.app.publication,
            archive: self.archive,
            issue,
            today: self.today,
            is_sent: self.ledger.sent.contains(&issue.id),
            kept_since: self.ledger.kept_since,
            leaving: SendingFacts {
                reaches_readers: self.app.reaches_readers(),
                is_now: self.is_leaving,
                slot_taken_by: self.ledger.taker_of(issue),
                exposed: &self.exposed,
                held_because: self.ledger.hold_on(issue),
            },
            recipients: self.recipients.get(&issue.front_matter.edition),
            online: self.online.as_ref(),
            rendering,
            templates: self.templates.as_ref().ok(),
            pictures: None,
        }
    }

    /// None where the templates can't be loaded.
    fn compose(&self, issue: &Issue) -> Option<Result<Composition, RenderError>> {
        let templates = self.templates.as_ref().ok()?;
        let images = self.app.image_policy();
        let composition = self
            .app
            .composition(self.archive, issue, templates, &self.links, images);
        Some(composition)
    }

    fn render(
        &self,
        issue: &Issue,
        composition: &Composition,
        templates: &Templates,
    ) -> Result<RenderedIssue, RenderError> {
        let nobody = self.app.sample_reader();
        let view = self.app.reader_view(&nobody, issue, &self.links);
        composition.renderer_with(templates)?.render(&view)
    }
}
