//! Templates taken out of the program, changed, and overtaken by it.

use std::fs;

use crate::support::TestPublication;

#[test]
fn a_template_is_taken_out_listed_and_compared() {
    let publication = TestPublication::new();
    let run = |arguments: &[&str], code: i32| publication.run(arguments).exits(code).stdout;
    assert!(run(&["templates", "list"], 0).contains("email/parts/footer.html"));
    run(&["templates", "diff"], 6);
    run(&["templates", "eject", "footer.html"], 0);
    let path = publication.path("templates/email/parts/footer.html");
    let taken = fs::read_to_string(&path).unwrap();
    // Nothing is written over.
    run(
        &["templates", "eject", "templates/email/parts/footer.html"],
        6,
    );
    assert!(run(&["templates", "list", "--own"], 0).contains("your own, as the program's"));
    run(&["render", "2026-11-23-quiet"], 0);

    fs::write(&path, taken.replace("footer-name", "footer-title")).unwrap();
    let diff = run(&["templates", "diff"], 0);
    assert!(
        diff.contains("\n-") && diff.contains("footer-title"),
        "{diff}"
    );

    let (head, rest) = taken.split_once('\n').unwrap();
    let older = head.replacen(", ", ", f", 1);
    fs::write(&path, format!("{older}\n{rest}")).unwrap();
    assert!(run(&["templates", "list", "--own"], 0).contains("older than the program's"));
    let found = run(&["check", "2026-11-23-quiet"], 0);
    assert!(found.contains("templates/older"), "{found}");
}

#[test]
fn a_name_that_no_template_has_is_told_with_the_nearest() {
    let publication = TestPublication::new();
    let ran = publication.run(["templates", "eject", "email/parts/foter.html"]);
    let said = ran.exits(2).stderr;
    assert!(said.contains("email/parts/footer.html"), "{said}");
}
