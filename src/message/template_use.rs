//! What the templates do with the reader, read off their source: which of a reader's traits their
//! conditions depend on, and whether they look *into* a value that messages are cut at.
//!
//! Trying a cut with a few readers ([`super::variant`]) finds every filter and most conditions, but
//! not `{% if reader.name == "민지" %}`. So this is strict the other way round: in a tag that
//! mentions a reader's value, only what is known to be harmless may stand beside it.

use std::collections::{BTreeMap, BTreeSet};

use super::{composer::Defeat, fields::Field};
use crate::render::tags::{self, Tag, Token};

/// What a set of templates does with the reader.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct TemplateUse {
    /// Something depends on the reader's language.
    pub(crate) has_language: bool,
    /// Something depends on the reader's tags.
    pub(crate) has_tags: bool,
    /// What keeps the templates from being cut.
    pub(crate) defeats: Vec<Defeat>,
    /// Attributes that styles select by.
    pub(crate) selected_attributes: BTreeSet<String>,
}

/// Words of the template language that may stand beside a reader's value: they only ask whether it
/// is there.
const HARMLESS: [&str; 13] = [
    "if",
    "elif",
    "else",
    "and",
    "or",
    "not",
    "is",
    "defined",
    "undefined",
    "set",
    "set_global",
    "true",
    "false",
];
/// Filters that hand a value on as it is, or escape it.
const HARMLESS_FILTERS: [&str; 4] = ["default", "escape", "escape_html", "urlencode"];
/// Harmless in a text. In HTML it lets a value be markup, which is parsed with the page and may
/// come out otherwise than it went in.
const UNESCAPED: &str = "safe";
/// Sections whose filters leave a printed value alone.
const HARMLESS_SECTIONS: [&str; 1] = ["safe"];

impl TemplateUse {
    /// Reads all templates of a composition.
    pub(crate) fn of(templates: &BTreeMap<String, String>) -> Self {
        let parsed: Vec<(&str, Vec<Tag>)> = templates
            .iter()
            .map(|(name, text)| (name.as_str(), tags::parse(text)))
            .collect();
        let aliases = aliases(&parsed);
        let mut found = Self {
            selected_attributes: templates.values().flat_map(|text| selected(text)).collect(),
            ..Self::default()
        };
        for (template, tags) in &parsed {
            let mut section = None;
            for tag in tags {
                found.read(template, tag, &aliases, &mut section);
            }
        }
        found
    }

    fn read(
        &mut self,
        template: &str,
        tag: &Tag,
        aliases: &BTreeSet<String>,
        section: &mut Option<String>,
    ) {
        match tag.words().as_slice() {
            ["filter", name, ..] if !HARMLESS_SECTIONS.contains(name) => {
                *section = Some((*name).to_owned());
            }
            ["endfilter", ..] => *section = None,
            ["include" | "block", ..] => {
                if let Some(filter) = section {
                    self.defeat(
                        template,
                        tag,
                        format!("`{}` stands within the filter `{filter}`", tag.shown),
                    );
                }
            }
            _ => {}
        }
        if tag.first_word() == Some("component") {
            return;
        }
        let mut values = Vec::new();
        for path in tag.paths() {
            match path.names.as_slice() {
                ["reader", "language"] => self.has_language = true,
                ["reader", "tags", ..] => self.has_tags = true,
                ["reader", "links", "web_version"] => {}
                ["reader", rest @ ..]
                    if Field::ALL
                        .iter()
                        .any(|field| field.path() == rest.join(".")) =>
                {
                    values.push(path.at);
                }
                ["reader", ..] => self.defeat(
                    template,
                    tag,
                    format!("`{}` hands on more of the reader than one value", tag.shown),
                ),
                ["__tera_context", ..] => self.defeat(
                    template,
                    tag,
                    format!("`{}` shows everything, the reader too", tag.shown),
                ),
                [name, ..] if aliases.contains(*name) => values.push(path.at),
                _ => {}
            }
        }
        let Some(&first_value) = values.first() else {
            return;
        };
        if let Some(filter) = section {
            self.defeat(
                template,
                tag,
                format!("`{}` stands within the filter `{filter}`", tag.shown),
            );
        }
        let is_html = template.ends_with(".html");
        if let Some(trouble) = trouble(tag, first_value, is_html) {
            self.defeat(
                template,
                tag,
                format!(
                    "`{}` does more with a reader's value than print it: `{trouble}`",
                    tag.shown
                ),
            );
        }
    }

