//! An issue prepared: everything that does not depend on the reader, done once, as one JSON document.

mod context;

use std::collections::{BTreeMap, HashSet};

use serde_json::{Value, json};

pub(crate) use context::{contact_url, direction};
use context::{edition_context, next_context};
pub(super) use context::{opt_out, publication_context};

use crate::{
    issue::{Block, Issue, Section, plain_text},
    look::OptionalPart,
    publication::{Edition, Publication},
    render::{
        Composition, RenderError, Templates,
        highlight::CodeColours,
        html::HtmlWriter,
        images::{Images, PictureBytes},
        linked_issue::{IssueLinks, LinkedIssue},
        long_words::marked,
        text::{self, TextWriter},
    },
    source::SourceError,
    words::{phrase, phrased},
};

/// What Korea's law puts before an advertisement's subject.
const AD_LABEL: &str = "(광고)";

/// What the widest inboxes show of a mail beside its subject.
const PREVIEW_COLUMNS: usize = 120;
const MIN_SPACERS: usize = 10;

/// How the issue's own images reach the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImagePolicy {
    /// With the message (`cid:`).
    Inline,
    /// From the publication's pages, where `web.base_url` is set; with the message otherwise.
    Remote,
}

/// What [`Composition::prepare`] reads.
pub struct PrepareInput<'a> {
    /// The newsletter.
    pub publication: &'a Publication,
    /// The issue.
    pub issue: &'a Issue,
    /// The issue that a `[[slug]]` names, with its URL where the publication has pages.
    pub linked_issue: &'a dyn Fn(&str) -> Option<LinkedIssue>,
    /// The templates.
    pub templates: &'a Templates,
    /// How images travel.
    pub images: ImagePolicy,
}

/// So many words in a row are no chance.
const RUN: usize = 4;
/// Texts of fewer words are the same or another.
const FEW: usize = 60;

impl Composition {
    /// Renders all that is the same for every reader, and reads every file that the mail needs.
    ///
    /// # Errors
    /// A missing or unfit image, a broken template or file of words, an unknown edition.
    pub fn prepare(input: &PrepareInput<'_>) -> Result<Self, RenderError> {
        let (context, images) = Self::context(input, PictureBytes::Wanted)?;
        let (images, published) = images.into_files();
        Ok(Self {
            templates: input.templates.mail(),
            context,
            images,
            published,
        })
    }

    /// What the templates see, apart from the reader, and the images that it names.
    pub(super) fn context(
        input: &PrepareInput<'_>,
        bytes: PictureBytes,
    ) -> Result<(Value, Images), RenderError> {
        let PrepareInput {
            publication, issue, ..
        } = input;
        let edition = edition_of(publication, issue)?;
        let words = input.templates.words(&publication.language)?;
        let engine = input.templates.engine()?;
        let mut images = Images::new(publication, issue, input.images, bytes);
        let issue_links: &IssueLinks<'_> = input.linked_issue;
        let colours = CodeColours::below(&publication.state_dir());
        let mut html = HtmlWriter {
            engine,
            words: &words,
            issue_links,
            document: &issue.document,
            images: &mut images,
            colours: &colours,
            footnote_uses: BTreeMap::new(),
            inset: 0,
            is_in_cell: false,
            made_bytes: 0,
            highlighted_bytes: 0,
        };
        let document = &issue.document;
        let cover = issue.front_matter.cover.as_ref();
        let shown_cover = cover.map(|cover| html.cover(cover)).transpose()?;
        let introduction = html
            .introduction(&document.introduction)
            .map_err(|error| placed(error, issue, None))?;
        let has_numbers = publication.look.shows(OptionalPart::Numbers);
        let mut stories = Vec::with_capacity(document.sections.len());
        let mut text = TextWriter::new(&words, issue_links, has_numbers);
        let cover_text = cover.map(|cover| text.cover(cover));
        let introduction_text = text.introduction(&document.introduction);
        for section in &document.sections {
            let placed = |error| placed(error, issue, Some(section));
            stories.push(json!({
                "number": format!("{:02}", section.number),
                "title": section.title,
                "heading": html.inlines(&section.heading).map_err(placed)?,
                "anchor": section.anchor,
                "html": marked(html.blocks(&section.blocks).map_err(placed)?),
                "text": text.section(section),
            }));
        }
        let footnotes = html
            .footnotes(&document.footnotes)
            .map_err(|error| placed(error, issue, document.sections.last()))?;
        let footnotes_text = text.footnotes(&document.footnotes);
        let preheader = issue
            .front_matter
            .preheader
            .clone()
            .unwrap_or_else(|| beginning(&document.introduction));
        let mut context = json!({
            "publication": publication_context(publication, &mut images)?,
            "edition": edition_context(edition),
            "theme": publication.look.accents(publication.accent_of(edition)),
            "look": publication.look.tokens(&publication.language),
            "words": words.context(),
            "issue": {
                "id": issue.id,
                "slug": issue.slug,
                "title": issue.front_matter.title,
                "subject": subject(publication, issue),
                "preheader": preheader,
                "preheader_spacers": preheader_spacers(&preheader),
                "date": words.date(issue.front_matter.date),
                "date_iso": issue.front_matter.date.to_string(),
                "ad": issue.front_matter.ad,
                "tags": issue.front_matter.tags,
                "author": issue.front_matter.author,
                "byline": issue.front_matter.author.as_ref().map(|author| words.filled("byline", "name", author)),
                "cover": shown_cover,
                "cover_text": cover_text,
            },
            "introduction": {"html": marked(introduction), "text": introduction_text},
            "contents": {"text": text::contents(&document.sections, has_numbers)},
            "stories": stories,
            "footnotes": {"notes": footnotes, "text": footnotes_text},
            "next": next_context(publication, issue, &words),
            "opt_out": opt_out(publication, input.templates, &words)?,
        });
        context["styles"] = input.templates.sheets(&context)?;
        Ok((context, images))
    }

