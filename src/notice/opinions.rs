//! What readers said of issues, as a mail to whoever wrote them. Strangers' words: they stand in the mail's text alone,
//! escaped, and never in its headers.

use super::{
    letter::{Notice, NoticeFact, NoticeMail, render},
    phrases::{Phrases, grouped},
};
use crate::{
    publication::{FACES, Publication},
    render::{RenderError, Templates},
};

/// Opinions that one mail shows; the program shows all.
const MOST_OPINIONS: usize = 50;

/// An opinion as the writer is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldOpinion {
    /// Its number.
    pub id: i64,
    /// The title of its issue.
    pub issue: String,
    /// The choice: one of the publication's own, or a face.
    pub choice: Option<String>,
    /// The text.
    pub text: Option<String>,
    /// The name to publish it with.
    pub name: Option<String>,
    /// It may be published.
    pub may_publish: bool,
    /// It came by a reader's own link.
    pub is_of_reader: bool,
    /// Their address, where they may be answered.
    pub answer_to: Option<String>,
}

/// The mail that tells of them.
///
/// # Errors
/// A template of the publication's own that does not render.
pub fn opinions(
    told: &[ToldOpinion],
    publication: &Publication,
    templates: &Templates,
) -> Result<NoticeMail, RenderError> {
    let phrases = Phrases::load(templates, publication)?;
    let writer = OpinionWriter {
        phrases: &phrases,
        publication,
    };
    let mut notice = match told {
        [one] => writer.one(one),
        several => writer.several(several),
    };
    let values = [
        ("publication", &*publication.name),
        ("title", &*notice.title),
    ];
    notice.subject = phrases.filled("subject", &values);
    notice.why = phrases.filled("opinion_why", &[("publication", &publication.name)]);
    render(&notice, publication.look.accent, publication, templates)
}

struct OpinionWriter<'a> {
    phrases: &'a Phrases<'a>,
    publication: &'a Publication,
}

impl OpinionWriter<'_> {
    fn one(&self, told: &ToldOpinion) -> Notice {
        let fact = |name: &str, value: String| NoticeFact {
            name: self.phrases.get(name),
            value,
        };
        let mut facts = Vec::new();
        if let Some(choice) = &told.choice {
            facts.push(fact("opinion_choice", self.choice(choice)));
        }
        if let Some(name) = &told.name {
            facts.push(fact("opinion_name", line(name)));
        }
        let may = |is: bool, key: &str| {
            let word = if is { "yes" } else { "no" };
            self.phrases.get(&format!("{key}_{word}"))
        };
        facts.push(fact(
            "opinion_public",
            may(told.may_publish, "opinion_public"),
        ));
        if told.is_of_reader {
            let answer = may(told.answer_to.is_some(), "opinion_answer");
            facts.push(fact("opinion_answer", answer));
        }
        let items: Vec<String> = told.text.iter().flat_map(|text| lines(text)).collect();
        let lead = match told.is_of_reader {
            true => "opinion_lead",
            false => "opinion_lead_nameless",
        };
        let mut notice = Notice {
            kind: "opinion",
            title: self
                .phrases
                .filled("opinion_title", &[("issue", &told.issue)]),
            lead: self.phrases.get(lead),
            facts,
            items_title: (!items.is_empty()).then(|| self.phrases.get("opinion_items")),
            items,
            ..Notice::default()
        };
        if told.may_publish && self.publication.web.feedback.publish {
            notice.then = Some(self.phrases.get("opinion_then"));
            notice.command = Some(format!("daily-note feedback publish {}", told.id));
        }
        notice
    }

    fn several(&self, told: &[ToldOpinion]) -> Notice {
        let count = grouped(told.len() as u64);
        let mut items = Vec::new();
        for told in told.iter().take(MOST_OPINIONS) {
            let choice = told.choice.as_deref().map(|choice| self.choice(choice));
            let head = [
                Some(format!("{}. {}", told.id, told.issue)),
                choice,
                told.name.as_deref().map(line),
                told.answer_to.clone(),
            ];
            let head: Vec<String> = head.into_iter().flatten().collect();
            items.push(head.join(" · "));
            items.extend(told.text.iter().flat_map(|text| lines(text)));
        }
        let more = told.len().saturating_sub(MOST_OPINIONS);
        Notice {
            kind: "opinion",
            title: self.phrases.filled("opinions_title", &[("n", &count)]),
            lead: self.phrases.get("opinions_lead"),
            items,
            more: (more > 0).then(|| {
                self.phrases
                    .filled("more_opinions", &[("n", &more.to_string())])
            }),
            then: Some(self.phrases.get("opinions_then")),
            command: Some("daily-note feedback list".to_owned()),
            ..Notice::default()
        }
    }

    /// A choice as readers saw it.
    fn choice(&self, choice: &str) -> String {
        match FACES.contains(&choice) {
            true => self.phrases.get(&format!("face_{choice}")),
            false => line(choice),
        }
    }
}

/// The lines of a text, without what would move a terminal's cursor.
fn lines(text: &str) -> impl Iterator<Item = String> {
    let lines = text.lines().map(line);
    lines.filter(|line| !line.trim().is_empty())
}

fn line(text: &str) -> String {
    text.chars().filter(|it| !it.is_control()).collect()
}
