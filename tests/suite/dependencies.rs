//! What comes in with a dependency, held against deny.toml: licences, sources, and who must not come at
//! all. Advisories need a database from outside: `just deny`.

use std::{fs, path::Path, process::Command};

use serde_json::Value;

/// The strings of a list in deny.toml, by the table and the key that they stand under.
fn listed(deny: &str, table: &str, key: &str) -> Vec<String> {
    let from = deny.find(&format!("[{table}]")).unwrap();
    let from = from + deny[from..].find(&format!("\n{key} = [")).unwrap();
    let list = &deny[from..from + deny[from..].find("\n]").unwrap()];
    let lines = list
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    lines
        .filter_map(|line| line.split('"').nth(1).map(str::to_owned))
        .collect()
}

/// Whether a licence expression (SPDX) can be met with these.
fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    let expression = expression.trim();
    let inner = expression
        .strip_prefix('(')
        .and_then(|it| it.strip_suffix(')'));
    if let Some(inner) = inner.filter(|inner| !inner.contains(['(', ')'])) {
        return is_allowed(inner, allowed);
    }
    let parts = |word: &str| -> Vec<String> {
        let (mut parts, mut depth) = (vec![String::new()], 0);
        for piece in expression.split_inclusive(' ') {
            depth += piece.matches('(').count();
            depth -= piece.matches(')').count();
            if depth == 0 && piece.trim() == word {
                parts.push(String::new());
            } else if let Some(last) = parts.last_mut() {
                last.push_str(piece);
            }
        }
        parts
    };
    let any = parts("OR");
    if any.len() > 1 {
        return any.iter().any(|part| is_allowed(part, allowed));
    }
    let all = parts("AND");
    if all.len() > 1 {
        return all.iter().all(|part| is_allowed(part, allowed));
    }
    allowed.iter().any(|it| it == expression)
}

#[test]
fn every_dependency_has_a_licence_and_a_source_that_we_take() {
    let house = Path::new(env!("CARGO_MANIFEST_DIR"));
    let deny = fs::read_to_string(house.join("deny.toml")).unwrap();
    let allowed = listed(&deny, "licenses", "allow");
    let denied = listed(&deny, "bans", "deny");
    assert!(allowed.contains(&"MIT".to_owned()) && !denied.is_empty());
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .current_dir(house)
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100, "{}", packages.len());
    let mut wrong = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap();
        let Some(source) = package["source"].as_str() else {
            assert_eq!(name, "daily-note");
            continue;
        };
        if source != "registry+https://github.com/rust-lang/crates.io-index" {
            wrong.push(format!("{name} comes from {source}"));
        }
        // Old packages write `MIT/Apache-2.0`.
        let license = package["license"].as_str().unwrap_or("none");
        if !is_allowed(&license.replace('/', " OR "), &allowed) {
            wrong.push(format!("{name} is under {license}"));
        }
        if denied.iter().any(|it| it == name) {
            wrong.push(format!("{name} must not come in"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Names and versions of Cargo.lock.
fn locked(house: &Path) -> Vec<(String, String)> {
    let lock = fs::read_to_string(house.join("Cargo.lock")).unwrap();
    let value = |line: &str| line.split('"').nth(1).unwrap_or_default().to_owned();
    let lines: Vec<&str> = lock.lines().collect();
    let pairs = lines
        .windows(2)
        .filter(|pair| pair[0].starts_with("name = "));
    pairs.map(|pair| (value(pair[0]), value(pair[1]))).collect()
}

#[test]
fn an_advisory_is_passed_over_for_what_is_here_alone_and_for_a_reason() {
    let house = Path::new(env!("CARGO_MANIFEST_DIR"));
    let deny = fs::read_to_string(house.join("deny.toml")).unwrap();
    let locked = locked(house);
    assert!(locked.len() > 100, "{}", locked.len());
    let ignored: Vec<&str> = deny
        .lines()
        .filter(|line| line.contains("id = \"RUSTSEC-"))
        .collect();
    for line in &ignored {
        let reason = line.split("reason = \"").nth(1).unwrap_or_default();
        let (name, why) = reason.split_once(": ").unwrap();
        assert!(
            locked.iter().any(|(known, _)| known == name),
            "{name} is not here any more: {line}"
        );
        assert!(why.len() > 20, "{line}");
    }
    // The one whose code reads only what was compiled in; what else is unmaintained must not come back.
    assert_eq!(ignored.len(), 1, "{ignored:?}");
    for gone in ["yaml-rust", "serde_yaml", "serde_yml", "libyml"] {
        assert!(!locked.iter().any(|(known, _)| known == gone), "{gone}");
    }
    // RUSTSEC-2025-0141 calls this version complete; 2 and 3 are other code.
    let bincode = locked.iter().find(|(name, _)| name == "bincode");
    assert_eq!(bincode.map(|(_, version)| version.as_str()), Some("1.3.3"));
}

#[test]
fn a_licence_is_met_by_one_of_several_and_by_all_of_several() {
    let allowed = ["MIT", "ISC", "Apache-2.0"].map(str::to_owned);
    for (expression, is_met) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("MIT OR GPL-3.0", true),
        ("ISC AND GPL-3.0", false),
        ("ISC AND (MIT OR GPL-3.0)", true),
        ("(MIT OR GPL-3.0) AND ISC", true),
        ("GPL-3.0 OR (MIT AND AGPL-3.0)", false),
    ] {
        assert_eq!(is_allowed(expression, &allowed), is_met, "{expression}");
    }
}
