//! The language of a publication, before anybody knows whether its file is whole: what is wrong with the file is said
//! in it, too.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
};

use super::{FILE_NAME, Publication};

/// So much of the file is looked at; `publication:` is its first block.
const LOOKED_AT: u64 = 64 * 1024;

/// The tag that the nearest publication at or above `start` names, as far as its file can be made out.
#[must_use]
pub(crate) fn own_language(start: &Path) -> Option<String> {
    let root = Publication::find_root(start).ok()?;
    let file = File::open(root.join(FILE_NAME)).ok()?;
    let lines = BufReader::new(file.take(LOOKED_AT)).lines();
    lines.map_while(Result::ok).find_map(|line| tag_in(&line))
}

/// `  language: ko  # 한국어` → `ko`.
fn tag_in(line: &str) -> Option<String> {
    let (key, value) = line.split_once(':')?;
    if key.trim().trim_matches(['"', '\'']) != "language" {
        return None;
    }
    let value = value.split(" #").next().unwrap_or_default().trim();
    Some(value.trim_matches(['"', '\'']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_found_in_a_file_that_is_broken_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let text = "publication:\n  name: [\n  \"language\": 'ko' # 한국어\n";
        std::fs::write(folder.path().join(FILE_NAME), text).unwrap();
        let below = folder.path().join("issues");
        std::fs::create_dir(&below).unwrap();
        assert_eq!(own_language(&below).as_deref(), Some("ko"));
        std::fs::write(folder.path().join(FILE_NAME), b"# language: ko\n\xff").unwrap();
        assert_eq!(own_language(&below), None);
    }
}
