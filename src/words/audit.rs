//! Whether the catalogues are whole: every text of the program in every language, nothing else, each with the places of
//! its text. A test hands over the texts; what it answers with can be pasted into a catalogue.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Group, TokenStream, TokenTree};

use super::{
    Tongue,
    catalogue::CatalogueEntry,
    template::{TemplatePiece, pieces},
};

/// A text that people are shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AuditedText {
    /// As it stands in the code; of one that counts, what is said of several.
    pub(crate) text: String,
    /// What is said of one, where the text counts.
    pub(crate) one: Option<String>,
    /// Whether braces in it are places.
    pub(crate) has_places: bool,
}

impl AuditedText {
    /// A text that is shown as it stands: help, a row of a table.
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            one: None,
            has_places: false,
        }
    }
}

/// The texts that a file gives to `say!` and `many!`, and those that its errors display.
pub(crate) fn texts_of(file: &str) -> BTreeSet<AuditedText> {
    let mut found = BTreeSet::new();
    let program = file
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or(file);
    gather(program.parse().unwrap(), &mut found);
    found
}

fn gather(stream: TokenStream, found: &mut BTreeSet<AuditedText>) {
    let tokens: Vec<TokenTree> = stream.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else {
            continue;
        };
        gather(group.stream(), found);
        found.extend(error_text(group));
        if let [.., TokenTree::Ident(name), TokenTree::Punct(mark)] = &tokens[..at]
            && mark.as_char() == '!'
        {
            match name.to_string().as_str() {
                "phrase" => found.extend(phrases_of(group).map(AuditedText::plain)),
                "phrased" => found.extend(phrases_of(group).filter_map(|text| heard_text(&text))),
                name => found.extend(text_of(name, group)),
            }
        }
    }
}

fn text_of(name: &str, arguments: &Group) -> Option<AuditedText> {
    let is_comma =
        |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ',');
    let tokens: Vec<TokenTree> = arguments.stream().into_iter().collect();
    let mut arguments = tokens.split(is_comma).map(|tokens| match tokens {
        [TokenTree::Literal(literal)] => unquoted(&literal.to_string()),
        _ => None,
    });
    let (one, text) = match name {
        "say" => (None, arguments.next()??),
        "many" => {
            arguments.next();
            (Some(arguments.next()??), arguments.next()??)
        }
        _ => return None,
    };
    Some(AuditedText {
        text,
        one,
        has_places: true,
    })
}

/// What a text that travels as text says, line by line.
fn phrases_of(arguments: &Group) -> impl Iterator<Item = String> {
    let text = match arguments.stream().into_iter().next() {
        Some(TokenTree::Literal(literal)) => unquoted(&literal.to_string()),
        _ => None,
    };
    let lines: Vec<String> = text
        .iter()
        .flat_map(|text| text.lines().map(str::to_owned))
        .collect();
    lines.into_iter()
}

/// What stands in `#[error("…")]`, which people hear as `Said::heard`: the names of its places without how they are
/// shown. What an error only hands on is none.
fn error_text(attribute: &Group) -> Option<AuditedText> {
    let tokens: Vec<TokenTree> = attribute.stream().into_iter().collect();
    let [TokenTree::Ident(name), TokenTree::Group(arguments)] = &tokens[..] else {
        return None;
    };
    let TokenTree::Literal(literal) = arguments.stream().into_iter().next()? else {
        return None;
    };
    let text = unquoted(&literal.to_string())?;
    heard_text(&text).filter(|_| name == "error")
}

/// A text with the names of its places and not how they are shown; one without a word of ours is none.
fn heard_text(text: &str) -> Option<AuditedText> {
    let text: String = text
        .split_inclusive('}')
        .map(|part| match part.rsplit_once(':') {
            Some((before, shown)) if is_open(before) && shown.len() < 6 => format!("{before}}}"),
            _ => part.to_owned(),
        })
        .collect();
    let says = pieces(&text).any(|piece| match piece {
        TemplatePiece::Words(words) => words.contains(char::is_alphabetic),
        TemplatePiece::Place(_) => false,
    });
    says.then_some(AuditedText {
        text,
        one: None,
        has_places: true,
    })
}

/// Whether a place has begun.
fn is_open(text: &str) -> bool {
    let place = text.rsplit('{').next().unwrap_or_default();
    place.len() < text.len()
        && !place.is_empty()
        && place
            .chars()
            .all(|char| char.is_alphanumeric() || char == '_')
}

/// A string of Rust's as the program sees it.
fn unquoted(literal: &str) -> Option<String> {
    let inner = literal.strip_prefix('"')?.strip_suffix('"')?;
    let mut text = String::new();
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let mut after = rest[at + 1..].chars();
        match after.next()? {
            'n' => text.push('\n'),
            't' => text.push('\t'),
            '\n' => after = after.as_str().trim_start().chars(),
            escaped => text.push(escaped),
        }
        rest = after.as_str();
    }
    text.push_str(rest);
    Some(text)
}

