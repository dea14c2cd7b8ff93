//! What the pages ask of whoever reads the files and renders them.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::watch;

use super::{
    content::{
        AccentColors, PreviewContent, ReaderMailSample, RenderedPreview, Revision, WholeMessage,
    },
    look_choice::LookChoice,
    query::PageRequest,
};
use crate::web::pages::PageTemplates;

/// Everything that the pages show comes from here.
#[async_trait]
pub(crate) trait PreviewService: Send + Sync + 'static {
    /// The last change; each further one is a greater revision.
    fn changes(&self) -> watch::Receiver<Revision>;

    /// The pages' templates, as they could be read last.
    fn pages(&self) -> Arc<PageTemplates>;

    /// The issue that is shown where nobody asked for one.
    async fn front(&self) -> Option<String>;

    /// Everything that a page shows.
    async fn content(&self, request: &PageRequest) -> PreviewContent;

    /// The mail as that reader gets it, in that look, its pictures named as
    /// [`PreviewService::picture`] knows them.
    async fn mail(
        &self,
        issue: &str,
        reader: &str,
        look: LookChoice,
    ) -> Option<Arc<RenderedPreview>>;

    /// The message as it would leave, unsigned.
    async fn message(&self, issue: &str, reader: &str) -> Option<WholeMessage>;

    /// A picture that travels with the mail: media type and bytes.
    async fn picture(&self, issue: &str, name: &str) -> Option<(String, Vec<u8>)>;

    /// Mail to readers about what they did, one of each.
    async fn reader_mail(&self) -> Vec<ReaderMailSample>;

    /// The editions' accents.
    async fn accents(&self) -> Vec<AccentColors>;
}
