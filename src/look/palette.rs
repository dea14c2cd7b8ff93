//! The colours of a mail besides its accent: what a publication sets of them, and what follows from it.

use serde::Serialize;

use super::{
    Theme,
    color::{Color, contrast},
};

/// What a publication sets: the sheet, what lies around it, the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BaseColors {
    /// What the text stands on.
    pub paper: Color,
    /// What the paper lies on.
    pub page: Color,
    /// The text.
    pub ink: Color,
}

impl BaseColors {
    /// The house's paper, and the page around it.
    pub(crate) const PAPER: Color = Color::WHITE;
    /// Around the paper.
    pub(crate) const PAGE: Color = rgb(0xF4_F2EE);
    /// The house's ink.
    pub(crate) const INK: Color = Color::INK;

    /// What lies around that paper where nobody chose it: of a letter there is no edge.
    #[must_use]
    pub(crate) fn page_around(theme: Theme, paper: Color) -> Color {
        match theme {
            Theme::Letter => paper,
            Theme::Paper => Self::PAGE,
        }
    }
}

impl Default for BaseColors {
    fn default() -> Self {
        Self {
            paper: Self::PAPER,
            page: Self::PAGE,
            ink: Self::INK,
        }
    }
}

/// Every colour of one scheme, each readable where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Palette {
    /// What the text stands on.
    pub paper: Color,
    /// What the paper lies on.
    pub page: Color,
    /// What is set apart from the text: contents, notes, code.
    pub panel: Color,
    /// The text.
    pub ink: Color,
    /// What is said beside the text.
    pub quiet: Color,
    /// Hairlines.
    pub line: Color,
    /// Text on the page: the footer's.
    pub page_ink: Color,
    /// What is said beside it.
    pub page_quiet: Color,
    tip: Color,
    tip_label: Color,
    warning: Color,
    warning_label: Color,
    caution: Color,
    caution_label: Color,
    token_comment: Color,
    token_string: Color,
    token_number: Color,
    token_keyword: Color,
    token_name: Color,
    token_type: Color,
}

/// A page as near to the paper as this is its panel too.
const NEAR: f64 = 1.35;
const QUIET: Color = rgb(0x5B_6470);
const LINE: Color = rgb(0xE3_E0DA);

impl Palette {
    pub(super) fn light(ground: BaseColors) -> Self {
        let BaseColors { paper, page, ink } = ground;
        let panel = match page != paper && contrast(page, paper) < NEAR {
            true => page,
            false => paper.mixed(ink, 0.045),
        };
        let end = paper.text_end();
        let panel = panel.until(paper, |panel| ink.is_readable_on(&[panel]));
        let quiet = match ink == BaseColors::INK {
            true => QUIET,
            false => ink.mixed(paper, 0.3),
        };
        let quiet = quiet.until(ink, |quiet| quiet.is_readable_on(&[paper, panel]));
        let line = match paper == BaseColors::PAPER && ink == BaseColors::INK {
            true => LINE,
            false => paper.mixed(ink, 0.13),
        };
        let page_ink = match ink.is_readable_on(&[page]) {
            true => ink,
            false => page.text_on_it(),
        };
        let page_quiet = match quiet.is_readable_on(&[page]) {
            true => quiet,
            false => page_ink
                .mixed(page, 0.25)
                .until(page_ink, |quiet| quiet.is_readable_on(&[page])),
        };
        // A tint of a colour, and the colour for a word on it.
        let tinted = |hue: u32| {
            let hue = rgb(hue);
            let tint = hue
                .mixed(paper, 0.92)
                .until(paper, |tint| ink.is_readable_on(&[tint]));
            (tint, hue.until(end, |hue| hue.is_readable_on(&[tint])))
        };
        let token = |hue: u32| rgb(hue).until(end, |hue| hue.is_readable_on(&[panel]));
        let (tip, tip_label) = tinted(0x1C_6B45);
        let (warning, warning_label) = tinted(0x80_520B);
        let (caution, caution_label) = tinted(0xA9_2A1F);
        Self {
            paper,
            page,
            panel,
            ink,
            quiet,
            line,
            page_ink,
            page_quiet,
            tip,
            tip_label,
            warning,
            warning_label,
            caution,
            caution_label,
            token_comment: token(0x5F_6670),
            token_string: token(0x1C_6B45),
            token_number: token(0x8A_4510),
            token_keyword: token(0x8B_2C86),
            token_name: token(0x1F_4FB5),
            token_type: token(0x0B_6470),
        }
    }

