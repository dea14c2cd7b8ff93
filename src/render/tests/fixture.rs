//! A publication and an issue in memory.

use std::path::Path;

use crate::{
    issue::Issue,
    publication::{Environment, Publication},
    render::{
        Composition, ImagePolicy, LinkedIssue, PrepareInput, ReaderLinks, ReaderView, RenderError,
        Templates,
    },
};

pub(in crate::render) fn reader() -> ReaderView {
    ReaderView {
        name: Some("민지".into()),
        email: "minji@example.com".into(),
        language: "ko".into(),
        tags: vec![],
        links: ReaderLinks {
            unsubscribe: Some("https://daily-note.example.com/u/token".into()),
            preferences: Some("https://daily-note.example.com/p/token".into()),
            feedback: Some("https://daily-note.example.com/f/token".into()),
            feedback_address: None,
            web_version: Some("https://daily-note.example.com/w/token".into()),
        },
    }
}

const PUBLICATION: &str = r##"
publication:
  name: 데일리 노트
  tagline: "Transcend Borders: Software & Design"
  motto: 멀리 보고, 짧게 씁니다.
  about: 소프트웨어와 디자인의 경계를 넘나드는 뉴스레터입니다.
  url: https://daily-note.example.com
  language: ko
  timezone: Asia/Seoul
  from: 데일리 노트 <hello@daily-note.example.com>
  postal_address: 서울특별시 성동구 예시로 1
editions:
  monday: {title: 월요일 편, topic: 소프트웨어 & 비즈니스, day: mon, time: "08:00", accent_color: "#2447D8"}
  thursday: {title: 목요일 편, topic: 디자인 & 아이디어, day: thu, time: "08:00", accent_color: "#C8371B"}
web: {base_url: https://daily-note.example.com}
law: {korea: true}
"##;

pub(in crate::render) fn publication() -> Publication {
    publication_at(Path::new("/nowhere"))
}

pub(in crate::render) fn publication_at(root: &Path) -> Publication {
    Publication::from_yaml(root, PUBLICATION, &Environment::empty()).unwrap()
}

/// An issue of the Monday edition with this text.
pub(in crate::render) fn issue(publication: &Publication, text: &str) -> Issue {
    let path = publication.root.join("issues/2026-11-23-numbers.md");
    Issue::parse(publication, &path, text).unwrap()
}

/// The issue with every block.
pub(in crate::render) fn composition() -> Composition {
    let publication = publication();
    let issue = issue(&publication, include_str!("every-block.md"));
    prepared(&publication, &issue, &Templates::built_in()).unwrap()
}

pub(in crate::render) fn prepared(
    publication: &Publication,
    issue: &Issue,
    templates: &Templates,
) -> Result<Composition, RenderError> {
    Composition::prepare(&PrepareInput {
        publication,
        issue,
        linked_issue: &|slug| {
            (slug == "first-steps").then(|| LinkedIssue {
                title: "첫걸음".into(),
                url: Some("https://daily-note.example.com/issues/first-steps".into()),
            })
        },
        templates,
        images: ImagePolicy::Inline,
    })
}
