//! The environment's part in the settings: `DAILY_NOTE_…` variables over the file, and `${VAR}`
//! within its text.

use std::collections::BTreeMap;

use super::{
    harmless::HARMLESS,
    misnamed::meant,
    unset::{LateSecret, UnsetSecret, late},
};
use crate::{
    source::SourceError,
    words::{phrase, phrased, say},
    yaml::{Node, Scalar, Tree, ValueKind, ValuePlace},
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
    pub(crate) fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// No variables at all.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// Puts the `DAILY_NOTE_…` variables over the file, then expands `${VAR}` in what is left of its
    /// text; answers the secrets that can't be, which are told when they are used. No error repeats what
    /// came in.
    pub(super) fn apply(&self, tree: &mut Tree) -> Result<Vec<UnsetSecret>, Vec<SourceError>> {
        let mut secrets = Vec::new();
        // What the file names itself (`secret: ${DAILY_NOTE_SECRET}`) is its own, and no setting.
        let own: Vec<String> = names_in(tree.source().text()).map(str::to_owned).collect();
        let is_setting = |name: &String| !own.contains(name);
        let misnamed = self.variables.keys().filter_map(|name| {
            let right = meant(name).filter(|_| is_setting(name))?;
            let error = SourceError::new(say!("the variable {name} sets nothing", name));
            Some(error.with_hint(say!(
                "between a block and its key stand two underscores: {right}",
                right
            )))
        });
        let misnamed: Vec<SourceError> = misnamed.collect();
        if !misnamed.is_empty() {
            return Err(misnamed);
        }
        for (name, text) in self.variables.iter().filter(|(name, _)| is_setting(name)) {
            let Some(path) = name.strip_prefix(PREFIX) else {
                continue;
            };
            let path = path_of(tree.root(), path);
            let node = Node::from_variable(name, text);
            let is_harmless = matches!(node.kind, ValueKind::Scalar(_))
                && path.last().is_some_and(|key| HARMLESS.shows(key));
            if !is_harmless {
                secrets.push(text.clone());
                secrets_in(&node, &mut secrets);
            }
            tree.root_mut().set(&path, node);
        }
        let mut expansion = Expansion {
            environment: self,
            secrets,
            faults: Vec::new(),
        };
        expansion.expand(tree.root_mut(), &mut Vec::new());
        let Expansion {
            secrets, faults, ..
        } = expansion;
        tree.conceal(secrets);
        let (late, now): (Vec<ExpansionFault>, Vec<ExpansionFault>) =
            faults.into_iter().partition(|fault| fault.late.is_some());
        if !now.is_empty() {
            return Err(now
                .into_iter()
                .map(|fault| fault.into_error(tree))
                .collect());
        }
        let unset = |fault: ExpansionFault| {
            let needed_for = fault.late.as_ref()?.needed_for;
            Some(UnsetSecret {
                needed_for,
                error: fault.into_error(tree),
            })
        };
        Ok(late.into_iter().filter_map(unset).collect())
    }

    /// The text with its variables in place; or the part that can't be, and why.
    fn expanded(&self, text: &str) -> Result<String, Unexpanded> {
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
                    return Err(Unexpanded {
                        what: "${".to_owned(),
                        message: phrase!("the `}` of this `${` is missing").to_owned(),
                        is_unset: false,
                    });
                };
                let whole = format!("${{{name}}}");
                let is_name = !name.is_empty()
                    && !name.starts_with(|first: char| first.is_ascii_digit())
                    && name
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
                if !is_name {
                    return Err(Unexpanded {
                        what: whole,
                        message: phrased!("`{name}` can't be a variable's name"),
                        is_unset: false,
                    });
                }
                let Some(value) = self.variables.get(name) else {
                    return Err(Unexpanded {
                        what: whole,
                        message: phrased!("the variable `{name}` is not set"),
                        is_unset: true,
                    });
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

    /// The values of the variables that a text names.
    fn values_in(&self, text: &str) -> impl Iterator<Item = String> {
        names_in(text).filter_map(|name| self.variables.get(name).cloned())
    }
}

/// The variables that a text names: `${NAME}`.
fn names_in(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split("${").skip(1);
    parts.filter_map(|part| Some(part.split_once('}')?.0))
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

/// The variables of the file being put into its text.
struct Expansion<'e> {
    environment: &'e Environment,
    /// What was put in.
    secrets: Vec<String>,
    faults: Vec<ExpansionFault>,
}

impl Expansion<'_> {
    fn expand<'n>(&mut self, node: &'n mut Node, path: &mut Vec<&'n str>) {
        // What came out of the environment is taken as it is.
        if matches!(node.place, ValuePlace::Variable(_))
            && matches!(node.kind, ValueKind::Scalar(_))
        {
            return;
        }
        match &mut node.kind {
            ValueKind::Sequence(items) => {
                for item in items {
                    self.expand(item, &mut path.clone());
                }
            }
            ValueKind::Mapping(entries) => {
                for entry in entries {
                    let mut path = path.clone();
                    path.push(&entry.key);
                    self.expand(&mut entry.value, &mut path);
                }
            }
            ValueKind::Scalar(scalar) if scalar.text.contains('$') => {
                match self.environment.expanded(&scalar.text) {
                    Ok(text) if text == scalar.text => {}
                    Ok(text) => {
                        self.secrets
                            .extend(self.environment.values_in(&scalar.text));
                        *scalar = Scalar::from_outside(text);
                    }
                    Err(unexpanded) => {
                        let late = late(path).filter(|_| unexpanded.is_unset);
                        if let Some(late) = &late {
                            *scalar = Scalar::from_outside(late.stand_in.to_owned());
                        }
                        self.faults.push(ExpansionFault {
                            place: node.place.clone(),
                            unexpanded,
                            late,
                        });
                    }
                }
            }
            ValueKind::Scalar(_) => {}
        }
    }
}

