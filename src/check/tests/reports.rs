//! Findings as other programs read them, and as rendering and files give them.

use super::{trials::Trial, *};
use crate::{
    render::{RenderError, RenderedIssue, Templates},
    source::{Source, SourceError},
};

#[test]
fn github_annotates_lines() {
    let findings = Desk::new().check(&with_text(
        "[[a,b:c]]\n\n[여기](https://example.com) 100%를",
    ));
    insta::assert_snapshot!(report::github(&findings), @r#"
    ::error file=issues/2026-11-23-own.md,line=12,col=1,endColumn=10,title=link/unknown-issue::there is no issue `a,b:c`%0Athe slug is the file's name without date and .md
    ::warning file=issues/2026-11-23-own.md,line=14,col=1,endColumn=26,title=link/vague-text::`여기` does not say where the link goes%0Alink the words that name the thing
    "#);
}

#[test]
fn sarif_has_rules_results_and_suppressions() {
    let text = with_text("[[smal]] [여기](https://example.com)").replace(
        "status: ready",
        "status: ready\nallow: {link/vague-text: 일부러}",
    );
    let mut sarif = report::sarif(&Desk::new().check(&text));
    let listed = sarif["runs"][0]["tool"]["driver"]["rules"].take();
    assert_eq!(listed.as_array().map(Vec::len), Some(rules().count()));
    insta::assert_snapshot!(serde_json::to_string_pretty(&sarif).unwrap(), @r#"
    {
      "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
      "runs": [
        {
          "columnKind": "unicodeCodePoints",
          "results": [
            {
              "level": "error",
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "issues/2026-11-23-own.md"
                    },
                    "region": {
                      "endColumn": 9,
                      "endLine": 13,
                      "startColumn": 1,
                      "startLine": 13
                    }
                  }
                }
              ],
              "message": {
                "text": "there is no issue `smal`: the slug is the file's name without date and .md"
              },
              "ruleId": "link/unknown-issue"
            },
            {
              "level": "warning",
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "issues/2026-11-23-own.md"
                    },
                    "region": {
                      "endColumn": 35,
                      "endLine": 13,
                      "startColumn": 10,
                      "startLine": 13
                    }
                  }
                }
              ],
              "message": {
                "text": "`여기` does not say where the link goes: link the words that name the thing"
              },
              "ruleId": "link/vague-text",
              "suppressions": [
                {
                  "justification": "일부러",
                  "kind": "inSource"
                }
              ]
            }
          ],
          "tool": {
            "driver": {
              "name": "daily-note",
              "rules": null,
              "version": "0.1.0"
            }
          }
        }
      ],
      "version": "2.1.0"
    }
    "#);
}

#[test]
fn docs_rules_md_is_the_rules_page() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules.md");
    let page = report::rules_page();
    if std::env::var("INSTA_UPDATE").is_ok_and(|how| how == "always") {
        fs::write(path, &page).unwrap();
    }
    let written = fs::read_to_string(path).unwrap_or_default();
    assert!(
        written == page,
        "docs/rules.md is not the rules': INSTA_UPDATE=always cargo test --lib rules_page"
    );
}

pub(super) fn trials() -> Vec<Trial> {
    vec![
        unreadable_file(),
        rendering(),
        looking_into_values(),
        overtaken_template(),
        receipts_that_fail(),
        words_of_another_language(),
    ]
}

fn unreadable_file() -> Trial {
    let desk = Desk::new().with("issues/2026-11-23-x.md", "---\ntitle: a\n\tb: c\n---\n");
    let archive = Archive::load(&desk.publication).unwrap();
    let errors = archive
        .entries()
        .next()
        .unwrap()
        .issue()
        .unwrap_err()
        .to_errors();
    let well = Desk::new().check(&with_text("글"));
    Trial::new(
        "issue/unreadable",
        "a tab in YAML",
        unreadable(&errors),
        well,
    )
}

fn rendering() -> Trial {
    let desk = Desk::new().with("issues/2026-11-23-own.md", with_text("글"));
    let archive = Archive::load(&desk.publication).unwrap();
    let source = Source::new("templates/email/issue.html", "{{ nobody }}");
    let error = RenderError::from(SourceError::at(&source, 3..9, "there is no `nobody`"));
    let rendered = RenderedIssue {
        subject: String::new(),
        html: String::new(),
        text: String::new(),
    };
    let check = |rendering| {
        issue(&CheckSubject {
            publication: &desk.publication,
            archive: &archive,
            issue: archive.find("issues/2026-11-23-own.md").unwrap(),
            today: NaiveDate::from_ymd_opt(2026, 11, 22).unwrap(),
            is_sent: false,
            kept_since: NaiveDate::from_ymd_opt(2020, 1, 1),
            leaving: SendingFacts::default(),
            recipients: None,
            online: None,
            rendering: Some(rendering),
            templates: None,
            pictures: None,
        })
    };
    Trial::new(
        "render/failed",
        "an unknown value",
        check(Err(&error)),
        check(Ok(&rendered)),
    )
}

