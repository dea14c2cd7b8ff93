//! Started with a daily-note.yaml that can't be read, as after a reboot behind a bad `git pull`.

use std::{fs, path::PathBuf};

use super::harness::{Serve, publication};
use crate::support::TestPublication;

const BEFORE: &str = "2026-11-29T22:00:00Z";
const NOTIFY: &str = "notify: {to: [writer@example.com]}\n";

/// A publication that kept its calendar once, and whose configuration is broken now; and what it was.
fn broken() -> (TestPublication, String) {
    let publication = publication().and_config(NOTIFY);
    publication.run(["send", "--due", "--at", BEFORE]).exits(6);
    let good = fs::read_to_string(publication.path("daily-note.yaml")).unwrap();
    fs::write(publication.path("daily-note.yaml"), "publication: [\n").unwrap();
    (publication, good)
}

fn alarms(publication: &TestPublication) -> Vec<PathBuf> {
    let is_alarm = |path: &PathBuf| {
        let mail = fs::read_to_string(path).unwrap();
        mail.contains("To: writer@example.com") || mail.contains("To: <writer@example.com>")
    };
    publication.inbox().into_iter().filter(is_alarm).collect()
}

#[test]
fn serve_tells_it_by_the_last_good_configuration_and_goes_on_once_it_is_mended() {
    let (publication, good) = broken();
    let serve = Serve::start(&publication, "2026-11-29T22:59:58Z");
    serve.wait_for("configuration_refused");
    super::harness::wait_until(|| !alarms(&publication).is_empty(), "the alarm");
    fs::write(publication.path("daily-note.yaml"), good).unwrap();
    serve.wait_for("batch_ended");
}

#[test]
fn send_due_tells_it_the_same_way_and_exits_3() {
    let (publication, _) = broken();
    publication.run(["send", "--due", "--at", BEFORE]).exits(3);
    assert_eq!(alarms(&publication).len(), 1);
}
