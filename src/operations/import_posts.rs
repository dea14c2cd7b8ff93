//! Posts of other programs taken in: found, read, made into issues, with their pictures beside them. Nothing that is
//! there is overwritten; what is no post is named, and the rest goes on.

mod pictures;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::Serialize;

use self::pictures::pictures_of;
use crate::{
    app::{App, AppError, RefusalKind},
    scaffold::{self, ExportedPost, ImportedPost, NewFile, PostFile},
    source::shown_path,
    words::{Said, phrase, phrased},
};

/// A folder with more files is no folder of posts, but a disk.
const MOST_FILES: usize = 20_000;
/// A post is a text.
const MOST_BYTES: u64 = 4 << 20;
/// An export has all of them.
const MOST_EXPORT_BYTES: u64 = 256 << 20;
/// Folders that generators make or need, and that hold no posts.
const NO_POSTS: [&str; 10] = [
    "node_modules",
    "_site",
    "public",
    "themes",
    "layouts",
    "_layouts",
    "_includes",
    "archetypes",
    "target",
    "dist",
];
/// What became of the files.
#[derive(Debug, Serialize)]
pub(crate) struct PostImport {
    /// The posts, in the order of their files.
    pub(crate) taken: Vec<TakenPost>,
    /// The files that are none, or that something stood in the way of.
    pub(crate) refused: Vec<RefusedPost>,
}

/// A post that is an issue now.
#[derive(Debug, Serialize)]
pub(crate) struct TakenPost {
    /// Where it came from.
    pub(crate) from: String,
    /// The issue's file.
    pub(crate) issue: String,
    /// What was changed, and what wants a look.
    pub(crate) notes: Vec<String>,
}

/// A file that is no issue now.
#[derive(Debug, Serialize)]
pub(crate) struct RefusedPost {
    /// Which.
    pub(crate) from: String,
    /// Why, in one sentence.
    pub(crate) why: String,
}

/// What is wanted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PostWish<'w> {
    /// A file, or a folder of them.
    pub(crate) from: &'w Path,
    /// The edition; by default each post's day tells.
    pub(crate) edition: Option<&'w str>,
    /// Nothing is written.
    pub(crate) is_trial: bool,
}

impl App {
    /// Takes posts in.
    ///
    /// # Errors
    /// An edition that there isn't; a file or folder that can't be read; a disk that says no.
    pub(crate) fn import_posts(&self, wish: PostWish<'_>) -> Result<PostImport, AppError> {
        if let Some(key) = wish.edition
            && self.publication.edition(key).is_none()
        {
            let keys: Vec<&str> = self
                .publication
                .editions
                .iter()
                .map(|edition| edition.key.as_str())
                .collect();
            return Err(refused(
                phrased!("there is no edition `{key}`"),
                phrased!("daily-note.yaml has {keys}", keys = keys.join(", ")),
            ));
        }
        let unreadable = |error: io::Error| {
            refused(
                phrased!("{from} can't be read: {error}", from = wish.from.display()),
                phrase!("name a post, or a folder of posts").to_owned(),
            )
        };
        let files = post_files(wish.from).map_err(unreadable)?;
        let mut report = PostImport {
            taken: Vec::new(),
            refused: Vec::new(),
        };
        for file in files {
            let shown = file.display().to_string();
            let posts = match posts_of(&file) {
                Ok(posts) => posts,
                Err(why) => {
                    report.refused.push(RefusedPost { from: shown, why });
                    continue;
                }
            };
            let is_one = posts.len() == 1;
            for post in posts {
                let from = match is_one {
                    true => shown.clone(),
                    false => format!("{shown}: {}", post.name),
                };
                match self.import_post(&file, &post, wish) {
                    Ok((issue, notes)) => report.taken.push(TakenPost { from, issue, notes }),
                    Err(why) => report.refused.push(RefusedPost { from, why }),
                }
            }
        }
        Ok(report)
    }

    /// The issue's file and what was changed, or why there is none.
    fn import_post(
        &self,
        file: &Path,
        post: &ExportedPost,
        wish: PostWish<'_>,
    ) -> Result<(String, Vec<String>), String> {
        let post = PostFile {
            name: &post.name,
            is_page: post.is_page,
            text: &post.text,
        };
        let ImportedPost {
            date,
            slug,
            text,
            mut notes,
        } = scaffold::import(&self.publication, &post, wish.edition)
            .map_err(|error| error.to_string())?;
        let name = match slug.is_empty() {
            true => date.to_string(),
            false => format!("{date}-{slug}"),
        };
        let pictures = pictures_of(&text, file);
        let path = match pictures.is_empty() {
            true => format!("issues/{name}.md"),
            false => format!("issues/{name}/index.md"),
        };
        let root = &self.publication.root;
        if let Some(there) = standing(root, &name) {
            return Err(phrased!(
                "there is {there} already, and it stays as it is",
                there = shown_path(root, &there)
            ));
        }
        let mut text = text;
        for picture in &pictures {
            text = text.replace(
                &format!("({}", picture.written),
                &format!("({}", picture.name),
            );
        }
        let (text, lost) = pictures::without_lost(&text, &pictures);
        for location in lost {
            notes.push(phrased!(
                "the picture {location} is nowhere: its words stand in its place",
                location = location
            ));
        }
        if !pictures.is_empty() {
            notes.push(phrased!(
                "{pictures} pictures lie beside it now",
                pictures = pictures.len()
            ));
        }
        if !wish.is_trial {
            let folder = root.join(&path);
            let issue = NewFile {
                path: path.clone().into(),
                text,
                is_program: false,
            };
            scaffold::write(root, std::slice::from_ref(&issue))
                .map_err(|error| error.to_string())?;
            for picture in &pictures {
                let to = folder.with_file_name(&picture.name);
                fs::copy(&picture.file, &to).map_err(|error| {
                    phrased!(
                        "{written} can't be copied: {error}",
                        written = picture.written
                    )
                })?;
            }
        }
        Ok((path, notes))
    }
}

