//! What a writer waits for: one issue checked, one rendered. The repository's own, as it is.

use std::{fs, io, path::Path};

use daily_note::{
    issue::Archive,
    publication::{Environment, Publication},
};

use super::{
    Sizes,
    process::{self, watched},
    publication::program,
    row::{Quantity, Reach, Row, Table, least},
};

pub(crate) fn rows(table: &mut Table, sizes: &Sizes) {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["daily-note.yaml", "subscribers.yaml", "issues", "templates"] {
        copy(&repository.join(name), &folder.path().join(name)).expect("a copy");
    }
    let publication =
        Publication::load(folder.path(), &Environment::default()).expect("the publication");
    let archive = Archive::load(&publication).expect("its issues");
    let issue = archive.newest().expect("an issue").id.clone();
    let account = folder.path().join("account");
    let out = folder.path().join("rendered");
    let out = out.to_string_lossy();
    let whole = |arguments: &[&str]| {
        let run = || {
            let mut command = watched(program(), &account);
            command.arg("--root").arg(folder.path()).args(arguments);
            let cost = process::run(&mut command, &account);
            assert_eq!(cost.code, 0, "{arguments:?}");
            cost.milliseconds()
        };
        least((0..sizes.rounds * 7).map(|_| run()))
    };
    let start = whole(&["--version"]);
    for (what, arguments) in [
        ("check one issue", &["check", &*issue][..]),
        ("render one issue", &["render", &issue, "--out", &out]),
    ] {
        table.add(Row {
            what: format!("{what}: whole process"),
            here: Quantity(whole(arguments), "ms"),
            peer: Some((
                "--version: a process that does nothing",
                Quantity(start, "ms"),
            )),
            reach: Reach::HereAtMost(50.0),
            note: "the repository's newest issue".into(),
            is_robust: false,
        });
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(drop);
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}
