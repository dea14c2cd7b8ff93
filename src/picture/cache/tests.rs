//! The cache remembers, forgets the oldest, believes nothing broken, and is never needed.

use std::{fs, thread, time::Duration};

use image::{ImageFormat, Rgb, RgbImage};

use super::*;
use crate::picture::MailFormat;

/// A picture's file, and a cache beside it.
struct Desk {
    folder: tempfile::TempDir,
    cache: Cache,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::below(&folder.path().join(".daily-note"));
        Self { folder, cache }
    }

    /// A file of noise.
    fn file(&self, seed: u32) -> PathBuf {
        let path = self.folder.path().join(format!("{seed}.png"));
        let mut state = seed + 1;
        RgbImage::from_fn(160, 120, |_, _| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            Rgb([(state >> 24) as u8, (state >> 16) as u8, 90])
        })
        .save_with_format(&path, ImageFormat::Png)
        .unwrap();
        path
    }

    fn entries(&self) -> Vec<PathBuf> {
        let Ok(folder) = fs::read_dir(self.cache.entries.path()) else {
            return Vec::new();
        };
        folder.map(|entry| entry.unwrap().path()).collect()
    }
}

#[test]
fn a_picture_fitted_before_is_the_same_picture() {
    let desk = Desk::new();
    let path = desk.file(1);
    let first = desk.cache.fitted(&path, PictureUse::narrow(120)).unwrap();
    assert_eq!(desk.entries().len(), 1);
    assert_eq!(
        desk.cache.fitted(&path, PictureUse::narrow(120)).unwrap(),
        first
    );
    assert_eq!(
        fit(&fs::read(&path).unwrap(), PictureUse::narrow(120)).unwrap(),
        first
    );
    assert_eq!(desk.entries().len(), 1);
}

#[test]
fn a_hit_is_what_the_entry_says() {
    let desk = Desk::new();
    let path = desk.file(1);
    desk.cache.fitted(&path, PictureUse::narrow(120)).unwrap();
    let planted = Picture {
        kind: MailFormat::Gif,
        width: 7,
        height: 5,
        bytes: b"planted".to_vec(),
    };
    entry::write(
        &PictureFacts::of(&planted),
        &planted.bytes,
        File::create(&desk.entries()[0]).unwrap(),
    )
    .unwrap();
    assert_eq!(
        desk.cache.fitted(&path, PictureUse::narrow(120)).unwrap(),
        planted
    );
}

#[test]
fn what_is_asked_and_what_the_file_holds_both_count() {
    let desk = Desk::new();
    let path = desk.file(1);
    desk.cache.fitted(&path, PictureUse::narrow(120)).unwrap();
    let marked = PictureUse {
        has_play_mark: true,
        ..PictureUse::narrow(120)
    };
    desk.cache.fitted(&path, marked).unwrap();
    assert_eq!(desk.entries().len(), 2);
    fs::copy(desk.file(2), &path).unwrap();
    let changed = desk.cache.fitted(&path, PictureUse::narrow(120)).unwrap();
    assert_eq!(desk.entries().len(), 3);
    assert_eq!(
        changed,
        fit(&fs::read(&path).unwrap(), PictureUse::narrow(120)).unwrap()
    );
}

#[test]
fn an_entry_that_is_cut_off_or_changed_is_made_anew() {
    let desk = Desk::new();
    let path = desk.file(1);
    let picture = desk.cache.fitted(&path, PictureUse::narrow(120)).unwrap();
    let entry = desk.entries().remove(0);
    let whole = fs::read(&entry).unwrap();
    let flipped = |at: usize| {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        changed
    };
    let longer = [whole.as_slice(), b"x"].concat();
    let (head, body) = (flipped(60), flipped(whole.len() - 9));
    for broken in [
        &whole[..whole.len() / 2],
        &whole[..10],
        b"",
        &longer,
        &head,
        &body,
    ] {
        fs::write(&entry, broken).unwrap();
        assert_eq!(
            desk.cache.fitted(&path, PictureUse::narrow(120)).unwrap(),
            picture
        );
        assert_eq!(fs::read(&entry).unwrap(), whole, "fixed");
    }
}

