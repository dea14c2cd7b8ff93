//! The publication as it could be read last, and what is wrong with its files as they are now.

use std::{path::Path, sync::Arc, time::Duration};

use super::{
    IssueFiles,
    changed::ChangedFiles,
    scan::{FileScan, FilesFingerprint, OutsideFiles},
};
use crate::{
    clock::Stopwatch,
    issue::{Archive, BodyGlimpse, IssueHead},
    publication::{Environment, FILE_NAME, Publication},
    render::{RenderError, Templates},
    source::{SourceError, with_causes},
};

/// A publication as its files were at one moment. Each part is the last that could be read.
#[derive(Debug, Clone)]
pub(crate) struct PublicationSnapshot {
    /// The publication.
    pub publication: Arc<Publication>,
    /// Its issues.
    pub archive: Arc<Archive>,
    /// Its templates.
    pub templates: Arc<Templates>,
    /// How the files were when they were read.
    pub files: FilesFingerprint,
    /// What is wrong with daily-note.yaml.
    pub configuration_faults: Vec<SourceError>,
    /// What is wrong with the folder of issues as such.
    pub archive_fault: Option<SourceError>,
    /// What is wrong with the templates.
    pub template_fault: Option<Arc<RenderError>>,
    /// When word came that something had changed.
    pub(crate) noticed: Stopwatch,
    outside: OutsideFiles,
    /// How long the files had stood still when they were read, and since then.
    stood: (Duration, Stopwatch),
}

impl PublicationSnapshot {
    /// What there is before the files are read.
    pub(super) fn unread(publication: Arc<Publication>) -> Self {
        Self {
            archive: Arc::new(Archive::empty(&publication)),
            publication,
            templates: Arc::new(Templates::built_in()),
            files: FilesFingerprint::default(),
            configuration_faults: Vec::new(),
            archive_fault: None,
            template_fault: None,
            noticed: Stopwatch::start(),
            outside: OutsideFiles::default(),
            stood: (Duration::MAX, Stopwatch::start()),
        }
    }

    /// Reads again what has changed. From then on `scan` looks at the files that what was read names.
    pub(super) fn renewed(
        &self,
        changed: &ChangedFiles,
        scan: &mut FileScan,
        noticed: Stopwatch,
    ) -> Self {
        let mut next = self.clone();
        let root = &self.publication.root;
        let has_configuration = changed.touch(&root.join(FILE_NAME)) && next.read_publication();
        if changed.touch(&root.join("templates")) {
            next.read_templates();
        }
        if has_configuration || changed.touch(&root.join("issues")) {
            next.read_issues(|path| has_configuration || changed.touch(path));
        }
        let outside = next.outside_files();
        if outside != next.outside {
            next.outside = outside;
            scan.set_outside(&next.outside);
        }
        next.files = scan.fingerprint(root, &next.outside);
        let (_, since_the_last) = self.stood;
        let stood = match changed {
            ChangedFiles::All => scan.age(),
            ChangedFiles::These(_) => scan.age().min(since_the_last.elapsed()),
        };
        next.stood = (stood, Stopwatch::start());
        next.noticed = noticed;
        next
    }

    /// Answers whether it could be read.
    fn read_publication(&mut self) -> bool {
        match Publication::load(&self.publication.root, &Environment::of_process()) {
            Ok(publication) => {
                self.publication = Arc::new(publication);
                self.configuration_faults.clear();
            }
            Err(errors) => self.configuration_faults = errors,
        }
        self.configuration_faults.is_empty()
    }

    fn read_templates(&mut self) {
        match Templates::load(&self.publication.root) {
            Ok(templates) => {
                self.templates = Arc::new(templates);
                self.template_fault = None;
            }
            Err(error) => self.template_fault = Some(Arc::new(error)),
        }
    }

    fn read_issues(&mut self, has_changed: impl Fn(&Path) -> bool) {
        match self.archive.reloaded(&self.publication, has_changed) {
            Ok(archive) => {
                self.archive = Arc::new(archive);
                self.archive_fault = None;
            }
            Err(error) => self.archive_fault = Some(SourceError::new(with_causes(&error))),
        }
    }

    /// What mail is made of, and leaves by, beside the folders that are looked at whole.
    fn outside_files(&self) -> OutsideFiles {
        let files = self.archive.glimpses();
        let files = files.map(|(head, body)| self.files_of(head, body));
        let outlet = self.publication.smtp.files();
        OutsideFiles {
            pictures: files.flat_map(IssueFiles::outside).collect(),
            outlet: outlet.into_iter().map(Path::to_owned).collect(),
        }
    }

    pub(super) fn outside(&self) -> &OutsideFiles {
        &self.outside
    }

    /// What keeps anything new from being begun, since nobody knows what was meant.
    pub(crate) fn trouble(&self) -> Vec<SourceError> {
        let mut trouble = self.configuration_faults.clone();
        trouble.extend(self.archive_fault.clone());
        trouble
    }

    /// For how long the files have stood still.
    pub(crate) fn stood_for(&self) -> Duration {
        let (stood, since) = self.stood;
        stood.saturating_add(since.elapsed())
    }

    /// What an issue's mail is made of; nothing where there is no such issue.
    pub(crate) fn issue_files(&self, id: &str) -> IssueFiles {
        let mut issues = self.archive.glimpses();
        let issue = issues.find(|(head, _)| head.id == id);
        issue.map_or_else(IssueFiles::default, |(head, body)| {
            self.files_of(head, body)
        })
    }

    fn files_of(&self, head: &IssueHead, body: &BodyGlimpse) -> IssueFiles {
        IssueFiles::of(&self.publication, &head.path, &body.images)
    }
}
