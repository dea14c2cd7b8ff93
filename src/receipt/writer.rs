//! Receipts as mails: words, templates, the issues' design. One design a language, made once.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::json;

use super::{FOLDER, ReaderReceipt, ReceiptLinks, WORDS, wording::ReceiptWording};
use crate::{
    publication::{Publication, is_https},
    render::{InlineImage, MailDesign, MailWords, RenderError, Templates},
};

/// What stands in for a language that nobody has words of.
const LAST_RESORT: &str = "en";

/// A mail to a reader, without its headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptMail {
    /// The subject, not yet encoded.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part, its CSS inlined.
    pub html: String,
    /// The language that it speaks: a BCP 47 tag.
    pub language: String,
    /// The pictures of the look that its HTML shows.
    pub images: Vec<InlineImage>,
    /// What List-Unsubscribe says, in this order; an https address first, where one click works
    /// (RFC 8058). Empty where the address is not on the list.
    pub unsubscribe: Vec<String>,
}

/// What somebody is asked to confirm once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedAgain {
    /// Word for word.
    pub text: String,
    /// The language that it speaks: a BCP 47 tag.
    pub language: String,
}

/// Writes a publication's receipts.
pub struct ReceiptWriter {
    publication: Arc<Publication>,
    templates: Templates,
    designs: BTreeMap<String, ReceiptDesign>,
}

/// What all receipts of a language share.
struct ReceiptDesign {
    design: MailDesign,
    words: MailWords,
}

impl ReceiptWriter {
    /// A writer on the publication's templates.
    #[must_use]
    pub fn new(publication: Arc<Publication>, templates: Templates) -> Self {
        Self {
            publication,
            templates,
            designs: BTreeMap::new(),
        }
    }

    /// A writer on the program's own templates, without pictures: where the publication's fail, a reader
    /// must not be left waiting because of a comma or a file that is not there.
    #[must_use]
    pub fn plain(publication: &Publication) -> Self {
        let mut publication = publication.clone();
        publication.look.logo = None;
        publication.look.header = None;
        Self::new(Arc::new(publication), Templates::built_in())
    }

    /// The mail of a receipt.
    ///
    /// # Errors
    /// A template or a file of words of the publication's own that does not work, a picture that is not
    /// there.
    pub fn mail(&mut self, receipt: &ReaderReceipt) -> Result<ReceiptMail, RenderError> {
        let language = self.language(receipt.language.as_deref());
        let publication = Arc::clone(&self.publication);
        let ReceiptDesign { design, words } = self.design(&language)?;
        let wording = ReceiptWording {
            publication: &publication,
            words,
            dates: design.words(),
        };
        let said = wording.said(receipt);
        let links = receipt.occasion.links();
        let own = links.cloned().unwrap_or_default();
        let mut mail_words = design.words().context();
        mail_words["why"] = json!(said.why);
        let mut values = json!({
            "receipt": said,
            "words": mail_words,
            "reader": {
                "name": null,
                "email": "",
                "language": language,
                "tags": [],
                "links": {
                    "unsubscribe": own.unsubscribe,
                    "preferences": own.preferences,
                    "feedback": null,
                    "web_version": null,
                },
            },
        });
        if links.is_none() {
            // Who is not on the list has nothing to leave.
            values["opt_out"] = json!([]);
        }
        let filled = design.fill("receipt/receipt", &values)?;
        Ok(ReceiptMail {
            subject: said.subject,
            text: filled.text,
            html: filled.html,
            images: design.images().to_vec(),
            unsubscribe: links.map(header_urls).unwrap_or_default(),
            language,
        })
    }

    /// What somebody confirms who is asked to consent once more, word for word, and the language that it speaks.
    ///
    /// # Errors
    /// As [`Self::mail`].
    pub fn asked_again(&mut self, language: Option<&str>) -> Result<AskedAgain, RenderError> {
        let language = self.language(language);
        let publication = Arc::clone(&self.publication);
        let ReceiptDesign { design, words } = self.design(&language)?;
        let wording = ReceiptWording {
            publication: &publication,
            words,
            dates: design.words(),
        };
        Ok(AskedAgain {
            text: wording.asked_again(),
            language,
        })
    }

    /// The reader's language, the publication's or English: the first that there are words of.
    fn language(&self, wanted: Option<&str>) -> String {
        let languages = wanted.into_iter().chain([&*self.publication.language]);
        let spoken = |language: &&str| MailWords::speaks(&self.templates, WORDS, language);
        languages
            .into_iter()
            .find(spoken)
            .unwrap_or(LAST_RESORT)
            .to_owned()
    }

    fn design(&mut self, language: &str) -> Result<&ReceiptDesign, RenderError> {
        if !self.designs.contains_key(language) {
            let (publication, templates) = (&self.publication, &self.templates);
            let made = ReceiptDesign {
                design: MailDesign::new(publication, templates, FOLDER, language)?,
                words: MailWords::load_from(templates, WORDS, language)?,
            };
            self.designs.insert(language.to_owned(), made);
        }
        Ok(&self.designs[language])
    }
}

/// One click wants https (RFC 8058 §3.1); what is no page of that kind stands in the body alone.
fn header_urls(links: &ReceiptLinks) -> Vec<String> {
    let page = links.unsubscribe.iter().filter(|url| is_https(url));
    page.chain(&links.unsubscribe_by_mail).cloned().collect()
}
