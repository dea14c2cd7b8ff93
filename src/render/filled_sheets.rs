//! The style sheets of the mail, which are templates too: rendered apart from the page, since a style sheet knows no
//! HTML entities; and once for all issues in which what they look at says the same.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    sync::{Mutex, OnceLock, PoisonError},
};

use serde_json::{Value, json};

use crate::render::{
    RenderError, TemplateEngine,
    tags::{self, TagToken, TemplateTag},
};

/// An edition has its own colours, and another one that comes next.
const MAX_FILLED: usize = 64;
/// What sheets look at, in bytes; whatever is longer is an issue's own.
const MAX_KEY: usize = 64 << 10;

/// Sheets that were filled before.
#[derive(Debug, Default)]
pub(super) struct FilledSheets {
    /// What they look at. None: nobody can tell.
    places: OnceLock<Option<BTreeSet<LookedAt>>>,
    filled: Mutex<BTreeMap<String, Value>>,
}

/// What a sheet looks at of what templates see.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum LookedAt {
    /// What it says, found by these names.
    Value(Vec<String>),
    /// Whether it is there.
    Presence(String),
}

/// The sheets filled with all that is known.
pub(super) fn styles(engine: &TemplateEngine) -> Result<Value, RenderError> {
    let render = |name: &str| engine.render(name, &tera::Context::new());
    Ok(json!({
        "inlined": render("email/inline.css")?,
        "head": render("email/head.css")?.trim(),
        "word": render("email/word.css")?.trim(),
    }))
}

impl FilledSheets {
    /// The sheets of these templates, filled with what templates see.
    ///
    /// # Errors
    /// As [`styles`].
    pub(super) fn of<'t>(
        &self,
        engine: &TemplateEngine,
        templates: impl Iterator<Item = (&'t str, &'t str)>,
        context: &Value,
    ) -> Result<Value, RenderError> {
        let fill = || styles(&engine.knowing(context)?);
        let places = self.places.get_or_init(|| {
            let sheets = templates.filter(|(name, _)| name.ends_with(".css"));
            LookedAt::in_all(sheets.map(|(_, text)| text))
        });
        let Some(places) = places else {
            return fill();
        };
        let key = key(places, context);
        let filled = || self.filled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = filled().get(&key) {
            return Ok(known.clone());
        }
        let fresh = fill()?;
        if key.len() > MAX_KEY {
            return Ok(fresh);
        }
        let mut filled = filled();
        if filled.len() >= MAX_FILLED {
            filled.clear();
        }
        filled.insert(key, fresh.clone());
        Ok(fresh)
    }
}

impl LookedAt {
    fn in_all<'t>(sheets: impl Iterator<Item = &'t str>) -> Option<BTreeSet<Self>> {
        let mut places = BTreeSet::new();
        for sheet in sheets {
            for tag in tags::parse(sheet) {
                if !is_plain(sheet, &tag) {
                    return None;
                }
                let paths = tag.paths().into_iter();
                places.extend(paths.map(|path| Self::by(&tag, path.at, &path.names)));
            }
        }
        Some(places)
    }

    fn by(tag: &TemplateTag<'_>, at: usize, names: &[&str]) -> Self {
        let is_asked = matches!(tag.first_word(), Some("if" | "elif"))
            && matches!(
                before(tag, at),
                Some(TagToken::Word("if" | "elif" | "and" | "or" | "not"))
            )
            && matches!(
                tag.tokens.get(at + 1),
                None | Some(TagToken::Word("and" | "or"))
            );
        match names {
            [name] if is_asked => Self::Presence((*name).to_owned()),
            // What is asked for by an index may be any of it.
            names => Self::Value(
                names
                    .iter()
                    .take_while(|name| !name.is_empty())
                    .map(|name| (*name).to_owned())
                    .collect(),
            ),
        }
    }
}

