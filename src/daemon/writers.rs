//! Which files some process of this machine has open to write, as Linux tells of the processes that we
//! may look into (proc(5)). Elsewhere, and of others' processes, nobody knows: no file is named then.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The access mode among the flags of an open file (open(2)); 0 is for reading alone.
const ACCESS: u32 = 0o3;

/// Those of the files that are open to write.
pub(super) fn of(files: &[&Path]) -> BTreeSet<PathBuf> {
    let real: BTreeMap<PathBuf, &Path> = files
        .iter()
        .filter_map(|file| Some((fs::canonicalize(file).ok()?, *file)))
        .collect();
    if real.is_empty() {
        return BTreeSet::new();
    }
    let Ok(processes) = fs::read_dir("/proc") else {
        return BTreeSet::new();
    };
    let numbered = processes.flatten().map(|it| it.path()).filter(|process| {
        let name = process.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
    });
    let mut open = BTreeSet::new();
    for process in numbered {
        let Ok(handles) = fs::read_dir(process.join("fd")) else {
            continue;
        };
        for handle in handles.flatten() {
            let file = fs::read_link(handle.path()).ok();
            let file = file.and_then(|target| real.get(&target));
            if let Some(file) = file
                && is_to_write(&process.join("fdinfo").join(handle.file_name()))
            {
                open.insert((*file).to_owned());
            }
        }
    }
    open
}

fn is_to_write(about: &Path) -> bool {
    let text = fs::read_to_string(about).unwrap_or_default();
    let flags = text.lines().find_map(|line| line.strip_prefix("flags:"));
    let flags = flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok());
    flags.is_some_and(|flags| flags & ACCESS != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_file_is_named_while_somebody_has_it_open_to_write() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.md");
        let writer = fs::File::create(&file).unwrap();
        assert!(of(&[&file]).contains(&file));
        drop(writer);
        let _reader = fs::File::open(&file).unwrap();
        assert!(of(&[&file]).is_empty());
    }
}
