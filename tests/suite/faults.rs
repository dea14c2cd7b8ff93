//! docs/faults.md names a test for each fault; here it is held to its word.

use std::{collections::BTreeSet, fs, path::Path};

/// A line of the page's tables: the fault, and the tests that prove it survived.
struct Fault {
    name: String,
    proofs: Vec<String>,
}

fn faults() -> Vec<Fault> {
    let page = fs::read_to_string(house().join("docs/faults.md")).unwrap();
    page.lines()
        .filter_map(|line| line.strip_prefix("| ")?.split_once(" | "))
        .filter(|(name, _)| *name != "fault")
        .map(|(name, proofs)| Fault {
            name: name.to_owned(),
            // What stands between backticks.
            proofs: proofs
                .split('`')
                .skip(1)
                .step_by(2)
                .map(str::to_owned)
                .collect(),
        })
        .collect()
}

fn house() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Whether that path names a test that runs. Err: why not.
fn is_a_test(path: &str) -> Result<(), String> {
    let (rooms, name) = path.rsplit_once("::").ok_or("no path")?;
    let file = match rooms.strip_prefix("src::") {
        Some(rooms) => format!("src/{}.rs", rooms.replace("::", "/")),
        None => format!("tests/suite/{}.rs", rooms.replace("::", "/")),
    };
    let code =
        fs::read_to_string(house().join(&file)).map_err(|error| format!("{file}: {error}"))?;
    let lines: Vec<&str> = code.lines().map(str::trim).collect();
    let is_it = |line: &&str| -> bool {
        let declared = line
            .trim_start_matches("pub(crate) ")
            .trim_start_matches("async ");
        declared.strip_prefix("fn ").is_some_and(|rest| {
            rest.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with('('))
        })
    };
    let at = lines
        .iter()
        .position(is_it)
        .ok_or(format!("not in {file}"))?;
    let runs = if rooms.starts_with("store::contract::") {
        // A promise runs where it is listed, and a store's own file takes the list.
        let read = |file: &str| fs::read_to_string(house().join(file)).unwrap();
        let is_it = |line: &str| line.trim().trim_end_matches([',', ';']) == name;
        read("tests/suite/store/contract.rs").lines().any(is_it)
            && read("tests/suite/store/sqlite.rs").contains("\nevery_promise!(")
    } else {
        let attributes = lines[..at]
            .iter()
            .rev()
            .take_while(|line| line.starts_with("#["));
        let attributes: Vec<_> = attributes.collect();
        let is_test =
            |line: &&&str| line.starts_with("#[test]") || line.starts_with("#[tokio::test");
        attributes.iter().any(is_test)
            && !attributes.iter().any(|line| line.starts_with("#[ignore"))
    };
    if runs {
        Ok(())
    } else {
        Err(format!("{file} has it, and nothing runs it"))
    }
}

#[test]
fn every_fault_is_proved_by_tests_that_exist() {
    let faults = faults();
    let names: BTreeSet<&str> = faults.iter().map(|fault| fault.name.as_str()).collect();
    assert_eq!(names.len(), faults.len(), "a fault stands twice");
    assert!(faults.len() >= 55, "only {} faults were read", faults.len());
    let mut complaints = Vec::new();
    for fault in &faults {
        if fault.proofs.is_empty() {
            complaints.push(format!("{}: nothing proves it", fault.name));
        }
        for proof in &fault.proofs {
            if let Err(why) = is_a_test(proof) {
                complaints.push(format!("{}: {proof}: {why}", fault.name));
            }
        }
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn a_test_that_is_gone_or_never_runs_is_noticed() {
    assert_eq!(
        is_a_test("faults::a_test_that_is_gone_or_never_runs_is_noticed"),
        Ok(())
    );
    for path in [
        "faults::no_such_test",
        "faults::is_a_test",
        "no::such::room",
        "store::contract::batches::no_such_promise",
        "nonsense",
    ] {
        assert!(is_a_test(path).is_err(), "{path}");
    }
}
