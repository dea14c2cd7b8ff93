//! One rendering for all readers that a template cannot tell apart, cut into pieces and holes; or,
//! where a template looks into a reader's values, the reason why each reader is rendered whole.

use std::collections::BTreeSet;

use crate::render::{RenderedIssue, Renderer};

use super::{
    ComposeError,
    cut::Cut,
    fields::{Field, Fields, Place, Tokens},
    header::push_text,
    mime::{Mime, Skeleton},
    part::CompiledPart,
    transfer::{Encoding, with_crlf},
};

/// What a template's conditions may depend on. None where no template asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VariantKey {
    pub(crate) has_name: bool,
    pub(crate) language: Option<String>,
    pub(crate) tags: Option<Vec<String>>,
}

impl VariantKey {
    pub(crate) fn matches(&self, has_name: bool, language: &str, tags: &[String]) -> bool {
        self.has_name == has_name
            && self.language.as_deref().is_none_or(|own| own == language)
            && self.tags.as_deref().is_none_or(|own| own == tags)
    }
}

/// A variant, ready for its readers.
#[derive(Debug)]
pub(crate) struct Variant {
    pub(crate) key: VariantKey,
    pub(crate) text_encoding: Encoding,
    pub(crate) html_encoding: Encoding,
    pub(crate) skeleton: Skeleton,
    pub(crate) plan: Plan,
}

/// How a variant's messages are made.
#[derive(Debug)]
pub(crate) enum Plan {
    /// From pieces and holes.
    Compiled(Box<Compiled>),
    /// Rendered whole, reader by reader.
    Whole {
        /// For the writer of the template.
        reason: String,
    },
}

/// The pieces and holes.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) subject: Cut,
    /// The subject's header line, where it has no hole.
    pub(crate) subject_line: Option<Vec<u8>>,
    pub(crate) text: Cut,
    pub(crate) html: Cut,
    pub(crate) text_part: CompiledPart,
    pub(crate) html_part: CompiledPart,
}

/// The three texts of a rendering with the line ends that a message has.
pub(crate) struct Texts {
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

impl From<RenderedIssue> for Texts {
    fn from(issue: RenderedIssue) -> Self {
        Self {
            subject: issue.subject,
            text: with_crlf(&issue.text),
            html: with_crlf(&issue.html),
        }
    }
}

/// What a variant is rendered with.
pub(crate) struct Maker<'a> {
    pub(crate) renderer: &'a Renderer,
    pub(crate) tokens: &'a Tokens,
    pub(crate) mime: &'a Mime,
    pub(crate) web_version: Option<&'a str>,
    /// Attributes that styles select by: the inliner looks into them.
    pub(crate) selected_attributes: &'a BTreeSet<String>,
}

