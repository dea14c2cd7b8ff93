//! Each rule fires where it should and is silent where it should be; ordinary text is left alone.

mod corpus;
mod fires;
mod law;
mod list;
mod looks;
mod mail;
mod ordinary;
mod reports;
mod seed;
mod sender;
mod slips;
mod text_part;
mod trials;

use std::fs;

use chrono::NaiveDate;
use tempfile::TempDir;

use super::*;
use crate::{
    publication::Environment,
    render::{Composition, ImagePolicy, LinkedIssue, PrepareInput, ReaderLinks, ReaderView},
};

const PUBLICATION: &str = r#"
publication:
  name: 데일리 노트
  timezone: Asia/Seoul
  from: 데일리 노트 <hello@example.com>
editions:
  monday: {title: 월요일 편, topic: 소프트웨어, day: mon, time: "08:00"}
  thursday: {title: 목요일 편, topic: 디자인, day: thu, time: "08:00"}
"#;

/// A publication in a folder of its own.
struct Desk {
    root: TempDir,
    publication: Publication,
}

impl Desk {
    fn new() -> Self {
        Self::with_settings("")
    }

    /// With more blocks in daily-note.yaml.
    fn with_settings(more: &str) -> Self {
        Self::of(&format!("{PUBLICATION}{more}"))
    }

    fn of(settings: &str) -> Self {
        let root = TempDir::new().unwrap();
        fs::create_dir_all(root.path().join("issues")).unwrap();
        let publication =
            Publication::from_yaml(root.path(), settings, &Environment::empty()).unwrap();
        Self { root, publication }
    }

    /// With a file beside the issues.
    fn with(self, path: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.write(path, bytes);
        self
    }

    fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// The mail of `issues/2026-11-23-own.md`, made with the built-in templates.
    fn prepare(&self, text: &str) -> Result<Composition, RenderError> {
        let path = self.root.path().join("issues/2026-11-23-own.md");
        Composition::prepare(&PrepareInput {
            publication: &self.publication,
            issue: &Issue::parse(&self.publication, &path, text).unwrap(),
            linked_issue: &|_| {
                Some(LinkedIssue {
                    title: "지난 이야기".into(),
                    url: None,
                })
            },
            templates: &Templates::built_in(),
            images: ImagePolicy::Inline,
        })
    }

    /// The same as one reader gets it.
    fn rendered(&self, text: &str) -> RenderedIssue {
        let renderer = self.prepare(text).unwrap().renderer().unwrap();
        let reader = ReaderView {
            name: None,
            email: "minji@example.com".into(),
            language: "ko".into(),
            tags: Vec::new(),
            links: ReaderLinks::default(),
        };
        renderer.render(&reader).unwrap()
    }

    /// The findings on `issues/2026-11-23-own.md`, on Sunday before it.
    fn check(&self, text: &str) -> Vec<Finding> {
        self.check_rendered(text, None)
    }

    /// The same with the mail that it was rendered to.
    fn check_rendered(&self, text: &str, rendered: Option<&RenderedIssue>) -> Vec<Finding> {
        self.check_all(text, rendered.map(Ok), None, None)
    }

    /// The same with what is known of the people that it would go to.
    fn check_all(
        &self,
        text: &str,
        rendering: Option<Result<&RenderedIssue, &RenderError>>,
        recipients: Option<&ConsentTally>,
        online: Option<&LinkAnswers>,
    ) -> Vec<Finding> {
        let name = "issues/2026-11-23-own.md";
        self.write(name, text);
        let archive = Archive::load(&self.publication).unwrap();
        let own = archive.find(name).expect("the issue should be readable");
        issue(&CheckSubject {
            publication: &self.publication,
            archive: &archive,
            issue: own,
            today: NaiveDate::from_ymd_opt(2026, 11, 22).unwrap(),
            is_sent: false,
            kept_since: NaiveDate::from_ymd_opt(2020, 1, 1),
            leaving: SendingFacts::default(),
            recipients,
            online,
            rendering,
            templates: None,
            pictures: None,
        })
    }
}

const HEAD: &str =
    "---\ntitle: 작은 모델의 계절\nedition: monday\ndate: 2026-11-23\nstatus: ready\n---\n";

/// A whole issue around one piece of text.
fn with_text(text: &str) -> String {
    format!("{HEAD}\n여는 말입니다.\n\n## 첫 이야기\n\n{text}\n")
}

/// `rule: what stands at the place`, a line a finding.
fn shown(findings: &[Finding]) -> Vec<String> {
    findings
        .iter()
        .map(|finding| {
            let place = finding.place().map_or("", FindingPlace::text);
            format!(
                "{}: {}",
                finding.rule().id,
                place.lines().next().unwrap_or_default()
            )
        })
        .collect()
}

fn in_text(text: &str) -> Vec<String> {
    shown(&Desk::new().check(&with_text(text)))
}