    /// The same in the dark: the house's for its own ink, and shades of the publication's ink for
    /// another's.
    pub(super) fn dark(ground: BaseColors, is_letter: bool) -> Self {
        let (ink, quiet) = (rgb(0xE8_EAED), rgb(0xA3_ABB5));
        let is_house = ground.ink == BaseColors::INK;
        // As dark as the house's shade, in the colour of the publication's ink.
        let shade = |house: u32| match is_house {
            true => rgb(house),
            false => {
                let limit = contrast(ink, rgb(house));
                let own = ground.ink.mixed(rgb(house), 0.5);
                own.until(Color::BLACK, |own| contrast(ink, own) >= limit)
            }
        };
        let (paper, panel) = (shade(0x16_191D), shade(0x1F_242A));
        let page = match is_letter {
            true => paper,
            false => shade(0x10_1214),
        };
        let readable = |hue: u32, grounds: &[Color]| {
            rgb(hue).until(Color::WHITE, |hue| hue.is_readable_on(grounds))
        };
        let token = |hue: u32| readable(hue, &[panel]);
        let (tip, warning, caution) = (rgb(0x16_261E), rgb(0x2A_2213), rgb(0x2C_1A18));
        let quiet = quiet.until(ink, |quiet| quiet.is_readable_on(&[paper, panel, page]));
        Self {
            paper,
            page,
            panel,
            ink,
            quiet,
            line: shade(0x2A_2F36),
            page_ink: ink,
            page_quiet: quiet,
            tip,
            tip_label: readable(0x8F_D3AE, &[tip]),
            warning,
            warning_label: readable(0xF0_C36A, &[warning]),
            caution,
            caution_label: readable(0xFF_9F94, &[caution]),
            token_comment: quiet,
            token_string: token(0x8F_D3AE),
            token_number: token(0xF0_B27A),
            token_keyword: token(0xE3_A3E0),
            token_name: token(0x9D_BBFF),
            token_type: token(0x84_D0DA),
        }
    }

    pub(super) fn custom_properties(&self) -> String {
        let named = [
            ("page", self.page),
            ("paper", self.paper),
            ("panel", self.panel),
            ("ink", self.ink),
            ("quiet", self.quiet),
            ("hairline", self.line),
            ("page-ink", self.page_ink),
            ("page-quiet", self.page_quiet),
        ];
        let named = named.map(|(name, color)| format!("--{name}:{color};"));
        named.concat()
    }

    /// Every text of the palette with what it stands on.
    #[cfg(test)]
    pub(super) fn pairs(&self) -> [(&'static str, Color, Color); 21] {
        [
            ("ink on paper", self.ink, self.paper),
            ("ink on a panel", self.ink, self.panel),
            ("ink on a tip", self.ink, self.tip),
            ("ink on a warning", self.ink, self.warning),
            ("ink on a caution", self.ink, self.caution),
            ("quiet on paper", self.quiet, self.paper),
            ("quiet on a panel", self.quiet, self.panel),
            ("page ink", self.page_ink, self.page),
            ("page quiet", self.page_quiet, self.page),
            ("tip", self.tip_label, self.tip),
            ("warning", self.warning_label, self.warning),
            ("caution", self.caution_label, self.caution),
            ("comment", self.token_comment, self.panel),
            ("string", self.token_string, self.panel),
            ("number", self.token_number, self.panel),
            ("keyword", self.token_keyword, self.panel),
            ("name", self.token_name, self.panel),
            ("type", self.token_type, self.panel),
            ("code", self.ink, self.panel),
            ("footer", self.page_ink, self.page),
            ("footer quiet", self.page_quiet, self.page),
        ]
    }
}

const fn rgb(rgb: u32) -> Color {
    Color { rgb }
}