impl Maker<'_> {
    /// Renders the variant with tokens, then with probes, and cuts it if they agree. `sample` says
    /// which fields its readers have. `defeat` is a reason not to try.
    pub(crate) fn make(
        &self,
        key: VariantKey,
        language: &str,
        tags: &[String],
        sample: &Fields,
        defeat: Option<String>,
    ) -> Result<Variant, ComposeError> {
        let render = |fields: &Fields| -> Result<Texts, ComposeError> {
            let view = fields.view(language, tags, self.web_version);
            Ok(self.renderer.render(&view)?.into())
        };
        let texts = render(&sample.like(|field| self.tokens.token(field)))?;
        let text_encoding = Encoding::shorter_for(&texts.text);
        let html_encoding = Encoding::shorter_for(&texts.html);
        let plan = match defeat {
            Some(reason) => Plan::Whole { reason },
            None => {
                let mut probes = Vec::with_capacity(PROBES);
                for number in 0..PROBES {
                    let fields = sample.like(|field| probe(number, field));
                    // A template that fails for some readers is rendered whole, and fails for them.
                    let rendered = render(&fields);
                    probes.push(rendered.map(|texts| (fields, texts)));
                }
                match probes.into_iter().collect::<Result<Vec<_>, _>>() {
                    Ok(probes) => self.compile(&texts, &probes, text_encoding, html_encoding),
                    Err(error) => Plan::Whole {
                        reason: format!("the templates fail for some readers: {error}"),
                    },
                }
            }
        };
        Ok(Variant {
            key,
            text_encoding,
            html_encoding,
            skeleton: self.mime.skeleton(text_encoding, html_encoding),
            plan,
        })
    }

    fn compile(
        &self,
        texts: &Texts,
        probes: &[(Fields, Texts)],
        text_encoding: Encoding,
        html_encoding: Encoding,
    ) -> Plan {
        let learn = |rendered: &str, of: fn(&Texts) -> &str| {
            let probes: Vec<_> = probes
                .iter()
                .map(|(fields, texts)| (fields, of(texts)))
                .collect();
            Cut::learn(rendered, self.tokens, &probes)
        };
        let cuts = [
            ("subject", learn(&texts.subject, |texts| &texts.subject)),
            ("text part", learn(&texts.text, |texts| &texts.text)),
            ("HTML part", learn(&texts.html, |texts| &texts.html)),
        ];
        if let Some((part, _)) = cuts.iter().find(|(_, cut)| cut.is_none()) {
            return Plan::Whole {
                reason: format!(
                    "the {part} changes with a reader's values in more than the places that print them"
                ),
            };
        }
        let [Some(subject), Some(text), Some(html)] = cuts.map(|(_, cut)| cut) else {
            return Plan::Whole {
                reason: String::new(),
            };
        };
        // Markup in a value would be parsed with the page, and come out otherwise than it went in.
        if let Some(hole) = html.holes.iter().find(|hole| hole.place == Place::Text) {
            return Plan::Whole {
                reason: format!(
                    "the HTML part prints `reader.{}` without escaping it",
                    hole.field.path()
                ),
            };
        }
        if let Some(attribute) = self.selected_hole(&html) {
            return Plan::Whole {
                reason: format!(
                    "a style selects by the attribute `{attribute}`, which holds a reader's value"
                ),
            };
        }
        let subject_line = subject.holes.is_empty().then(|| {
            let mut line = Vec::new();
            push_text("Subject", &texts.subject, &mut line);
            line
        });
        Plan::Compiled(Box::new(Compiled {
            text_part: CompiledPart::new(&text, text_encoding),
            html_part: CompiledPart::new(&html, html_encoding),
            subject,
            subject_line,
            text,
            html,
        }))
    }
}

impl Maker<'_> {
    /// An attribute that both holds a reader's value and is selected by.
    fn selected_hole(&self, html: &Cut) -> Option<&String> {
        let mut before = String::new();
        html.pieces.iter().take(html.holes.len()).find_map(|piece| {
            before.push_str(piece);
            let tag = &before[before.rfind('<')?..];
            let quote = tag.rfind(['"', '\''])?;
            let name = tag[..quote].strip_suffix('=')?;
            let start = name.rfind(char::is_whitespace).map_or(0, |at| at + 1);
            self.selected_attributes
                .get(&name[start..].to_ascii_lowercase())
        })
    }
}

impl Variant {
    /// Bytes of memory that it takes, about.
    pub(crate) fn weight_bytes(&self) -> usize {
        match &self.plan {
            Plan::Compiled(compiled) => {
                let texts = [&compiled.text, &compiled.html];
                let plain: usize = texts
                    .iter()
                    .flat_map(|cut| &cut.pieces)
                    .map(String::len)
                    .sum();
                plain + compiled.text_part.weight_bytes() + compiled.html_part.weight_bytes()
            }
            Plan::Whole { .. } => 0,
        }
    }
}

const PROBES: usize = 3;

/// Readers that are hard on a template: markup, quotes, other scripts, very long, very short.
fn probe(number: usize, field: Field) -> String {
    let name = [
        "<b>\"민지\" & 'co'</b> 🧑‍🚀".to_owned(),
        "محمد שלום 김 수한무 거북이와 두루미 "
            .repeat(9)
            .trim_end()
            .to_owned(),
        "0".to_owned(),
    ];
    let local = [
        "o'neil+a&b",
        "aVeryLongLocalPartThatNobodyWouldTypeTwice",
        "x",
    ];
    let tail = ["?a=1&b='2'", "/9-_~Z", ""];
    match field {
        Field::Name => name[number % PROBES].clone(),
        Field::Email => format!("{}@reader{number}.example.com", local[number % PROBES]),
        link => format!(
            "https://probe{number}.example.com/{}/{}{}",
            link as u8,
            "q".repeat(number * 20),
            tail[number % PROBES]
        ),
    }
}
