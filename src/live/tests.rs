//! A publication whose files are broken, fixed and replaced while somebody holds on to it.

use std::{fs, path::Path};

use tempfile::TempDir;
use tokio::time::timeout;

use super::*;
use crate::publication::{Environment, FILE_NAME};

const YAML: &str = "publication: {name: n, timezone: UTC, from: n@example.com}\n\
                    editions: {monday: {title: m, day: mon, time: '08:00'}}\n";
const ISSUE: &str = "---\ntitle: One\nedition: monday\ndate: 2026-11-30\n---\nHi.\n";

struct Desk {
    folder: TempDir,
    live: Arc<LivePublication>,
}

impl Desk {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("issues")).unwrap();
        fs::write(folder.path().join(FILE_NAME), YAML).unwrap();
        fs::write(folder.path().join("issues/2026-11-30-one.md"), ISSUE).unwrap();
        let publication = Publication::load(folder.path(), &Environment::empty()).unwrap();
        Self {
            live: LivePublication::start(Arc::new(publication)).await,
            folder,
        }
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }
}

fn titles(snapshot: &PublicationSnapshot) -> Vec<&str> {
    let heads = snapshot.archive.readable_heads();
    heads
        .map(|head| head.front_matter().title.as_str())
        .collect()
}

#[tokio::test]
async fn what_can_t_be_read_stays_as_it_was_and_says_so() {
    let desk = Desk::new().await;
    let first = desk.live.snapshot();
    assert!(first.trouble().is_empty() && titles(&first) == ["One"]);
    desk.write(FILE_NAME, "publication: {");
    desk.write("issues/2026-11-30-one.md", &ISSUE.replace("One", "Two"));
    let broken = desk.live.look().await;
    assert!(Arc::ptr_eq(&broken.publication, &first.publication));
    assert_eq!(titles(&broken), ["Two"], "issues are read all the same");
    assert!(!broken.configuration_faults.is_empty());
    assert_eq!(
        desk.live.read_now().await.unwrap_err().len(),
        broken.trouble().len()
    );
    desk.write(FILE_NAME, &YAML.replace("name: n", "name: m"));
    let fixed = desk.live.look().await;
    assert!(fixed.trouble().is_empty());
    assert_eq!(fixed.publication.name, "m");
    assert_eq!(
        first.publication.name, "n",
        "who held on to it has it still"
    );
}

#[tokio::test]
async fn a_look_reads_what_has_changed_and_nothing_else() {
    let desk = Desk::new().await;
    let first = desk.live.snapshot();
    assert!(Arc::ptr_eq(&desk.live.look().await, &first));
    desk.write("subscribers.yaml", "- a@example.com\n");
    let second = desk.live.look().await;
    assert!(Arc::ptr_eq(&first.archive, &second.archive));
    assert_ne!(first.files.list, second.files.list);
    assert_eq!(first.files.outlet, second.files.outlet);
    let third = desk.live.read_now().await.unwrap();
    assert!(!Arc::ptr_eq(&third.publication, &second.publication));
    assert_eq!(third.files.outlet, second.files.outlet);
    assert!(Arc::ptr_eq(&desk.live.snapshot(), &second), "nobody heard");
    desk.live.forget().await;
    let all = desk.live.look().await;
    assert!(!Arc::ptr_eq(&all.archive, &second.archive));
}

#[tokio::test]
async fn who_follows_hears_of_a_save_and_of_a_folder_in_another_s_place() {
    let desk = Desk::new().await;
    let mut snapshots = desk.live.subscribe();
    let live = Arc::clone(&desk.live);
    let following = tokio::spawn(async move { live.follow().await });
    let mut shows = async |wanted: &[&str]| {
        let look = snapshots.wait_for(|snapshot| titles(snapshot) == wanted);
        let found = timeout(Duration::from_secs(20), look).await;
        assert!(found.is_ok(), "never {wanted:?}");
    };
    desk.write("issues/2026-11-30-one.md", &ISSUE.replace("One", "Two"));
    shows(&["Two"]).await;
    let at = |name: &str| desk.folder.path().join(name);
    fs::create_dir(at("fresh")).unwrap();
    desk.write("fresh/2026-11-30-one.md", ISSUE);
    fs::rename(at("issues"), at("away")).unwrap();
    fs::rename(at("fresh"), at("issues")).unwrap();
    shows(&["One"]).await;
    desk.write("issues/2026-11-30-one.md", &ISSUE.replace("One", "Three"));
    shows(&["Three"]).await;
    following.abort();
}

#[tokio::test]
async fn a_picture_beside_is_followed_from_the_save_that_names_it() {
    let desk = Desk::new().await;
    let before = desk.live.snapshot();
    assert_eq!(before.issue_files("none"), IssueFiles::default());
    desk.write(
        "issues/2026-11-30-one.md",
        &ISSUE.replace("Hi.", "![A line](/images/a.png)"),
    );
    let named = desk.live.look().await;
    assert!(Arc::ptr_eq(&desk.live.look().await, &named));
    fs::create_dir(desk.folder.path().join("images")).unwrap();
    desk.write("images/a.png", "x");
    let put = desk.live.look().await;
    assert_ne!(put.files, named.files);
    let has = |path: &Path| put.outside().paths().any(|own| own == path);
    assert!(has(&desk.folder.path().join("images/a.png")));
}

#[tokio::test]
async fn a_look_at_few_files_sees_them_and_leaves_the_others_to_the_next() {
    let desk = Desk::new().await;
    let at = |name: &str| desk.folder.path().join(name);
    let look = async |names: &[&str]| {
        let files = names.iter().map(|name| at(name)).collect();
        desk.live.look_at(Some(files), Stopwatch::start()).await
    };
    let two = ISSUE.replace("One", "Two").replace("11-30", "12-07");
    fs::create_dir(at("issues/2026-12-07-two")).unwrap();
    desk.write("issues/2026-12-07-two/index.md", &two);
    desk.write("issues/2026-11-30-one.md", &ISSUE.replace("One", "Uno"));
    let added = look(&["issues/2026-12-07-two/index.md"]).await;
    assert_eq!(titles(&added), ["One", "Two"]);
    let renamed = look(&["issues/2026-11-30-one.md"]).await;
    assert_eq!(titles(&renamed), ["Uno", "Two"]);
    let same = look(&["issues/2026-11-30-one.md", "issues/none.md"]).await;
    assert!(
        Arc::ptr_eq(&same, &desk.live.look().await),
        "nothing changed"
    );
    // A folder that is gone is named as a file that is not there.
    fs::remove_dir_all(at("issues/2026-12-07-two")).unwrap();
    let gone = look(&["issues/2026-12-07-two"]).await;
    assert_eq!(titles(&gone), ["Uno"]);
    assert_eq!(
        gone.files,
        desk.live.look().await.files,
        "as all of them are seen"
    );
    desk.write(FILE_NAME, &YAML.replace("name: n", "name: m"));
    assert_eq!(look(&[FILE_NAME]).await.publication.name, "m");
}
