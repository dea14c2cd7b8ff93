//! What the files of an archive say, each made when somebody wants it; and what each is made of, which is sooner known.

use super::{
    ArchiveSite, crawlers, file::SiteFile, file_origin::FileOrigin, origin, pages,
    plan::PlannedFile, set_text::SetPage,
};
use crate::render::RenderError;

impl ArchiveSite {
    /// What a file is made of, which is sooner known than the file: two of one origin say the same, in two archives
    /// of one process.
    ///
    /// # Errors
    /// None: what pages show is data.
    pub fn origin(&self, path: &str) -> Result<Option<FileOrigin>, RenderError> {
        let content = &self.content;
        let Some(planned) = self.plan.files.get(path) else {
            return Ok(Some(origin::of_name(path)));
        };
        if planned.is_of_lists() {
            return self
                .list_origins
                .of(content, path, || self.set_page(planned));
        }
        if let Some(page) = self.set_page(planned)? {
            return Ok(Some(origin::of_page(content, &page)));
        }
        Ok(match planned {
            PlannedFile::Issue(at) => {
                origin::of_issue(content, *at, || pages::around_issue(content, *at))?
            }
            PlannedFile::Feed(format, edition) => {
                Some(origin::of_feed(content, *format, edition.as_deref()))
            }
            PlannedFile::Texts(at) => origin::of_texts(content, *at),
            // Their names are of what they say.
            PlannedFile::Picture(_) | PlannedFile::Card(_) | PlannedFile::Asset(_) => {
                Some(origin::of_name(path))
            }
            _ => None,
        })
    }

    /// Whether these bytes are known to be the file of that path without making it.
    #[must_use]
    pub fn is_known(&self, path: &str, bytes: &[u8]) -> bool {
        match self.plan.files.get(path) {
            Some(PlannedFile::Picture(picture)) => picture.holds(bytes),
            _ => false,
        }
    }

    /// Those of the files that are pages of few parts.
    fn set_page(&self, planned: &PlannedFile) -> Result<Option<SetPage>, RenderError> {
        let content = &self.content;
        Ok(Some(match planned {
            PlannedFile::Front => pages::front(content)?,
            PlannedFile::Overview => pages::overview(content)?,
            PlannedFile::Search => pages::search(content, self.index(), None)?,
            PlannedFile::Missing => pages::missing(content)?,
            PlannedFile::Moved(at) => match content.issues.get(*at) {
                Some(ready) => pages::moved(content, ready)?,
                None => return Ok(None),
            },
            PlannedFile::List(at, number) => match self.plan.lists.get(*at) {
                Some(list) => pages::list(content, list, *number)?,
                None => return Ok(None),
            },
            _ => return Ok(None),
        }))
    }

    pub(super) fn made(&self, planned: &PlannedFile) -> Result<Option<SiteFile>, RenderError> {
        let content = &self.content;
        if let Some(page) = self.set_page(planned)? {
            let file = self.page(&page)?;
            let moved_to = self.moved_to(planned);
            return Ok(Some(SiteFile { moved_to, ..file }));
        }
        Ok(match planned {
            PlannedFile::Issue(at) => match pages::issue(content, *at)? {
                Some(page) => Some(self.page(&page)?),
                None => None,
            },
            PlannedFile::Feed(format, edition) => {
                let text = format.text(content, edition.as_deref());
                Some(SiteFile::changing(format.media_type(), text))
            }
            PlannedFile::Texts(at) => content
                .issues
                .get(*at)
                .map(|ready| SiteFile::changing("application/json", ready.searched())),
            PlannedFile::Sitemap => {
                let text = crawlers::sitemap(content, &self.plan.lists);
                Some(SiteFile::changing("application/xml", text))
            }
            PlannedFile::Robots => {
                let text = crawlers::robots(content);
                Some(SiteFile::changing("text/plain; charset=utf-8", text))
            }
            PlannedFile::Picture(picture) => {
                let bytes = content.shelf.bytes(picture);
                bytes.map(|bytes| SiteFile::immutable(picture.media_type, bytes))
            }
            PlannedFile::Card(at) => match content.issues.get(*at) {
                Some(ready) => {
                    let cards = &content.design.set_text.cards;
                    let front_matter = ready.front_matter();
                    let card = cards.bytes(content.publication(), content.words(), front_matter)?;
                    Some(SiteFile::immutable("image/png", card))
                }
                None => None,
            },
            PlannedFile::Asset(at) => {
                let asset = content.design.assets.all()[*at];
                let text = asset.text.clone().into_bytes();
                Some(SiteFile::immutable(asset.media_type, text))
            }
            _ => None,
        })
    }

    pub(super) fn page(&self, page: &SetPage) -> Result<SiteFile, RenderError> {
        let html = self.content.design.set_text.filled(page)?;
        Ok(SiteFile::changing("text/html; charset=utf-8", html))
    }

    fn moved_to(&self, planned: &PlannedFile) -> Option<String> {
        let PlannedFile::Moved(at) = planned else {
            return None;
        };
        let address = self.content.issues.get(*at)?.address();
        Some(self.content.addresses().path(&address))
    }
}
