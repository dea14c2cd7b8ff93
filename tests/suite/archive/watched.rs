//! `site --watch`: a save is a folder replaced, whole at every moment.

use std::{
    fs,
    os::unix::process::ExitStatusExt,
    process::{Child, Command},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use crate::support::TestPublication;

const PATIENCE: Duration = Duration::from_secs(30);
const ISSUE: &str = "issues/2026-11-23-quiet.md";
const PAGE: &str = "public/issues/quiet/index.html";

/// A publication whose archive is written at every save.
struct Watched {
    publication: TestPublication,
    child: Child,
}

impl Watched {
    fn start() -> Self {
        let publication =
            TestPublication::new().and_config("web: {base_url: 'https://note.example.com'}\n");
        let child = publication.start(["site", "--out", "public", "--watch"]);
        let watched = Self { publication, child };
        watched.until("the first archive", |it| {
            it.page().contains("The one thing")
        });
        watched
    }

    fn page(&self) -> String {
        fs::read_to_string(self.publication.path(PAGE)).unwrap_or_default()
    }

    /// A save, as editors do it.
    fn save(&self, old: &str, new: &str) {
        let path = self.publication.path(ISSUE);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(old), "{text}");
        let fresh = self.publication.path("issues/.saving.swp");
        fs::write(&fresh, text.replace(old, new)).unwrap();
        fs::rename(fresh, path).unwrap();
    }

    fn saved(&self, old: &str, new: &str) {
        self.save(old, new);
        self.until(new, |it| it.page().contains(new));
    }

    fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        while !is_so(self) {
            assert!(start.elapsed() < PATIENCE, "waited for: {what}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Stops it as service managers do, and names what it leaves beside the folder.
    fn stop(&mut self) -> Vec<String> {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").arg(pid).status().unwrap().success());
        let ended = self.child.wait().unwrap();
        // Between what it wrote first and its wait for the next change the signal itself ends it, which they count as well.
        assert!(ended.success() || ended.signal() == Some(15), "{ended}");
        let beside = fs::read_dir(self.publication.path(".")).unwrap();
        let names = beside.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
        names.filter(|name| name.starts_with(".public")).collect()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn every_save_is_shown_and_the_folder_is_whole_meanwhile() {
    let mut watched = Watched::start();
    let is_over = AtomicBool::new(false);
    let page = watched.publication.path(PAGE);
    let looks = thread::scope(|scope| {
        let looking = scope.spawn(|| {
            let mut looks = 0;
            while !is_over.load(Ordering::Relaxed) {
                let shown = fs::read_to_string(&page).expect("the page is there at every moment");
                assert!(
                    shown.ends_with("</html>\n"),
                    "a page is never half: {shown}"
                );
                looks += 1;
            }
            looks
        });
        watched.saved("The one thing", "The first thing");
        for (old, new) in [
            ("first", "second"),
            ("second", "third"),
            ("third", "fourth"),
        ] {
            watched.saved(&format!("The {old} thing"), &format!("The {new} thing"));
        }
        // What is of all issues follows: the feed, and the words that are found.
        watched.until("the feed", |it| {
            let feed = fs::read_to_string(it.publication.path("public/feed.xml"));
            feed.is_ok_and(|feed| feed.contains("The fourth thing"))
        });
        let text = fs::read_to_string(watched.publication.path("public/search/issues/0.json"));
        assert!(text.unwrap().contains("The fourth thing"));
        is_over.store(true, Ordering::Relaxed);
        looking.join().unwrap()
    });
    assert!(looks > 0);
    watched.save("status: ready", "status: draft");
    watched.until("a draft is gone", |it| !it.publication.path(PAGE).exists());
    assert!(!watched.publication.path("public/issues/quiet").exists());
    assert_eq!(watched.stop(), Vec::<String>::new());
}

#[test]
fn what_others_put_in_stays_until_they_take_it_away_and_what_they_changed_is_put_right() {
    let watched = Watched::start();
    let own = watched.publication.path("public/CNAME");
    fs::write(&own, "note.example.com\n").unwrap();
    watched.saved("The one thing", "The first thing");
    watched.saved("The first thing", "The second thing");
    assert_eq!(fs::read_to_string(&own).unwrap(), "note.example.com\n");
    fs::remove_file(&own).unwrap();
    watched.saved("The second thing", "The third thing");
    watched.saved("The third thing", "The fourth thing");
    assert!(!own.exists(), "it stays away");

    // In place, and by a new file in its place; the size stays.
    let missing = watched.publication.path("public/404.html");
    let front = watched.publication.path("public/index.html");
    let (page, whole) = (
        fs::read_to_string(&missing).unwrap(),
        fs::read_to_string(&front).unwrap(),
    );
    fs::write(&missing, page.replace("<main", "<niam")).unwrap();
    fs::remove_file(&front).unwrap();
    fs::write(&front, whole.replace("<main", "<niam")).unwrap();
    watched.saved("The fourth thing", "The fifth thing");
    assert_eq!(fs::read_to_string(&missing).unwrap(), page);
    assert!(!fs::read_to_string(&front).unwrap().contains("<niam"));

    // Another process wrote there meanwhile.
    watched
        .publication
        .run(["site", "--out", "public"])
        .exits(0);
    watched.saved("The fifth thing", "The sixth thing");
    watched.saved("The sixth thing", "The seventh thing");
    assert_eq!(fs::read_to_string(&missing).unwrap(), page);
}

#[test]
fn whoever_is_killed_in_a_save_leaves_one_of_both_archives_whole() {
    let mut watched = Watched::start();
    let mut shown = "The one thing".to_owned();
    for number in 0..6_u64 {
        let next = format!("The thing of round {number}");
        watched.save(&shown, &next);
        // Before the notice, within the writing, behind it.
        thread::sleep(Duration::from_millis(number * 12));
        watched.child.kill().unwrap();
        watched.child.wait().unwrap();
        let page = watched.page();
        assert!(page.ends_with("</html>\n"), "{page}");
        assert!(page.contains(&shown) || page.contains(&next), "{page}");
        let marker = watched.publication.path("public/.daily-note-site.json");
        let marker: serde_json::Value = serde_json::from_slice(&fs::read(marker).unwrap()).unwrap();
        for file in marker["files"].as_array().unwrap() {
            let file = watched
                .publication
                .path("public")
                .join(file.as_str().unwrap());
            assert!(file.is_file(), "{}", file.display());
        }
        let again = ["site", "--out", "public", "--watch"];
        watched.child = watched.publication.start(again);
        watched.until(&next, |it| it.page().contains(&next));
        shown = next;
    }
    watched.saved(&shown, "The last thing");
    assert_eq!(watched.stop(), Vec::<String>::new());
}
