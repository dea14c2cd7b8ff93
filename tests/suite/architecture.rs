//! The house rules that a machine can keep: who may import whom (the table of
//! docs/architecture.md against every path in src/), what files are called, how they open, how
//! long they may be. The rules are tried on small made-up trees first.

mod circles;
mod names;
mod references;
mod table;

use std::{
    fs,
    path::{Path, PathBuf},
};

use self::{
    circles::circles,
    names::declared_twice,
    references::{Reference, references},
    table::Table,
};

/// Where a file is two files.
const MAX_LINES: usize = 700;
/// Names under which anything could hide.
const NAMELESS: &[&str] = &[
    "mod", "util", "utils", "common", "helper", "helpers", "types", "manager", "misc",
];

#[test]
fn the_tree_keeps_the_house_rules() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = fs::read_to_string(root.join("docs/architecture.md")).unwrap();
    let findings = findings(root, &table);
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

/// Everything that breaks a rule, with its place.
fn findings(root: &Path, architecture: &str) -> Vec<String> {
    let mut table = Table::parse(architecture);
    let mut findings = std::mem::take(&mut table.findings);
    let sources = sources(&root.join("src"));
    findings.extend(table.against_rooms(&rooms(&root.join("src"))));
    for file in &sources {
        findings.extend(forbidden_arrows(root, file, &table));
    }
    let texts = sources.iter().map(|file| (shown(root, file), read(file)));
    findings.extend(declared_twice(texts));
    findings.extend(circles(&modules_of(root, &sources)));
    for folder in ["src", "tests", "benches", "examples"] {
        for file in self::sources(&root.join(folder)) {
            findings.extend(of_the_file(root, &file));
        }
    }
    findings
}

/// The files of the program without those of its tests, each as the module that it is. lib.rs and main.rs are on
/// top of all.
fn modules_of(root: &Path, sources: &[PathBuf]) -> Vec<(Vec<String>, String)> {
    let src = root.join("src");
    let modules = sources
        .iter()
        .map(|file| (module_path(&src, file), read(file)));
    modules
        .filter(|(module, _)| !module.is_empty() && *module != ["main"])
        .filter(|(module, _)| {
            !module
                .iter()
                .any(|name| name == "tests" || name.ends_with("_tests"))
        })
        .collect()
}

/// Paths from one room into another that the table doesn't name.
fn forbidden_arrows(root: &Path, file: &Path, table: &Table) -> Vec<String> {
    let module = module_path(&root.join("src"), file);
    // lib.rs declares the rooms and is in none of them.
    let Some(room) = module.first().cloned() else {
        return Vec::new();
    };
    let shown = shown(root, file);
    let references = match references(&read(file), &module) {
        Ok(references) => references,
        Err(error) => return vec![format!("{shown}: not Rust: {error}")],
    };
    references
        .into_iter()
        .filter(|reference| reference.path[0] != room && !table.allows(&room, &reference.path))
        .map(|Reference { path, line, .. }| {
            let path = path.join("::");
            format!("{shown}:{line}: `{room}` may not import `{path}`: docs/architecture.md has no such arrow")
        })
        .collect()
}

/// What is wrong with a file as a file.
fn of_the_file(root: &Path, file: &Path) -> Vec<String> {
    let (shown, text) = (shown(root, file), read(file));
    let mut findings = Vec::new();
    if !text.starts_with("//! ") {
        findings.push(format!(
            "{shown}:1: opens without a `//!` that says what the file owns"
        ));
    }
    let stem = file.file_stem().unwrap().to_string_lossy();
    if NAMELESS.contains(&&*stem) {
        findings.push(format!("{shown}: `{stem}` says nothing of what is in it"));
    }
    let lines = text.lines().count();
    if lines > MAX_LINES {
        findings.push(format!(
            "{shown}: {lines} lines; more than {MAX_LINES} are two files"
        ));
    }
    findings
}

/// The rooms that exist: `foo.rs` beside lib.rs.
fn rooms(src: &Path) -> Vec<String> {
    let mut rooms: Vec<String> = fs::read_dir(src)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it == "rs"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .filter(|stem| stem != "lib")
        .collect();
    rooms.sort();
    rooms
}

/// Every Rust file of a folder, deep, in an order.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut entries: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    let mut found = Vec::new();
    for path in entries {
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
    found
}