/// What is wrong with a language's catalogue.
pub(crate) fn audit(tongue: Tongue, texts: &BTreeSet<AuditedText>) -> Vec<String> {
    let mut findings = Vec::new();
    let mut entries: BTreeMap<String, CatalogueEntry<'_>> = BTreeMap::new();
    for (number, file) in tongue.files().iter().enumerate() {
        for entry in CatalogueEntry::read_all(file) {
            match entry {
                Ok(entry) => {
                    let text = entry.several.as_ref().unwrap_or(&entry.text).to_string();
                    if let Some(twice) = entries.insert(text, entry) {
                        findings.push(format!("twice: {}", twice.text));
                    }
                }
                Err(line) => findings.push(format!("file {number}, line {line}: no PO")),
            }
        }
    }
    // The same text may be said in code and in help.
    for text in texts {
        if text.has_places && text.text.contains("{}") {
            findings.push(format!("a place without a name: {}", text.text));
            continue;
        }
        match entries.get(&text.text) {
            Some(entry) => findings.extend(faults(tongue, text, entry)),
            None => findings.push(format!("missing:\n\n{}", as_entry(text))),
        }
    }
    let said: BTreeSet<&String> = texts.iter().map(|text| &text.text).collect();
    let unused = entries.keys().filter(|text| !said.contains(text));
    findings.extend(unused.map(|text| format!("unused: {text}")));
    findings
}

fn faults(tongue: Tongue, text: &AuditedText, entry: &CatalogueEntry<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut fault = |what: &str| faults.push(format!("{what}: {}", text.text));
    let forms = match text.one {
        Some(_) => tongue.forms(),
        None => 1,
    };
    if entry.words.len() != forms {
        fault("another number of forms");
    }
    if text.one.as_deref().is_some_and(|one| one != entry.text) {
        fault("another text of one");
    }
    for words in &entry.words {
        if words.is_empty() {
            fault("empty");
        }
        if text.has_places && places(words) != places(&text.text) {
            fault("other places");
        }
        if tongue == Tongue::Korean && text.has_places && has_unsure_particle(words) {
            fault("a particle in one form behind a place");
        }
    }
    faults
}

fn places(text: &str) -> BTreeSet<&str> {
    let place = |piece| match piece {
        TemplatePiece::Place(name) => Some(name),
        TemplatePiece::Words(_) => None,
    };
    pieces(text).filter_map(place).collect()
}

/// `{issue}을`: only `을(를)` follows what will stand there.
fn has_unsure_particle(words: &str) -> bool {
    let forms = ["으로", "로", "을", "를", "은", "는", "이", "가", "과", "와"];
    let mut behind_place = words.split('}').skip(1);
    behind_place.any(|after| {
        let after = after.trim_start_matches(['`', '”', '’', '"']);
        let form = forms.iter().find_map(|form| after.strip_prefix(form));
        let ends = |rest: &str| {
            let next = rest.chars().next();
            next.is_none_or(|next| next != '(' && !next.is_alphanumeric())
        };
        form.is_some_and(ends)
    })
}

/// As the catalogue is to have it.
fn as_entry(text: &AuditedText) -> String {
    let quoted = |text: &str| {
        let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
        match escaped.contains('\n') {
            true => format!("\"\"\n\"{}\"", escaped.replace('\n', "\\n\"\n\"")),
            false => format!("\"{escaped}\""),
        }
    };
    match &text.one {
        Some(one) => format!(
            "msgid {}\nmsgid_plural {}\nmsgstr[0] \"\"\n",
            quoted(one),
            quoted(&text.text)
        ),
        None => format!("msgid {}\nmsgstr \"\"\n", quoted(&text.text)),
    }
}

#[test]
fn texts_are_found_wherever_they_are_said() {
    let file = r##"fn a() { f(say!("a {b} \"c\" \
        d", b = many!(n, "one", "{n}"))); other!("x"); say!(b) }"##;
    let texts: Vec<_> = texts_of(file)
        .into_iter()
        .map(|text| (text.text, text.one))
        .collect();
    assert_eq!(
        texts,
        [
            ("a {b} \"c\" d".to_owned(), None),
            ("{n}".to_owned(), Some("one".to_owned()))
        ]
    );
}

#[test]
fn what_errors_display_is_a_text() {
    let file = r#"enum A { #[error("lost {what:?} after {0}")] B, #[error(transparent)] C, #[error("{}", x)] D }"#;
    let texts: Vec<_> = texts_of(file).into_iter().map(|text| text.text).collect();
    assert_eq!(texts, ["lost {what} after {0}"]);
}

#[test]
fn a_particle_in_one_form_is_seen_behind_a_place_alone() {
    for slip in ["{a}을 씁니다", "`{a}`는", "{a}로."] {
        assert!(has_unsure_particle(slip), "{slip}");
    }
    for right in ["{a}을(를) 씁니다", "{a} 편은", "{a}이라는", "글을 {a}"] {
        assert!(!has_unsure_particle(right), "{right}");
    }
}
