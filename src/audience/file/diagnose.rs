//! Says what is wrong with an entry, and where: called once the straight way has failed.

use crate::{
    audience::field::{Fault, did_you_mean, quoted},
    publication::Publication,
    source::Position,
};

use super::{
    entry::{CONSENT_KEYS, Entry, KEYS, Path},
    place::{Node, Step, locate, position},
};

/// A fault, and where in the text it lies.
#[derive(Debug)]
pub(super) struct Diagnosis {
    pub(super) fault: Fault,
    pub(super) position: Position,
}

/// What keeps the entry at `index` of the list `text` from being a profile.
pub(super) fn diagnose(text: &str, index: usize, publication: &Publication) -> Diagnosis {
    let nodes: Vec<Node> = match serde_yaml::from_str(text) {
        Ok(nodes) => nodes,
        Err(error) => return not_a_list(text, &error),
    };
    let place = |steps: &[Step]| {
        let mut path = vec![Step::Item(index)];
        path.extend(steps);
        locate(text, &path).unwrap_or(Position { line: 1, column: 1 })
    };
    let entry = nodes.get(index).unwrap_or(&Node::Nothing);
    if let Some((steps, fault)) = shape(entry) {
        let position = place(&steps);
        return Diagnosis { fault, position };
    }
    let (steps, fault) = match meaning(text, index, publication) {
        Some((path, fault)) => (steps_to(entry, path), fault),
        None => (Vec::new(), Fault::new("this entry can't be read")),
    };
    let position = place(&steps);
    Diagnosis { fault, position }
}

/// Where the address of the entry at `index` stands, or else the entry.
pub(super) fn place_of_email(text: &str, index: usize) -> Option<Position> {
    let nodes: Vec<Node> = serde_yaml::from_str(text).ok()?;
    let path = Path {
        keys: &["email"],
        item: None,
    };
    let mut steps = vec![Step::Item(index)];
    steps.extend(steps_to(nodes.get(index)?, path));
    locate(text, &steps)
}

/// The whole text does not parse, or is no list.
fn not_a_list(text: &str, error: &serde_yaml::Error) -> Diagnosis {
    let at = position(error).unwrap_or(Position { line: 1, column: 1 });
    let line = text.lines().nth(at.line.saturating_sub(1)).unwrap_or("");
    let indent = &line[..line.len() - line.trim_start().len()];
    let fault = match serde_yaml::from_str::<Node>(text) {
        Ok(other) => Fault::new(format!(
            "subscribers.yaml must be a list of entries, and this is {}",
            other.called()
        ))
        .with_hint("begin each entry at the start of a line with `- email: `"),
        Err(_) if indent.contains('\t') => {
            Fault::new("a tab indents this line, and YAML does not allow that")
                .with_hint("indent with spaces")
        }
        Err(error) => match opened_quote(&error) {
            Some(position) => {
                let fault = Fault::new("this quotation mark is never closed");
                return Diagnosis { fault, position };
            }
            None => Fault::new(format!("this is not YAML: {}", bare(&error))).with_hint(
                "put text with `: `, `#`, quotes or brackets in it between double quotes",
            ),
        },
    };
    let position = at;
    Diagnosis { fault, position }
}

/// Where the quotation opened that runs to the end of the text: the parser itself points at the
/// end, and says the beginning in words only.
fn opened_quote(error: &serde_yaml::Error) -> Option<Position> {
    let text = error.to_string();
    let (_, place) = text.split_once("while scanning a quoted scalar at line ")?;
    let (line, column) = place.split_once(" column ")?;
    Some(Position {
        line: line.parse().ok()?,
        column: column.parse().ok()?,
    })
}

/// The parser's words without the place, which we show ourselves.
fn bare(error: &serde_yaml::Error) -> String {
    let text = error.to_string();
    match text.find(" at line ") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}

