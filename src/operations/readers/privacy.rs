//! The privacy notice, made of what daily-note.yaml says and of what the program does.

use super::{ReaderDesk, refusal::unavailable};
use crate::{
    live::PublicationSnapshot,
    publication::Publication,
    render::{MailWords, Templates},
    web::reader::{PrivacySection, ReaderResult},
};

/// Its words, a file a language.
const WORDS: &str = "words/privacy";
const SECONDS_A_DAY: u64 = 86_400;

impl ReaderDesk {
    pub(super) async fn privacy_notice(&self, language: &str) -> ReaderResult<Vec<PrivacySection>> {
        privacy_notice(&self.snapshot(), language)
    }
}

/// The notice of that publication, in the publication's own words or the program's.
///
/// # Errors
/// Words of the program's own that can't be read.
pub(crate) fn privacy_notice(
    snapshot: &PublicationSnapshot,
    language: &str,
) -> ReaderResult<Vec<PrivacySection>> {
    let own = MailWords::load_from(&*snapshot.templates, WORDS, language);
    let words = own.or_else(|error| {
        tracing::warn!("the notice's own words can't be used: {error}");
        MailWords::load_from(&Templates::built_in(), WORDS, language)
    });
    let words = words.map_err(|error| unavailable("the privacy notice has no words", &error))?;
    let has_ads = snapshot.archive.heads().any(|head| head.front_matter().ad);
    let notice = PrivacyNotice {
        publication: &snapshot.publication,
        words: &words,
        has_ads,
    };
    Ok(notice.sections())
}

struct PrivacyNotice<'a> {
    publication: &'a Publication,
    words: &'a MailWords,
    has_ads: bool,
}

impl PrivacyNotice<'_> {
    fn sections(&self) -> Vec<PrivacySection> {
        let mut sections = vec![
            self.controller(),
            self.items(),
            self.duration(),
            self.carriers(),
            self.rights(),
        ];
        if let Some(note) = &self.publication.privacy.note {
            sections.push(PrivacySection {
                heading: self.say("note_title"),
                paragraphs: note.split("\n\n").map(|it| it.trim().to_owned()).collect(),
                rows: Vec::new(),
            });
        }
        sections
    }

    fn say(&self, key: &str) -> String {
        self.words.get(key).to_owned()
    }

    fn row(&self, key: &str) -> (String, String) {
        (self.say(key), self.say(&format!("{key}_why")))
    }

    fn controller(&self) -> PrivacySection {
        let (publication, privacy) = (self.publication, &self.publication.privacy);
        let controller = privacy.controller.as_ref().unwrap_or(&publication.name);
        let contact = privacy.contact.as_ref().or(publication.contact.as_ref());
        let from = publication.from.address.to_string();
        let mut rows = vec![(self.say("controller"), controller.clone())];
        if let Some(officer) = &privacy.officer {
            rows.push((self.say("officer"), officer.clone()));
        }
        rows.push((self.say("contact"), contact.cloned().unwrap_or(from)));
        if let Some(address) = &publication.postal_address {
            rows.push((self.say("postal_address"), address.clone()));
        }
        PrivacySection {
            heading: self.say("controller_title"),
            paragraphs: vec![
                self.words
                    .filled("controller_text", "name", &publication.name),
            ],
            rows,
        }
    }

    fn items(&self) -> PrivacySection {
        let mut rows = ["item_email", "item_name", "item_choice", "item_consent"]
            .map(|key| self.row(key))
            .to_vec();
        if self.publication.web.signup.keep_network {
            rows.push(self.row("item_network"));
        }
        if self.has_ads {
            rows.push(self.row("item_ads"));
        }
        rows.extend(["item_delivery", "item_opinion"].map(|key| self.row(key)));
        PrivacySection {
            heading: self.say("items_title"),
            paragraphs: vec![
                self.say("items_text"),
                self.say("refusal"),
                self.say("no_tracking"),
            ],
            rows,
        }
    }

    /// Who got which issue, for as long as `ledger.keep` says.
    fn deliveries_kept(&self) -> (String, String) {
        let (what, for_ever) = self.row("kept_delivery");
        let kept = self.publication.ledger.keep.map(|span| {
            let days = (span.as_secs() / SECONDS_A_DAY).to_string();
            self.words.filled("kept_delivery_for_why", "n", &days)
        });
        (what, kept.unwrap_or(for_ever))
    }

    fn duration(&self) -> PrivacySection {
        let mut rows = vec![self.row("kept_reader"), self.deliveries_kept()];
        rows.extend(["kept_asked", "kept_left", "kept_erased"].map(|key| self.row(key)));
        PrivacySection {
            heading: self.say("duration_title"),
            paragraphs: vec![self.say("duration_text"), self.say("destruction")],
            rows,
        }
    }

    fn carriers(&self) -> PrivacySection {
        let carriers = &self.publication.privacy.carriers;
        let said = match carriers.is_empty() {
            true => "carriers_none",
            false => "carriers_text",
        };
        PrivacySection {
            heading: self.say("carriers_title"),
            paragraphs: vec![self.say(said)],
            rows: carriers
                .iter()
                .map(|carrier| {
                    let what = match &carrier.country {
                        Some(country) => format!("{} ({country})", carrier.task),
                        None => carrier.task.clone(),
                    };
                    (carrier.name.clone(), what)
                })
                .collect(),
        }
    }

    fn rights(&self) -> PrivacySection {
        let mut paragraphs = vec![self.say("rights_text")];
        if let Some(age) = self.least_age() {
            paragraphs.push(self.words.filled("age", "n", &age.to_string()));
        }
        let law = &self.publication.law;
        if let Some(authority) = &self.publication.privacy.authority {
            paragraphs.push(self.words.filled("authority", "name", authority));
        } else if law.korea {
            paragraphs.push(self.say("authority_korea"));
        } else if law.eu {
            paragraphs.push(self.say("authority_eu"));
        }
        PrivacySection {
            heading: self.say("rights_title"),
            paragraphs,
            rows: Vec::new(),
        }
    }

    fn least_age(&self) -> Option<u8> {
        let korean = self.publication.law.korea.then_some(14);
        self.publication.web.signup.least_age.or(korean)
    }
}

