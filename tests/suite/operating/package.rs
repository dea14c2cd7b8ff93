//! What is released: that the archive holds what it promises, and that all who fetch it – a person's
//! `cargo binstall`, the workflow that `init --github` writes – ask for the names that it has.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Output},
};

use crate::support::TestPublication;

const TARGETS: [&str; 6] = [
    "aarch64-apple-darwin",
    "aarch64-unknown-linux-gnu",
    "aarch64-unknown-linux-musl",
    "x86_64-apple-darwin",
    "x86_64-unknown-linux-gnu",
    "x86_64-unknown-linux-musl",
];

fn house() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Packs the program that the tests run, as for that system, into a folder.
fn pack(target: &str, folder: &Path) {
    let output = Command::new(house().join("scripts/package"))
        .args([target, env!("CARGO_BIN_EXE_daily-note")])
        .env("CARGO_TARGET_DIR", folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

fn yaml(text: &str) -> serde_yaml::Value {
    serde_yaml::from_str(text).unwrap()
}

#[test]
fn the_archive_holds_program_pages_completions_and_licences_and_its_checksum_holds() {
    let folder = tempfile::tempdir().unwrap();
    let target = "x86_64-unknown-linux-musl";
    pack(target, folder.path());
    let package = folder.path().join("package");
    let name = format!("daily-note-{target}");
    let run = |program: &str, arguments: &[&str]| {
        let output = Command::new(program)
            .args(arguments)
            .current_dir(&package)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    run("sha256sum", &["--check", &format!("{name}.tar.gz.sha256")]);
    run("tar", &["-xzf", &format!("{name}.tar.gz")]);

    let unpacked = package.join(&name);
    for file in [
        "README.md",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "CHANGELOG.md",
        "man/daily-note.1",
        "man/daily-note-send.1",
        "completions/daily-note.bash",
        "completions/_daily-note",
        "completions/daily-note.fish",
        "systemd/daily-note.service",
    ] {
        let length = fs::metadata(unpacked.join(file)).map(|it| it.len());
        assert!(
            length.as_ref().is_ok_and(|it| *it > 100),
            "{file}: {length:?}"
        );
    }
    let program = unpacked.join("daily-note");
    assert_eq!(
        fs::metadata(&program).unwrap().permissions().mode() & 0o777,
        0o755
    );
    let version = run(program.to_str().unwrap(), &["--version"]);
    assert!(version.contains(env!("CARGO_PKG_VERSION")), "{version}");
}

#[test]
fn all_systems_are_built_for_and_everybody_asks_for_the_archive_by_its_name() {
    let workflow =
        yaml(&fs::read_to_string(house().join(".github/workflows/release.yml")).unwrap());
    let matrix = workflow["jobs"]["archive"]["strategy"]["matrix"]["include"]
        .as_sequence()
        .unwrap();
    let targets: BTreeSet<&str> = matrix
        .iter()
        .map(|system| system["target"].as_str().unwrap())
        .collect();
    assert_eq!(targets, TARGETS.into());

    let manifest = fs::read_to_string(house().join("Cargo.toml")).unwrap();
    let value = |key: &str| {
        manifest
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{key} = ")))
            .map(|value| value.trim_matches('"').replace("{ name }", "daily-note"))
            .unwrap()
    };
    // `cargo binstall` puts `.tgz` or `.tar.gz` for the suffix and tries both.
    assert_eq!(
        value("pkg-url"),
        "{ repo }/releases/download/v{ version }/daily-note-{ target }{ archive-suffix }"
    );
    assert_eq!(value("pkg-fmt"), "tgz");
    assert_eq!(
        value("bin-dir"),
        "daily-note-{ target }/{ bin }{ binary-ext }"
    );
}

/// Runs the step of the workflow of `init --github` that installs the program, with a `cargo` that only
/// says what it was asked for.
fn install(publication: &TestPublication, repository: &str) -> (Output, String) {
    let workflow = fs::read_to_string(publication.path(".github/workflows/check.yml")).unwrap();
    let workflow = yaml(&workflow);
    let steps = workflow["jobs"]["check"]["steps"].as_sequence().unwrap();
    let step = steps
        .iter()
        .find(|step| step["name"] == "Install daily-note")
        .unwrap();
    let machine = publication.path("machine");
    fs::create_dir_all(machine.join("bin")).unwrap();
    let cargo = machine.join("bin/cargo");
    fs::write(&cargo, "#!/bin/sh\necho \"cargo $*\"\n").unwrap();
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
    let path = machine.join("path");
    fs::write(&path, "").unwrap();
    let others = std::env::var("PATH").unwrap();
    // As GitHub runs it.
    let output = Command::new("bash")
        .args(["-ec", step["run"].as_str().unwrap()])
        .env("DAILY_NOTE_GIT", repository)
        .env("RUNNER_TEMP", &machine)
        .env("GITHUB_PATH", &path)
        .env(
            "PATH",
            format!("{}:{others}", machine.join("bin").display()),
        )
        .output()
        .unwrap();
    (output, fs::read_to_string(&path).unwrap())
}

#[test]
fn the_workflow_of_a_publication_takes_a_release_where_there_is_one_and_only_a_whole_one() {
    let publication = TestPublication::new();
    publication.run(["init", "elsewhere", "--github"]).exits(0);
    fs::create_dir_all(publication.path(".github/workflows")).unwrap();
    let written = publication.path("elsewhere/.github/workflows/check.yml");
    fs::copy(written, publication.path(".github/workflows/check.yml")).unwrap();

    let repository = format!("file://{}/repository.git", publication.path("").display());
    let (output, path) = install(&publication, &repository);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{output:?}");
    assert!(
        said.contains(&format!("cargo install --locked --git {repository}")),
        "{said}"
    );
    assert_eq!(path, "");

    let released = publication.path("repository/releases/latest/download");
    fs::create_dir_all(&released).unwrap();
    pack("x86_64-unknown-linux-musl", &publication.path("built"));
    for file in fs::read_dir(publication.path("built/package")).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), released.join(file.file_name())).unwrap();
    }
    let (output, path) = install(&publication, &repository);
    assert!(output.status.success(), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let program = Path::new(path.trim()).join("daily-note");
    assert!(program.is_file(), "{path}");

    // Half a download is no program.
    let archive = released.join("daily-note-x86_64-unknown-linux-musl.tar.gz");
    let bytes = fs::read(&archive).unwrap();
    fs::write(&archive, &bytes[..bytes.len() / 2]).unwrap();
    let (output, path) = install(&publication, &repository);
    assert!(!output.status.success(), "{output:?}");
    assert_eq!(path, "");
}