    /// Says in the subject that this is a test and nobody's copy of the issue.
    pub(crate) fn mark_as_test(&mut self) {
        let subject = self.context["issue"]["subject"]
            .as_str()
            .unwrap_or_default();
        self.context["issue"]["subject"] = format!("[test] {subject}").into();
    }

    /// How much of what this says to its readers the other said too, from 0 to 1, whatever edition, date or
    /// name they bear and whatever they look like: the share of its runs of words that the other has.
    #[must_use]
    pub(crate) fn share_said_by(&self, other: &Self) -> f64 {
        let (own, others) = (self.words(), other.words());
        if own == others {
            return 1.0;
        }
        // Of few words the rest may be anything: a date is a third of them.
        if own.len().min(others.len()) < FEW {
            return 0.0;
        }
        let others: HashSet<&[String]> = others.windows(RUN).collect();
        let runs = own.windows(RUN);
        let all = runs.len();
        let said = runs.filter(|run| others.contains(run)).count();
        said as f64 / all as f64
    }

    /// The words of the text, as its writer wrote them.
    fn words(&self) -> Vec<String> {
        let stories = self.context["stories"].as_array().into_iter().flatten();
        let stories = stories.flat_map(|story| [story.get("title"), story.get("text")]);
        let parts = ["/issue/title", "/introduction/text", "/footnotes/text"];
        let parts = parts.map(|part| self.context.pointer(part));
        parts
            .into_iter()
            .chain(stories)
            .flatten()
            .filter_map(Value::as_str)
            .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect()
    }
}

/// Where the issue got too long: at the section that was being written.
fn placed(error: RenderError, issue: &Issue, section: Option<&Section>) -> RenderError {
    match error {
        RenderError::TooLong => {
            let span = section.map_or(0..0, |section| section.span.clone());
            SourceError::at(&issue.source, span, error.to_string())
                .with_hint(phrase!("Gmail shows 102 KB: make several issues of it, or link to a page that has the rest"))
                .into()
        }
        error => error,
    }
}

fn edition_of<'a>(publication: &'a Publication, issue: &Issue) -> Result<&'a Edition, RenderError> {
    let key = &issue.front_matter.edition;
    publication.edition(key).ok_or_else(|| {
        let message = phrased!("the publication has no edition `{key}`");
        let known: Vec<&str> = publication
            .editions
            .iter()
            .map(|edition| edition.key.as_str())
            .collect();
        let error = match issue.front_matter.spans.get("edition") {
            Some(span) => SourceError::at(&issue.source, span.clone(), message),
            None => SourceError::new(message),
        };
        error
            .with_hint(phrased!(
                "the editions are: {known}",
                known = known.join(", ")
            ))
            .into()
    })
}

/// Exactly `(광고)` first where the issue is advertising and Korea's law holds (정보통신망법 시행령
/// 별표 6).
fn subject(publication: &Publication, issue: &Issue) -> String {
    let is_labelled = issue.front_matter.ad && publication.law.korea;
    match issue.subject() {
        subject if is_labelled && !subject.starts_with(AD_LABEL) => format!("{AD_LABEL} {subject}"),
        subject => subject.to_owned(),
    }
}

/// The first paragraph's first 120 characters or so, ending with a word.
pub(crate) fn beginning(introduction: &[Block]) -> String {
    let paragraph = introduction.iter().find_map(|block| match block {
        Block::Paragraph(content) => Some(plain_text(content)),
        _ => None,
    });
    let line = paragraph.unwrap_or_default();
    let Some((end, _)) = line.char_indices().nth(120) else {
        return line;
    };
    let cut = line[..end].rfind(' ').unwrap_or(end);
    format!("{}…", line[..cut].trim_end_matches([',', '.', ' ']))
}

/// What an inbox shows behind the preheader instead of the mail's first words: as much blank as a
/// line of some 120 columns has left. The joiners keep clients from closing up the blanks.
pub(crate) fn preheader_spacers(preheader: &str) -> String {
    let left = PREVIEW_COLUMNS.saturating_sub(text::width(preheader));
    "\u{200c}\u{a0}".repeat((left / 2).max(MIN_SPACERS))
}
