//! What a writer waits for: one issue checked, one rendered, the repository's own as it is; and the issues of years
//! checked at once.

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
    let least_of = |run: &dyn Fn() -> f64| least((0..sizes.rounds * 7).map(|_| run()));
    let whole = |arguments: &[&str]| least_of(&|| ran(folder.path(), arguments, &account));
    let start = whole(&["--version"]);
    let nothing =
        least_of(&|| process::run(&mut watched("true", &account), &account).milliseconds());
    table.add(Row {
        what: "--version: a process that does nothing".into(),
        here: Quantity(start, "ms"),
        peer: Some(("true, under the same watch", Quantity(nothing, "ms"))),
        reach: Reach::HereAtMost(8.0),
        note: "in the publication's language".into(),
        is_robust: false,
    });
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
    let one = whole(&["check", &issue]);
    make_years(&archive, sizes.archive, folder.path()).expect("an archive");
    let all = || ran(folder.path(), &["check"], &account);
    table.add(Row {
        what: format!("check {} issues: whole process", sizes.archive),
        here: Quantity(least((0..sizes.rounds).map(|_| all())), "ms"),
        peer: Some(("check one issue", Quantity(one, "ms"))),
        reach: Reach::RatioAtMost(sizes.archive as f64),
        note: "the repository's issues again and again, a week apart".into(),
        is_robust: false,
    });
}

/// The milliseconds of one run.
fn ran(root: &Path, arguments: &[&str], account: &Path) -> f64 {
    let mut command = watched(program(), account);
    command.arg("--root").arg(root).args(arguments);
    let cost = process::run(&mut command, account);
    assert_eq!(cost.code, 0, "{arguments:?}");
    cost.milliseconds()
}

/// Copies of the issues that are there, each a week before the other, until there are so many.
fn make_years(archive: &Archive, count: usize, root: &Path) -> io::Result<()> {
    let issues: Vec<_> = archive.entries().collect();
    for number in issues.len()..count {
        let entry = issues[number % issues.len()];
        let issue = entry.issue().expect("an issue");
        let weeks = chrono::Days::new(7 * (number / issues.len()) as u64);
        let (day, text) = (issue.front_matter.date, fs::read_to_string(&entry.path)?);
        let earlier = day - weeks;
        let folder = root.join(format!("issues/{earlier}-{number}"));
        copy(entry.path.parent().unwrap_or(root), &folder)?;
        let text = text.replacen(&format!("date: {day}"), &format!("date: {earlier}"), 1);
        fs::write(folder.join("index.md"), text)?;
    }
    Ok(())
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
