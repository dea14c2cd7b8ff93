//! The environment's part in the settings: `DAILY_NOTE_…` variables over the file, and `${VAR}`
//! within its text.

use std::collections::BTreeMap;

use crate::{
    source::SourceError,
    yaml::{Kind, Node, Place, Scalar, Tree},
};

/// Environment variables, as they were at the start.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
}

const PREFIX: &str = "DAILY_NOTE_";

impl Environment {
    /// This process's own. Variables that aren't UTF-8 are as good as unset.
    #[must_use]
    pub fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// No variables at all.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// Expands `${VAR}` in the file's text, then puts the `DAILY_NOTE_…` variables over it.
    pub(super) fn apply(&self, tree: &mut Tree) -> Result<(), Vec<SourceError>> {
        let mut unset = Vec::new();
        self.expand(tree.root_mut(), &mut unset);
        if !unset.is_empty() {
            return Err(unset
                .into_iter()
                .map(|fault| fault.into_error(tree))
                .collect());
        }
        for (name, text) in &self.variables {
            let Some(path) = name.strip_prefix(PREFIX) else {
                continue;
            };
            let path = path_of(tree.root(), path);
            tree.root_mut().set(&path, Node::from_variable(name, text));
        }
        Ok(())
    }

    fn expand(&self, node: &mut Node, faults: &mut Vec<Fault>) {
        match &mut node.kind {
            Kind::Sequence(items) => {
                for item in items {
                    self.expand(item, faults);
                }
            }
            Kind::Mapping(entries) => {
                for entry in entries {
                    self.expand(&mut entry.value, faults);
                }
            }
            Kind::Scalar(scalar) if scalar.text.contains('$') => {
                match self.expanded(&scalar.text) {
                    Ok(text) if text != scalar.text => *scalar = Scalar::from_outside(text),
                    Ok(_) => {}
                    Err((what, message)) => faults.push(Fault {
                        place: node.place.clone(),
                        what,
                        message,
                    }),
                }
            }
            Kind::Scalar(_) => {}
        }
    }

    /// The text with its variables in place; or the part that can't be, and why.
    fn expanded(&self, text: &str) -> Result<String, (String, String)> {
        let mut expanded = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(dollar) = rest.find('$') {
            expanded.push_str(&rest[..dollar]);
            rest = &rest[dollar..];
            if let Some(after) = rest.strip_prefix("$$") {
                expanded.push('$');
                rest = after;
            } else if let Some(after) = rest.strip_prefix("${") {
                let Some((name, after)) = after.split_once('}') else {
                    return Err((
                        "${".to_owned(),
                        "the `}` of this `${` is missing".to_owned(),
                    ));
                };
                let whole = format!("${{{name}}}");
                let is_name = !name.is_empty()
                    && !name.starts_with(|first: char| first.is_ascii_digit())
                    && name
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
                if !is_name {
                    return Err((whole, format!("`{name}` can't be a variable's name")));
                }
                let Some(value) = self.variables.get(name) else {
                    return Err((whole, format!("the variable `{name}` is not set")));
                };
                expanded.push_str(value);
                rest = after;
            } else {
                expanded.push('$');
                rest = &rest[1..];
            }
        }
        expanded.push_str(rest);
        Ok(expanded)
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        Self {
            variables: variables.into_iter().collect(),
        }
    }
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Values are secrets more often than not.
        f.debug_set().entries(self.variables.keys()).finish()
    }
}

/// Text that can't be expanded.
struct Fault {
    place: Place,
    /// The part that is wrong, as written.
    what: String,
    message: String,
}

impl Fault {
    fn into_error(self, tree: &Tree) -> SourceError {
        // Points at the `${…}` itself where the value stands in the file as it is.
        let place = match &self.place {
            Place::Text(span) => {
                let text = tree.source().text().get(span.clone()).unwrap_or_default();
                match text.find(&self.what) {
                    Some(at) => {
                        let start = span.start + at;
                        Place::Text(start..start + self.what.len())
                    }
                    None => self.place.clone(),
                }
            }
            Place::Variable(_) => self.place.clone(),
        };
        tree.error_at(&place, self.message)
            .with_hint("set the variable; where a plain `$` is meant, write `$$`")
    }
}

/// `SMTP__PER_DOMAIN__GMAIL_COM` → `smtp`, `per_domain`, `gmail.com`: keys that the file has are
/// recognised whatever their signs, others are lower case.
fn path_of(root: &Node, variable: &str) -> Vec<String> {
    let mut node = Some(root);
    let mut path = Vec::new();
    for part in variable.split("__") {
        let known = node.and_then(|node| {
            node.entries()
                .iter()
                .find(|entry| shell_name(&entry.key) == part)
        });
        path.push(known.map_or_else(|| part.to_ascii_lowercase(), |entry| entry.key.clone()));
        node = known.map(|entry| &entry.value);
    }
    path
}

fn shell_name(key: &str) -> String {
    key.chars()
        .map(|character| {
            if character.is_ascii_alphanumeric() {
                character.to_ascii_uppercase()
            } else {
                '_'
            }
        })
        .collect()
}