/// The part of a text that can't be expanded.
struct Unexpanded {
    /// As written.
    what: String,
    message: String,
    /// The variable is not there; all else is a slip in the file.
    is_unset: bool,
}

/// Text that can't be expanded.
struct ExpansionFault {
    place: ValuePlace,
    unexpanded: Unexpanded,
    /// Where it may wait until it is used.
    late: Option<LateSecret>,
}

impl ExpansionFault {
    fn into_error(self, tree: &Tree) -> SourceError {
        // Points at the `${…}` itself where the value stands in the file as it is.
        let place = match &self.place {
            ValuePlace::Text(span) => {
                let text = tree.source().text().get(span.clone()).unwrap_or_default();
                match text.find(&self.unexpanded.what) {
                    Some(at) => {
                        let start = span.start + at;
                        ValuePlace::Text(start..start + self.unexpanded.what.len())
                    }
                    None => self.place.clone(),
                }
            }
            ValuePlace::Variable(_) => self.place.clone(),
        };
        tree.error_at(&place, self.unexpanded.message)
            .with_hint(phrase!(
                "set the variable; where a plain `$` is meant, write `$$`"
            ))
    }
}

/// All that a variable's value holds, but for the keys that are ours.
fn secrets_in(node: &Node, secrets: &mut Vec<String>) {
    match &node.kind {
        ValueKind::Scalar(scalar) => {
            secrets.push(scalar.text.clone());
            secrets.extend(scalar.value.as_f64().map(|number| number.to_string()));
        }
        ValueKind::Sequence(items) => items.iter().for_each(|item| secrets_in(item, secrets)),
        ValueKind::Mapping(entries) => {
            for entry in entries {
                if !HARMLESS.knows(&entry.key) {
                    secrets.push(entry.key.clone());
                }
                secrets_in(&entry.value, secrets);
            }
        }
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
