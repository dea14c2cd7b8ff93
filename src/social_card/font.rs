//! What cards are written in: a font of the program's own, and before it the publication's. Both are data; no font of
//! the system is looked at, so that a card is the same wherever it is drawn.

use std::{fmt, fs, path::Path, sync::Arc};

use resvg::usvg::fontdb::{Database, Source};
use skrifa::{
    FontRef, MetadataProvider,
    instance::{LocationRef, Size},
};

use crate::fingerprint::{hex, sha256};

/// Noto Sans CJK KR Bold, cut down to Hangul, kana, Latin, Greek and Cyrillic, under a name of its own
/// (card.LICENSE).
const BUILT_IN: &[u8] = include_bytes!("card.otf");
/// Below the publication's `templates/web/`, the first that is there.
const OWN: [&str; 2] = ["card.otf", "card.ttf"];
/// Fonts with all of Chinese have twenty.
const MAX_BYTES: u64 = 32 << 20;

type FontFile = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// A file that is no font.
#[derive(Debug, thiserror::Error)]
#[error(
    "templates/web/{name} is no font that can be read: it wants OpenType or TrueType, not WOFF"
)]
pub(crate) struct UnfitFont {
    name: String,
}

/// The fonts of cards, the first choice first.
#[derive(Clone)]
pub(crate) struct CardFonts {
    files: Vec<FontFile>,
    database: Arc<Database>,
    family: String,
    fingerprint: String,
}

impl CardFonts {
    /// The program's own.
    #[must_use]
    pub(crate) fn built_in() -> Self {
        Self::of(vec![Arc::new(BUILT_IN)])
    }

    /// The publication's own before the program's, where `<templates>/web/` has one.
    ///
    /// # Errors
    /// A file that can't be read, or is no font.
    pub(crate) fn load(templates: &Path) -> Result<Self, UnfitFont> {
        for name in OWN {
            let path = templates.join("web").join(name);
            let Ok(metadata) = fs::metadata(&path) else {
                continue;
            };
            let unfit = || UnfitFont {
                name: name.to_owned(),
            };
            if !metadata.is_file() || metadata.len() > MAX_BYTES {
                return Err(unfit());
            }
            let bytes = fs::read(&path).map_err(|_| unfit())?;
            if FontRef::new(&bytes).is_err() {
                return Err(unfit());
            }
            let own = Self::of(vec![Arc::new(bytes), Arc::new(BUILT_IN)]);
            return match own.database.len() {
                2.. => Ok(own),
                _ => Err(unfit()),
            };
        }
        Ok(Self::built_in())
    }

    fn of(files: Vec<FontFile>) -> Self {
        let mut database = Database::new();
        let mut family = None;
        let mut hashes = String::new();
        for file in &files {
            hashes.push_str(&hex(&sha256(file.as_ref().as_ref())));
            for id in database.load_font_source(Source::Binary(Arc::clone(file))) {
                let names = database.face(id).and_then(|face| face.families.first());
                family = family.or_else(|| names.map(|(name, _)| name.clone()));
            }
        }
        Self {
            files,
            database: Arc::new(database),
            family: family.unwrap_or_default(),
            fingerprint: hex(&sha256(hashes.as_bytes())[..12]),
        }
    }

    /// What a text is written in whose style names nothing.
    pub(super) fn family(&self) -> &str {
        &self.family
    }

    pub(super) fn database(&self) -> Arc<Database> {
        Arc::clone(&self.database)
    }

    /// Another for every other set of fonts.
    pub(super) fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// How wide a character is, of a font of one pixel. None: no font has it.
    pub(super) fn advance(&self, character: char) -> Option<f32> {
        self.files.iter().find_map(|file| {
            let font = FontRef::new(file.as_ref().as_ref()).ok()?;
            let glyph = font.charmap().map(character)?;
            let metrics = font.glyph_metrics(Size::new(1.0), LocationRef::default());
            metrics.advance_width(glyph)
        })
    }

    /// The words without what no font can draw (emoji, most of all), in single spaces: an empty box says less than
    /// nothing.
    pub(super) fn drawable(&self, words: &str) -> String {
        let kept =
            |character: &char| character.is_whitespace() || self.advance(*character).is_some();
        let kept: String = words.chars().filter(kept).collect();
        kept.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl fmt::Debug for CardFonts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CardFonts")
            .field("family", &self.family)
            .field("fingerprint", &self.fingerprint)
            .finish_non_exhaustive()
    }
}
