//! What has to be known of a publication before anybody knows whether its file is whole: the language, in which what is
//! wrong with the file is said too, and the zone, in which a day begins.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
};

use chrono_tz::Tz;

use super::{FILE_NAME, Publication};

/// So much of the file is looked at; `publication:` is its first block.
const LOOKED_AT: u64 = 64 * 1024;

/// The tag that the nearest publication at or above `start` names, as far as its file can be made out.
#[must_use]
pub(crate) fn own_language(start: &Path) -> Option<String> {
    own_value(start, "language")
}

/// The zone that it names, likewise.
#[must_use]
pub(crate) fn own_timezone(start: &Path) -> Option<Tz> {
    own_value(start, "timezone")?.parse().ok()
}

fn own_value(start: &Path, key: &str) -> Option<String> {
    let root = Publication::find_root(start).ok()?;
    let file = File::open(root.join(FILE_NAME)).ok()?;
    let lines = BufReader::new(file.take(LOOKED_AT)).lines();
    lines
        .map_while(Result::ok)
        .find_map(|line| value_in(&line, key))
}

/// `  language: ko  # 한국어` → `ko`, and so where several keys stand in one line.
fn value_in(line: &str, wanted: &str) -> Option<String> {
    let line = line.split(" #").next().unwrap_or_default();
    line.split(['{', ',', '}']).find_map(|pair| {
        let (key, value) = pair.split_once(':')?;
        let bare = |text: &str| text.trim().trim_matches(['"', '\'']).to_owned();
        (bare(key) == wanted).then(|| bare(value))
    })
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
        let text = "publication: {name: 데일리 노트, language: ko, timezone: \"Asia/Seoul\"}\n";
        std::fs::write(folder.path().join(FILE_NAME), text).unwrap();
        assert_eq!(own_language(&below).as_deref(), Some("ko"));
        assert_eq!(own_timezone(&below), Some(chrono_tz::Asia::Seoul));
        std::fs::write(folder.path().join(FILE_NAME), b"# language: ko\n\xff").unwrap();
        assert_eq!(own_language(&below), None);
    }
}