/// `src/store/sqlite.rs` is `store::sqlite`.
fn module_path(src: &Path, file: &Path) -> Vec<String> {
    let relative = file.strip_prefix(src).unwrap().with_extension("");
    relative
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .filter(|part| part != "lib")
        .collect()
}

fn shown(root: &Path, file: &Path) -> String {
    file.strip_prefix(root).unwrap().display().to_string()
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap()
}

mod made_up {
    //! Trees that break one rule each.

    use insta::assert_snapshot;

    use super::*;

    const TABLE: &str = "\
| room | owns | may import |
|---|---|---|
| *every room* | what all may use | source |
| `source` | texts | – |
| `smtp` | sessions | – |
| `store` | the ledger | smtp::status |
| `delivery` | sending | store, smtp |
| `app` | wiring | all above |
| `main` | the binary | app |
";

    /// The findings of a tree of these files, in which every room of the table exists.
    fn findings_of(table: &str, files: &[(&str, &str)]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        for room in ["source", "smtp", "store", "delivery", "app", "main", "lib"] {
            write(&format!("src/{room}.rs"), "//! A room.\n");
        }
        for (path, text) in files {
            write(path, text);
        }
        findings(folder.path(), table).join("\n")
    }

    #[test]
    fn a_tree_that_keeps_the_rules_has_no_findings() {
        let files = [
            (
                "src/lib.rs",
                "//! All.\npub mod delivery; use crate::app::App;",
            ),
            (
                "src/main.rs",
                "//! The binary.\nfn main() { daily_note::app::run() }",
            ),
            (
                "src/store.rs",
                "//! S.\nuse crate::{smtp::status::Code, source::Span, store::own::Row};",
            ),
            (
                "src/store/own.rs",
                "//! S.\n#[cfg(test)] mod tests { use super::super::Store; }",
            ),
            ("src/store/above.rs", "//! S.\nuse super::Store;"),
            (
                "src/delivery.rs",
                "//! D. Not like [`crate::app`].\n// crate::app\nconst A: &str = \"crate::app\";",
            ),
            ("tests/suite/main.rs", "//! Tests.\nuse crate::anything;"),
        ];
        assert_eq!(findings_of(TABLE, &files), "");
    }

