//! What readers do by the links of their mail and the forms of the pages: the pages' service over one
//! publication. It verifies tokens, asks the list, and answers what a page may show. How often forms may be
//! sent is weighed in the store, with what they cause.

mod archive;
mod choosing;
mod coming;
mod departures;
mod issues;
mod kept_archive;
mod leaving;
mod pages;
mod privacy;
mod reader_mail;
mod refusal;
mod sent_pages;
mod service;
mod speaking;
mod suspicion;
mod upkeep;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch::Receiver;

use self::{
    departures::DepartureQueue,
    kept_archive::KeptArchive,
    refusal::{refused, unavailable},
    sent_pages::SentPages,
};
pub(crate) use self::{pages::ReaderPages, privacy::privacy_notice, reader_mail::ReaderMail};
use crate::{
    app::{App, AppError, ReceiptSender},
    audience::SubscriberId,
    clock::Clock,
    dns::{Dns, SystemDns},
    links::{LinkSigner, PublicPage, TimedToken},
    live::{LivePublication, PublicationSnapshot},
    schedule::{Event, EventSink},
    site::PictureShelf,
    source::with_causes,
    store::{Member, SignupLimits, Store},
    web::{
        pages::PageTemplates,
        reader::{LinkFault, MailPromise, ReaderRefusal, ReaderResult, ReaderSite},
    },
};

/// How long the signing keys are used before they are read again: `secret rotate` counts from then on.
const KEYS_KEPT: TimeDelta = TimeDelta::seconds(2);
/// How long a departure can be taken back by its link.
pub(crate) const UNDO_KEPT: TimeDelta = TimeDelta::days(30);
/// A form that stood open for longer is as good as one from elsewhere.
const OLDEST_FORM: TimeDelta = TimeDelta::hours(24);

/// The service of one publication's pages.
pub(crate) struct ReaderDesk {
    clock: Clock,
    store: Arc<dyn Store>,
    snapshots: Receiver<Arc<PublicationSnapshot>>,
    dns: Arc<dyn Dns>,
    departures: DepartureQueue,
    issues: SentPages,
    limits: SignupLimits,
    /// Writes to readers.
    receipts: Arc<ReceiptSender>,
    /// Hears of a flood, once each.
    teller: Arc<dyn EventSink>,
    flood: Mutex<Option<DateTime<Utc>>>,
    keys: Mutex<Option<KeptLinks>>,
    /// The program's own, for where the publication's can't be used.
    built_in_pages: Arc<PageTemplates>,
    site: Mutex<Option<(Arc<PublicationSnapshot>, Arc<ReaderSite>)>>,
    archive: tokio::sync::Mutex<Option<KeptArchive>>,
    pictures: Arc<PictureShelf>,
}

/// The signing keys as they were read.
#[derive(Clone)]
struct KeptLinks {
    read_at: DateTime<Utc>,
    of: Arc<PublicationSnapshot>,
    links: LinkSigner,
}

impl ReaderDesk {
    /// The service of that publication.
    ///
    /// # Errors
    /// A state that can't be opened; templates of the program that don't parse.
    pub(crate) async fn open(
        live: &LivePublication,
        clock: Clock,
        receipts: Arc<ReceiptSender>,
        teller: Arc<dyn EventSink>,
    ) -> Result<Arc<Self>, AppError> {
        let app = App::of(&live.snapshot(), clock);
        let store = app.store().await?;
        let desk = Self {
            clock,
            departures: DepartureQueue::start(Arc::clone(&store), clock),
            store,
            snapshots: live.subscribe(),
            dns: Arc::new(SystemDns::new()),
            issues: SentPages::default(),
            limits: SignupLimits::default(),
            receipts,
            teller,
            flood: Mutex::default(),
            keys: Mutex::default(),
            built_in_pages: Arc::new(PageTemplates::built_in()?),
            site: Mutex::default(),
            archive: tokio::sync::Mutex::default(),
            pictures: app.picture_shelf(),
        };
        // The first form is sealed, too.
        let _ = desk.links().await;
        Ok(Arc::new(desk))
    }

