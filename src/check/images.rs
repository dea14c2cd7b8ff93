//! The issue's images: there, shown by mail clients, and told to those who don't see them.

use std::path::Path;

use super::{CheckSubject, Findings, rule::rules};
use crate::{
    issue::{Image, ImageUse, plain_text},
    picture::{self, Cache, MailFormat, PictureError, PictureSource, PictureUse},
    source::shown_path,
    words::{Said, say},
};

rules! {
    MISSING = "image/missing", Error,
        "readers would see an empty frame", "";
    OUTSIDE = "image/outside", Error,
        "a path out of the publication works on one machine alone, and may tell what it should not", "";
    NOT_AN_IMAGE = "image/unreadable", Error,
        "a file that mail can't carry as a picture shows as an empty frame", "";
    TYPE = "image/type", Warning,
        "mail clients show PNG, JPEG and GIF; many show nothing else", "caniemail: image-svg, image-webp, image-avif";
    ALT = "image/alt", Warning,
        "a picture without words says nothing to a screen reader, nor where images are blocked", "WCAG 1.1.1";
    ALT_NAME = "image/alt-file-name", Warning,
        "a file name tells nobody what a picture shows", "WCAG 1.1.1";
    ALT_EMPTY_WORDS = "image/alt-says-nothing", Warning,
        "`image` says of a picture what everybody knows, and the caption is read anyway", "WCAG 1.1.1";
    LARGE = "image/large", Warning,
        "a heavy picture is slow on the road and makes a heavy mail", "";
    INSECURE = "image/insecure", Warning,
        "many clients do not load pictures over http", "";
}

/// More, after all that is done to make it small, than a sharp picture of 1,200 pixels across needs.
const LARGE_BYTES: u64 = 1_000_000;

pub(super) fn check(proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    for used in &proof.issue.document.images {
        alt(proof, used, findings);
        match used.image.location.split_once("://") {
            Some((scheme, _)) => remote(used, scheme, findings),
            None => local(proof, used, findings),
        }
    }
}

fn alt(proof: &CheckSubject<'_>, used: &ImageUse, findings: &mut Findings<'_>) {
    let Image { alt, location, .. } = &used.image;
    let file = location.rsplit('/').next().unwrap_or_default();
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    if alt.is_empty() {
        findings
            .at(&ALT, used.span.clone(), say!("the image has no text"))
            .hint(match proof.issue.front_matter.spans.get("cover") {
                Some(span) if *span == used.span => {
                    say!("say what it shows: `cover: {{file: …, alt: …}}`")
                }
                _ => say!("say in the square brackets what it shows: ![…](…)"),
            });
    } else if alt == file || alt == stem && !stem.contains(' ') && stem.is_ascii() {
        findings
            .at(
                &ALT_NAME,
                used.span.clone(),
                say!("`{alt}` is the file's name", alt),
            )
            .hint(say!("say what the picture shows"));
    } else if plain_text(&used.image.caption).trim() == alt.trim() {
        findings
            .at(
                &ALT_EMPTY_WORDS,
                used.span.clone(),
                say!(
                    "`{alt}` is the caption too: who listens hears it twice",
                    alt
                ),
            )
            .hint(say!("say in the square brackets what the picture shows"));
    } else if says_nothing(alt) {
        findings
            .at(
                &ALT_EMPTY_WORDS,
                used.span.clone(),
                say!("`{alt}` does not say what the picture shows", alt),
            )
            .hint(say!("say what the picture shows, as on the telephone"));
    }
}

/// The word for a picture alone, with or without a number, or a camera's name for it.
fn says_nothing(alt: &str) -> bool {
    const WORDS: [&str; 20] = [
        "그림",
        "사진",
        "이미지",
        "캡처",
        "캡쳐",
        "스크린샷",
        "스크린 샷",
        "화면 캡처",
        "무제",
        "제목 없음",
        "image",
        "img",
        "picture",
        "photo",
        "screenshot",
        "screen shot",
        "untitled",
        "alt",
        "alt text",
        "画像",
    ];
    const CAMERAS: [&str; 8] = [
        "img_",
        "dsc_",
        "dsc0",
        "dscn",
        "pxl_",
        "kakaotalk_",
        "screenshot ",
        "스크린샷 20",
    ];
    let words = alt.trim().to_lowercase();
    let bare = words.trim_end_matches(|char: char| {
        char.is_ascii_digit() || matches!(char, ' ' | '.' | '_' | '-' | '(' | ')')
    });
    let is_camera = CAMERAS.iter().any(|start| {
        words.starts_with(start) && words.contains(|char: char| char.is_ascii_digit())
    });
    WORDS.contains(&bare) || is_camera
}

