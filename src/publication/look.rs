//! `look:` as it is written, and its judging: a look in which something can't be read is refused at its
//! line, with the nearest that works.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    shapes::OneOrMore,
    text::{FromText, ParsedText, SingleLine, WebUrl},
};
use crate::{
    look::{
        Accent, BaseColors, Color, Font, Logo, Look, LookPicture, OptionalPart, Theme, contrast,
    },
    source::SourceError,
    words::{phrase, phrased},
    yaml::Tree,
};

/// How the mail looks.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct LookBlock {
    /// `paper` (the default): a sheet on a desk, with panels, a masthead, numbers; `letter`: nothing
    /// but text, lines and space.
    theme: Theme,
    /// `sans` (the default), `serif`, or families that readers' machines have, the wanted first:
    /// `[Pretendard, sans]`.
    font: Option<OneOrMore<ParsedText<FontFamily>>>,
    /// The colour of buttons; what is written on it is chosen. Default: `accent_color`.
    accent_fill: Option<ParsedText<Color>>,
    /// The colour of links and numbers. Default: `accent_fill`, darkened until it can be read.
    accent_text: Option<ParsedText<Color>>,
    /// What the text stands on. Default: white.
    paper: Option<ParsedText<Color>>,
    /// What the paper lies on. Default: "#F4F2EE"; in a letter, as the paper.
    page: Option<ParsedText<Color>>,
    /// The text. Default: "#1B1F24".
    ink: Option<ParsedText<Color>>,
    /// How round panels, buttons and pictures are, in pixels. Default: 8.
    #[schemars(range(min = 0, max = 28))]
    radius: Option<u8>,
    /// The newsletter's mark, at the top.
    logo: Option<LogoBlock>,
    /// A picture across the top of the mail, from edge to edge: 1,200 pixels wide or more.
    header: Option<HeaderBlock>,
    /// Parts that the mail does without: `[numbers, teaser]`.
    hide: Vec<OptionalPart>,
}

/// The newsletter's mark, at the top.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LogoBlock {
    /// Its picture: a path from this file, or an https address.
    file: ParsedText<SingleLine>,
    /// Another picture for the dark, where the first would not be seen.
    dark: Option<ParsedText<SingleLine>>,
    /// How wide it is shown, in pixels: its file should have twice as many. Default: 200 at most.
    #[schemars(range(min = 16, max = 520))]
    width: Option<u16>,
    /// The logo says the name itself: it is not written below it.
    #[serde(default)]
    alone: bool,
    /// Where it leads. Default: where it is alone, `publication.url`.
    link: Option<ParsedText<WebUrl>>,
}

/// A picture across the top of the mail, from edge to edge.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct HeaderBlock {
    /// Its picture: a path from this file, or an https address.
    file: ParsedText<SingleLine>,
    /// What it shows, for those who can't see it. Default: nothing, as of an ornament.
    alt: Option<ParsedText<SingleLine>>,
}

/// `sans`, `serif` or the name of a family.
#[derive(PartialEq, Eq)]
enum FontFamily {
    Sans,
    Serif,
    Named(String),
}

impl FromText for FontFamily {
    const NAME: &'static str = phrase!("a font");
    const PATTERN: Option<&'static str> = Some("^[^'\"<>&;{}\\\\,]{1,60}$");
    const EXAMPLES: &'static [&'static str] = &["sans", "serif", "Pretendard"];

    fn from_text(text: &str) -> Result<Self, String> {
        let name = text.trim();
        match name.to_ascii_lowercase().as_str() {
            "sans" | "sans-serif" => return Ok(Self::Sans),
            "serif" => return Ok(Self::Serif),
            _ => {}
        }
        let is_name = (1..=60).contains(&name.chars().count())
            && !name.contains(['\'', '"', '<', '>', '&', ';', '{', '}', '\\', ','])
            && !name.chars().any(char::is_control);
        match is_name {
            true => Ok(Self::Named(name.to_owned())),
            false if name.contains(',') => Err(phrased!(
                "`{text}` is more than one font\nwrite a list: [Pretendard, sans]"
            )),
            false => Err(phrased!(
                "`{text}` is no font's name\nwrite sans, serif, or a name like Pretendard"
            )),
        }
    }
}

/// As many as a style can carry on every cell.
const MOST_FAMILIES: usize = 6;

/// What of the look stands elsewhere in the file.
pub(super) struct LookContext {
    /// `publication.accent_color`.
    pub(super) accent: Color,
    /// `publication.logo`.
    pub(super) logo: Option<String>,
    /// `publication.url`.
    pub(super) url: Option<String>,
}

