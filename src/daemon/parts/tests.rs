//! Looks at real files.

use super::*;

#[test]
fn a_file_s_end_shows_whether_it_was_cut() {
    let cases: [(&str, &[u8], &[u8]); 6] = [
        ("a.md", b"line\n", b"li"),
        ("daily-note.yaml", b"a: 1\n", b""),
        ("a.png", b"....IEND\xAE\x42\x60\x82", b"....IDAT"),
        ("a.jpg", b"\xFF\xD8..\xFF\xD9", b"\xFF\xD8.."),
        ("a.gif", b"GIF89a..;", b"GIF89a"),
        ("a.webp", b"RIFF\x05\0\0\0WEBP.", b"RIFF\x05\0\0\0WEB"),
    ];
    for (name, whole, cut) in cases {
        assert!(!is_cut(Path::new(name), whole), "{name}");
        assert!(is_cut(Path::new(name), cut), "{name}");
    }
}

#[test]
fn templates_and_their_folders_are_parts_and_notices_and_scratch_files_are_not() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "templates/email/parts/story.html",
        "templates/notice/notice.html",
        "templates/email/.story.html.swp",
        "issues/another.md",
    ] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x\n").unwrap();
    }
    let parts = IssueParts {
        root: folder.path().to_owned(),
        own: vec![folder.path().join("issues/a.md")],
    };
    let looks = parts.look(&PartsFingerprint::default());
    let names: Vec<String> = looks.0.keys().map(|path| parts.name(path)).collect();
    let expected = [
        "daily-note.yaml",
        "issues/a.md",
        "subscribers.yaml",
        "templates/email/parts/story.html",
    ];
    assert_eq!(names, expected);
}