fn remote(used: &ImageUse, scheme: &str, findings: &mut Findings<'_>) {
    if scheme == "http" {
        findings
            .at(
                &INSECURE,
                used.span.clone(),
                say!("the picture is fetched over http"),
            )
            .hint(say!("use https"));
    }
    let path = used
        .image
        .location
        .split(['?', '#'])
        .next()
        .unwrap_or_default();
    if let Some(kind) = poorly_shown(Path::new(path)) {
        odd_type(used, kind, findings);
    }
}

fn local(proof: &CheckSubject<'_>, used: &ImageUse, findings: &mut Findings<'_>) {
    let location = &used.image.location;
    let root = &proof.publication.root;
    let folder = proof.issue.folder();
    let cache = Cache::below(&proof.publication.state_dir());
    // As the mail will carry it.
    let wanted = match used.is_frame {
        true => PictureUse::VIDEO,
        false => PictureUse::COLUMN,
    };
    let known = proof.pictures;
    let known = known.and_then(|known| known.get(&(location.clone(), wanted)));
    let look = || {
        let path = picture::find(root, folder, location)?;
        let (facts, _) = cache.facts(&PictureSource::at(&path), wanted)?;
        Ok(facts)
    };
    match known.copied().map_or_else(look, Ok) {
        Ok(picture) if picture.length > LARGE_BYTES => {
            let megabytes = picture.length as f64 / 1e6;
            findings
                .at(
                    &LARGE,
                    used.span.clone(),
                    say!("the picture has {megabytes} MB in the mail", megabytes = format!("{:.1}", megabytes)),
                )
                .hint(match picture.kind {
                    MailFormat::Png => say!(
                        "export it as JPEG: it has transparent parts, or letters that need sharp edges"
                    ),
                    MailFormat::Jpeg => say!("cut it: it is very tall"),
                    MailFormat::Gif => say!("make the animation shorter or smaller"),
                });
        }
        Ok(_) => {}
        Err(PictureError::Missing) => missing(proof, used, findings),
        Err(error) => {
            let rule = match error {
                PictureError::Outside => &OUTSIDE,
                _ => &NOT_AN_IMAGE,
            };
            findings
                .at(
                    rule,
                    used.span.clone(),
                    Said::from(format!("`{location}` {error}")),
                )
                .hint(error.hint());
        }
    }
}

fn missing(proof: &CheckSubject<'_>, used: &ImageUse, findings: &mut Findings<'_>) {
    let location = &used.image.location;
    let folder = match location.strip_prefix('/') {
        Some(_) => &proof.publication.root,
        None => proof.issue.folder(),
    };
    let path = folder.join(location.trim_start_matches('/'));
    let shown = shown_path(&proof.publication.root, &path);
    let finding = findings.at(
        &MISSING,
        used.span.clone(),
        say!("there is no file `{shown}`", shown),
    );
    if let Some(near) = same_in_other_case(&path) {
        finding.hint(say!(
            "there is `{near}`: names differ by capitals too",
            near
        ));
    } else {
        finding.hint(say!(
            "paths count from the issue's file; with a `/` first, from the publication"
        ));
    }
}

fn odd_type(used: &ImageUse, kind: &str, findings: &mut Findings<'_>) {
    findings
        .at(
            &TYPE,
            used.span.clone(),
            say!("many mail clients do not show {kind}", kind),
        )
        .hint(say!("save it as PNG, JPEG or GIF"));
}

fn poorly_shown(path: &Path) -> Option<&'static str> {
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "svg" | "svgz" => Some("SVG"),
        "webp" => Some("WebP"),
        "avif" => Some("AVIF"),
        "heic" | "heif" => Some("HEIC"),
        "tif" | "tiff" => Some("TIFF"),
        "bmp" => Some("BMP"),
        _ => None,
    }
}

fn same_in_other_case(path: &Path) -> Option<String> {
    let wanted = path.file_name()?.to_str()?.to_lowercase();
    std::fs::read_dir(path.parent()?)
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .find(|name| name.to_lowercase() == wanted)
}
