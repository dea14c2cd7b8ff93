//! A configuration from before: what it says that means nothing any more keeps nobody from their mail, and is
//! mentioned once, however often the file is read.

use std::{
    fs::{self, File},
    time::Duration,
};

use crate::{
    identity::harness::{Desk, READERS, SENDERS},
    schedule::wait_until,
};

#[test]
fn retired_keys_stop_no_mail_and_are_mentioned_once_by_each_sender() {
    for sender in SENDERS {
        let desk = Desk::new();
        let file = desk.path("daily-note.yaml");
        let old = fs::read_to_string(&file).unwrap();
        fs::write(&file, format!("{old}tracking: none\n")).unwrap();
        let log = desk.path("log");
        let mut command = desk.publication.command(sender.iter());
        command.stderr(File::create(&log).unwrap());
        let mut child = command.spawn().unwrap();
        wait_until(|| desk.taken() == READERS, "everybody has it");
        if *sender == ["serve"] {
            // Some beats more, and the file once more.
            fs::write(&file, format!("{old}tracking: none\n\n")).unwrap();
            std::thread::sleep(Duration::from_secs(3));
            child.kill().unwrap();
        }
        child.wait().unwrap();
        let log = fs::read_to_string(log).unwrap();
        let told = log.matches("`tracking` says nothing any more").count();
        assert_eq!(told, 1, "{sender:?}: {log}");
        desk.everybody_got(1);
    }
}