/// What is wrong with the entry's keys and the kinds of their values.
fn shape(entry: &Node) -> Option<(Vec<Step>, Fault)> {
    let pairs = match entry {
        Node::Map(pairs) => pairs,
        Node::Text(text) if text.contains('@') => {
            let fault = Fault::new("an entry is more than an address")
                .with_hint(format!("write `- email: {}`", text.trim()));
            return Some((Vec::new(), fault));
        }
        other => {
            let fault = Fault::new(format!(
                "an entry has an email, and this is {}",
                other.called()
            ))
            .with_hint("write `- email: name@example.com`");
            return Some((Vec::new(), fault));
        }
    };
    if let Some(found) = keys(pairs, &KEYS) {
        return Some(found);
    }
    for (nth, (key, value)) in pairs.iter().enumerate() {
        let key = key.text().unwrap_or_default();
        let found = match (key, value) {
            ("email", Node::Nothing) => Some((Vec::new(), Fault::new("the email is empty"))),
            (_, Node::Nothing) => None,
            ("editions" | "tags", value) => texts(key, value),
            ("consent", Node::Map(pairs)) => keys(pairs, &CONSENT_KEYS).or_else(|| {
                pairs.iter().enumerate().find_map(|(nth, (key, value))| {
                    let fault = text(key.text().unwrap_or_default(), value)?;
                    Some((vec![Step::Value(nth)], fault))
                })
            }),
            ("consent", value) => {
                let fault = Fault::new(format!(
                    "consent says when and where, not {}",
                    value.called()
                ))
                .with_hint("write `consent: {at: 2026-03-01T09:00:00+09:00, source: web form}`");
                Some((Vec::new(), fault))
            }
            (key, value) => text(key, value).map(|fault| (Vec::new(), fault)),
        };
        if let Some((steps, fault)) = found {
            let mut path = vec![Step::Value(nth)];
            path.extend(steps);
            return Some((path, fault));
        }
    }
    let has_email = pairs.iter().any(|(key, _)| key.text() == Some("email"));
    (!has_email).then(|| {
        let fault =
            Fault::new("this entry has no email").with_hint("add `email: name@example.com`");
        (Vec::new(), fault)
    })
}

/// Unknown and doubled keys.
fn keys(pairs: &[(Node, Node)], known: &[&str]) -> Option<(Vec<Step>, Fault)> {
    pairs.iter().enumerate().find_map(|(nth, (key, _))| {
        let name = key.text().unwrap_or_default();
        let fault = if !known.contains(&name) {
            Fault::new(format!("there is no key {}", quoted(&shown(key)))).with_hint(
                did_you_mean(name, known)
                    .unwrap_or_else(|| format!("the keys are: {}", known.join(", "))),
            )
        } else if pairs[..nth].iter().any(|(earlier, _)| earlier == key) {
            Fault::new(format!("{name} is here twice")).with_hint("keep one of the two")
        } else {
            return None;
        };
        Some((vec![Step::Key(nth)], fault))
    })
}

fn texts(key: &str, value: &Node) -> Option<(Vec<Step>, Fault)> {
    match value {
        Node::List(items) => items.iter().enumerate().find_map(|(nth, item)| {
            let fault = match item {
                Node::Nothing => Fault::new("an item of the list is empty"),
                item => text(key, item)?,
            };
            Some((vec![Step::Item(nth)], fault))
        }),
        value => {
            let fault = Fault::new(format!("{key} is a list, not {}", value.called()))
                .with_hint(format!("write `{key}: [{}]`", shown(value)));
            Some((Vec::new(), fault))
        }
    }
}

/// Why a value is not text.
fn text(key: &str, value: &Node) -> Option<Fault> {
    match value {
        Node::Text(_) | Node::Nothing => None,
        Node::Plain(_, plain) => Some(
            Fault::new(format!(
                "{key} must be text, and this is {}",
                value.called()
            ))
            .with_hint(format!("if it is meant so, write \"{plain}\"")),
        ),
        other => Some(Fault::new(format!(
            "{key} must be text, and this is {}",
            other.called()
        ))),
    }
}

fn shown(node: &Node) -> String {
    match node {
        Node::Text(text) | Node::Plain(_, text) => text.clone(),
        other => other.called(),
    }
}

/// What is wrong with a value that has the right kind.
fn meaning(text: &str, index: usize, publication: &Publication) -> Option<(Path, Fault)> {
    let values: Vec<serde_yaml::Value> = serde_yaml::from_str(text).ok()?;
    let entry: Entry = serde_yaml::from_value(values.into_iter().nth(index)?).ok()?;
    entry.profile(publication).err()
}

fn steps_to(entry: &Node, path: Path) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut node = entry;
    for key in path.keys {
        let Node::Map(pairs) = node else { break };
        let Some(nth) = pairs.iter().position(|(name, _)| name.text() == Some(key)) else {
            break;
        };
        steps.push(Step::Value(nth));
        node = &pairs[nth].1;
    }
    steps.extend(path.item.map(Step::Item));
    steps
}
