//! Issues that went out and the archive has not: what was frozen, without any reader's links, for whoever follows
//! the link of a mail. A draft, an issue to come and a cancelled one are none. In a rehearsal: what was rehearsed.

use std::sync::Arc;

use tokio::task::spawn_blocking;

use super::{
    ReaderDesk,
    refusal::{refused, unavailable},
    sent_pages::{SentPage, file_name},
};
use crate::{
    message::FrozenIssue,
    publication::ArchiveAccess,
    render::{Composition, ReaderLinks, ReaderView},
    store::BatchState,
    web::reader::{
        FramedIssue, ListedIssue, PublishedOpinion, ReaderRefusal, ReaderResult, ServedPicture,
    },
};

/// The front page's handful.
const NEWEST: usize = 5;

impl ReaderDesk {
    /// All that went out, the newest first.
    async fn sent_pages(&self) -> ReaderResult<Vec<Arc<SentPage>>> {
        let batches = self.store.batches(u32::MAX).await.map_err(refused)?;
        let mut pages = Vec::with_capacity(batches.len());
        for batch in batches {
            if matches!(batch.state, BatchState::Cancelled) {
                continue;
            }
            pages.extend(self.issues.page_of(self.store.as_ref(), &batch).await?);
        }
        pages.sort_by(|one, other| (other.date, &other.slug).cmp(&(one.date, &one.slug)));
        Ok(pages)
    }

    /// The one of that slug, or of that identity.
    pub(super) async fn sent_page(&self, name: &str) -> ReaderResult<Arc<SentPage>> {
        let pages = self.sent_pages().await?;
        let found = pages.iter().find(|page| page.slug == name);
        let found = found.or_else(|| pages.iter().find(|page| page.issue == name));
        found.cloned().ok_or(ReaderRefusal::NotFound)
    }

    pub(super) async fn newest_issues(&self) -> ReaderResult<Vec<ListedIssue>> {
        let publication = self.snapshot().publication.clone();
        if publication.web.archive != ArchiveAccess::Public {
            return Ok(Vec::new());
        }
        let pages = self.sent_pages().await?;
        let listed = pages.iter().take(NEWEST).map(|page| ListedIssue {
            slug: page.slug.clone(),
            title: page.title.clone(),
            summary: page.summary.clone(),
            edition: publication
                .edition(&page.edition)
                .map_or_else(|| page.edition.clone(), |edition| edition.title.clone()),
            date: page.date,
        });
        Ok(listed.collect())
    }

    pub(super) async fn framed_issue(&self, slug: &str) -> ReaderResult<FramedIssue> {
        let page = self.sent_page(slug).await?;
        if page.slug != slug || !self.is_open_beside_archive(&page.issue) {
            return Err(ReaderRefusal::NotFound);
        }
        let frozen = self.frozen(&page.content).await?;
        let base_path = self.current_site().base_path.clone();
        let language = frozen.headers.language.clone();
        let html = spawn_blocking(move || page_html(&frozen, &base_path))
            .await
            .map_err(|error| unavailable("an issue's page can't be made", &error))??;
        let settings = self.snapshot().publication.web.feedback.clone();
        let opinions = match settings.publish {
            true => self
                .store
                .published_opinions(Some(&page.issue))
                .await
                .map_err(refused)?,
            false => Vec::new(),
        };
        let opinions = opinions.into_iter().map(|opinion| PublishedOpinion {
            name: opinion.name,
            choice: opinion.choice,
            text: opinion.text,
        });
        Ok(FramedIssue {
            title: page.title.clone(),
            language,
            html,
            opinions: opinions.collect(),
            takes_opinions: true,
            is_listed: false,
        })
    }

    pub(super) async fn served_picture(&self, name: &str) -> ReaderResult<ServedPicture> {
        let pages = self.sent_pages().await?;
        let page = pages
            .iter()
            .find(|page| page.pictures.iter().any(|own| own == name));
        let page = page.ok_or(ReaderRefusal::NotFound)?;
        let frozen = self.frozen(&page.content).await?;
        let files = frozen.composition.files();
        let mut own = files.filter(|(path, _)| file_name(path) == name);
        let (_, bytes) = own.next().ok_or(ReaderRefusal::NotFound)?;
        Ok(ServedPicture {
            media_type: media_type(name).to_owned(),
            bytes: bytes.to_vec(),
        })
    }

    async fn frozen(&self, content: &str) -> ReaderResult<FrozenIssue> {
        let bytes = self.store.content(content).await.map_err(refused)?;
        let bytes = bytes.ok_or(ReaderRefusal::NotFound)?;
        spawn_blocking(move || FrozenIssue::from_bytes(&bytes))
            .await
            .map_err(|error| unavailable("an issue can't be read", &error))?
            .map_err(|error| unavailable("an issue can't be read", &error))
    }
}

/// The issue as nobody in particular reads it, its pictures below `/images/`.
fn page_html(frozen: &FrozenIssue, base_path: &str) -> ReaderResult<String> {
    let nobody = ReaderView {
        name: None,
        email: String::new(),
        language: frozen.headers.language.clone(),
        tags: Vec::new(),
        links: ReaderLinks::default(),
    };
    let composition = &frozen.composition;
    let failed =
        |error: &dyn std::error::Error| unavailable("an issue's page can't be made", error);
    let renderer = composition.renderer().map_err(|error| failed(&error))?;
    let rendered = renderer.render(&nobody).map_err(|error| failed(&error))?;
    Ok(with_served_pictures(composition, &rendered.html, base_path))
}

fn with_served_pictures(composition: &Composition, html: &str, base_path: &str) -> String {
    let inline = composition
        .images
        .iter()
        .map(|image| (format!("cid:{}", image.content_id), image.disk_name()));
    let published = composition
        .published
        .iter()
        .map(|image| (image.url.clone(), file_name(&image.path).to_owned()));
    inline
        .chain(published)
        .fold(html.to_owned(), |html, (address, name)| {
            html.replace(&address, &format!("{base_path}/images/{name}"))
        })
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "png" => "image/png",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "svg" => "image/svg+xml",
        _ => "image/jpeg",
    }
}