/// Whether a tag's result follows from the names that stand in it: it fills in no other kind of template, asks for
/// nothing that is another at every call, and hands nothing on under all names.
fn is_plain(sheet: &str, tag: &TemplateTag<'_>) -> bool {
    let is_other = match tag.first_word() {
        Some("include") => !sheet[tag.span.clone()].contains(".css"),
        Some("extends" | "import" | "component" | "block") => true,
        _ => tag.is_component_call(),
    };
    let is_keyword = |word: &str| ["if", "elif", "and", "or", "not", "in"].contains(&word);
    let is_call = |at: usize| {
        let is_named = matches!(tag.tokens[at], TagToken::Word(word) if !is_keyword(word));
        let is_not = before(tag, at) == Some(TagToken::Word("not"));
        let asks = if is_not { at - 1 } else { at };
        is_named
            && tag.tokens.get(at + 1) == Some(&TagToken::Symbol("("))
            && before(tag, at) != Some(TagToken::Symbol("|"))
            && before(tag, asks) != Some(TagToken::Word("is"))
    };
    !is_other
        && tag.is_closed
        && !tag.names(|name| name == "__tera_context")
        && !(0..tag.tokens.len()).any(is_call)
}

fn before<'t>(tag: &TemplateTag<'t>, at: usize) -> Option<TagToken<'t>> {
    tag.tokens.get(at.checked_sub(1)?).copied()
}

/// What those places say here.
fn key(places: &BTreeSet<LookedAt>, context: &Value) -> String {
    let mut key = String::new();
    for place in places {
        let said = match place {
            LookedAt::Presence(name) => match context.get(name) {
                Some(Value::Object(fields)) => write!(key, "{}", !fields.is_empty()),
                Some(Value::Null) | None => write!(key, "false"),
                Some(other) => write!(key, "={other}"),
            },
            LookedAt::Value(names) => {
                let found = names
                    .iter()
                    .try_fold(context, |value, name| value.get(name));
                match found {
                    Some(value) => write!(key, "={value}"),
                    None => write!(key, "-"),
                }
            }
        };
        // Nothing is written to where there could be no room.
        debug_assert!(said.is_ok());
        key.push('\n');
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheets(inline: &str) -> BTreeMap<String, String> {
        let sheet = |name: &str, text: &str| (format!("email/{name}.css"), text.to_owned());
        BTreeMap::from([
            sheet("inline", inline),
            sheet("head", "a"),
            sheet("word", "b"),
        ])
    }

    fn seen(title: &str, accent: &str, next: Value) -> Value {
        json!({"issue": {"title": title}, "theme": {"accent": accent}, "next": next})
    }

    /// How often the sheets were filled for these.
    fn filled(inline: &str, contexts: &[Value]) -> usize {
        let texts = sheets(inline);
        let engine = TemplateEngine::new(&texts).unwrap();
        let memory = FilledSheets::default();
        for context in contexts {
            let templates = texts
                .iter()
                .map(|(name, text)| (name.as_str(), text.as_str()));
            let anew = styles(&engine.knowing(context).unwrap()).unwrap();
            assert_eq!(
                memory.of(&engine, templates, context).unwrap(),
                anew,
                "{inline}"
            );
        }
        memory.filled.lock().unwrap().len()
    }

    #[test]
    fn sheets_are_filled_once_for_what_they_look_at() {
        let next = |date: &str| json!({"date": date, "theme": {"accent": "#b"}});
        let contexts = [
            seen("하나", "#a", next("1")),
            seen("둘", "#a", next("2")),
            seen("둘", "#a", Value::Null),
            seen("둘", "#c", Value::Null),
            seen("셋", "#a", next("3")),
        ];
        let built_in = "{% set ink = theme.accent %}.a { color: {{ ink }} }{% if next and theme.accent != 'x' %}.b { color: {{ next.theme.accent }} }{% endif %}";
        assert_eq!(filled(built_in, &contexts), 3);
        // All of it, and the issue's own title.
        assert_eq!(filled("{% if next == theme %}a{% endif %}", &contexts), 5);
        assert_eq!(filled("{{ issue['title'] }}", &contexts), 3);
        assert_eq!(
            filled(
                "{% if issue.title is starting_with(pat='둘') %}a{% endif %}",
                &contexts
            ),
            3
        );
        assert_eq!(filled("{{ issue.title | upper }}", &contexts), 3);
        // Nobody can tell.
        assert_eq!(filled("{{ __tera_context }}", &contexts), 0);
        let call = "{% for at in range(end=3) %}{{ at }}{% endfor %}";
        assert_eq!(filled(call, &contexts), 0);
    }
}
