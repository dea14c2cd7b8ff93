//! What is a change of the files, and what is none.

use super::*;

fn desk() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("issues")).unwrap();
    fs::write(folder.path().join("issues/a.md"), "a").unwrap();
    folder
}

fn scan(root: &Path, before: Option<&FileScan>) -> FileScan {
    FileScan::of(root, &OutsideFiles::default(), before)
}

/// What has changed since `before`, below the root.
fn changes(root: &Path, before: FileScan) -> Vec<String> {
    match scan(root, Some(&before)).changes(Some(before)) {
        ChangedFiles::All => panic!("there was a look before"),
        ChangedFiles::These(paths) => {
            let names = paths.iter().map(|path| path.strip_prefix(root).unwrap());
            names.map(|name| name.display().to_string()).collect()
        }
    }
}

#[test]
fn what_an_editor_keeps_for_itself_is_no_change_of_the_files() {
    let folder = desk();
    let root = folder.path();
    let before = scan(root, None);
    for name in [".a.md.swp", "a.md~", "#a#", ".#a", "4913", "a.md.tmp"] {
        fs::write(root.join("issues").join(name), "x").unwrap();
    }
    fs::write(root.join("README.md"), "x").unwrap();
    assert!(changes(root, before).is_empty());
}

#[test]
fn a_save_a_new_file_and_one_that_is_gone_are_named() {
    let folder = desk();
    let root = folder.path();
    let before = scan(root, None);
    fs::write(root.join("issues/a.md"), "ab").unwrap();
    fs::write(root.join("daily-note.yaml"), "x").unwrap();
    assert_eq!(changes(root, before), ["daily-note.yaml", "issues/a.md"]);
    let before = scan(root, None);
    fs::rename(root.join("issues"), root.join("away")).unwrap();
    assert_eq!(changes(root, before), ["issues/a.md"]);
}

#[test]
fn two_saves_within_a_tick_of_the_file_system_are_two() {
    let folder = desk();
    let root = folder.path();
    let mut before = scan(root, None);
    // As if the times had not moved on.
    fs::write(root.join("issues/a.md"), "b").unwrap();
    let now = scan(root, None);
    let stat = now.own.values().next().unwrap().stat.clone();
    before
        .own
        .values_mut()
        .for_each(|file| file.stat = stat.clone());
    assert_eq!(changes(root, before), ["issues/a.md"]);
    // And what stands is told from it, as soon as its times can tell.
    let mut before = scan(root, Some(&now));
    assert_eq!(
        before.own.values().next().unwrap().mark,
        now.own.values().next().unwrap().mark
    );
    before.own.values_mut().for_each(|file| file.content = None);
    assert!(changes(root, before).is_empty());
}

#[test]
fn a_save_that_has_only_emptied_the_file_is_waited_for_and_believed_in_the_end() {
    let folder = desk();
    let root = folder.path();
    let path = root.join("issues/a.md");
    fs::write(&path, "").unwrap();
    let slow_editor = {
        let path = path.clone();
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(80));
            fs::write(path, "two").unwrap();
        })
    };
    let is_empty = |scan: &FileScan| scan.own[&path].stat.len == 0;
    let whole = scan(root, None);
    assert!(!is_empty(&whole));
    slow_editor.join().unwrap();
    fs::write(&path, "").unwrap();
    assert!(is_empty(&scan(root, Some(&whole))));
}

#[test]
fn a_key_elsewhere_that_is_put_in_place_is_a_change_of_what_mail_leaves_by() {
    let (folder, keys) = (desk(), tempfile::tempdir().unwrap());
    let (key, picture) = (keys.path().join("dkim.pem"), keys.path().join("a.png"));
    let outside = OutsideFiles {
        pictures: [picture.clone()].into(),
        outlet: [key.clone()].into(),
    };
    let look = || FileScan::of(folder.path(), &outside, None).fingerprint(folder.path(), &outside);
    let before = look();
    fs::write(picture, "a").unwrap();
    let with_picture = look();
    assert_ne!(with_picture, before);
    assert_eq!(with_picture.outlet, before.outlet);
    fs::write(key, "a").unwrap();
    assert_ne!(look().outlet, before.outlet);
}

#[test]
fn files_that_are_looked_at_from_now_on_are_no_change() {
    let (folder, beside) = (desk(), tempfile::tempdir().unwrap());
    let picture = beside.path().join("a.png");
    fs::write(&picture, "a").unwrap();
    let outside = OutsideFiles {
        pictures: [picture].into(),
        ..OutsideFiles::default()
    };
    let look = |before: &FileScan| FileScan::of(folder.path(), &outside, Some(before));
    let mut before = scan(folder.path(), None);
    before.set_outside(&outside);
    assert!(look(&before).changes(Some(before)).is_empty());
}
