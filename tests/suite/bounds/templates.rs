//! Templates that never end: told by each command, which goes on.

use std::time::{Duration, Instant};

use super::bounded;
use crate::support::TestPublication;

const ENDLESS: &str =
    "\n{% for a in range(end=100000) %}{% for b in range(end=100000) %}{% endfor %}{% endfor %}";

fn of(template: &str) -> TestPublication {
    TestPublication::new().file("templates/email/issue.txt", template)
}

#[test]
fn every_command_says_that_a_template_never_ends_and_sends_nothing() {
    let publication = of(ENDLESS);
    for arguments in [
        &["check", "2026-11-23-quiet"][..],
        &["render", "2026-11-23-quiet"],
        &["send", "2026-11-23-quiet", "--yes"],
        &["send", "2026-11-23-quiet", "--dry-run"],
        &["test", "2026-11-23-quiet", "--to", "me@example.com"],
    ] {
        let ran = bounded(&publication, arguments);
        assert!(!matches!(ran.code, Some(0)), "{arguments:?}: {}", ran.said);
        assert!(
            ran.said
                .contains("the template goes too far: its loops and components take more than")
                && ran.said.contains("templates/email/issue.txt:2:"),
            "{arguments:?}: {}",
            ran.said
        );
    }
    assert_eq!(publication.inbox().len(), 0);
}

#[test]
fn values_and_pages_without_end_are_told() {
    for (template, told) in [
        (
            "{% set x = \"ab\" %}{% for a in range(end=100) %}{% set_global x = x ~ x %}{% endfor %}",
            "a value has more than 8 MB",
        ),
        (
            "{% set_global x = [1] %}{% for a in range(end=90000) %}{% set_global x = [x] %}{% endfor %}",
            "lists within one another",
        ),
        (
            "{% for a in range(end=100000) %}0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789{% endfor %}",
            "writes more than 8 MB",
        ),
        (
            "{% set l = [[a for a in range(end=100000)] for b in range(end=100000)] %}",
            "turns",
        ),
        (
            "{% for a in range(end=10000000000) %}{% endfor %}",
            "exceeds the limit",
        ),
        (
            "{% component c() %}{{ <c /> }}{{ <c /> }}{% endcomponent c %}{{ <c /> }}",
            "components call one another without end",
        ),
        ("{% include \"email/issue.txt\" %}", "issue.txt"),
        ("{% extends \"email/issue.txt\" %}", "issue.txt"),
    ] {
        let ran = bounded(&of(template), &["check", "2026-11-23-quiet"]);
        assert_eq!(ran.code, Some(4), "{template}: {}", ran.said);
        assert!(ran.said.contains(told), "{template}: {}", ran.said);
    }
}

#[test]
fn serve_goes_on_beside_a_template_that_never_ends() {
    let publication = of(ENDLESS);
    let mut serve = publication.start(["--at", "2026-11-23T07:59:58Z", "serve", "--json"]);
    let begun = Instant::now();
    // Its hour comes, and the issue is refused: a report of it, or at least a living daemon that ends when told.
    std::thread::sleep(Duration::from_secs(12));
    assert_eq!(serve.try_wait().unwrap(), None, "serve has ended by itself");
    end(serve.id());
    loop {
        match serve.try_wait().unwrap() {
            Some(status) => {
                assert!(status.success(), "{status}");
                break;
            }
            None if begun.elapsed() > Duration::from_secs(90) => {
                serve.kill().unwrap();
                panic!("serve hangs");
            }
            None => std::thread::sleep(Duration::from_millis(100)),
        }
    }
    assert_eq!(publication.inbox().len(), 0);
}

fn end(process: u32) {
    let killed = std::process::Command::new("kill")
        .args(["-TERM", &process.to_string()])
        .status();
    assert!(killed.unwrap().success());
}
