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
