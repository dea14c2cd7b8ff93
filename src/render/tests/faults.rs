//! What people see when a template, a picture or a file of words is wrong.

use std::{fs, path::Path};

use miette::{GraphicalReportHandler, GraphicalTheme};

use crate::render::{
    Composition, RenderError, Templates,
    tests::fixture::{issue, prepared, publication_at, reader},
};

fn shown(error: &RenderError) -> String {
    let RenderError::Source(error) = error else {
        return error.to_string();
    };
    let mut text = String::new();
    GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .with_width(100)
        .render_report(&mut text, error.as_ref())
        .unwrap();
    text.lines()
        .map(str::trim_end)
        .collect::<Vec<_>>()
        .join("\n")
}

/// A publication's folder with these files.
fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

const HEAD: &str = "---\ntitle: 제목\nedition: monday\ndate: 2026-11-23\n---\n";

fn compose(root: &Path, body: &str) -> Result<Composition, RenderError> {
    let publication = publication_at(root);
    let issue = issue(&publication, &format!("{HEAD}{body}"));
    prepared(&publication, &issue, &Templates::load(root)?)
}

#[test]
fn a_template_that_does_not_parse_shows_its_line() {
    let folder = folder(&[(
        "templates/email/parts/masthead.html",
        "<tr>\n<td>{{ publication.name </td>\n</tr>\n".as_bytes(),
    )]);
    let error = Templates::load(folder.path()).unwrap_err();
    insta::assert_snapshot!(shown(&error));
}

#[test]
fn an_unknown_value_shows_where_it_is_asked_for() {
    let folder = folder(&[(
        "templates/email/parts/masthead.html",
        "<tr><td>{{ publication.nmae }}</td></tr>\n".as_bytes(),
    )]);
    let composition = compose(folder.path(), "## 하나\n").unwrap();
    let error = composition
        .renderer()
        .unwrap()
        .render(&reader())
        .unwrap_err();
    insta::assert_snapshot!(shown(&error));
}

#[test]
fn a_block_without_its_component_says_so() {
    let folder = folder(&[(
        "templates/email/blocks/quote.html",
        b"<blockquote>{{ body }}</blockquote>".as_slice(),
    )]);
    let error = compose(folder.path(), "> 인용\n").unwrap_err();
    insta::assert_snapshot!(shown(&error));
}

#[test]
fn words_that_are_no_words_show_their_line() {
    let folder = folder(&[(
        "templates/words/ko.yaml",
        "contents: 목차\nweekdays: 월요일\n".as_bytes(),
    )]);
    let error = compose(folder.path(), "## 하나\n").unwrap_err();
    insta::assert_snapshot!(shown(&error));
}

#[test]
fn a_template_that_is_not_utf_8_is_named() {
    let folder = folder(&[("templates/email/issue.html", b"\xff\xfe".as_slice())]);
    let error = Templates::load(folder.path()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "failed to read `templates/email/issue.html`"
    );
}

#[test]
fn a_missing_picture_shows_where_it_is_asked_for() {
    let folder = folder(&[]);
    let error = compose(folder.path(), "## 하나\n\n![표](chart.png)\n").unwrap_err();
    insta::assert_snapshot!(shown(&error));
}

#[test]
fn a_picture_outside_the_folder_is_refused_even_through_a_link() {
    let outside = folder(&[("secret.png", PNG)]);
    let folder = folder(&[("issues/keep", b"".as_slice())]);
    std::os::unix::fs::symlink(
        outside.path().join("secret.png"),
        folder.path().join("issues/a.png"),
    )
    .unwrap();
    for body in ["![표](a.png)\n", "![표](../../../../../../etc/hostname)\n"] {
        let error = compose(folder.path(), body).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("lies outside the publication's folder"),
            "{error}"
        );
    }
}

#[test]
fn a_picture_that_mail_cannot_show_says_what_to_do() {
    let folder = folder(&[(
        "issues/a.svg",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>".as_slice(),
    )]);
    let error = compose(folder.path(), "![표](a.svg)\n").unwrap_err();
    insta::assert_snapshot!(shown(&error));
}

/// One transparent pixel.
const PNG: &[u8] = &[
    0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0,
    0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 10, b'I', b'D', b'A', b'T',
    0x78, 0x9c, 0x63, 0, 1, 0, 0, 5, 0, 1, 0x0d, 0x0a, 0x2d, 0xb4, 0, 0, 0, 0, b'I', b'E', b'N',
    b'D', 0xae, 0x42, 0x60, 0x82,
];

#[test]
fn a_picture_travels_once_however_often_it_is_shown() {
    let folder = folder(&[("issues/a.png", PNG), ("shared/a.png", PNG)]);
    let composition = compose(
        folder.path(),
        "![하나](a.png)\n\n![둘](a.png) ![셋](/shared/a.png)\n",
    )
    .unwrap();
    assert_eq!(composition.images.len(), 1);
    assert_eq!(composition.images[0].media_type, "image/png");
    let html = composition
        .renderer()
        .unwrap()
        .render(&reader())
        .unwrap()
        .html;
    assert_eq!(
        html.matches(&format!("cid:{}", composition.images[0].content_id))
            .count(),
        3
    );
    let page = composition.page_beside_images(&html);
    assert!(!page.contains("cid:"));
    assert_eq!(page.matches(&composition.images[0].disk_name()).count(), 3);
}
