//! Started with a daily-note.yaml that can't be read, as after a reboot behind a bad `git pull`.

use std::{fs, path::PathBuf};

use super::harness::{Serve, publication};
use crate::{operating::Daemon, postfix::free_port, support::TestPublication};

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

#[test]
fn serve_answers_that_it_is_not_ready_as_long_as_the_configuration_is_broken() {
    use std::os::unix::fs::PermissionsExt;
    let (publication, good) = broken();
    let kept = publication.path(".daily-note/last-good.yaml");
    let mode = fs::metadata(kept).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "it may hold secrets");
    let address = free_port().to_string();
    let serve = ["--at", BEFORE, "serve", "--listen", &address];
    let daemon = Daemon::spawn(&mut publication.command(serve));
    let (status, ails) = daemon.get("/readyz");
    assert_eq!(status, 503);
    assert!(ails.contains("the configuration can't be read"), "{ails}");
    assert_eq!(daemon.get("/healthz").0, 200);
    fs::write(publication.path("daily-note.yaml"), good).unwrap();
    daemon.wait_for("/readyz", |status, _| status == 200);
}

#[test]
fn where_nothing_was_ever_kept_a_broken_configuration_is_an_error_at_its_line() {
    let publication = publication().config("publication: [\n");
    for command in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["send", "--due"],
        &["send", "2026-11-30-quiet", "--yes"],
    ] {
        let ran = publication.run(command.iter().copied()).exits(3);
        assert!(ran.stderr.contains("daily-note.yaml:"), "{}", ran.shown());
    }
    assert!(!publication.path(".daily-note").exists());
}

#[test]
fn a_conflict_in_the_configuration_lets_nothing_leave_under_any_command() {
    let (publication, good) = broken();
    let conflict = format!("<<<<<<< HEAD\n{good}=======\n{good}# theirs\n>>>>>>> feature\n");
    fs::write(publication.path("daily-note.yaml"), conflict).unwrap();
    let at = "2026-11-29T23:00:05Z";
    for command in [
        &["send", "--due", "--at", at][..],
        &["send", "2026-11-30-quiet", "--yes", "--at", at],
    ] {
        let ran = publication.run(command.iter().copied()).exits(3);
        assert!(ran.stderr.contains("daily-note.yaml:1:"), "{}", ran.shown());
    }
    let serve = Serve::start(&publication, at);
    let refused = serve.wait_for("configuration_refused");
    let problem = refused["problems"][0].as_str().unwrap();
    assert!(problem.contains("daily-note.yaml:1:"), "{problem}");
    std::thread::sleep(std::time::Duration::from_secs(2));
    assert!(!serve.has_told("batch_began"));
    fs::write(publication.path("daily-note.yaml"), good).unwrap();
    serve.wait_for("batch_ended");
}