    #[test]
    fn an_arrow_that_the_table_does_not_have_is_found_wherever_it_hides() {
        let files = [
            (
                "src/smtp.rs",
                "//! S.\nuse crate::delivery::{self, Sender};\n",
            ),
            (
                "src/store.rs",
                "//! S.\nuse crate::{\n    source::Span,\n    smtp::{status::Code, Session},\n};\n",
            ),
            (
                "src/store/deep.rs",
                "//! S.\nfn f() -> crate::app::App { todo() }\nmod tests {\n    use super::super::super::delivery;\n}\n",
            ),
            (
                "src/delivery.rs",
                "//! D.\npub(crate) use crate::app::App as Everything;\nuse super::app;\n",
            ),
            (
                "src/delivery/log.rs",
                "//! D.\nfn f() { info!(\"{}\", crate::app::NAME); }\nuse crate::*;\n",
            ),
            (
                "src/main.rs",
                "//! M.\nfn main() { daily_note::store::open() }\n",
            ),
        ];
        assert_snapshot!(findings_of(TABLE, &files), @r#"
        src/delivery/log.rs:2: `delivery` may not import `app::NAME`: docs/architecture.md has no such arrow
        src/delivery/log.rs:3: `delivery` may not import `*`: docs/architecture.md has no such arrow
        src/delivery.rs:2: `delivery` may not import `app::App`: docs/architecture.md has no such arrow
        src/delivery.rs:3: `delivery` may not import `app`: docs/architecture.md has no such arrow
        src/main.rs:2: `main` may not import `store::open`: docs/architecture.md has no such arrow
        src/smtp.rs:2: `smtp` may not import `delivery`: docs/architecture.md has no such arrow
        src/smtp.rs:2: `smtp` may not import `delivery::Sender`: docs/architecture.md has no such arrow
        src/store/deep.rs:2: `store` may not import `app::App`: docs/architecture.md has no such arrow
        src/store/deep.rs:4: `store` may not import `delivery`: docs/architecture.md has no such arrow
        src/store.rs:4: `store` may not import `smtp::Session`: docs/architecture.md has no such arrow
        "#);
    }

    #[test]
    fn a_type_has_a_name_of_its_own() {
        let files = [
            (
                "src/store/rows.rs",
                "//! R.\npub struct Row;\nstruct Args;\n#[cfg(test)]\nmod tests { struct Page; }\n",
            ),
            (
                "src/smtp/page.rs",
                "//! P.\n#[derive(Debug)]\npub(crate) enum Page {}\nmod inner { trait Row {} }\nfn f() { struct Session; }\n",
            ),
            (
                "src/smtp/session.rs",
                "//! S.\nstruct Args;\nstruct Session;\n",
            ),
            ("src/store/tests.rs", "//! T.\nstruct Session;\n"),
        ];
        assert_snapshot!(
            findings_of(TABLE, &files),
            @"`Row` names a type in each of src/smtp/page.rs, src/store/rows.rs"
        );
    }

    #[test]
    fn of_two_files_one_is_the_ground_of_the_other() {
        let files = [
            (
                "src/store/claim.rs",
                "//! C.\nuse super::Rows; use crate::store::pace::Pace as Speed;\nfn f(_: super::lent::Back) {}\n",
            ),
            (
                "src/store.rs",
                "//! S.\nmod claim; mod lent; mod pace; mod rows;\npub use self::rows::Rows;\npub(crate) use self::claim::Claim as Lent;\n",
            ),
            ("src/store/rows.rs", "//! R.\npub struct Rows;\n"),
            (
                "src/store/pace.rs",
                "//! P.\npub struct Pace;\n#[cfg(test)]\nmod tests { use super::super::claim::Claim; }\n",
            ),
            (
                "src/store/lent.rs",
                "//! L.\npub struct Back;\nfn f(_: crate::store::Lent) {}\n",
            ),
        ];
        assert_snapshot!(
            findings_of(TABLE, &files),
            @"store::claim, store::lent: each needs the other; what both use wants a file of its own"
        );
    }

    #[test]
    fn the_table_itself_points_one_way_and_names_what_exists() {
        let table = "\
| room | owns | may import |
|---|---|---|
| *every room* | what all may use | source |
| `source` | texts | – |
| `store` | the ledger | delivery, smpt |
| `delivery` | sending | store |
| `bounce` | bounces | store |
| `app` | wiring | all above |
| `main` | the binary | app |
";
        assert_snapshot!(findings_of(table, &[]), @r#"
        docs/architecture.md:5: `store` may import `delivery`, which is no room above it
        docs/architecture.md:5: `store` may import `smpt`, which is no room above it
        src/smtp.rs: the table of docs/architecture.md has no row for it
        docs/architecture.md: the table has a row for `bounce`, but there is no src/bounce.rs
        "#);
    }

    #[test]
    fn a_page_without_a_table_is_no_leave_to_import_everything() {
        assert_snapshot!(findings_of("# The house", &[]), @r#"
        docs/architecture.md: no table with a last column "may import"
        src/app.rs: the table of docs/architecture.md has no row for it
        src/delivery.rs: the table of docs/architecture.md has no row for it
        src/main.rs: the table of docs/architecture.md has no row for it
        src/smtp.rs: the table of docs/architecture.md has no row for it
        src/source.rs: the table of docs/architecture.md has no row for it
        src/store.rs: the table of docs/architecture.md has no row for it
        "#);
    }

    #[test]
    fn a_file_says_what_it_owns_has_a_name_of_its_own_and_an_end() {
        let long = format!("//! Long.\n{}", "\n".repeat(MAX_LINES));
        let files = [
            ("src/store/mod.rs", "//! Rows.\n"),
            ("src/store/utils.rs", "//! Rows.\n"),
            ("src/store/rows.rs", "use crate::source::Span;\n"),
            ("tests/suite/long.rs", long.as_str()),
        ];
        assert_snapshot!(findings_of(TABLE, &files), @r#"
        src/store/mod.rs: `mod` says nothing of what is in it
        src/store/rows.rs:1: opens without a `//!` that says what the file owns
        src/store/utils.rs: `utils` says nothing of what is in it
        tests/suite/long.rs: 701 lines; more than 700 are two files
        "#);
    }
}
