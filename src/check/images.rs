//! The issue's images: there, shown by mail clients, and told to those who don't see them.

use std::path::{Component, Path, PathBuf};

use super::{Findings, Proof, rule::rules};
use crate::{
    issue::{Image, ImageUse},
    source::shown_path,
};

rules! {
    MISSING = "image/missing", Error,
        "readers would see an empty frame", "";
    OUTSIDE = "image/outside", Error,
        "a path out of the publication works on one machine alone, and may tell what it should not", "";
    NOT_AN_IMAGE = "image/unreadable", Error,
        "a file that is no picture shows as an empty frame", "";
    TYPE = "image/type", Warning,
        "mail clients show PNG, JPEG and GIF; many show nothing else", "caniemail: image-svg, image-webp, image-avif";
    ALT = "image/alt", Warning,
        "a picture without words says nothing to a screen reader, nor where images are blocked", "WCAG 1.1.1";
    ALT_NAME = "image/alt-file-name", Warning,
        "a file name tells nobody what a picture shows", "WCAG 1.1.1";
    LARGE = "image/large", Warning,
        "a heavy picture is slow on the road and makes a heavy mail", "";
    INSECURE = "image/insecure", Warning,
        "many clients do not load pictures over http", "";
}

/// More than a sharp picture of 1,200 pixels across needs.
const MAX_BYTES: u64 = 1_000_000;

pub(super) fn check(proof: &Proof<'_>, findings: &mut Findings<'_>) {
    for used in &proof.issue.document.images {
        alt(used, findings);
        match used.image.location.split_once("://") {
            Some((scheme, _)) => remote(used, scheme, findings),
            None => local(proof, used, findings),
        }
    }
}

fn alt(used: &ImageUse, findings: &mut Findings<'_>) {
    let Image { alt, location, .. } = &used.image;
    let file = location.rsplit('/').next().unwrap_or_default();
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    if alt.is_empty() {
        findings
            .at(&ALT, used.span.clone(), "the image has no text")
            .hint("say in the square brackets what it shows: ![…](…)");
    } else if alt == file || alt == stem && !stem.contains(' ') && stem.is_ascii() {
        findings
            .at(
                &ALT_NAME,
                used.span.clone(),
                format!("`{alt}` is the file's name"),
            )
            .hint("say what the picture shows");
    }
}

fn remote(used: &ImageUse, scheme: &str, findings: &mut Findings<'_>) {
    if scheme == "http" {
        findings
            .at(
                &INSECURE,
                used.span.clone(),
                "the picture is fetched over http",
            )
            .hint("use https");
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

fn local(proof: &Proof<'_>, used: &ImageUse, findings: &mut Findings<'_>) {
    let location = &used.image.location;
    let root = &proof.publication.root;
    let Some(path) = resolve(root, proof.issue.folder(), location) else {
        findings
            .at(
                &OUTSIDE,
                used.span.clone(),
                format!("`{location}` lies outside the publication"),
            )
            .hint("copy the picture beside the issue");
        return;
    };
    let Ok(metadata) = path.metadata() else {
        let finding = findings.at(
            &MISSING,
            used.span.clone(),
            format!("there is no file `{}`", shown_path(root, &path)),
        );
        if let Some(near) = same_in_other_case(&path) {
            finding.hint(format!("there is `{near}`: names differ by capitals too"));
        } else {
            finding
                .hint("paths count from the issue's file; with a `/` first, from the publication");
        }
        return;
    };
    let kind = poorly_shown(&path);
    if kind.is_some() || imagesize::size(&path).is_err() {
        let message = match kind {
            Some(kind) => format!("`{location}` is {kind}, which mail clients do not show"),
            None => format!("`{location}` is no picture"),
        };
        findings
            .at(&NOT_AN_IMAGE, used.span.clone(), message)
            .hint("save it as PNG, JPEG or GIF");
    } else if metadata.len() > MAX_BYTES {
        findings
            .at(
                &LARGE,
                used.span.clone(),
                format!("the picture has {:.1} MB", metadata.len() as f64 / 1e6),
            )
            .hint("1,200 pixels across are enough; JPEG for photographs, PNG for drawings");
    }
}

fn odd_type(used: &ImageUse, kind: &str, findings: &mut Findings<'_>) {
    findings
        .at(
            &TYPE,
            used.span.clone(),
            format!("many mail clients do not show {kind}"),
        )
        .hint("save it as PNG, JPEG or GIF");
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

/// The file that a location means; None where it leaves the publication.
fn resolve(root: &Path, folder: &Path, location: &str) -> Option<PathBuf> {
    // A slash at the front means the publication's root.
    let (folder, location) = match location.strip_prefix('/') {
        Some(location) => (Path::new(""), location),
        None => (folder.strip_prefix(root).unwrap_or(folder), location),
    };
    let mut path = PathBuf::new();
    for part in folder.join(location).components() {
        match part {
            Component::Normal(part) => path.push(part),
            Component::ParentDir if path.pop() => {}
            Component::CurDir => {}
            _ => return None,
        }
    }
    Some(root.join(path))
}

fn same_in_other_case(path: &Path) -> Option<String> {
    let wanted = path.file_name()?.to_str()?.to_lowercase();
    std::fs::read_dir(path.parent()?)
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .find(|name| name.to_lowercase() == wanted)
}
