//! The maildrop's folder as the pages read it: which letters there are, and one of them.

use std::{fs, io, path::PathBuf};

use super::{failure::InboxFailure, letter::LetterSummary};

/// Letters on one page of the list.
const PAGE: usize = 50;

/// Where the mail is.
pub(super) struct MailFolder(pub(super) PathBuf);

/// One page of the letters that were asked for.
#[derive(Debug, Default)]
pub(super) struct FoundLetters {
    pub(super) letters: Vec<LetterSummary>,
    /// How many there are on all pages.
    pub(super) total: usize,
    /// The newest letter's name; empty where there is none.
    pub(super) latest: String,
    pub(super) search: String,
    /// From 1.
    pub(super) page: usize,
    pub(super) pages: usize,
}

impl MailFolder {
    /// The names of all letters whose name holds `search`, the newest first.
    fn names(&self, search: &str) -> io::Result<Vec<String>> {
        let search = search.trim().to_lowercase();
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.0)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if is_letter(&name) && (search.is_empty() || name.to_lowercase().contains(&search)) {
                names.push(name);
            }
        }
        names.sort_unstable_by(|a, b| b.cmp(a));
        Ok(names)
    }

    /// The newest letter's name; empty where there is none.
    pub(super) fn latest(&self) -> io::Result<String> {
        Ok(self.names("")?.into_iter().next().unwrap_or_default())
    }

    pub(super) fn read(&self, name: &str) -> Result<Vec<u8>, InboxFailure> {
        if !is_letter(name) {
            return Err(InboxFailure::NotFound);
        }
        Ok(fs::read(self.0.join(name))?)
    }

    /// That page of the letters whose name holds `search`, or the nearest there is.
    pub(super) fn listing(&self, search: &str, page: usize) -> Result<FoundLetters, InboxFailure> {
        let names = self.names(search)?;
        let pages = names.len().div_ceil(PAGE).max(1);
        let page = page.clamp(1, pages);
        let letters = names
            .iter()
            .skip((page - 1) * PAGE)
            .take(PAGE)
            .map(|name| LetterSummary::load(&self.0.join(name), name))
            .collect::<io::Result<_>>()?;
        Ok(FoundLetters {
            latest: names.first().cloned().unwrap_or_default(),
            total: names.len(),
            search: search.to_owned(),
            letters,
            page,
            pages,
        })
    }
}

/// A plain file name of the maildrop: no way out of the folder, nothing half written.
fn is_letter(name: &str) -> bool {
    name.ends_with(".eml") && !name.starts_with('.') && !name.contains(['/', '\\', '\0'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_a_plain_file_of_the_folder() {
        assert!(is_letter("20261123T230000.000001Z-1-minji@example.com.eml"));
        for name in [
            "../daily-note.yaml",
            "a/b.eml",
            "..\\x.eml",
            ".x.eml.1.part",
            ".eml",
            "x.txt",
        ] {
            assert!(!is_letter(name), "{name}");
        }
    }
}
