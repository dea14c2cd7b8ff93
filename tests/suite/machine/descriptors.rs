//! Fewer open files than are needed: the command says so in words, and nobody is lost or doubled.

use std::process::{Command, Output};

use crate::identity::harness::Desk;

/// From too few to read the configuration to enough for everything.
const LIMITS: [u32; 8] = [8, 10, 12, 14, 16, 20, 28, 40];

fn limited(desk: &Desk, limit: u32, arguments: &[&str]) -> Output {
    let command = desk.publication.command(arguments.iter());
    let mut shell = Command::new("/bin/sh");
    let script = format!("ulimit -n {limit}; exec \"$0\" \"$@\"");
    shell.args(["-c", &script]).arg(command.get_program());
    shell
        .args(command.get_args())
        .current_dir(desk.path(""))
        .env_clear();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            shell.env(name, value);
        }
    }
    shell.output().unwrap()
}

#[test]
fn too_few_descriptors_are_named_and_nobody_is_lost_or_doubled() {
    let desk = Desk::new();
    desk.run(&["status"]).exits(6);
    let mut named = 0;
    for limit in LIMITS {
        for arguments in [&["status"][..], &["send", "--due"]] {
            let output = limited(&desk, limit, arguments);
            let said = [&output.stdout[..], &output.stderr].concat();
            let said = String::from_utf8_lossy(&said).into_owned();
            assert!(
                !said.contains("panicked"),
                "{limit} {arguments:?}: {:?}: {said}",
                output.status.code()
            );
            if output.status.success() || output.status.code() == Some(6) {
                continue;
            }
            let is_named = said.contains("files are open") || said.contains("open files");
            assert!(
                is_named,
                "{limit} {arguments:?}: {:?}: {said}",
                output.status.code()
            );
            assert!(
                !said.contains("has room"),
                "{limit} {arguments:?}: {:?}: {said}",
                output.status.code()
            );
            named += 1;
        }
    }
    assert!(named > 4, "only {named} runs had too few");
    desk.run(&["send", "--due"]);
    desk.everybody_got(1);
}
