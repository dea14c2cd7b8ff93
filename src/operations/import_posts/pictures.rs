//! The pictures of a post that lie on this disk.

use std::path::{Path, PathBuf};

/// Where generators keep what a path with a slash in front means.
const STATIC_FOLDERS: [&str; 5] = ["static", "assets", "public", "content", "."];

/// A picture that lies on this disk.
pub(super) struct PostPicture {
    /// As the text names it.
    pub(super) written: String,
    /// Where it lies.
    pub(super) file: PathBuf,
    /// What it is called beside the issue.
    pub(super) name: String,
}

/// The pictures of a text that are found: beside the post, or where its generator keeps what `/…` means.
pub(super) fn pictures_of(text: &str, post: &Path) -> Vec<PostPicture> {
    let mut found: Vec<PostPicture> = Vec::new();
    for (at, _) in text.match_indices("](") {
        let rest = &text[at + 2..];
        let Some(end) = rest.find([')', ' ', '\n']) else {
            continue;
        };
        let written = &rest[..end];
        let bare = written.trim_matches(['<', '>']);
        let is_far = bare.contains("://") || bare.starts_with("//") || bare.is_empty();
        if is_far || found.iter().any(|picture| picture.written == written) {
            continue;
        }
        let Some(file) = find(bare, post) else {
            continue;
        };
        let name = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .replace(' ', "-");
        if !found.iter().any(|picture| picture.name == name) {
            found.push(PostPicture {
                written: written.to_owned(),
                file,
                name,
            });
        }
    }
    found
}

/// The text with words in place of the pictures that lie on no disk, and which those are: a mail with such a picture
/// could not be made. A comment, which nobody sees, says where it stood.
pub(super) fn without_lost(text: &str, there: &[PostPicture]) -> (String, Vec<String>) {
    let mut out = String::with_capacity(text.len());
    let mut lost = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("![") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let picture = picture_at(rest)
            .filter(|picture| is_lost(picture.location, there) && !is_in_code(&out));
        match picture {
            Some(picture) => {
                for words in [picture.alt, picture.caption] {
                    if !words.is_empty() {
                        out.push_str(&format!("*{words}* "));
                    }
                }
                out.push_str(&format!("<!-- {} -->", picture.location));
                lost.push(picture.location.to_owned());
                rest = &rest[picture.length..];
            }
            None => {
                out.push_str("![");
                rest = &rest[2..];
            }
        }
    }
    out.push_str(rest);
    (out, lost)
}

fn is_lost(location: &str, there: &[PostPicture]) -> bool {
    let is_far = location.contains("://") || location.starts_with("//") || location.is_empty();
    !is_far && !there.iter().any(|picture| picture.name == location)
}

/// Whether what comes next stands in a code block, or between backticks.
fn is_in_code(before: &str) -> bool {
    let fences = before.lines().filter(|line| {
        line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~")
    });
    let line = before.rsplit('\n').next().unwrap_or_default();
    fences.count() % 2 == 1 || line.matches('`').count() % 2 == 1
}

/// A picture as a text names it.
struct WrittenPicture<'t> {
    alt: &'t str,
    location: &'t str,
    caption: &'t str,
    length: usize,
}

/// `![alt](location "caption")` at the beginning of a text.
fn picture_at(text: &str) -> Option<WrittenPicture<'_>> {
    let middle = text.find("](")?;
    let alt = &text[2..middle];
    let rest = &text[middle + 2..];
    let end = rest.find(')')?;
    let (location, caption) = rest[..end].split_once(' ').unwrap_or((&rest[..end], ""));
    let is_one = !alt.contains('\n') && !alt.contains("![") && !rest[..end].contains('\n');
    is_one.then(|| WrittenPicture {
        alt,
        location: location.trim_matches(['<', '>']),
        caption: caption.trim().trim_matches(['"', '\'']),
        length: middle + 2 + end + 1,
    })
}

fn find(location: &str, post: &Path) -> Option<PathBuf> {
    const PICTURES: [&str; 8] = ["png", "jpg", "jpeg", "gif", "webp", "svg", "avif", "bmp"];
    let end = Path::new(location).extension()?.to_str()?.to_lowercase();
    if !PICTURES.contains(&end.as_str()) {
        return None;
    }
    let is_file = |path: PathBuf| path.is_file().then_some(path);
    match location.strip_prefix('/') {
        None => is_file(post.parent()?.join(location)),
        Some(below) => post.ancestors().skip(1).take(6).find_map(|site| {
            STATIC_FOLDERS
                .iter()
                .find_map(|folder| is_file(site.join(folder).join(below)))
        }),
    }
}
