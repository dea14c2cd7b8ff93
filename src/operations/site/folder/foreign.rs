//! What others put into a folder of ours: a `CNAME`, another page. To list a thousand folders at every save takes longer
//! than to make what changed; so a folder that is as it was when it was listed is not listed again. One whose last change
//! is so young that another might bear the same time is not believed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{cores::on_every_core, live::FileStat};

/// File systems tell the time in ticks, of two seconds at worst.
const TICK: Duration = Duration::from_secs(2);

/// The folders of a folder, as they were seen.
#[derive(Debug, Clone, Default)]
pub(super) struct SeenFolders(BTreeMap<PathBuf, SeenFolder>);

/// What is in a folder, but for our own files.
#[derive(Debug, Clone)]
struct SeenFolder {
    stat: FileStat,
    /// Whether it would be another by its times if anything had been put in since.
    is_settled: bool,
    foreign: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl SeenFolders {
    /// Those in `folder` now.
    ///
    /// # Errors
    /// A folder that can't be listed.
    pub(super) fn again(
        &self,
        folder: &Path,
        is_ours: impl Fn(&Path) -> bool + Sync,
    ) -> io::Result<Self> {
        let mut seen = BTreeMap::new();
        let mut below = vec![PathBuf::new()];
        while !below.is_empty() {
            let look = |path: &PathBuf| SeenFolder::at(folder, path, self.0.get(path), &is_ours);
            let looks = on_every_core(&below, look);
            let mut deeper = Vec::new();
            for (path, look) in below.into_iter().zip(looks) {
                let look = look?;
                deeper.extend(look.folders.iter().cloned());
                seen.insert(path, look);
            }
            below = deeper;
        }
        Ok(Self(seen))
    }

    /// The files of others, by their paths below the folder.
    pub(super) fn foreign(&self) -> BTreeSet<PathBuf> {
        let files = self.0.values().flat_map(|seen| &seen.foreign);
        files.cloned().collect()
    }
}

impl SeenFolder {
    fn at(
        folder: &Path,
        below: &Path,
        before: Option<&Self>,
        is_ours: &impl Fn(&Path) -> bool,
    ) -> io::Result<Self> {
        let path = folder.join(below);
        // Before it is listed: what is put in meanwhile shows next time.
        let stat = FileStat::of(&fs::metadata(&path)?);
        if let Some(before) = before.filter(|before| before.is_settled && before.stat == stat) {
            return Ok(before.clone());
        }
        let mut seen = Self {
            is_settled: stat.age() > TICK,
            stat,
            foreign: Vec::new(),
            folders: Vec::new(),
        };
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            let path = below.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                seen.folders.push(path);
            } else if !is_ours(&path) {
                seen.foreign.push(path);
            }
        }
        Ok(seen)
    }
}

#[cfg(test)]
mod tests {
    use std::{fs::FileTimes, thread};

    use super::*;
    use crate::clock::Clock;

    fn foreign(seen: &SeenFolders) -> Vec<String> {
        let foreign = seen.foreign().into_iter();
        foreign.map(|path| path.display().to_string()).collect()
    }

    #[test]
    fn what_is_put_in_is_seen_whenever_that_was() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("issues/a")).unwrap();
        fs::write(at("issues/a/index.html"), "ours").unwrap();
        let is_ours = |path: &Path| path.ends_with("index.html");
        let mut seen = SeenFolders::default();
        // Many within one tick of the clock.
        for number in 0..20 {
            let name = format!("issues/a/{number}.txt");
            fs::write(at(&name), "theirs").unwrap();
            seen = seen.again(folder.path(), is_ours).unwrap();
            assert!(foreign(&seen).contains(&name));
            assert_eq!(foreign(&seen).len(), 1);
            fs::remove_file(at(&name)).unwrap();
        }
        fs::create_dir(at("issues/theirs")).unwrap();
        fs::write(at("issues/theirs/CNAME"), "x").unwrap();
        seen = seen.again(folder.path(), is_ours).unwrap();
        assert_eq!(foreign(&seen), ["issues/theirs/CNAME"]);
        fs::remove_dir_all(at("issues/theirs")).unwrap();
        seen = seen.again(folder.path(), is_ours).unwrap();
        assert_eq!(foreign(&seen), Vec::<String>::new());
    }

    #[test]
    fn a_folder_that_stands_still_is_not_listed_again() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("CNAME"), "x").unwrap();
        let look = |seen: &SeenFolders| seen.again(folder.path(), |_| false).unwrap();
        let young = look(&SeenFolders::default());
        assert!(!young.0[Path::new("")].is_settled);
        thread::sleep(TICK + Duration::from_millis(50));
        let mut seen = look(&young);
        // Only what is not listed again can stand there still.
        let known = seen.0.get_mut(Path::new("")).unwrap();
        assert!(known.is_settled);
        known.foreign = vec![PathBuf::from("remembered")];
        assert_eq!(foreign(&look(&seen)), ["remembered"]);
        // Nor is a time believed that somebody set: the system notes when that was.
        fs::write(folder.path().join("other"), "x").unwrap();
        let times = FileTimes::new().set_modified(Clock::System.now().into());
        let handle = fs::File::open(folder.path()).unwrap();
        handle.set_times(times).unwrap();
        assert_eq!(foreign(&look(&seen)), ["CNAME", "other"]);
    }
}
