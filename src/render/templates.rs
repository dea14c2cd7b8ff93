//! The templates: built into the binary, overridden a file at a time by the publication's own
//! `templates/` folder.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use serde_json::Value;

use crate::{
    render::{
        Misuse, RenderError, TemplateEngine,
        filled_sheets::FilledSheets,
        opaque,
        style_memory::StyleMemory,
        words::{MailWords, TemplateTexts},
    },
    source::{Source, read_text_file, shown_path, unresolved_conflict},
};

macro_rules! built_in {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../templates/", $name)))),+]
    };
}

const BUILT_IN: &[(&str, &str)] = built_in![
    "email/issue.html",
    "email/issue.txt",
    "email/inline.css",
    "email/head.css",
    "email/word.css",
    "email/letter.css",
    "email/parts/masthead.html",
    "email/parts/logo.html",
    "email/parts/opening.html",
    "email/parts/contents.html",
    "email/parts/story.html",
    "email/parts/footnotes.html",
    "email/parts/teaser.html",
    "email/parts/participation.html",
    "email/parts/footer.html",
    "email/blocks/button.html",
    "email/blocks/callout.html",
    "email/blocks/code.html",
    "email/blocks/figure.html",
    "email/blocks/gap.html",
    "email/blocks/pair.html",
    "email/blocks/quote.html",
    "email/blocks/table.html",
    "email/blocks/tasks.html",
    "email/blocks/video.html",
    "email/head.html",
    "receipt/receipt.html",
    "receipt/facts.html",
    "receipt/receipt.txt",
    "notice/notice.html",
    "notice/notice.txt",
    "notice/en.yaml",
    "notice/ko.yaml",
    "web/layout.html",
    "web/sentence.html",
    "web/tabs.html",
    "web/paper.css",
    "web/inbox.css",
    "web/inbox.html",
    "web/letter.html",
    "web/clear.html",
    "web/card.svg",
    "web/inbox/frame.html",
    "web/preview.css",
    "web/preview.html",
    "web/preview/bar.html",
    "web/preview/faults.html",
    "web/preview/keys.html",
    "web/preview/lines.html",
    "web/preview/list.html",
    "web/preview/notes.html",
    "web/preview/reader_pages.html",
    "web/preview/stage.html",
    "web/reader.css",
    "web/reader/edition_box.html",
    "web/reader/face.html",
    "web/reader/fault.html",
    "web/reader/front.html",
    "web/reader/issue.css",
    "web/reader/issue.html",
    "web/reader/layout.html",
    "web/reader/leave.html",
    "web/reader/left.html",
    "web/reader/link.html",
    "web/reader/manage.html",
    "web/reader/note.html",
    "web/reader/opinion.html",
    "web/reader/preferences.html",
    "web/reader/privacy.html",
    "web/reader/signup.html",
    "web/reader/subscribe.html",
    "web/site/site.css",
    "web/site/card.html",
    "web/site/front.html",
    "web/site/issue.html",
    "web/site/layout.html",
    "web/site/list.html",
    "web/site/missing.html",
    "web/site/moved.html",
    "web/site/overview.html",
    "web/site/search.html",
    "web/site/subscribe.html",
    "web/site/ways.html",
    "words/ar.yaml",
    "words/en.yaml",
    "words/ja.yaml",
    "words/ko.yaml",
    "words/privacy/en.yaml",
    "words/privacy/ko.yaml",
    "words/receipt/en.yaml",
    "words/receipt/ko.yaml",
    "words/web/en.yaml",
    "words/web/ko.yaml",
    "words/web/reader/en.yaml",
    "words/web/reader/ko.yaml",
    "words/web/site/en.yaml",
    "words/web/site/ko.yaml",
];

/// The part of the templates that a mail is made from, and that a batch therefore freezes.
const MAIL: &str = "email/";
/// A template larger than this is no template.
const MAX_BYTES: u64 = 1 << 20;

/// Every template by its name under `templates/`.
#[derive(Debug, Clone)]
pub struct Templates {
    texts: BTreeMap<String, String>,
    /// Those of the mail, parsed: an archive's issues share it.
    engine: OnceLock<TemplateEngine>,
    /// Looked for in those of the mail, for all issues at once.
    misuses: OnceLock<Vec<Misuse>>,
    /// The mail's words by language, read once for all issues.
    words: Arc<Mutex<BTreeMap<String, Arc<MailWords>>>>,
    /// How the elements of their pages are styled.
    styles: Arc<StyleMemory>,
    /// Their style sheets, filled.
    sheets: Arc<FilledSheets>,
}

impl Templates {
    /// The ones inside the binary.
    #[must_use]
    pub(crate) fn built_in() -> Self {
        Self {
            texts: Self::built_in_texts()
                .map(|(name, text)| (name.to_owned(), text.to_owned()))
                .collect(),
            engine: OnceLock::new(),
            misuses: OnceLock::new(),
            words: Arc::default(),
            styles: Arc::default(),
            sheets: Arc::default(),
        }
    }

    /// Their names and texts as they stand there.
    pub(crate) fn built_in_texts() -> impl Iterator<Item = (&'static str, &'static str)> {
        BUILT_IN.iter().copied()
    }

