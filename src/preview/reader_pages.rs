//! The readers' pages as a writer looks at them, over a reader who is made up: every page can be seen and
//! every button pressed, before any configuration. Nothing is kept, and no mail leaves.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tokio::sync::watch;

use super::{content::sample_name, sample_archive::SampleArchive, service::LivePreview};
use crate::{
    address::Address,
    issue::Issue,
    live::PublicationSnapshot,
    operations::readers::privacy_notice,
    publication::{FACES, Publication},
    render::percent_encode,
    site::ArchiveSite,
    web::{
        preview::{LookChoice, PreviewService, READER_PAGES, SAMPLE},
        reader::{
            ActOutcome, ConfirmView, FramedIssue, LeaveAnswer, LeaveScope, LeaveView, LinkFault,
            ListedIssue, MailPromise, ManageView, OpinionChoice, OpinionForm, OpinionReceived,
            OpinionView, PlainView, PreferencesForm, PreferencesView, PrivacySection, PromisedMail,
            ReaderRefusal, ReaderResult, ReaderService, ReaderSite, ServedPicture, SignupAnswer,
            SignupForm,
        },
    },
};

/// The front page's handful.
const NEWEST: usize = 5;
/// Older than any form that is sent too soon.
const FORM_AGE: Duration = Duration::from_secs(60);
/// How long a fresh link does.
const LINK_MINUTES: u32 = 30;

/// The pages' made-up list.
pub(super) struct SampleDesk {
    preview: Arc<LivePreview>,
    snapshots: watch::Receiver<Arc<PublicationSnapshot>>,
    site: Mutex<Option<(Arc<PublicationSnapshot>, Arc<ReaderSite>)>>,
    archive: Arc<SampleArchive>,
}

impl SampleDesk {
    pub(super) fn new(
        preview: Arc<LivePreview>,
        snapshots: watch::Receiver<Arc<PublicationSnapshot>>,
    ) -> Self {
        Self {
            archive: Arc::new(SampleArchive::new(&preview.app())),
            preview,
            snapshots,
            site: Mutex::default(),
        }
    }

    fn snapshot(&self) -> Arc<PublicationSnapshot> {
        Arc::clone(&self.snapshots.borrow())
    }

    /// The newest issue of that slug or name, whether or not it can go out.
    fn named(&self, wanted: &str) -> ReaderResult<(String, Arc<Issue>)> {
        let snapshot = self.snapshot();
        let mut found = snapshot.archive.entries().rev().filter_map(|entry| {
            let is_it = entry.head()?.slug == wanted || entry.name == wanted;
            let issue = is_it.then(|| entry.issue().ok()).flatten()?;
            Some((entry.name.clone(), Arc::clone(issue)))
        });
        found.next().ok_or(ReaderRefusal::NotFound)
    }
}

fn is_sample(token: &str) -> ReaderResult<()> {
    match token {
        SAMPLE => Ok(()),
        "expired" => Err(ReaderRefusal::Link(LinkFault::Expired)),
        "used" => Err(ReaderRefusal::Link(LinkFault::Used)),
        _ => Err(ReaderRefusal::Link(LinkFault::Broken)),
    }
}

fn done(token: &str) -> ReaderResult<ActOutcome> {
    is_sample(token).map(|()| ActOutcome {
        preferences: Some(SAMPLE.to_owned()),
        ..ActOutcome::default()
    })
}

fn plain(token: &str) -> ReaderResult<PlainView> {
    is_sample(token).map(|()| PlainView::default())
}

fn promised(token: &str) -> ReaderResult<PromisedMail> {
    is_sample(token).map(|()| PromisedMail::default())
}

fn edition_title(publication: &Publication, key: &str) -> String {
    let edition = publication.edition(key);
    edition.map_or_else(String::new, |edition| edition.title.clone())
}

/// The same HTML with its own pictures, which lie beside it, in that folder.
fn beside(html: &str, folder: &str) -> String {
    let mut parts = html.split("src=\"");
    let mut moved = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        moved.push_str("src=\"");
        let address = part.split('"').next().unwrap_or_default();
        if !address.contains(':') && !address.starts_with('/') {
            moved.push_str(folder);
        }
        moved.push_str(part);
    }
    moved
}

/// The three faces, or the publication's own choices.
fn choices(publication: &Publication) -> Vec<OpinionChoice> {
    let own = publication.web.feedback.choices.iter().enumerate();
    let own: Vec<_> = own
        .map(|(at, label)| OpinionChoice {
            key: (at + 1).to_string(),
            label: Some(label.clone()),
        })
        .collect();
    match own.is_empty() {
        false => own,
        true => FACES
            .map(|key| OpinionChoice {
                key: key.to_owned(),
                label: None,
            })
            .into(),
    }
}

