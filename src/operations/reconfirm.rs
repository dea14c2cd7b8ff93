//! Readers of whose consent nothing proves anything, asked once more: each once, in words that are kept as what they
//! confirm. Who does not answer stays as they are.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    app::{App, AppError, RefusalKind},
    audience::{SubscriberId, membership::signup::ConsentWording},
    receipt::ReceiptWriter,
    render::Templates,
    store::Store,
    words::phrase,
};

/// Readers in one transaction.
const PAGE: u32 = 1_000;

/// Who is asked once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ReconfirmReport {
    /// True: nobody was asked, this is who would be.
    pub dry_run: bool,
    /// Readers without a proof of consent who were not asked before.
    pub without_proof: u64,
    /// Of those, the ones who get a mail now.
    pub asked: u64,
}

impl App {
    /// How many readers there are without a proof of consent whom nobody has asked.
    ///
    /// # Errors
    /// The store's.
    pub(crate) async fn without_proof(&self) -> Result<ReconfirmReport, AppError> {
        let store = self.store().await?;
        let (mut after, mut without_proof) = (SubscriberId(0), 0);
        loop {
            let page = store.readers_without_proof(after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = *last;
            without_proof += page.len() as u64;
        }
        Ok(ReconfirmReport {
            dry_run: true,
            without_proof,
            asked: 0,
        })
    }

    /// Asks all of them; their mail leaves as `serve` sends it.
    ///
    /// # Errors
    /// A publication without pages, where nobody could answer; its templates; the store's.
    pub(crate) async fn reconfirm(&self) -> Result<ReconfirmReport, AppError> {
        if self.publication.web.base_url.is_none() {
            return Err(AppError::Refused {
                kind: RefusalKind::Configuration,
                message: phrase!("nobody could answer: `web.base_url` is not set").into(),
                hint: phrase!("a mail that asks leads to a page of yours (docs/readers.md)").into(),
            });
        }
        let store = self.store().await?;
        let mut wordings = Wordings::of(self)?;
        let mut report = ReconfirmReport {
            dry_run: false,
            without_proof: 0,
            asked: 0,
        };
        let mut after = SubscriberId(0);
        loop {
            let page = store.readers_without_proof(after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = *last;
            report.without_proof += page.len() as u64;
            let now = self.clock.true_now();
            for (language, readers) in by_language(store.as_ref(), &page).await? {
                let wording = wordings.in_language(language.as_deref())?;
                report.asked += store.ask_consent_again(&readers, &wording, now).await?;
            }
        }
        Ok(report)
    }
}

/// The readers of each language that they named; None: they named none.
async fn by_language(
    store: &dyn Store,
    page: &[SubscriberId],
) -> Result<BTreeMap<Option<String>, Vec<SubscriberId>>, AppError> {
    let mut readers: BTreeMap<_, Vec<SubscriberId>> = BTreeMap::new();
    for reader in page {
        if let Some(member) = store.member(*reader).await? {
            let language = member.subscriber.profile.language;
            readers.entry(language).or_default().push(*reader);
        }
    }
    Ok(readers)
}

/// The words of the mail that asks.
struct Wordings(ReceiptWriter);

impl Wordings {
    fn of(app: &App) -> Result<Self, AppError> {
        let templates = Templates::load(&app.publication.root)?;
        let publication = std::sync::Arc::clone(&app.publication);
        Ok(Self(ReceiptWriter::new(publication, templates)))
    }

    fn in_language(&mut self, language: Option<&str>) -> Result<ConsentWording, AppError> {
        let asked = self.0.asked_again(language)?;
        Ok(ConsentWording::new(asked.text, asked.language))
    }
}
