//! What the program is installed with: units that systemd takes, a container that is nobody's root.

use std::{fs, path::Path, process::Command};

use crate::support::left_out;

fn house() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The units in a folder of their own, with the program where it is on this machine.
fn units() -> Option<tempfile::TempDir> {
    if Command::new("systemd-analyze")
        .arg("--version")
        .output()
        .is_err()
    {
        left_out("systemd-analyze is not there");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    for unit in fs::read_dir(house().join("deploy/systemd")).unwrap() {
        let unit = unit.unwrap();
        let text = fs::read_to_string(unit.path()).unwrap();
        let text = text.replace(
            "/usr/local/bin/daily-note",
            env!("CARGO_BIN_EXE_daily-note"),
        );
        fs::write(folder.path().join(unit.file_name()), text).unwrap();
    }
    Some(folder)
}

#[test]
fn systemd_understands_every_unit() {
    let Some(folder) = units() else { return };
    for unit in [
        "daily-note.service",
        "daily-note-due.service",
        "daily-note-due.timer",
        "daily-note-worker@1.service",
    ] {
        let output = Command::new("systemd-analyze")
            .args(["verify", "--man=no"])
            .arg(folder.path().join(unit))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        // It looks at the units of the machine as well: those are not ours.
        let of_ours: Vec<&str> = said
            .lines()
            .filter(|line| line.contains("daily-note"))
            .collect();
        assert!(of_ours.is_empty(), "{unit}: {said}");
    }
}

#[test]
fn a_service_is_exposed_as_little_as_a_network_service_can_be() {
    let Some(folder) = units() else { return };
    for unit in ["daily-note.service", "daily-note-due.service"] {
        let output = Command::new("systemd-analyze")
            .args(["security", "--offline=true", "--no-pager", "--threshold=20"])
            .arg(folder.path().join(unit))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{unit}: {said}");
        assert!(said.contains("Overall exposure level"), "{unit}: {said}");
    }
}

#[test]
fn the_commands_of_the_units_are_ours() {
    let publication = crate::support::TestPublication::new();
    for unit in fs::read_dir(house().join("deploy/systemd")).unwrap() {
        let text = fs::read_to_string(unit.unwrap().path()).unwrap();
        let Some(command) = text
            .lines()
            .find_map(|line| line.strip_prefix("ExecStart="))
        else {
            continue;
        };
        let arguments = command.split(' ').skip(1).chain(["--help"]);
        publication.run(arguments).exits(0);
    }
}

#[test]
fn the_container_has_all_it_builds_from_and_runs_as_nobody_s_root() {
    let file = fs::read_to_string(house().join("deploy/Containerfile")).unwrap();
    let copied: Vec<&str> = file
        .lines()
        .filter_map(|line| line.strip_prefix("COPY "))
        .filter(|line| !line.starts_with("--from"))
        .flat_map(|line| line.rsplit_once(' ').unwrap().0.split(' '))
        .collect();
    assert!(copied.contains(&"src") && copied.contains(&"Cargo.lock"));
    for path in copied {
        assert!(
            house().join(path).exists(),
            "{path} is not there to be copied"
        );
    }
    let last_stage = file.rsplit("\nFROM ").next().unwrap();
    let user = last_stage
        .lines()
        .find_map(|line| line.strip_prefix("USER "));
    let user: u32 = user.unwrap().split(':').next().unwrap().parse().unwrap();
    assert_ne!(user, 0);
    // It starts what a person would.
    let start = last_stage
        .lines()
        .find_map(|line| line.strip_prefix("CMD "))
        .unwrap();
    let start: Vec<String> = serde_json::from_str(start).unwrap();
    let publication = crate::support::TestPublication::new();
    publication
        .run(start.into_iter().chain(["--help".to_owned()]))
        .exits(0);
}

#[test]
fn the_commands_of_the_compose_file_are_ours_and_each_worker_has_a_folder_of_its_own() {
    let file = fs::read_to_string(house().join("deploy/compose.yaml")).unwrap();
    let listed = |key: &str| -> Vec<Vec<String>> {
        file.lines()
            .filter_map(|line| line.trim().strip_prefix(key)?.strip_suffix(']'))
            .map(|list| {
                let words = list.split(',').map(|word| word.trim().trim_matches('"'));
                words.map(str::to_owned).collect()
            })
            .collect()
    };
    let commands = listed("command: [");
    let publication = crate::support::TestPublication::new();
    for command in &commands {
        let help = command.iter().cloned().chain(["--help".to_owned()]);
        publication.run(help).exits(0);
    }
    let workers = commands.iter().filter(|command| command[0] == "worker");
    let mut folders: Vec<Vec<String>> = listed("volumes: [");
    folders.retain(|folder| folder[0].ends_with(":/var/lib/daily-note"));
    assert_eq!(workers.count(), folders.len());
    folders.dedup();
    assert_eq!(folders.len(), 2, "{folders:?}");
}
