//! What was learned of pages that share their style sheets.

use std::{
    collections::{BTreeSet, HashMap},
    mem,
    sync::{Mutex, PoisonError},
};

use super::needs::SheetNeeds;
use crate::render::{
    markup::STYLE_END,
    plain_page::{PlainAttribute, PlainHtml, PlainKind, PlainToken},
    slim::{KEPT, slim_comment, spoken_of},
};

/// Elements and ways to them: an archive of years has hundreds.
const MAX_WAYS: usize = 4_096;
/// Sheets as they are left for the classes of a page.
const MAX_SPOKEN: usize = 128;
const INLINED: &str = "<style>";

/// How elements are written under certain style sheets.
#[derive(Debug)]
pub(super) struct Lesson {
    /// None: the sheets look at more than is known of an element, or the inliner was seen to.
    needs: Option<SheetNeeds>,
    /// By the way around it, and by what tells it from others there: the way that it is itself.
    ways: Vec<HashMap<String, usize>>,
    /// Of each way but the first.
    tags: Vec<WrittenTag>,
    /// Classes that are left on some page.
    classes: Vec<String>,
    /// A sheet or a comment, as it is left for a page that has these classes.
    spoken: Mutex<HashMap<(String, Vec<usize>), String>>,
}

/// The way that begins every other.
const PAGE: usize = 0;

/// A tag as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
struct WrittenTag {
    pieces: Vec<TagPiece>,
    /// Which of the lesson's classes it still has.
    classes: Vec<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum TagPiece {
    Written(String),
    /// The value of the attribute that stands there in the page's own tag.
    Value(usize),
}

impl Lesson {
    /// Under the sheets of this page.
    pub(super) fn under(page: &PlainHtml<'_>) -> Self {
        let sheets = page.tokens.iter();
        let sheets = sheets.filter(|token| token.kind == PlainKind::Sheet);
        let mut inlined = String::new();
        let mut is_known = true;
        for sheet in sheets {
            match sheet.text.strip_prefix(INLINED) {
                Some(rules) => inlined.push_str(rules.strip_suffix(STYLE_END).unwrap_or(rules)),
                // White space that a mark stands in for while the inliner reads.
                None => is_known &= sheet.text.starts_with(KEPT) && !sheet.text.contains('\u{a0}'),
            }
        }
        Self {
            needs: is_known.then(|| SheetNeeds::of(&inlined)).flatten(),
            ways: vec![HashMap::new()],
            tags: Vec::new(),
            classes: Vec::new(),
            spoken: Mutex::default(),
        }
    }

    /// The page as the inliner would write it.
    pub(super) fn written(&self, page: &PlainHtml<'_>) -> Option<String> {
        let needs = self.needs.as_ref()?;
        let mut way_to = Vec::with_capacity(page.elements.len());
        let mut present = vec![false; self.classes.len()];
        let mut sign = String::new();
        let mut length = 0;
        for token in begun(page) {
            let around = around(page, token, &way_to);
            sign.clear();
            let element = page.elements[token.element];
            needs.sign(token.name, page.attributes(token), element, &mut sign);
            let way = *self.ways[around].get(sign.as_str())?;
            way_to.push(way);
            let tag = &self.tags[way - 1];
            for class in &tag.classes {
                present[*class] = true;
            }
            length += tag.pieces.iter().map(TagPiece::len_bytes).sum::<usize>();
        }
        let classes: Vec<usize> = (0..present.len()).filter(|class| present[*class]).collect();
        let texts: usize = page.tokens.iter().map(|token| token.text.len()).sum();
        let mut written = String::with_capacity(length + texts);
        for token in &page.tokens {
            match token.kind {
                PlainKind::Open | PlainKind::Void => {
                    let tag = &self.tags[way_to[token.element] - 1];
                    tag.write(page.attributes(token), &mut written);
                }
                PlainKind::Close => {
                    written.push_str("</");
                    written.push_str(token.name);
                    written.push('>');
                }
                PlainKind::Comment | PlainKind::Sheet => {
                    self.write_spoken(token, &classes, &mut written)?;
                }
                PlainKind::Doctype | PlainKind::Text => written.push_str(token.text),
                PlainKind::Dropped => {}
            }
        }
        Some(written)
    }

    /// A comment or a sheet, speaking of what the page has.
    fn write_spoken(
        &self,
        token: &PlainToken<'_>,
        classes: &[usize],
        written: &mut String,
    ) -> Option<()> {
        let kept = token.text.strip_prefix(KEPT);
        if token.kind == PlainKind::Sheet && kept.is_none() {
            return Some(());
        }
        if token.kind == PlainKind::Comment && !token.text.contains(INLINED) {
            written.push_str(token.text);
            return Some(());
        }
        if token.text.contains('\u{a0}') {
            return None;
        }
        let key = (token.text.to_owned(), classes.to_vec());
        let known = || self.spoken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(spoken) = known().get(&key) {
            written.push_str(spoken);
            return Some(());
        }
        let present: BTreeSet<&str> = classes
            .iter()
            .map(|class| self.classes[*class].as_str())
            .collect();
        let spoken = match kept {
            Some(css) => {
                let css = css.strip_suffix(STYLE_END).unwrap_or(css);
                format!("{INLINED}{}{STYLE_END}", spoken_of(css, &present))
            }
            None => slim_comment(token.text, &present),
        };
        written.push_str(&spoken);
        let mut known = known();
        if known.len() >= MAX_SPOKEN {
            known.clear();
        }
        known.insert(key, spoken);
        Some(())
    }

