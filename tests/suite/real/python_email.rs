//! Python's `email`, a parser that complains.

use std::fs;

use super::{ISSUE, delivered, readers};
use crate::support::python;

#[test]
fn python_reads_the_inbox_without_a_defect_names_and_subject_intact() {
    let (publication, mail) = delivered();
    let names = readers(&publication);
    assert_eq!(names.len(), mail.len());
    let file = publication.path(&format!("issues/{ISSUE}/index.md"));
    let issue = fs::read_to_string(file).unwrap();
    let front_matter = |key: &str| {
        let line = issue
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{key}: ")));
        line.map(|value| value.trim_matches('"').to_owned())
    };
    let subject = front_matter("subject").or_else(|| front_matter("title"));
    let inbox = publication.path(".daily-note/inbox");
    let expected = serde_json::json!({"subject": subject, "names": names});
    fs::write(inbox.join("expected.json"), expected.to_string()).unwrap();
    python::assert_content("read_inbox.py", &["email"], &inbox);
}