impl LookBlock {
    pub(super) fn settle(
        self,
        elsewhere: LookContext,
        tree: &Tree,
    ) -> Result<Look, Vec<SourceError>> {
        let mut errors = Vec::new();
        let color = |text: Option<ParsedText<Color>>| text.map(|ParsedText(color)| color);
        let paper = color(self.paper).unwrap_or(BaseColors::PAPER);
        let page = color(self.page).unwrap_or_else(|| BaseColors::page_around(self.theme, paper));
        let ink = color(self.ink).unwrap_or(BaseColors::INK);
        let fill = color(self.accent_fill).unwrap_or(elsewhere.accent);
        let text = color(self.accent_text);
        let hidden: BTreeSet<OptionalPart> = self.hide.into_iter().collect();
        if elsewhere.logo.is_some() && self.logo.is_some() {
            errors.push(
                tree.error(&["publication", "logo"], phrase!("the logo is named twice"))
                    .with_hint(phrase!("`look.logo` is enough: remove this line")),
            );
        }
        let logo = match (self.logo, elsewhere.logo) {
            (Some(block), _) => Some(block.settle(elsewhere.url, tree, &mut errors)),
            (None, Some(file)) => Some(Logo {
                file: picture(file, String::new(), &["publication", "logo"], tree),
                dark: None,
                width: Logo::WIDTH,
                is_alone: false,
                link: None,
            }),
            (None, None) => None,
        };
        let header = self.header.map(|block| {
            let alt = block
                .alt
                .map(|ParsedText(SingleLine(alt))| alt)
                .unwrap_or_default();
            picture(block.file.0.0, alt, &["look", "header", "file"], tree)
        });
        let look = Look {
            theme: self.theme,
            font: font(self.font, tree, &mut errors),
            ground: BaseColors { paper, page, ink },
            accent: Accent {
                fill,
                text: text.unwrap_or(fill),
            },
            radius: self.radius.unwrap_or(8),
            logo,
            header,
            hidden,
        };
        if look.radius > 28 {
            errors.push(tree.error(&["look", "radius"], phrase!("write a number from 0 to 28")));
        }
        errors.extend(unreadable(&look, text, tree));
        match errors.is_empty() {
            true => Ok(look),
            false => Err(errors),
        }
    }
}

impl LogoBlock {
    fn settle(self, url: Option<String>, tree: &Tree, errors: &mut Vec<SourceError>) -> Logo {
        let width = self.width.unwrap_or(Logo::WIDTH);
        if !(16..=520).contains(&width) {
            errors.push(
                tree.error(
                    &["look", "logo", "width"],
                    phrase!("write a number from 16 to 520"),
                )
                .with_hint(phrase!("the column of text is 520 pixels wide")),
            );
        }
        let at = |text: ParsedText<SingleLine>, key: &str| {
            picture(text.0.0, String::new(), &["look", "logo", key], tree)
        };
        let link = self.link.map(|ParsedText(WebUrl(link))| link);
        Logo {
            file: at(self.file, "file"),
            dark: self.dark.map(|file| at(file, "dark")),
            width,
            is_alone: self.alone,
            // Beside the name, which leads there already, it needs no link of its own.
            link: link.or(url.filter(|_| self.alone)),
        }
    }
}

/// What can't be read in it: words on the paper, links on the paper.
fn unreadable(look: &Look, text: Option<Color>, tree: &Tree) -> Option<SourceError> {
    let BaseColors { paper, ink, .. } = look.ground;
    let light = look.light();
    if !ink.is_readable_on(&[paper]) {
        let key = match tree.get(&["look", "ink"]) {
            Some(_) => "ink",
            None => "paper",
        };
        let message = phrased!(
            "text in {ink} can't be read on paper in {paper}: its contrast is {contrast:.1}, where 4.5 is the least (WCAG 1.4.3)",
            contrast = contrast(ink, paper)
        );
        let near = ink.readable_on(&[paper]);
        let hint = match near.is_readable_on(&[paper]) {
            true => phrased!("the nearest ink that works: ink: \"{near}\""),
            false => phrase!("choose a lighter or a darker paper: no ink can be read on this one")
                .to_owned(),
        };
        return Some(tree.error(&["look", key], message).with_hint(hint));
    }
    let text = text?;
    if look.accent.is_readable(&light) {
        return None;
    }
    let grounds = [paper, light.panel];
    let worst = grounds.map(|ground| contrast(text, ground));
    let message = phrased!(
        "links in {text} can't be read on paper in {paper} and panels in {panel}: their contrast is {contrast:.1}, where 4.5 is the least (WCAG 1.4.3)",
        panel = light.panel,
        contrast = worst[0].min(worst[1])
    );
    let near = text.readable_on(&grounds);
    Some(
        tree.error(&["look", "accent_text"], message)
            .with_hint(phrased!("the nearest that works: accent_text: \"{near}\"; buttons may keep the colour as `accent_fill`")),
    )
}

fn font(
    families: Option<OneOrMore<ParsedText<FontFamily>>>,
    tree: &Tree,
    errors: &mut Vec<SourceError>,
) -> Font {
    let families = families.map(|OneOrMore(families)| families);
    let mut families: Vec<FontFamily> = families
        .into_iter()
        .flatten()
        .map(|ParsedText(family)| family)
        .collect();
    let is_serif = match families.last() {
        Some(FontFamily::Sans | FontFamily::Serif) => families.pop() == Some(FontFamily::Serif),
        _ => false,
    };
    let mut names = Vec::new();
    for family in families {
        match family {
            FontFamily::Named(name) => names.push(name),
            FontFamily::Sans | FontFamily::Serif => errors.push(
                tree.error(
                    &["look", "font"],
                    phrase!("`sans` or `serif` stands last: every machine has it"),
                )
                .with_hint(phrase!("write it behind the names: [Pretendard, sans]")),
            ),
        }
    }
    if names.len() > MOST_FAMILIES {
        let message = phrased!(
            "{names} fonts are more than a mail can carry",
            names = names.len()
        );
        errors.push(
            tree.error(&["look", "font"], message)
                .with_hint(phrased!("{most} are the most", most = MOST_FAMILIES)),
        );
    }
    match (names.is_empty(), is_serif) {
        (true, false) => Font::Sans,
        (true, true) => Font::Serif,
        (false, is_serif) => Font::Stack { names, is_serif },
    }
}

/// A picture, and where the file names it.
fn picture(location: String, alt: String, path: &[&str], tree: &Tree) -> LookPicture {
    let place = tree.error(path, "");
    LookPicture {
        location,
        alt,
        place: place.span().map(|(source, span)| (source.clone(), span)),
    }
}

#[cfg(test)]
mod tests;