    fn defeat(&mut self, template: &str, tag: &Tag, reason: String) {
        let defeat = Defeat {
            template: Some(template.to_owned()),
            span: tag.span.clone(),
            reason,
        };
        if !self.defeats.contains(&defeat) {
            self.defeats.push(defeat);
        }
    }
}

/// Whatever may be a selector by an attribute's value, `[title=…]`, anywhere in a template.
fn selected(template: &str) -> impl Iterator<Item = String> {
    template.split('[').skip(1).filter_map(|after| {
        let after = after.trim_start();
        let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '-')?;
        let is_selector = after[end..]
            .trim_start()
            .starts_with(['=', '~', '|', '^', '$', '*']);
        (end > 0 && is_selector).then(|| after[..end].to_ascii_lowercase())
    })
}

/// The first thing in a tag that might look into a value. Equality, order, membership, arithmetic,
/// loops, indices, unknown filters and every function do.
fn trouble(tag: &Tag, first_value: usize, is_html: bool) -> Option<String> {
    let is_component = tag.is_component_call();
    let symbol_at = |at: usize| match tag.tokens.get(at) {
        Some(Token::Symbol(symbol)) => *symbol,
        _ => "",
    };
    for (at, token) in tag.tokens.iter().enumerate() {
        let before = if at == 0 { "" } else { symbol_at(at - 1) };
        let is_fine = match token {
            Token::Symbol(symbol) => match *symbol {
                "." | "?" | "|" | "(" | ")" | "," | "=" | "~" => true,
                "<" | ">" | "/" | "{" | "}" => is_component,
                _ => false,
            },
            Token::Text | Token::Number => true,
            Token::Word(word) => {
                let is_call = symbol_at(at + 1) == "(";
                let is_test = at > 0 && tag.tokens[at - 1] == Token::Word("is".to_owned());
                let word = word.as_str();
                if before == "|" {
                    HARMLESS_FILTERS.contains(&word)
                        || (word == UNESCAPED && !is_html)
                        || (word == "replace" && at < first_value && fills_in(tag, first_value))
                } else if before == "." || before == "?" {
                    !is_call
                } else if is_call || is_test || matches!(word, "in" | "for" | "filter" | "matching")
                {
                    HARMLESS.contains(&word)
                } else {
                    true
                }
            }
        };
        if !is_fine {
            return Some(match token {
                Token::Symbol(symbol) => (*symbol).to_owned(),
                Token::Word(word) => word.clone(),
                Token::Text | Token::Number => String::new(),
            });
        }
    }
    None
}

/// `words.greeting | replace(from="{name}", to=reader.name)`: the value is put into a text, which
/// is none of the reader's.
fn fills_in(tag: &Tag, value: usize) -> bool {
    value >= 2
        && tag.tokens[value - 1] == Token::Symbol("=")
        && tag.tokens[value - 2] == Token::Word("to".to_owned())
}

