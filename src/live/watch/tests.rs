//! Saves as editors make them, and what the system says of them.

use super::*;

fn desk() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("issues")).unwrap();
    fs::write(folder.path().join("issues/a.md"), "one").unwrap();
    folder
}

async fn after(work: impl FnOnce(&Path)) -> Vec<String> {
    let folder = desk();
    let root = folder.path().canonicalize().unwrap();
    let mut watch = FileWatch::start();
    watch.arm(&root, &OutsideFiles::default());
    work(&root);
    let save = watch.next(Duration::from_secs(10)).await;
    let paths = save
        .paths
        .iter()
        .filter(|path| path.is_file() || !path.exists());
    let names = paths.map(|path| path.strip_prefix(&root).unwrap());
    names.map(|name| name.display().to_string()).collect()
}

#[tokio::test]
async fn a_save_in_place_names_the_file() {
    let changed = after(|root| fs::write(root.join("issues/a.md"), "two").unwrap()).await;
    assert_eq!(changed, ["issues/a.md"]);
}

#[tokio::test]
async fn a_save_by_renaming_names_the_file_and_not_the_editors_own() {
    let changed = after(|root| {
        let aside = root.join("issues/.a.md.swp");
        fs::write(&aside, "two").unwrap();
        fs::rename(&aside, root.join("issues/a.md")).unwrap();
    })
    .await;
    assert_eq!(changed, ["issues/a.md"]);
}

#[tokio::test]
async fn a_rename_names_both_and_the_configuration_is_watched_too() {
    let changed = after(|root| {
        fs::rename(root.join("issues/a.md"), root.join("issues/b.md")).unwrap();
        fs::write(root.join("daily-note.yaml"), "x").unwrap();
    })
    .await;
    assert_eq!(changed, ["daily-note.yaml", "issues/a.md", "issues/b.md"]);
}

#[tokio::test]
async fn a_picture_outside_is_watched_and_its_neighbours_are_nobody_s_business() {
    let (folder, beside) = (desk(), tempfile::tempdir().unwrap());
    let picture = beside.path().canonicalize().unwrap().join("a.png");
    let outside = OutsideFiles {
        pictures: [picture.clone()].into(),
        ..OutsideFiles::default()
    };
    let mut watch = FileWatch::start();
    watch.arm(folder.path(), &outside);
    fs::write(picture.with_file_name("b.png"), "x").unwrap();
    fs::write(folder.path().join("README.md"), "x").unwrap();
    let nothing = watch.next(Duration::from_millis(200)).await;
    assert!(nothing.paths.is_empty(), "{nothing:?}");
    fs::write(&picture, "x").unwrap();
    let save = watch.next(Duration::from_secs(10)).await;
    assert!(save.paths.contains(&picture), "{save:?}");
}

#[tokio::test]
async fn a_folder_in_another_s_place_is_watched() {
    let folder = desk();
    let root = folder.path().canonicalize().unwrap();
    let mut watch = FileWatch::start();
    watch.arm(&root, &OutsideFiles::default());
    fs::create_dir(root.join("fresh")).unwrap();
    fs::write(root.join("fresh/a.md"), "one").unwrap();
    fs::rename(root.join("issues"), root.join("away")).unwrap();
    fs::rename(root.join("fresh"), root.join("issues")).unwrap();
    assert!(watch.next(Duration::from_secs(10)).await.has_folder());
    watch.arm(&root, &OutsideFiles::default());
    fs::write(root.join("issues/a.md"), "two").unwrap();
    let save = watch.next(Duration::from_secs(10)).await;
    assert!(save.paths.contains(&root.join("issues/a.md")), "{save:?}");
}

#[tokio::test]
async fn the_files_of_a_save_are_known_where_all_of_them_are_files() {
    let folder = desk();
    let root = folder.path().canonicalize().unwrap();
    let named = Path::new("/elsewhere/as/named");
    let mut watch = FileWatch::start();
    watch.arm(&root, &OutsideFiles::default());
    let of = |names: &[&str]| {
        let paths: Vec<PathBuf> = names.iter().map(|name| root.join(name)).collect();
        watch.files_of(&FileNotice::of(paths), named)
    };
    let files = |names: &[&str]| Some(names.iter().map(|name| named.join(name)).collect());
    assert_eq!(of(&["issues/a.md"]), files(&["issues/a.md"]));
    assert_eq!(
        of(&[
            "issues/gone/index.md",
            "public/index.html",
            "daily-note.yaml"
        ]),
        files(&["issues/gone/index.md", "daily-note.yaml"]),
        "others' files are nobody's business"
    );
    for unknown in [
        &[][..],
        &["public/index.html"],
        &["issues/.git/index"],
        &["issues/1/2/3/4/5/6/7/8/9.md"],
    ] {
        assert_eq!(of(unknown), None, "{unknown:?}");
    }
    let many: Vec<String> = (0..=FEW).map(|at| format!("issues/{at}.md")).collect();
    assert_eq!(
        of(&many.iter().map(String::as_str).collect::<Vec<_>>()),
        None
    );
    fs::create_dir(root.join("issues/folder")).unwrap();
    assert_eq!(of(&["issues/folder"]), None, "a folder may hold anything");
    let mut lost = FileNotice::of([root.join("issues/a.md")]);
    lost.is_of_all = true;
    assert_eq!(watch.files_of(&lost, named), None);
}