#[cfg(test)]
mod tests {
    use std::{path::Path, time::Duration};

    use super::*;
    use crate::publication::Environment;

    fn publication() -> Publication {
        let yaml = "publication: {name: 데일리 노트, language: ko, timezone: Asia/Seoul, from: hello@example.com}\n\
             editions: {monday: {title: 월요일 편, topic: 소프트웨어, day: mon, time: '08:00'}}\n";
        Publication::from_yaml(Path::new("/nowhere"), yaml, &Environment::empty()).unwrap()
    }

    fn notice(publication: &Publication, language: &str) -> Vec<PrivacySection> {
        let words = MailWords::load_from(&Templates::built_in(), WORDS, language).unwrap();
        let notice = PrivacyNotice {
            publication,
            words: &words,
            has_ads: true,
        };
        notice.sections()
    }

    #[test]
    fn the_notice_is_whole_without_a_file_of_the_publication_s_own() {
        for language in ["en", "ko"] {
            for section in notice(&publication(), language) {
                let rows = section.rows.into_iter().flat_map(|(what, why)| [what, why]);
                let said = section.paragraphs.into_iter().chain(rows);
                for text in said.chain([section.heading]) {
                    assert!(!text.contains('_'), "{language}: {text}");
                }
            }
        }
    }

    #[test]
    fn the_notice_says_how_long_it_is_kept_who_got_what() {
        let mut publication = publication();
        let kept = |publication: &Publication, language: &str, what: &str| {
            let rows = notice(publication, language).into_iter();
            let mut rows = rows
                .flat_map(|section| section.rows)
                .skip_while(|row| row.0 != what);
            // The first of that name says what it is for.
            rows.next();
            rows.find(|row| row.0 == what).unwrap().1
        };
        let for_ever = kept(&publication, "en", "Delivery records");
        assert!(for_ever.contains("as long as your address"), "{for_ever}");
        publication.ledger.keep = Some(Duration::from_secs(730 * SECONDS_A_DAY));
        let words = [
            ("en", "Delivery records", "for 730 days"),
            ("ko", "발송 기록", "730일이 지난"),
        ];
        for (language, what, span) in words {
            let said = kept(&publication, language, what);
            assert!(said.contains(span), "{said}");
        }
    }
}