/// The posts of a file: itself, or all that an export holds.
fn posts_of(file: &Path) -> Result<Vec<ExportedPost>, String> {
    let is = |ends: &[&str]| {
        let end = file.extension().unwrap_or_default();
        ends.iter().any(|own| end.eq_ignore_ascii_case(own))
    };
    let is_export = is(&["json", "xml"]);
    let text = read(
        file,
        if is_export {
            MOST_EXPORT_BYTES
        } else {
            MOST_BYTES
        },
    )?;
    if is_export {
        return scaffold::exported(&text)
            .ok_or_else(|| phrase!("it is no export of Ghost or WordPress").to_owned());
    }
    let (name, is_page) = (name_of(file), is(&["html", "htm"]));
    let table = [file.parent(), file.parent().and_then(Path::parent)]
        .into_iter()
        .flatten()
        .map(|folder| folder.join("posts.csv"))
        .find(|table| is_page && table.is_file());
    let text = table
        .and_then(|table| read(&table, MOST_BYTES).ok())
        .and_then(|table| scaffold::with_substack_head(&name, &text, &table))
        .unwrap_or(text);
    Ok(vec![ExportedPost {
        name,
        is_page,
        text,
    }])
}

fn refused(message: impl Into<Said>, hint: impl Into<Said>) -> AppError {
    AppError::Refused {
        kind: RefusalKind::Usage,
        message: message.into(),
        hint: hint.into(),
    }
}

/// The issue of that name, as a file or as a folder.
fn standing(root: &Path, name: &str) -> Option<PathBuf> {
    [format!("issues/{name}.md"), format!("issues/{name}")]
        .into_iter()
        .map(|path| root.join(path))
        .find(|path| path.symlink_metadata().is_ok())
}

/// The files that may be posts, in the order of their paths.
fn post_files(from: &Path) -> io::Result<Vec<PathBuf>> {
    if !fs::metadata(from)?.is_dir() {
        return Ok(vec![from.to_owned()]);
    }
    let mut found = Vec::new();
    let mut folders = vec![from.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            // A link may lead round in a circle.
            let kind = entry.file_type()?;
            if name.starts_with('.') || kind.is_dir() && NO_POSTS.contains(&name.as_str()) {
                continue;
            }
            if kind.is_dir() {
                folders.push(path);
            } else if is_export(&name)
                || is_text(&path) && !name.eq_ignore_ascii_case("README.md") && name != "_index.md"
            {
                found.push(path);
            }
            if found.len() > MOST_FILES {
                return Err(io::Error::other(phrased!(
                    "it holds more than {most_files} texts",
                    most_files = MOST_FILES
                )));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// `name.ghost.2026-11-23.json`, `name.WordPress.2026-11-23.xml`: other JSON and XML of a folder is a site's own.
fn is_export(name: &str) -> bool {
    let name = name.to_lowercase();
    name.ends_with(".json") && name.contains(".ghost.")
        || name.ends_with(".xml") && name.contains(".wordpress.")
}

fn is_text(path: &Path) -> bool {
    let end = path
        .extension()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    matches!(
        end.as_str(),
        "md" | "markdown" | "mdown" | "mkd" | "mdx" | "html" | "htm"
    )
}

/// The text, from UTF-8 or from what Korean programs wrote before it.
fn read(file: &Path, most_bytes: u64) -> Result<String, String> {
    let size = fs::metadata(file).map_err(|error| error.to_string())?.len();
    if size > most_bytes {
        return Err(phrased!(
            "it has {size} MB: a post is a text",
            size = size >> 20
        ));
    }
    let bytes = fs::read(file).map_err(|error| error.to_string())?;
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(&bytes) {
        return Ok(encoding
            .decode_without_bom_handling(&bytes[mark..])
            .0
            .into_owned());
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(error) => {
            let (text, _, is_broken) = encoding_rs::EUC_KR.decode(error.as_bytes());
            match is_broken {
                true => Err(phrase!("it is neither UTF-8 nor EUC-KR").to_owned()),
                false => Ok(text.into_owned()),
            }
        }
    }
}

/// The file's name without its ending; an `index`'s is its folder's.
fn name_of(file: &Path) -> String {
    let stem = file
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let folder = file.parent().and_then(Path::file_name);
    match folder {
        Some(folder) if stem.eq_ignore_ascii_case("index") => folder.to_string_lossy().into_owned(),
        _ => stem,
    }
}
