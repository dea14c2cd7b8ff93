//! The publication that this repository is: what the README's first command sends.

use std::path::Path;

use daily_note::{
    issue::Archive,
    publication::{Environment, Publication},
    render::{
        Composition, ImagePolicy, LinkedIssue, PrepareInput, ReaderLinks, ReaderView, Templates,
    },
};

/// Gmail clips at 102 KB.
const MAX_HTML_BYTES: usize = 100 << 10;

#[test]
fn every_issue_of_it_renders_below_the_size_at_which_mail_is_clipped() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let publication = Publication::load(root, &Environment::empty()).unwrap();
    let archive = Archive::load(&publication).unwrap();
    let templates = Templates::load(root).unwrap();
    assert!(archive.entries().count() >= 2);
    for entry in archive.entries() {
        let issue = entry.issue().unwrap();
        let composition = Composition::prepare(&PrepareInput {
            publication: &publication,
            issue,
            linked_issue: &|slug| {
                archive.linked(slug).map(|issue| LinkedIssue {
                    title: issue.front_matter.title.clone(),
                    url: None,
                })
            },
            templates: &templates,
            images: ImagePolicy::Inline,
        })
        .unwrap();
        assert_eq!(
            composition.images.len(),
            1,
            "{}: its picture travels with it",
            entry.name
        );
        let rendered = composition.renderer().unwrap().render(&reader()).unwrap();
        assert!(
            rendered.html.len() < MAX_HTML_BYTES,
            "{}: {} bytes",
            entry.name,
            rendered.html.len()
        );
        assert_eq!(rendered.html.matches("<h1").count(), 1);
        assert_eq!(issue.document.sections.len(), 4);
        assert!(
            rendered
                .text
                .lines()
                .all(|line| !line.ends_with(' ') || line == "-- ")
        );
    }
}

fn reader() -> ReaderView {
    ReaderView {
        name: None,
        email: "reader@example.com".into(),
        language: "ko".into(),
        tags: vec![],
        links: ReaderLinks::default(),
    }
}