    /// The built-in ones, overridden by the files of `<root>/templates/`. Each is parsed, so that a
    /// syntax error shows here.
    ///
    /// # Errors
    /// A file that cannot be read, is not UTF-8, or does not parse.
    pub fn load(root: &Path) -> Result<Self, RenderError> {
        let mut templates = Self::built_in();
        let folder = root.join("templates");
        if folder.is_dir() {
            templates.read_folder(root, &folder, &folder)?;
        }
        templates.engine()?;
        Ok(templates)
    }

    fn read_folder(&mut self, root: &Path, top: &Path, folder: &Path) -> Result<(), RenderError> {
        let unreadable = |path: &Path, source| RenderError::Unreadable {
            path: shown_path(root, path),
            source,
        };
        for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
            let entry = entry.map_err(|error| unreadable(folder, error))?;
            let path = entry.path();
            // The listing knows what is a folder; of a link its name alone.
            let is_folder = match entry.file_type() {
                Ok(kind) if !kind.is_symlink() => kind.is_dir(),
                _ => path.is_dir(),
            };
            if is_folder {
                self.read_folder(root, top, &path)?;
                continue;
            }
            if !is_template(&path) {
                continue;
            }
            let text =
                read_text_file(&path, MAX_BYTES).map_err(|error| unreadable(&path, error))?;
            let source = Source::new(shown_path(root, &path), text.as_str());
            if let Some(conflict) = unresolved_conflict(&source) {
                return Err(RenderError::Source(Box::new(conflict)));
            }
            self.texts
                .insert(shown_path(top, &path).replace('\\', "/"), text);
        }
        Ok(())
    }

    /// The names of all, under `templates/`.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }

    /// A template's text by its name under `templates/`.
    #[must_use]
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(String::as_str)
    }

    /// What an issue's mail is made from, ready to be rendered.
    ///
    /// # Errors
    /// The first template that does not parse.
    pub(crate) fn engine(&self) -> Result<&TemplateEngine, RenderError> {
        if let Some(engine) = self.engine.get() {
            return Ok(engine);
        }
        let fresh = TemplateEngine::new(&self.mail())?;
        Ok(self.engine.get_or_init(|| fresh))
    }

    /// The mail's style sheets, filled with what templates see.
    ///
    /// # Errors
    /// Values that are not there or of another kind.
    pub(super) fn sheets(&self, context: &Value) -> Result<Value, RenderError> {
        let own = self.below(MAIL);
        let own = own.map(|(name, text)| (name.as_str(), text.as_str()));
        self.sheets.of(self.engine()?, own, context)
    }

    /// How the elements of mails that these made are styled.
    pub(super) fn styles(&self) -> &Arc<StyleMemory> {
        &self.styles
    }

    /// The mail's words in a language.
    ///
    /// # Errors
    /// A file of words that does not parse.
    pub(super) fn words(&self, language: &str) -> Result<Arc<MailWords>, RenderError> {
        let known = || self.words.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(words) = known().get(language) {
            return Ok(Arc::clone(words));
        }
        let words = Arc::new(MailWords::load(self, language)?);
        known().insert(language.to_owned(), Arc::clone(&words));
        Ok(words)
    }

    /// Every place in the mail's templates that wants more of a reader's value than to print it or to ask
    /// whether it is there.
    #[must_use]
    pub(crate) fn misuses(&self) -> &[Misuse] {
        let find = || opaque::misuses_in(&self.mail());
        self.misuses.get_or_init(find)
    }

    /// What an issue's mail is made from.
    pub fn mail(&self) -> BTreeMap<String, String> {
        self.under(MAIL)
    }

    /// The same, to be read alone.
    pub(super) fn mail_texts(&self) -> impl Iterator<Item = &str> {
        self.below(MAIL).map(|(_, text)| text.as_str())
    }

    /// The templates whose names begin so.
    pub(crate) fn under(&self, folder: &str) -> BTreeMap<String, String> {
        let below = self.below(folder);
        below
            .map(|(name, text)| (name.clone(), text.clone()))
            .collect()
    }

    fn below(&self, folder: &str) -> impl Iterator<Item = (&String, &String)> {
        let texts = self.texts.iter();
        texts.filter(move |(name, _)| name.starts_with(folder))
    }
}

impl TemplateTexts for Templates {
    fn named(&self, name: &str) -> Option<&str> {
        self.text(name)
    }
}

/// Whether a file of `templates/` is read.
pub(super) fn is_template(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension
        .is_some_and(|extension| ["html", "txt", "css", "yaml", "xml", "svg"].contains(&extension))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_file_of_the_folder_is_inside_the_binary() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut files = Templates {
            texts: BTreeMap::new(),
            ..Templates::built_in()
        };
        let folder = root.join("templates");
        files.read_folder(root, &folder, &folder).unwrap();
        let inside: BTreeSet<&str> = BUILT_IN.iter().map(|(name, _)| *name).collect();
        assert_eq!(files.names().collect::<BTreeSet<&str>>(), inside);
    }
}