    fn snapshot(&self) -> Arc<PublicationSnapshot> {
        Arc::clone(&self.snapshots.borrow())
    }

    fn app(&self) -> App {
        App::of(&self.snapshot(), self.clock)
    }

    /// What happens on the list happens now, also where a moment is pretended.
    fn now(&self) -> DateTime<Utc> {
        self.clock.true_now()
    }

    /// Signs and verifies, as the files could be read last.
    async fn links(&self) -> ReaderResult<LinkSigner> {
        let (now, snapshot) = (self.now(), self.snapshot());
        let kept = self.keys.lock();
        let kept = kept.unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(KeptLinks { read_at, of, links }) = kept
            && Arc::ptr_eq(&of, &snapshot)
            && (now - read_at).abs() < KEYS_KEPT
        {
            return Ok(links);
        }
        let app = App::of(&snapshot, self.clock);
        let links = app
            .link_signer(self.store.as_ref())
            .await
            .map_err(|error| unavailable("the links' secret can't be read", &error))?;
        let fresh = KeptLinks {
            read_at: now,
            of: snapshot,
            links: links.clone(),
        };
        *self.keys.lock().unwrap_or_else(PoisonError::into_inner) = Some(fresh);
        Ok(links)
    }

    /// The keys that were read last.
    fn kept_links(&self) -> Option<LinkSigner> {
        let kept = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().map(|kept| kept.links.clone())
    }

    /// The pages' publication, made anew when its files change.
    fn current_site(&self) -> Arc<ReaderSite> {
        let snapshot = self.snapshot();
        let mut kept = self.site.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, site)) = &*kept
            && Arc::ptr_eq(of, &snapshot)
        {
            return Arc::clone(site);
        }
        let site = Arc::new(site_of(&snapshot, &self.built_in_pages));
        *kept = Some((snapshot, Arc::clone(&site)));
        site
    }

    async fn member(&self, reader: SubscriberId) -> ReaderResult<Member> {
        let member = self.store.member(reader).await.map_err(refused)?;
        member.ok_or(ReaderRefusal::Link(LinkFault::Used))
    }

    /// When a mail that waits now leaves; whoever sends it is woken.
    fn promise(&self) -> MailPromise {
        self.receipts.wake();
        match self.receipts.is_relay_away() {
            true => MailPromise::Delayed,
            false => MailPromise::OnItsWay,
        }
    }

    /// So many come that mail is held: whoever looks after the list hears of each flood once.
    async fn tell_of_flood(&self, since: DateTime<Utc>) {
        let last = self
            .flood
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .replace(since);
        if last != Some(since) {
            let event = Event::SignupsHeld { since };
            self.teller.tell(&event, self.clock.now()).await;
        }
    }

    /// How long ago a form with that seal was made.
    fn age_of(&self, seal: &str, links: &LinkSigner) -> Option<Duration> {
        let made_at = links.verify_form_seal(seal).ok()?;
        let age = self.now() - made_at;
        (age <= OLDEST_FORM).then(|| age.to_std().unwrap_or_default())
    }

    /// The token of the link that takes a departure back.
    fn undo_token(&self, links: &LinkSigner, reader: SubscriberId, epoch: u32) -> String {
        let token = TimedToken {
            reader,
            epoch,
            until: self.now() + UNDO_KEPT,
        };
        links.timed_token(PublicPage::Undo, token)
    }
}

/// A publication as its pages show it.
fn site_of(snapshot: &PublicationSnapshot, built_in: &Arc<PageTemplates>) -> ReaderSite {
    let publication = &snapshot.publication;
    let own = match &snapshot.template_fault {
        None => PageTemplates::load(&snapshot.templates).map_err(|error| with_causes(&error)),
        Some(error) => Err(with_causes(error)),
    };
    let pages = own.map(Arc::new).unwrap_or_else(|why| {
        tracing::warn!("the publication's own pages can't be used: {why}");
        Arc::clone(built_in)
    });
    let mut site = ReaderSite::new(publication, pages);
    let has_ads = || snapshot.archive.heads().any(|head| head.front_matter().ad);
    site.signup.asks_ads = publication.law.korea && has_ads();
    site
}
