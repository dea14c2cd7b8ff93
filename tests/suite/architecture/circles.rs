//! No circle between files: of two files, one is the ground that the other stands on. What both use has a file
//! of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::references::{needs, reexports};

/// The module that a file is: `store::sqlite` of `src/store/sqlite.rs`.
type Module = Vec<String>;

/// Each circle between these files, by their modules. Where a path ends in what a file lends on (`pub use`), it
/// leads to the file that it comes from.
pub(super) fn circles(files: &[(Module, String)]) -> Vec<String> {
    let graph = Graph::of(files);
    let reached: Vec<BTreeSet<usize>> = (0..files.len()).map(|at| graph.reached(at)).collect();
    let mut told = BTreeSet::new();
    let mut circles = Vec::new();
    for at in 0..files.len() {
        let circle: Vec<usize> = reached[at]
            .iter()
            .copied()
            .filter(|other| reached[*other].contains(&at))
            .collect();
        if !circle.is_empty() && told.insert(circle.clone()) {
            let names: Vec<String> = circle.iter().map(|at| files[*at].0.join("::")).collect();
            circles.push(format!(
                "{}: each needs the other; what both use wants a file of its own",
                names.join(", ")
            ));
        }
    }
    circles
}

/// Which file names which others.
struct Graph {
    arrows: Vec<BTreeSet<usize>>,
}

impl Graph {
    fn of(files: &[(Module, String)]) -> Self {
        let sources = Sources::of(files);
        let arrows_of = |(at, (module, text)): (usize, &(Module, String))| {
            // What is no Rust is told by another rule.
            let references = needs(text, module).unwrap_or_default();
            references
                .iter()
                .filter_map(|reference| sources.of_path(&reference.path, 0))
                .filter(|other| *other != at)
                .collect()
        };
        Self {
            arrows: files.iter().enumerate().map(arrows_of).collect(),
        }
    }

    /// Every file that can be reached from this one; itself only by a circle.
    fn reached(&self, from: usize) -> BTreeSet<usize> {
        let mut reached = BTreeSet::new();
        let mut next: Vec<usize> = self.arrows[from].iter().copied().collect();
        while let Some(at) = next.pop() {
            if reached.insert(at) {
                next.extend(&self.arrows[at]);
            }
        }
        reached
    }
}

/// What is lent on more often than that is lent in a circle.
const HANDS: u32 = 8;

/// Where what a path names comes from.
struct Sources<'f> {
    places: BTreeMap<&'f [String], usize>,
    lent: Vec<BTreeMap<String, Vec<String>>>,
}

impl<'f> Sources<'f> {
    fn of(files: &'f [(Module, String)]) -> Self {
        let places = files
            .iter()
            .enumerate()
            .map(|(at, (module, _))| (&**module, at))
            .collect();
        let lent_by = |(module, text): &(Module, String)| {
            let lent = reexports(text, module).unwrap_or_default();
            lent.into_iter().map(|it| (it.name, it.path)).collect()
        };
        Self {
            places,
            lent: files.iter().map(lent_by).collect(),
        }
    }

    fn of_path(&self, path: &[String], hands: u32) -> Option<usize> {
        let found = |length: &usize| self.places.contains_key(&path[..*length]);
        let length = (1..=path.len()).rev().find(found)?;
        let at = self.places[&path[..length]];
        let lent = path.get(length).and_then(|name| self.lent[at].get(name));
        lent.filter(|_| hands < HANDS)
            .and_then(|path| self.of_path(path, hands + 1))
            .or(Some(at))
    }
}