#[async_trait]
impl ReaderService for SampleDesk {
    fn site(&self) -> Arc<ReaderSite> {
        let snapshot = self.snapshot();
        let mut kept = self.site.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, site)) = &*kept
            && Arc::ptr_eq(of, &snapshot)
        {
            return Arc::clone(site);
        }
        let mut site = ReaderSite::new(&snapshot.publication, self.preview.pages());
        site.base_path = READER_PAGES.to_owned();
        site.signup.asks_ads = snapshot.publication.law.korea
            && snapshot.archive.heads().any(|head| head.front_matter().ad);
        let site = Arc::new(site);
        *kept = Some((snapshot, Arc::clone(&site)));
        site
    }

    async fn archive(&self) -> ReaderResult<Option<Arc<ArchiveSite>>> {
        let now = self.preview.app().clock.now();
        let archive = Arc::clone(&self.archive);
        Ok(archive.of(self.snapshot(), now).await)
    }

    async fn newest(&self) -> ReaderResult<Vec<ListedIssue>> {
        let snapshot = self.snapshot();
        let newest = snapshot.archive.readable_heads().rev().take(NEWEST);
        let listed = newest.map(|head| ListedIssue {
            slug: head.slug.clone(),
            title: head.front_matter().title.clone(),
            summary: head.front_matter().preheader.clone().unwrap_or_default(),
            edition: edition_title(&snapshot.publication, &head.front_matter().edition),
            date: head.front_matter().date,
        });
        Ok(listed.collect())
    }

    async fn issue(&self, slug: &str) -> ReaderResult<FramedIssue> {
        let (name, issue) = self.named(slug)?;
        let publication = Arc::clone(&self.snapshot().publication);
        let mail = self.preview.mail(&name, "", LookChoice::default()).await;
        let mail = mail.ok_or(ReaderRefusal::NotFound)?;
        Ok(FramedIssue {
            title: issue.front_matter.title.clone(),
            language: publication.language.clone(),
            html: beside(
                &mail.shown_html,
                &format!("/issue/{}/", percent_encode(&name)),
            ),
            opinions: Vec::new(),
            takes_opinions: true,
            is_listed: false,
        })
    }

    async fn picture(&self, _: &str) -> ReaderResult<ServedPicture> {
        Err(ReaderRefusal::NotFound)
    }

    async fn privacy(&self, language: &str) -> ReaderResult<Vec<PrivacySection>> {
        privacy_notice(&self.snapshot(), language)
    }

    fn form_seal(&self) -> String {
        SAMPLE.to_owned()
    }

    fn seal_age(&self, seal: &str) -> Option<Duration> {
        (seal == SAMPLE).then_some(FORM_AGE)
    }

    async fn sign_up(&self, _: &SignupForm) -> ReaderResult<SignupAnswer> {
        Ok(SignupAnswer::CheckMail(MailPromise::OnItsWay))
    }

    async fn confirmation(&self, token: &str) -> ReaderResult<ConfirmView> {
        is_sample(token).map(|()| ConfirmView::default())
    }

    async fn confirm(&self, token: &str) -> ReaderResult<ActOutcome> {
        done(token)
    }

    async fn preferences(&self, token: &str) -> ReaderResult<PreferencesView> {
        is_sample(token)?;
        Ok(PreferencesView {
            name: Some(sample_name(&self.snapshot().publication).to_owned()),
            is_active: true,
            unsubscribe: Some(SAMPLE.to_owned()),
            ..PreferencesView::default()
        })
    }

    async fn prefer(&self, token: &str, _: &PreferencesForm) -> ReaderResult<ActOutcome> {
        done(token)
    }

    async fn write_own_link(&self, token: &str, _: &str) -> ReaderResult<PromisedMail> {
        promised(token)
    }

    async fn write_link(&self, _: &Address, _: &str) -> ReaderResult<MailPromise> {
        Ok(MailPromise::OnItsWay)
    }

    async fn management(&self, token: &str) -> ReaderResult<ManageView> {
        is_sample(token).map(|()| ManageView {
            language: None,
            masked_address: "r***@example.com".to_owned(),
            minutes_left: LINK_MINUTES,
        })
    }

    async fn personal_record(&self, token: &str) -> ReaderResult<Vec<u8>> {
        is_sample(token).map(|()| b"{}\n".to_vec())
    }

    async fn erase(&self, token: &str) -> ReaderResult<ActOutcome> {
        done(token)
    }

    async fn ask_move(&self, token: &str, _: &Address, _: &str) -> ReaderResult<PromisedMail> {
        promised(token)
    }

    async fn moving(&self, token: &str) -> ReaderResult<PlainView> {
        plain(token)
    }

    async fn confirm_move(&self, token: &str) -> ReaderResult<ActOutcome> {
        done(token)
    }

    async fn moving_back(&self, token: &str) -> ReaderResult<PlainView> {
        plain(token)
    }

    async fn undo_move(&self, token: &str) -> ReaderResult<ActOutcome> {
        done(token)
    }

    async fn departure(&self, token: &str) -> ReaderResult<LeaveView> {
        is_sample(token).map(|()| LeaveView::default())
    }

    async fn leave(&self, token: &str, scope: &LeaveScope) -> ReaderResult<LeaveAnswer> {
        is_sample(token)?;
        let has_left = !matches!(scope, LeaveScope::Edition(_));
        Ok(LeaveAnswer {
            language: None,
            has_left,
            undo: Some(SAMPLE.to_owned()),
            preferences: (!has_left).then(|| SAMPLE.to_owned()),
        })
    }

    async fn probe_answer(&self, _token: &str) -> Option<String> {
        None
    }

    async fn say_why(&self, token: &str, _: &str) -> ReaderResult<PlainView> {
        plain(token)
    }

    async fn returning(&self, token: &str) -> ReaderResult<PlainView> {
        plain(token)
    }

    async fn undo_leave(&self, token: &str) -> ReaderResult<ActOutcome> {
        done(token)
    }

    async fn opinion(&self, issue: &str, token: Option<&str>) -> ReaderResult<OpinionView> {
        token.map_or(Ok(()), is_sample)?;
        let publication = Arc::clone(&self.snapshot().publication);
        let (_, issue) = self.named(issue)?;
        Ok(OpinionView {
            language: None,
            title: issue.front_matter.title.clone(),
            choices: choices(&publication),
            may_be_published: publication.web.feedback.publish,
            can_be_answered: token.is_some(),
        })
    }

    async fn opine(
        &self,
        _: &str,
        token: Option<&str>,
        _: &OpinionForm,
    ) -> ReaderResult<OpinionReceived> {
        Ok(OpinionReceived {
            language: None,
            is_held: token.is_none(),
        })
    }
}
