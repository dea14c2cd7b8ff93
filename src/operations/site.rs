//! The archive as a folder of static files, for any web server; and what a state knows of issues, which `serve`
//! asks as well.

mod folder;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use serde::Serialize;

use self::folder::SiteFolder;
pub use self::folder::WrittenFiles;
use crate::{
    app::{App, AppError, RefusalKind},
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

/// Writes a publication's archive into a folder, again and again: what stays as it is costs little.
#[derive(Debug, Clone)]
pub(crate) struct SiteWriter {
    /// As a person named it.
    folder: PathBuf,
    pictures: Arc<PictureShelf>,
    writing: Arc<Mutex<SiteWriting>>,
}

/// What of it changes from time to time.
#[derive(Debug)]
struct SiteWriting {
    folder: SiteFolder,
    /// The archive that was written last.
    last: Option<ArchiveSite>,
}

impl SiteWriter {
    /// A writer into that folder.
    pub(crate) fn new(app: &App, folder: &Path) -> Self {
        Self::into(app, folder, SiteFolder::for_many(folder))
    }

    fn into(app: &App, named: &Path, folder: SiteFolder) -> Self {
        let writing = SiteWriting { folder, last: None };
        Self {
            folder: named.to_owned(),
            pictures: app.picture_shelf(),
            writing: Arc::new(Mutex::new(writing)),
        }
    }

    /// Writes the archive as its files were read.
    ///
    /// # Errors
    /// As [`App::write_site`].
    pub(crate) async fn write(
        &self,
        app: &App,
        snapshot: &PublicationSnapshot,
    ) -> Result<SiteReport, AppError> {
        let input = SiteInput {
            publication: Arc::clone(&snapshot.publication),
            archive: Arc::clone(&snapshot.archive),
            templates: Arc::clone(&snapshot.templates),
            pictures: Arc::clone(&self.pictures),
            known: Arc::new(app.known_of_issues().await?),
            now: app.clock.now(),
        };
        let writer = self.clone();
        off_thread(move || writer.write_input(&input)).await
    }

    fn write_input(&self, input: &SiteInput) -> Result<SiteReport, AppError> {
        let mut writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let site = ArchiveSite::after(writing.last.as_ref(), input).map_err(refused)?;
        let files = writing.folder.write(&site)?;
        let report = SiteReport {
            folder: self.folder.clone(),
            issues: site.issue_count(),
            files,
            left_out: site.left_out().to_vec(),
            next_release: site.next_release(),
        };
        writing.last = Some(site);
        Ok(report)
    }
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
            let writer = SiteWriter::into(&app, &folder, SiteFolder::at(&folder));
            let input = SiteInput {
                archive: Arc::new(app.archive()?),
                templates: Arc::new(Templates::load(&app.publication.root)?),
                publication: app.publication,
                pictures: Arc::clone(&writer.pictures),
                known,
                now: app.clock.now(),
            };
            writer.write_input(&input)
        })
        .await
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