/// Names that stand for a reader's value in some template: `{% set x = reader.name %}`, arguments of
/// components, and what a block of `set` captures. Found anew until there are no more.
fn aliases(templates: &[(&str, Vec<Tag>)]) -> BTreeSet<String> {
    let mut aliases = BTreeSet::new();
    loop {
        let known = aliases.len();
        for tag in templates.iter().flat_map(|(_, tags)| tags) {
            let has_value = tag.paths().iter().any(|path| match path.names.as_slice() {
                ["reader", "language" | "tags", ..] => false,
                ["reader", ..] => true,
                [name, ..] => aliases.contains(*name),
                [] => false,
            });
            let is_capture = matches!(tag.words().as_slice(), ["set" | "set_global", _])
                && !tag.tokens.contains(&Token::Symbol("="));
            if has_value || is_capture {
                aliases.extend(tag.assigned());
            }
        }
        if aliases.len() == known {
            return aliases;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(template: &str) -> TemplateUse {
        TemplateUse::of(&BTreeMap::from([(
            "mail.html".to_owned(),
            template.to_owned(),
        )]))
    }

    fn is_cut(template: &str) -> bool {
        used(template).defeats.is_empty()
    }

    #[test]
    fn printing_a_value_and_asking_whether_it_is_there_are_harmless() {
        for template in [
            "{{ reader.name }}님, {{ reader.email }}",
            "{% if reader.name %}{{ reader.name }}{% else %}독자{% endif %}",
            "{%- if not reader.name and issue.ad == true -%}x{% endif %}",
            "{%- if reader.name -%}{{- reader.name -}}{%- endif -%}",
            "{{ reader.name or words.reader }}",
            "{{ reader.name | default(value=words.reader) | escape }}",
            "{{ \"안녕하세요, \" ~ reader.name ~ \"님\" }}",
            "{{ reader.name if reader.name else 'x' }}",
            "{% set who = reader.name or '독자' %}{{ who }}{% if who %}!{% endif %}",
            "{% if reader.links.unsubscribe is defined %}<a href=\"{{ reader.links.unsubscribe }}\">{% endif %}",
            "{{<button url={reader.links.feedback} label=\"의견\" />}}",
            "{{ words.greeting | replace(from=\"{name}\", to=reader.name) }}",
            "{{ words.contact | replace(from='{contact}', to=publication.contact) | wrapped }}{{ words.why | replace(from='{email}', to=reader.email) }}",
            "{# reader.name == 'x' #}{% raw %}{{ reader.name | upper }}{% endraw %}",
            "{% for story in stories %}{% if story.number == 1 %}{{ story.title | upper }}{% endif %}{% endfor %}",
        ] {
            let used = used(template);
            if template.contains("not reader.name and") {
                assert_eq!(
                    used.defeats.len(),
                    1,
                    "a comparison beside a value is not trusted"
                );
            } else {
                assert_eq!(used.defeats, [], "{template}");
            }
        }
    }

    #[test]
    fn looking_into_a_value_is_not() {
        for template in [
            "{% if reader.name == \"민지\" %}!{% endif %}",
            "{% if reader.email is ending_with(\"naver.com\") %}!{% endif %}",
            "{% if \"@\" in reader.email %}!{% endif %}",
            "{{ reader.name | upper }}",
            "{{ reader.name | replace(from='민지', to='지민') }}",
            "{% for letter in reader.name %}{{ letter }}{% endfor %}",
            "{{ reader.name[0] }}",
            "{{ reader['name'] }}",
            "{{ reader }}",
            "{{ greeting(name=reader.name) }}",
            "{% set who = reader.name %}{% if who == '민지' %}!{% endif %}",
            "{% set r = reader %}{{ r.name | upper }}",
            "{% set line %}{{ reader.name }}{% endset %}{% if line == '민지' %}!{% endif %}",
            "{% filter upper %}{{ reader.name }}{% endfilter %}",
            "{% filter upper %}{% include \"salutation.html\" %}{% endfilter %}",
            "{{<card who={reader} />}}",
            "{{ __tera_context }}",
            "{{ reader.name + 1 }}",
            "{{ reader . name|title }}",
            "{{ reader.name | safe }}",
            "{{ words.greeting | replace(from='{name}', to=reader.name) | wrapped }}",
            "{{ words.greeting | replace(from=reader.name, to='') }}",
            "{{ words.x | replace(from='{n}', to=reader.name) | replace(from='{e}', to=reader.email) }}",
        ] {
            assert!(!is_cut(template), "{template}");
        }
    }

    #[test]
    fn a_text_has_nothing_to_escape() {
        let text = "{{ reader.name | safe }}".to_owned();
        let used = TemplateUse::of(&BTreeMap::from([("mail.txt".to_owned(), text)]));
        assert_eq!(used.defeats, []);
    }

    #[test]
    fn a_components_argument_is_followed_into_the_component() {
        let card = "{% component card(who: string) %}{% if who == 'x' %}!{% endif %}{% endcomponent card %}";
        assert!(!is_cut(&format!(
            "{card}{{{{<card who={{reader.name}} />}}}}"
        )));
        assert!(is_cut(&format!(
            "{card}{{{{<card who={{issue.title}} />}}}}"
        )));
    }

    #[test]
    fn language_and_tags_are_noticed() {
        let used = used(
            "{% if reader.language == 'en' %}{% endif %}{% if 'vip' in reader.tags %}{% endif %}",
        );
        assert!(used.has_language && used.has_tags && used.defeats.is_empty());
        assert_eq!(
            self::used("{{ issue.tags }}{{ reader.name }}"),
            TemplateUse::default()
        );
    }

    #[test]
    fn the_built_in_templates_can_be_cut() {
        let used = TemplateUse::of(&crate::render::Templates::built_in().mail());
        assert_eq!(used.defeats, []);
        assert!(!used.has_language && !used.has_tags);
    }

    #[test]
    fn a_defeat_says_where_and_what() {
        let used = used("<p>{{ reader.name | upper }}</p>");
        assert_eq!(
            used.defeats,
            [Defeat {
                template: Some("mail.html".to_owned()),
                span: 3..28,
                reason:
                    "`{{ reader.name | upper }}` does more with a reader's value than print it: \
                         `upper`"
                        .to_owned(),
            }]
        );
    }
}
