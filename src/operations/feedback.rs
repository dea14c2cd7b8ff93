//! What readers said of issues, for whoever writes them.

use serde::Serialize;

use crate::{
    app::{App, AppError, RefusalKind},
    store::{Opinion, OpinionFilter},
    words::{phrase, phrased},
};

/// Opinions read at once.
const PAGE: u32 = 500;

/// What became of an opinion that was to be shown, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PublishedChange {
    /// Its number.
    pub id: i64,
    /// It stands below its issue.
    pub is_published: bool,
}

impl App {
    /// What readers said: of that issue, or of all, the first of it first.
    ///
    /// # Errors
    /// The store's.
    pub(crate) async fn opinions(&self, wanted: Option<&str>) -> Result<Vec<Opinion>, AppError> {
        let store = self.store().await?;
        let issue = match wanted {
            Some(wanted) => Some(self.issue_id(store.as_ref(), wanted).await?),
            None => None,
        };
        let filter = OpinionFilter {
            issue,
            ..OpinionFilter::default()
        };
        let mut all: Vec<Opinion> = Vec::new();
        loop {
            let after = all.last().map_or(0, |opinion| opinion.id);
            let page = store.opinions(&filter, after, PAGE).await?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }

    /// The opinion of that number.
    ///
    /// # Errors
    /// Where there is none; the store's.
    pub(crate) async fn opinion(&self, id: i64) -> Result<Opinion, AppError> {
        let opinion = self.store().await?.opinion(id).await?;
        opinion.ok_or_else(|| AppError::Refused {
            kind: RefusalKind::Usage,
            message: phrased!("there is no opinion {id}").into(),
            hint: phrase!("`daily-note feedback list` has their numbers").into(),
        })
    }

    /// Shows an opinion under its issue, or no longer.
    ///
    /// # Errors
    /// Where there is none, or whoever gave it did not allow it; the store's.
    pub(crate) async fn publish_opinion(
        &self,
        id: i64,
        is_published: bool,
    ) -> Result<PublishedChange, AppError> {
        let opinion = self.opinion(id).await?;
        if is_published && !opinion.may_publish {
            return Err(AppError::Refused {
                kind: RefusalKind::Usage,
                message: phrased!("whoever gave opinion {id} does not want it published").into(),
                hint: phrase!("write to them, where they allow an answer").into(),
            });
        }
        self.store()
            .await?
            .publish_opinion(id, is_published)
            .await?;
        Ok(PublishedChange { id, is_published })
    }
}
