//! Posts of another program come in as they lie on its disk: pictures beside them, what is no post named, nothing
//! overwritten.

use std::fs;

use crate::support::TestPublication;

fn site(publication: &TestPublication) -> std::path::PathBuf {
    let site = publication.path("site");
    let put = |path: &str, bytes: &[u8]| {
        let path = site.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    put(
        "content/posts/boats/index.md",
        "+++\ntitle = '배'\ndate = 2025-11-24\n+++\n![두 척](boat.png) ![항구](/images/port.png)\n"
            .as_bytes(),
    );
    put("content/posts/boats/boat.png", b"not really a picture");
    put("static/images/port.png", b"neither is this");
    put(
        "content/posts/2025-12-01-plain.md",
        "---\ntitle: 글\n---\n본문\n".as_bytes(),
    );
    let (korean, _, _) = encoding_rs::EUC_KR.encode("---\ntitle: 옛글\n---\n예전에 쓴 글\n");
    put("content/posts/2025-12-08-old.md", &korean);
    put(
        "content/posts/undated.md",
        "---\ntitle: 날짜 없음\n---\n글\n".as_bytes(),
    );
    put("content/posts/2025-12-15-bytes.md", b"\xff\xff\xff");
    put("content/_index.md", b"---\ntitle: a\n---\n");
    put(
        "themes/x/2025-12-22-theme.md",
        "---\ntitle: 테마\n---\n글\n".as_bytes(),
    );
    site
}

#[test]
fn a_folder_of_posts_becomes_issues_with_their_pictures() {
    let publication = TestPublication::new();
    let site = site(&publication);
    let path = site.to_str().unwrap().to_owned();
    let trial = publication
        .run(["import-post", &path, "--dry-run", "--json"])
        .exits(4);
    assert_eq!(trial.json()["taken"].as_array().unwrap().len(), 3);
    assert!(!publication.path("issues/2025-12-01-plain.md").exists());

    let report = publication
        .run(["import-post", &path, "--json"])
        .exits(4)
        .json();
    let refused: Vec<String> = report["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["why"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        refused,
        [
            "it is neither UTF-8 nor EUC-KR",
            "neither its head nor its name has a date",
        ]
    );
    let folder = publication.path("issues/2025-11-24-boats");
    let text = fs::read_to_string(folder.join("index.md")).unwrap();
    assert!(
        text.contains("![두 척](boat.png) ![항구](port.png)"),
        "{text}"
    );
    assert!(folder.join("boat.png").exists() && folder.join("port.png").exists());
    let old = fs::read_to_string(publication.path("issues/2025-12-08-old.md")).unwrap();
    assert!(old.contains("예전에 쓴 글"), "{old}");
    publication.run(["render", "2025-12-01-plain"]).exits(0);

    // A second time everything is there.
    let again = publication
        .run(["import-post", &path, "--json"])
        .exits(6)
        .json();
    assert_eq!(again["refused"].as_array().unwrap().len(), 5);
    assert_eq!(text, fs::read_to_string(folder.join("index.md")).unwrap());
}

#[test]
fn an_edition_that_there_is_not_is_named() {
    let publication = TestPublication::new();
    let site = site(&publication);
    let ran = publication
        .run(["import-post", site.to_str().unwrap(), "--edition", "sunday"])
        .exits(2);
    assert!(
        ran.stderr.contains("there is no edition `sunday`"),
        "{}",
        ran.stderr
    );
}