#[test]
fn what_keeps_an_issue_from_being_one_stands_at_its_place_and_blocks() {
    let Trial { broken, .. } = unreadable_file();
    assert!(blocks(&broken));
    assert_eq!(broken[0].place().unwrap().start().to_string(), "3:1");
    let Trial { broken, .. } = rendering();
    assert!(blocks(&broken));
    assert_eq!(shown(&broken), ["render/failed: nobody"]);
}

/// The findings where the publication has an opening of its own.
fn with_opening(template: &str) -> Vec<Finding> {
    let desk = Desk::new()
        .with("issues/2026-11-23-own.md", with_text("글"))
        .with("templates/email/parts/opening.html", template);
    with_templates_of(&desk)
}

/// The findings on the newest issue, with the templates that it would be rendered with.
fn with_templates_of(desk: &Desk) -> Vec<Finding> {
    let archive = Archive::load(&desk.publication).unwrap();
    let templates = Templates::load(desk.root.path()).unwrap();
    issue(&CheckSubject {
        publication: &desk.publication,
        archive: &archive,
        issue: archive.find("issues/2026-11-23-own.md").unwrap(),
        today: NaiveDate::from_ymd_opt(2026, 11, 22).unwrap(),
        is_sent: false,
        kept_since: NaiveDate::from_ymd_opt(2020, 1, 1),
        leaving: SendingFacts::default(),
        recipients: None,
        online: None,
        rendering: None,
        templates: Some(&templates),
        pictures: None,
    })
}

fn looking_into_values() -> Trial {
    Trial::new(
        "templates/opaque-value",
        "a name compared",
        with_opening("<p>x</p>\n{% if reader.name == \"민지\" %}!{% endif %}"),
        with_opening("<p>{{ reader.name }}</p>\n{% if reader.name %}!{% endif %}"),
    )
}

fn receipts_that_fail() -> Trial {
    let with = |template: &str| {
        let desk = Desk::new()
            .with("issues/2026-11-23-own.md", with_text("글"))
            .with("templates/receipt/receipt.txt", template);
        with_templates_of(&desk)
    };
    Trial::new(
        "templates/receipts",
        "a receipt that asks for what only an issue has",
        with("{{ issue.slug }}"),
        with("{{ receipt.title }}"),
    )
}

fn words_of_another_language() -> Trial {
    let in_language = |language: &str| {
        let mut desk = Desk::new().with("issues/2026-11-23-own.md", with_text("글"));
        desk.publication.language = language.into();
        with_templates_of(&desk)
    };
    Trial::new(
        "templates/words",
        "a publication in French",
        in_language("fr-CA"),
        in_language("ja-JP"),
    )
}

#[test]
fn an_issue_that_can_still_leave_says_where_its_language_has_no_words_newest_or_not() {
    let next = with_text("글").replace("2026-11-23", "2026-11-30");
    let mut desk = Desk::new()
        .with("issues/2026-11-23-own.md", with_text("글"))
        .with("issues/2026-11-30-next.md", next);
    desk.publication.language = "fr".into();
    assert!(has(&with_templates_of(&desk), "templates/words"));
}

fn overtaken_template() -> Trial {
    Trial::new(
        "templates/older",
        "a template taken out of an older version",
        with_opening("{#- taken from daily-note 0.0.1, 0123456789ab -#}\n<p>x</p>"),
        with_opening("{#- mine -#}\n<p>x</p>"),
    )
}

#[test]
fn a_template_that_looks_into_a_readers_values_is_an_error_at_its_place() {
    let Trial { broken, .. } = looking_into_values();
    let finding = broken
        .iter()
        .find(|it| it.rule().id == "templates/opaque-value");
    let finding = finding.unwrap();
    let place = finding.place().unwrap();
    assert_eq!(
        (place.file(), place.start().line, place.text()),
        (
            "templates/email/parts/opening.html",
            2,
            "{% if reader.name == \"민지\" %}"
        )
    );
    assert_eq!(finding.level(), Level::Error);
}
