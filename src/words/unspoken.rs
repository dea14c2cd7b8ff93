//! Sentences that people are shown and no catalogue knows: a literal, or a `format!`, handed to what speaks with people
//! without [`say!`](super::say), [`phrase!`](super::phrase) or their kin. A test looks at every file.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// What says its argument to a person.
const SPEAKERS: [&str; 10] = [
    "with_hint",
    "with_label",
    "because",
    "fix",
    "say",
    "note",
    "usage",
    "custom",
    "error_at",
    "heard",
];
/// Types of errors for people, made of what they say.
const SPOKEN_ERRORS: [&str; 5] = [
    "SourceError",
    "FieldError",
    "AddressError",
    "PictureError",
    "ReportLine",
];

/// The sentences of a file that are said in English alone.
pub(crate) fn unspoken(file: &str) -> Vec<String> {
    let mut found = Vec::new();
    let program = file.split("#[cfg(test)]\nmod ").next().unwrap_or(file);
    gather(program.parse().unwrap(), &mut found);
    found
}

fn gather(stream: TokenStream, found: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = stream.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else {
            continue;
        };
        if group.delimiter() == Delimiter::Parenthesis && speaks(&tokens[..at]) {
            found.extend(literals(group.stream()).filter(|text| is_sentence(text)));
        }
        gather(group.stream(), found);
    }
}

/// Whether what stands before an argument list says it to people.
fn speaks(before: &[TokenTree]) -> bool {
    let name = |token: &TokenTree| match token {
        TokenTree::Ident(name) => Some(name.to_string()),
        _ => None,
    };
    match before {
        [
            ..,
            kind,
            TokenTree::Punct(_),
            TokenTree::Punct(colon),
            TokenTree::Ident(made),
        ] if colon.as_char() == ':' => {
            let is_error = name(kind).is_some_and(|kind| SPOKEN_ERRORS.contains(&kind.as_str()));
            is_error || SPEAKERS.contains(&made.to_string().as_str())
        }
        [.., TokenTree::Ident(called)] => SPEAKERS.contains(&called.to_string().as_str()),
        _ => false,
    }
}

/// The texts that stand among arguments themselves, or in a `format!` that is one.
fn literals(arguments: TokenStream) -> impl Iterator<Item = String> {
    let tokens: Vec<TokenTree> = arguments.into_iter().collect();
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match (token, &tokens[..at]) {
            (TokenTree::Literal(literal), _) => found.push(literal.to_string()),
            (TokenTree::Group(group), [.., TokenTree::Ident(name), TokenTree::Punct(_)])
                if name == "format" =>
            {
                let first = group.stream().into_iter().next();
                found.extend(first.map(|token| token.to_string()));
            }
            _ => {}
        }
    }
    found.into_iter().filter(|text| text.starts_with('"'))
}

/// Words and not a place, a name, what is to be typed or a reply of SMTP.
fn is_sentence(text: &str) -> bool {
    let is_word = |word: &&str| {
        if word.contains('{') {
            return false;
        }
        let word = word.trim_matches(|char: char| char.is_ascii_punctuation());
        word.len() > 1
            && word
                .chars()
                .all(|char| char.is_ascii_lowercase() || char == '\'')
    };
    let typed = text.starts_with("\"chmod ") || text.starts_with("\"timedatectl ");
    let replies = text.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
    !typed && !replies && text.split_whitespace().filter(is_word).count() > 1
}

#[test]
fn what_is_said_without_words_is_found() {
    let file = r#"fn a() {
        output.note("this is said in English");
        Err(SourceError::new(format!("{file} can't be read at all")))
            .with_hint(say!("this has words"))
    }"#;
    assert_eq!(
        unspoken(file),
        [
            "\"this is said in English\"",
            "\"{file} can't be read at all\""
        ]
    );
    for quiet in [r#"f("this is nobody's")"#, r#"output.say("  {name}")"#] {
        assert_eq!(unspoken(quiet), Vec::<String>::new(), "{quiet}");
    }
}
