//! The archive as a folder of static files, for any web server; and what a state knows of issues, which `serve`
//! asks as well.

mod folder;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use serde::Serialize;

use self::folder::SiteFolder;
pub use self::folder::WrittenFiles;
use crate::{
    app::{App, AppError, RefusalKind},
    issue::Archive,
    live::{PublicationSnapshot, off_thread},
    render::Templates,
    site::{
        ArchiveSite, LeftOutIssue, PictureShelf, ShownOpinion, SiteError, SiteInput, StateOfIssues,
    },
    store::{BatchState, Store},
    words::say,
};

/// What was made of the archive.
#[derive(Debug, Serialize)]
pub struct SiteReport {
    /// Where it is.
    pub folder: PathBuf,
    /// How many issues it has.
    pub issues: usize,
    /// The files.
    pub files: WrittenFiles,
    /// The files of issues that should be there and can't.
    #[serde(serialize_with = "named")]
    pub left_out: Vec<LeftOutIssue>,
    /// When the next issue's hour comes, and with it another archive.
    pub next_release: Option<DateTime<Utc>>,
}

fn named<S: serde::Serializer>(left_out: &[LeftOutIssue], to: S) -> Result<S::Ok, S::Error> {
    let lines = |left: &LeftOutIssue| -> Vec<String> {
        left.errors.iter().map(ToString::to_string).collect()
    };
    to.collect_seq(
        left_out
            .iter()
            .map(|left| serde_json::json!({ "path": left.path, "errors": lines(left) })),
    )
}

/// Files as they were read.
struct ReadFiles {
    archive: Arc<Archive>,
    templates: Arc<Templates>,
    pictures: Arc<PictureShelf>,
}

impl App {
    /// Writes the archive into a folder, whole or not at all.
    ///
    /// # Errors
    /// Where there is no address to write, a folder that is somebody else's, a template that fails.
    pub(crate) async fn write_site(&self, folder: &Path) -> Result<SiteReport, AppError> {
        let (app, folder) = (self.clone(), folder.to_owned());
        let known = Arc::new(self.known_of_issues().await?);
        off_thread(move || {
            let archive = Arc::new(app.archive()?);
            let templates = Arc::new(Templates::load(&app.publication.root)?);
            let pictures = app.picture_shelf();
            let files = ReadFiles {
                archive,
                templates,
                pictures,
            };
            app.write_site_of(files, known, &folder)
        })
        .await
    }

    /// The same of files that were read already.
    ///
    /// # Errors
    /// As [`App::write_site`].
    pub(crate) async fn write_site_as_read(
        &self,
        snapshot: &PublicationSnapshot,
        pictures: &Arc<PictureShelf>,
        folder: &Path,
    ) -> Result<SiteReport, AppError> {
        let (app, folder) = (self.clone(), folder.to_owned());
        let known = Arc::new(self.known_of_issues().await?);
        let files = ReadFiles {
            archive: Arc::clone(&snapshot.archive),
            templates: Arc::clone(&snapshot.templates),
            pictures: Arc::clone(pictures),
        };
        off_thread(move || app.write_site_of(files, known, &folder)).await
    }

    /// The archive's pictures.
    pub(crate) fn picture_shelf(&self) -> Arc<PictureShelf> {
        Arc::new(PictureShelf::below(&self.publication.state_dir()))
    }

    async fn known_of_issues(&self) -> Result<StateOfIssues, AppError> {
        match self.has_state() {
            true => {
                let shows_opinions = self.publication.web.feedback.publish;
                Ok(state_of_issues(self.store().await?.as_ref(), shows_opinions).await?)
            }
            false => Ok(StateOfIssues::default()),
        }
    }

    fn write_site_of(
        &self,
        files: ReadFiles,
        known: Arc<StateOfIssues>,
        folder: &Path,
    ) -> Result<SiteReport, AppError> {
        let input = SiteInput {
            publication: Arc::clone(&self.publication),
            archive: files.archive,
            templates: files.templates,
            pictures: files.pictures,
            known,
            now: self.clock.now(),
        };
        let site = ArchiveSite::new(&input).map_err(refused)?;
        let files = SiteFolder::at(folder).write(&site)?;
        Ok(SiteReport {
            folder: folder.to_owned(),
            issues: site.issue_count(),
            files,
            left_out: site.left_out().to_vec(),
            next_release: site.next_release(),
        })
    }
}

fn refused(error: SiteError) -> AppError {
    match error {
        SiteError::NoAddress => AppError::Refused {
            kind: RefusalKind::Configuration,
            message: say!("daily-note.yaml does not say where the pages are"),
            hint: say!("set `web.base_url`: feeds and search engines want whole addresses"),
        },
        SiteError::Templates(error) => error.into(),
    }
}

/// What only a state knows of issues: which were cancelled or are held back, and what readers said.
///
/// # Errors
/// The store's.
pub(crate) async fn state_of_issues(
    store: &dyn Store,
    shows_opinions: bool,
) -> Result<StateOfIssues, crate::store::StoreError> {
    let batches = store.batches(u32::MAX).await?;
    let (cancelled, sent): (Vec<_>, Vec<_>) = batches
        .into_iter()
        .partition(|batch| matches!(batch.state, BatchState::Cancelled));
    let holds = store.holds().await?.into_iter().map(|hold| hold.name);
    // Who has it can read it: only what did not leave is held back.
    let held = holds.filter(|name| !sent.iter().any(|batch| batch.issue == *name));
    let mut known = StateOfIssues {
        withheld: cancelled
            .into_iter()
            .map(|batch| batch.issue)
            .chain(held)
            .collect(),
        ..StateOfIssues::default()
    };
    if shows_opinions {
        for opinion in store.published_opinions(None).await? {
            let lines = opinion.text.iter().flat_map(|text| text.lines());
            let lines = lines.map(str::to_owned).collect();
            let shown = ShownOpinion {
                name: opinion.name,
                choice: opinion.choice,
                lines,
            };
            known.opinions.entry(opinion.issue).or_default().push(shown);
        }
    }
    Ok(known)
}
