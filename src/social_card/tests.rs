//! Cards, drawn and looked at.

use std::{fs, path::PathBuf};

use super::{
    CardFonts, CardPrinter, HEIGHT, MARGIN, SetLines, SocialCard, SocialCardError, WIDTH,
    lines::is_rtl,
};
use crate::{
    look::Look,
    picture::{Cache, MailFormat},
    render::Templates,
};

fn printer() -> CardPrinter {
    CardPrinter::new(
        &Templates::built_in(),
        CardFonts::built_in(),
        &Look::default(),
    )
    .unwrap()
}

fn card(title: &str) -> SocialCard<'_> {
    SocialCard {
        publication: "데일리 노트",
        edition: "월요일 · 소프트웨어와 비즈니스",
        title,
        date: "2026년 11월 30일",
        accent: Look::default().accent,
    }
}

fn cache() -> (tempfile::TempDir, Cache) {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::below(folder.path());
    (folder, cache)
}

fn lines(title: &str) -> SetLines {
    SetLines::new(title, WIDTH - 2 * MARGIN, &CardFonts::built_in())
}

#[test]
fn a_card_is_a_png_of_the_size_that_is_asked_for_and_light() {
    let (_folder, cache) = cache();
    let picture = printer()
        .print(&card("작은 모델이 이기는 자리"), &cache)
        .unwrap();
    assert_eq!(
        (picture.kind, picture.width, picture.height),
        (MailFormat::Png, WIDTH, HEIGHT)
    );
    assert!(picture.bytes.len() < 60_000, "{}", picture.bytes.len());
}

#[test]
fn the_same_words_are_drawn_once_and_other_words_again() {
    let (folder, cache) = cache();
    let printer = printer();
    let first = printer.print(&card("하나"), &cache).unwrap();
    let kept = || {
        fs::read_dir(folder.path().join("cache/pictures"))
            .unwrap()
            .count()
    };
    assert_eq!(printer.print(&card("하나"), &cache).unwrap(), first);
    assert_ne!(printer.key(&card("하나")), printer.key(&card("둘")));
    assert_eq!(kept(), 1);
    assert_ne!(printer.print(&card("둘"), &cache).unwrap(), first);
    assert_eq!(kept(), 2);
}

#[test]
fn a_title_breaks_between_words_into_lines_of_like_length() {
    let set = lines("우리가 매일 쓰는 도구가 우리를 만들고, 우리는 그 도구를 다시 고쳐 쓴다");
    assert!(set.lines.len() > 1);
    let lengths: Vec<usize> = set.lines.iter().map(|line| line.chars().count()).collect();
    let (short, long) = (lengths.iter().min().unwrap(), lengths.iter().max().unwrap());
    assert!(long - short <= 6, "{:?}", set.lines);
    assert_eq!(
        set.lines.join(" "),
        "우리가 매일 쓰는 도구가 우리를 만들고, 우리는 그 도구를 다시 고쳐 쓴다"
    );
}

#[test]
fn a_title_of_five_hundred_characters_ends_in_an_ellipsis_and_one_without_spaces_breaks_anywhere() {
    let long = lines(&"긴 제목 ".repeat(125));
    assert!(
        long.lines.last().unwrap().ends_with('…'),
        "{:?}",
        long.lines
    );
    let whole = "ひらがなだけのとてもながいだいめいをここにかいてみる".repeat(2);
    let unbroken = lines(&whole);
    assert_eq!(unbroken.lines.concat(), whole);
    assert!(unbroken.lines.len() > 1);
}

#[test]
fn what_no_font_has_is_left_out_and_a_title_of_nothing_else_is_the_name() {
    let printer = printer();
    let drawing = |title| printer.drawing(&card(title));
    let party = drawing("출시했다 🎉 드디어").unwrap();
    assert!(party.contains("출시했다 드디어"), "{party}");
    let only = drawing("🎉🎉").unwrap();
    assert!(only.matches("데일리 노트").count() == 2, "{only}");
}

#[test]
fn words_cannot_become_markup() {
    let printer = printer();
    let drawing = printer.drawing(&card(r#"</text><script>&"'"#)).unwrap();
    assert!(!drawing.contains("<script"), "{drawing}");
    let (_folder, cache) = cache();
    printer
        .print(&card(r#"</text><script>&"'"#), &cache)
        .unwrap();
}

#[test]
fn text_that_is_read_from_the_right_begins_there() {
    assert!(is_rtl("שלום world"));
    assert!(is_rtl("1. مرحبا"));
    assert!(!is_rtl("hello שלום"));
    assert!(!is_rtl("2026"));
}

#[test]
fn a_template_that_draws_nothing_says_what_is_wrong_and_reads_no_file_of_this_machine() {
    let (_folder, cache) = cache();
    let with = |svg: &str| {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("templates/web")).unwrap();
        fs::write(folder.path().join("templates/web/card.svg"), svg).unwrap();
        let templates = Templates::load(folder.path()).unwrap();
        let printer =
            CardPrinter::new(&templates, CardFonts::built_in(), &Look::default()).unwrap();
        printer.print(&card("제목"), &cache)
    };
    let small = r#"<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>"#;
    for svg in ["no drawing", small] {
        let error = with(svg).unwrap_err();
        assert!(matches!(error, SocialCardError::Drawing { .. }), "{error}");
        assert!(
            error.to_string().contains("templates/web/card.svg"),
            "{error}"
        );
    }
    let sized = |inner: &str| {
        with(&format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="630">{inner}</svg>"#
        ))
        .unwrap()
    };
    let file = r#"<image href="/etc/hostname" width="9" height="9"/>"#;
    assert_eq!(sized(file), sized(""));
}

#[test]
fn a_font_of_the_publication_comes_first_and_a_file_that_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let web = folder.path().join("web");
    fs::create_dir_all(&web).unwrap();
    let built_in = CardFonts::load(folder.path()).unwrap();
    fs::copy(
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/social_card/card.otf"),
        web.join("card.ttf"),
    )
    .unwrap();
    let own = CardFonts::load(folder.path()).unwrap();
    assert_ne!(own.fingerprint(), built_in.fingerprint());
    fs::write(web.join("card.otf"), "wOF2").unwrap();
    let error = CardFonts::load(folder.path()).unwrap_err().to_string();
    assert!(error.contains("templates/web/card.otf"), "{error}");
}