#[test]
fn every_rule_has_an_id_of_its_own_and_a_reason() {
    let mut ids: Vec<&str> = rules().map(|rule| rule.id).collect();
    ids.sort_unstable();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count);
    for rule in rules() {
        assert!(rule.id.split_once('/').is_some(), "{}", rule.id);
        assert!(
            !rule.why.is_empty() && !rule.why.ends_with('.'),
            "{}",
            rule.id
        );
    }
}

#[test]
fn a_clean_issue_has_no_findings() {
    assert_eq!(
        in_text("작은 모델이 [큰 일](https://example.com/small)을 합니다."),
        Vec::<String>::new()
    );
}

#[test]
fn an_allowed_finding_does_not_block() {
    let text = with_text("[[없는 글]]");
    let findings = Desk::new().check(&text);
    assert!(blocks(&findings), "{findings:?}");
    let allowed = text.replace(
        "status: ready",
        "status: ready\nallow:\n  link/unknown-issue: 곧 나옵니다",
    );
    let findings = Desk::new().check(&allowed);
    assert!(!blocks(&findings));
    assert_eq!(findings[0].reason(), Some("곧 나옵니다"));
}

#[test]
fn what_cannot_be_rendered_is_stopped_whatever_is_allowed() {
    let text = with_text("![그래프](none.png)");
    for allowed in ["image/missing", "render/failed"] {
        let allow = format!("status: ready\nallow:\n  {allowed}: 나중에 그립니다");
        let text = text.replace("status: ready", &allow);
        let desk = Desk::new();
        let error = desk.prepare(&text).unwrap_err();
        let findings = desk.check_all(&text, Some(Err(&error)), None, None);
        assert!(blocks(&findings), "{allowed}: {:?}", shown(&findings));
    }
    // Without a word on it, it is told once.
    let desk = Desk::new();
    let error = desk.prepare(&text).unwrap_err();
    assert_eq!(
        shown(&desk.check_all(&text, Some(Err(&error)), None, None)),
        ["image/missing: ![그래프](none.png)"]
    );
}

#[test]
fn findings_stand_in_the_order_of_the_text() {
    let findings = Desk::new().check(&with_text("[여기](http://example.com) 됬다.\n\n[[b]]"));
    let places: Vec<usize> = findings
        .iter()
        .map(|found| found.place().unwrap().span().start)
        .collect();
    assert!(places.is_sorted());
    assert!(places.len() > 2);
}

#[test]
fn a_finding_shows_its_line() {
    let findings = Desk::new().check(&with_text("앞 문장. [[smal]]을 보세요."));
    let mut text = String::new();
    miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::unicode_nocolor())
        .render_report(&mut text, &findings[0])
        .unwrap();
    insta::assert_snapshot!(text, @r#"
    link/unknown-issue

      × there is no issue `smal`
        ╭─[issues/2026-11-23-own.md:12:7]
     12 │ 앞 문장. [[smal]]을 보세요.
        ·          ────────
        ╰────
      help: the slug is the file's name without date and .md
    "#);
}

#[test]
fn a_finding_is_json() {
    let findings = Desk::new().check(&with_text("[[smal]]"));
    insta::assert_snapshot!(serde_json::to_string_pretty(&findings[0]).unwrap(), @r#"
    {
      "rule": "link/unknown-issue",
      "level": "error",
      "message": "there is no issue `smal`",
      "hint": "the slug is the file's name without date and .md",
      "file": "issues/2026-11-23-own.md",
      "line": 12,
      "column": 1,
      "end_line": 12,
      "end_column": 9,
      "allowed": null,
      "fix": null
    }
    "#);
}

/// Whether any finding is of that rule.
fn has(findings: &[Finding], rule: &str) -> bool {
    findings.iter().any(|finding| finding.rule().id == rule)
}

#[test]
fn a_slip_made_a_thousand_times_is_told_a_hundred_times() {
    let findings = Desk::new().check(&with_text(&"그렇게 됬다.\n\n".repeat(1_000)));
    let slips: Vec<&Finding> = findings
        .iter()
        .filter(|finding| finding.rule().id == "typography/spelling")
        .collect();
    assert_eq!(slips.len(), MAX_OF_A_RULE + 1);
    assert_eq!(slips[0].message(), "900 more like those that are reported");
    assert_eq!(slips[1].message(), "`됬` should be `됐`");
}

/// What takes the square of an issue's length takes minutes here.
#[test]
fn a_long_issue_is_checked_in_seconds() {
    let begun = std::time::Instant::now();
    for part in [
        "## 제목 @\n\n글입니다.\n\n",
        "글 @\n\n",
        "오늘은 월요일 ",
        "'가 ",
        "(가 ",
        "[보고서 @](https://example.com/@)\n\n",
    ] {
        let text: String = (0..8_000)
            .map(|number| part.replace('@', &number.to_string()))
            .collect();
        Desk::new().check(&with_text(&text));
    }
    let took = begun.elapsed();
    assert!(took.as_secs() < 40, "{took:?}");
}