#[test]
fn what_is_known_of_a_picture_is_what_it_is_and_is_not_asked_of_a_broken_entry() {
    let desk = Desk::new();
    let path = desk.file(1);
    let wanted = PictureUse::narrow(120);
    let picture = desk.cache.fitted(&path, wanted).unwrap();
    let facts = || desk.cache.facts(&PictureSource::at(&path), wanted).unwrap();
    let (known, key) = facts();
    assert_eq!(known, PictureFacts::of(&picture));
    assert_eq!(known.name(), hex(&sha256(&picture.bytes)[..12]));
    assert_eq!(desk.cache.kept(key, &known), Some(picture.bytes));
    let entry = desk.entries().remove(0);
    let whole = fs::read(&entry).unwrap();
    for broken in [&whole[..whole.len() - 1], &whole[..40], b""] {
        fs::write(&entry, broken).unwrap();
        assert_eq!(facts(), (known, key));
        assert_eq!(fs::read(&entry).unwrap(), whole, "fixed");
    }
    // Changed where nobody looked: seen by whoever reads it.
    let mut changed = whole.clone();
    changed[whole.len() - 9] ^= 1;
    fs::write(&entry, &changed).unwrap();
    assert_eq!(facts().0, known);
    assert_eq!(desk.cache.kept(key, &known), None);
}

#[test]
fn many_at_once_agree_and_leave_nothing_half_written() {
    let desk = Desk::new();
    let paths: Vec<PathBuf> = (0..4).map(|seed| desk.file(seed)).collect();
    let wanted: Vec<Picture> = paths
        .iter()
        .map(|path| fit(&fs::read(path).unwrap(), PictureUse::narrow(120)).unwrap())
        .collect();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for (path, wanted) in paths.iter().zip(&wanted) {
                    assert_eq!(
                        desk.cache.fitted(path, PictureUse::narrow(120)).unwrap(),
                        *wanted
                    );
                }
            });
        }
    });
    assert_eq!(desk.entries().len(), 4);
    for entry in desk.entries() {
        assert!(entry::whole(&entry).is_some(), "{}", entry.display());
    }
}

#[test]
fn the_oldest_make_room() {
    let mut desk = Desk::new();
    let folder = desk.cache.entries.path().to_owned();
    desk.cache.entries = CacheFolder::at(folder, 120_000);
    let mut last = PathBuf::new();
    for seed in 0..8 {
        let path = desk.file(seed);
        desk.cache.fitted(&path, PictureUse::narrow(160)).unwrap();
        last = path;
        // File times are as fine as the system's tick.
        thread::sleep(Duration::from_millis(12));
    }
    // It looks now and then.
    desk.cache.entries.prune().unwrap();
    let total: u64 = desk
        .entries()
        .iter()
        .map(|entry| fs::metadata(entry).unwrap().len())
        .sum();
    assert!(total <= 120_000 && total > 30_000, "{total}");
    let source = PictureSource::at(&last);
    let newest = source.key(PictureUse::narrow(160)).unwrap();
    assert!(entry::whole(&desk.cache.entry(newest)).is_some());
}

#[test]
fn without_a_place_to_write_the_work_is_done_again() {
    let desk = Desk::new();
    let path = desk.file(1);
    // A file where the folder should be.
    fs::create_dir_all(desk.folder.path().join(".daily-note")).unwrap();
    fs::write(desk.folder.path().join(".daily-note/cache"), b"").unwrap();
    let picture = desk.cache.fitted(&path, PictureUse::narrow(120)).unwrap();
    assert_eq!(
        picture,
        fit(&fs::read(&path).unwrap(), PictureUse::narrow(120)).unwrap()
    );
}

#[test]
fn a_small_file_of_many_pixels_is_kept_too() {
    let desk = Desk::new();
    let path = desk.folder.path().join("chart.png");
    image::GrayImage::new(1_600, 800)
        .save_with_format(&path, ImageFormat::Png)
        .unwrap();
    assert!(fs::metadata(&path).unwrap().len() < 16 << 10);
    desk.cache.fitted(&path, PictureUse::COLUMN).unwrap();
    assert_eq!(desk.entries().len(), 1);
}