    /// Learns how the inliner wrote each element of a page, where it wrote the same elements.
    pub(super) fn learn(&mut self, page: &PlainHtml<'_>, inlined: &str) {
        let is_full = self.ways.len() + page.elements.len() > MAX_WAYS;
        if self.needs.is_none() || is_full {
            return;
        }
        let Some(result) = PlainHtml::read(inlined).filter(|result| said(page) == said(result))
        else {
            return;
        };
        let noted = self.note_all(page, &result);
        // Where it looked at something that is not known of an element, nothing is believed.
        if noted.and_then(|()| self.written(page)).as_deref() != Some(inlined) {
            self.needs = None;
        }
    }

    /// None: an element that was seen before is written otherwise now.
    fn note_all(&mut self, page: &PlainHtml<'_>, inlined: &PlainHtml<'_>) -> Option<()> {
        let mut way_to = Vec::with_capacity(page.elements.len());
        let mut sign = String::new();
        for (token, result) in begun(page).zip(begun(inlined)) {
            let needs = self.needs.as_ref()?;
            let own = page.attributes(token);
            let around = around(page, token, &way_to);
            sign.clear();
            needs.sign(token.name, own, page.elements[token.element], &mut sign);
            let pieces = pieces(needs, own, result, inlined)?;
            let classes = inlined.attributes(result).iter();
            let classes = classes.filter(|attribute| attribute.name == "class");
            let classes: Vec<&str> = classes
                .flat_map(|attribute| attribute.value.split_whitespace())
                .collect();
            // White space that is none while the inliner reads.
            if own
                .iter()
                .any(|one| one.name == "class" && one.value.contains('\u{a0}'))
            {
                return None;
            }
            let classes = classes.into_iter().map(|class| self.class(class)).collect();
            let tag = WrittenTag { pieces, classes };
            let way = match self.ways[around].get(sign.as_str()) {
                Some(way) if self.tags[*way - 1] == tag => *way,
                Some(_) => return None,
                None => {
                    let way = self.ways.len();
                    self.ways.push(HashMap::new());
                    self.tags.push(tag);
                    self.ways[around].insert(mem::take(&mut sign), way);
                    way
                }
            };
            way_to.push(way);
        }
        Some(())
    }

    fn class(&mut self, name: &str) -> usize {
        let known = self.classes.iter().position(|class| class == name);
        known.unwrap_or_else(|| {
            self.classes.push(name.to_owned());
            self.classes.len() - 1
        })
    }
}

impl WrittenTag {
    fn write(&self, attributes: &[PlainAttribute<'_>], to: &mut String) {
        for piece in &self.pieces {
            match piece {
                TagPiece::Written(text) => to.push_str(text),
                TagPiece::Value(at) => to.push_str(attributes[*at].value),
            }
        }
    }
}

impl TagPiece {
    fn len_bytes(&self) -> usize {
        match self {
            Self::Written(text) => text.len(),
            Self::Value(_) => 0,
        }
    }
}

/// The tags that begin elements.
fn begun<'t, 'p>(page: &'t PlainHtml<'p>) -> impl Iterator<Item = &'t PlainToken<'p>> {
    let is_begin = |kind| matches!(kind, PlainKind::Open | PlainKind::Void);
    page.tokens.iter().filter(move |token| is_begin(token.kind))
}

/// The way to what is around an element.
fn around(page: &PlainHtml<'_>, token: &PlainToken<'_>, way_to: &[usize]) -> usize {
    let parent = page.elements[token.element].parent;
    parent.map_or(PAGE, |parent| way_to[parent])
}

/// A tag as the inliner wrote it, cut at the values that it took over. None: it wrote one of them otherwise.
fn pieces(
    needs: &SheetNeeds,
    own: &[PlainAttribute<'_>],
    result: &PlainToken<'_>,
    inlined: &PlainHtml<'_>,
) -> Option<Vec<TagPiece>> {
    let mut pieces = Vec::new();
    let mut text = format!("<{}", result.name);
    for attribute in inlined.attributes(result) {
        text.push_str(&format!(" {}=\"", attribute.name));
        let at = own.iter().position(|one| one.name == attribute.name);
        match at.filter(|_| !needs.sees(attribute.name)) {
            Some(at) if own[at].value == attribute.value => {
                pieces.push(TagPiece::Written(mem::take(&mut text)));
                pieces.push(TagPiece::Value(at));
            }
            Some(_) => return None,
            None => text.push_str(attribute.value),
        }
        text.push('"');
    }
    text.push('>');
    pieces.push(TagPiece::Written(text));
    Some(pieces)
}

/// The elements of a page in their order, and the words between them: what the inliner leaves alone.
fn said(page: &PlainHtml<'_>) -> Vec<(bool, String)> {
    let mut said: Vec<(bool, String)> = Vec::new();
    for token in &page.tokens {
        match token.kind {
            PlainKind::Open | PlainKind::Void => said.push((false, token.name.to_owned())),
            PlainKind::Close => said.push((false, format!("/{}", token.name))),
            PlainKind::Text => match said.last_mut() {
                Some((true, text)) => text.push_str(token.text),
                _ => said.push((true, token.text.to_owned())),
            },
            PlainKind::Comment => said.push((false, "!".to_owned())),
            PlainKind::Sheet | PlainKind::Doctype | PlainKind::Dropped => {}
        }
    }
    said
}
