//! Real repositories, made by the real git.

use std::process::Command;

use tempfile::TempDir;

use super::*;

fn git(folder: &Path, arguments: &[&str]) {
    let done = Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
        .args([
            "-c",
            "init.defaultBranch=main",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let _ = done.status;
}

/// A repository whose publication lies in a folder of it, committed.
fn repository(more: &[&str]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("letters");
    fs::create_dir_all(root.join("issues")).unwrap();
    for name in ["issues/a.md", "issues/ab.md", "issues/b.md"] {
        fs::write(root.join(name), format!("{name}\n")).unwrap();
    }
    let init: Vec<&str> = ["init", "-q"].iter().chain(more).copied().collect();
    git(folder.path(), &init);
    git(folder.path(), &["add", "-A"]);
    git(folder.path(), &["commit", "-qm", "all"]);
    (folder, root)
}

fn written(root: &Path, names: &[&str]) -> Vec<bool> {
    let paths: Vec<PathBuf> = names.iter().map(|name| root.join(name)).collect();
    let files: Vec<(&Path, Vec<u8>)> = paths
        .iter()
        .map(|path| (path.as_path(), fs::read(path).unwrap()))
        .collect();
    let written = GitRepository::around(root).unwrap().as_written(&files);
    paths
        .iter()
        .map(|path| written.contains(path.as_path()))
        .collect()
}

#[test]
fn a_file_as_git_wrote_it_is_known_in_every_version_of_the_index() {
    for version in ["2", "3", "4"] {
        let (folder, root) = repository(&[]);
        git(folder.path(), &["update-index", "--index-version", version]);
        let names = ["issues/a.md", "issues/ab.md", "issues/b.md"];
        assert_eq!(written(&root, &names), [true, true, true], "{version}");
        fs::write(root.join("issues/ab.md"), "half").unwrap();
        fs::write(root.join("issues/c.md"), "new").unwrap();
        assert_eq!(
            written(&root, &["issues/a.md", "issues/ab.md", "issues/c.md"]),
            [true, false, false]
        );
    }
    let (_folder, root) = repository(&["--object-format=sha256"]);
    assert_eq!(written(&root, &["issues/a.md"]), [true]);
}

#[test]
fn an_index_that_is_cut_anywhere_is_none() {
    let (folder, _root) = repository(&[]);
    let bytes = fs::read(folder.path().join(".git/index")).unwrap();
    let names = BTreeSet::from([b"letters/issues/b.md".to_vec()]);
    assert_eq!(index::find(&bytes, 20, &names).unwrap().len(), 1);
    for end in 0..bytes.len() - 40 {
        let found = index::find(&bytes[..end], 20, &names).unwrap_or_default();
        assert!(found.is_empty() || end > 100, "{end}");
    }
}

#[test]
fn a_lock_of_git_is_seen_in_a_checkout_a_worktree_and_a_submodule() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("letters");
    fs::create_dir_all(root.join("issues")).unwrap();
    assert!(GitRepository::around(&root).is_none());
    let store = folder.path().join("main/.git/worktrees/letters");
    fs::create_dir_all(&store).unwrap();
    for said in [
        format!("gitdir: {}\n", store.display()),
        "gitdir: ../main/.git/worktrees/letters\n".to_owned(),
    ] {
        fs::write(root.join(".git"), said).unwrap();
        let at_work = |folder: &Path| GitRepository::around(folder).unwrap().at_work();
        assert_eq!(at_work(&root), None);
        fs::write(store.join("index.lock"), "").unwrap();
        assert!(at_work(&root).is_some() && at_work(&root.join("issues")).is_some());
        fs::remove_file(store.join("index.lock")).unwrap();
    }
}

#[test]
fn whatever_git_has_half_done_is_seen_until_it_is_over() {
    let state = |root: &Path| GitRepository::around(root).unwrap().at_work();
    for what in ["merge", "rebase", "cherry-pick", "revert", "bisect"] {
        let (folder, root) = repository(&[]);
        let at = folder.path();
        git(at, &["checkout", "-qb", "other"]);
        fs::write(root.join("issues/a.md"), "theirs\n").unwrap();
        git(at, &["commit", "-qam", "theirs"]);
        git(at, &["checkout", "-q", "main"]);
        fs::write(root.join("issues/a.md"), "ours\n").unwrap();
        git(at, &["commit", "-qam", "ours"]);
        assert_eq!(state(&root), None);
        match what {
            "revert" => {
                fs::write(root.join("issues/a.md"), "later\n").unwrap();
                git(at, &["commit", "-qam", "later"]);
                git(at, &["revert", "--no-edit", "HEAD~1"]);
            }
            "bisect" => git(at, &["bisect", "start"]),
            what => git(at, &[what, "other"]),
        }
        assert_eq!(state(&root), Some(AtWork::HalfDone(what)));
        let words = state(&root).unwrap().words();
        let end = words.rsplit("`git ").next().unwrap().trim_end_matches('`');
        git(at, &end.split(' ').collect::<Vec<_>>());
        assert_eq!(state(&root), None, "{words}");
    }
}
