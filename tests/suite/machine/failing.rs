//! A publication whose state is on a disk that fails for as long as a file is there, and whose unsynced bytes are noted.

use std::{fs, path::PathBuf, process::Command, time::Duration};

use crate::{
    crash::shim::{Fault, SHIM},
    identity::harness::Desk,
};

pub(super) struct Failing {
    pub(super) desk: Desk,
    sign: PathBuf,
}

impl Failing {
    /// So many readers, whose message each takes the relay that long, over two connections.
    pub(super) fn of(readers: usize, delay: Duration) -> Self {
        let desk = Desk::of(readers, delay);
        // What git knows is whole, and is not waited for.
        desk.shell("git init -q . && git add daily-note.yaml subscribers.yaml issues");
        let sign = desk.path("fails");
        Self { desk, sign }
    }

    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.desk.publication.command(arguments.iter());
        command.env("DISK_FAILS_WHILE", &self.sign);
        SHIM.preload(&mut command, &self.desk.path(""), Fault::None);
        command
    }

    /// The disk fails from now on, in the way of that letter.
    pub(super) fn fail(&self, how: &str) {
        let fresh = self.sign.with_extension("new");
        fs::write(&fresh, how).unwrap();
        fs::rename(fresh, &self.sign).unwrap();
    }

    pub(super) fn fix(&self) {
        fs::remove_file(&self.sign).unwrap();
    }

    /// What was to fail once fails no more.
    pub(super) fn fix_if_unused(&self) {
        let _ = fs::remove_file(&self.sign);
    }
}
