//! Who gets no mail, whatever the list says: kept off, let in again, shown.

use std::sync::Arc;

use serde::Serialize;

use crate::{
    address::Address,
    app::{App, AppError},
    audience::{SubscriberState, Suppression, SuppressionReason, membership::ChangeSource},
    store::{BounceSelection, SuppressionList},
};

/// Rows a page.
const PAGE: u32 = 5_000;

/// All suppressions, a page at a time.
pub struct SuppressionPages {
    store: Arc<dyn SuppressionList>,
    after: i64,
}

impl SuppressionPages {
    /// From the first one on.
    ///
    /// # Errors
    /// A list that can't be read.
    pub(crate) async fn open(app: &App) -> Result<Self, AppError> {
        Ok(Self {
            store: app.store().await?,
            after: 0,
        })
    }

    /// The next page; None after the last.
    ///
    /// # Errors
    /// A list that can't be read.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<Suppression>>, AppError> {
        let page = self.store.suppressions(self.after, PAGE).await?;
        let Some((last, _)) = page.last() else {
            return Ok(None);
        };
        self.after = *last;
        Ok(Some(page.into_iter().map(|(_, it)| it).collect()))
    }
}

/// What became of an address that was to be kept off the list, or let in again.
#[derive(Debug, Serialize)]
pub struct SuppressionChange<'a> {
    /// It.
    pub email: &'a Address,
    /// False: it stood so before.
    pub changed: bool,
    /// What stands, or stood until now.
    pub suppression: Option<Suppression>,
    /// They are on the list, and may be mailed as far as that goes.
    #[serde(skip)]
    pub is_on_list: bool,
}

/// Keeps addresses from all mail, on the list or not. Who is kept off for a reason keeps it.
///
/// # Errors
/// A list that can't be written.
pub async fn suppress<'a>(
    app: &App,
    emails: &'a [Address],
    reason: SuppressionReason,
    detail: Option<&str>,
) -> Result<Vec<SuppressionChange<'a>>, AppError> {
    let store = app.store().await?;
    let now = app.clock.true_now();
    let (mut changes, mut news) = (Vec::new(), Vec::new());
    for email in emails {
        let standing = store.suppression(email).await?;
        let changed = standing.is_none();
        let suppression = standing.unwrap_or_else(|| Suppression {
            email: Some(email.clone()),
            reason,
            detail: detail.map(str::to_owned),
            at: now,
        });
        if changed {
            news.push(suppression.clone());
        }
        changes.push(SuppressionChange {
            email,
            changed,
            suppression: Some(suppression),
            is_on_list: false,
        });
    }
    if !news.is_empty() {
        store.suppress(&news, ChangeSource::Operator, now).await?;
    }
    Ok(changes)
}

/// Lets addresses get mail again.
///
/// # Errors
/// A list that can't be written.
pub async fn let_in<'a>(
    app: &App,
    emails: &'a [Address],
) -> Result<Vec<SuppressionChange<'a>>, AppError> {
    let store = app.store().await?;
    let now = app.clock.true_now();
    let mut changes = Vec::new();
    for email in emails {
        let lifted = store
            .lift_suppressions(std::slice::from_ref(email), now)
            .await?;
        let suppression = lifted.into_iter().next();
        let subscriber = store.subscriber(email).await?;
        changes.push(SuppressionChange {
            email,
            changed: suppression.is_some(),
            suppression,
            is_on_list: subscriber.is_some_and(|it| it.state == SubscriberState::Active),
        });
    }
    Ok(changes)
}

/// Those of `wanted` whom a relay's refusals keep off; `issue`: whom it refused this one. Who left or
/// complained is never among them.
///
/// # Errors
/// No batch of that issue; a list that can't be read.
pub async fn bounced(
    app: &App,
    issue: Option<&str>,
    mut wanted: BounceSelection,
) -> Result<Vec<Suppression>, AppError> {
    let store = app.store().await?;
    if let Some(issue) = issue {
        wanted.batch = Some(app.batch(store.as_ref(), issue).await?.id);
    }
    Ok(store.bounced(&wanted).await?)
}

/// What a relay's refusals had done, undone.
#[derive(Debug, Default, Serialize)]
pub struct LiftedBounces {
    /// How many may get mail again.
    pub removed: u64,
    /// What had kept them off.
    pub suppressions: Vec<Suppression>,
}

/// Undoes these.
///
/// # Errors
/// A list that can't be written.
pub async fn lift_bounces(
    app: &App,
    suppressions: Vec<Suppression>,
) -> Result<LiftedBounces, AppError> {
    let emails: Vec<Address> = suppressions
        .iter()
        .filter_map(|it| it.email.clone())
        .collect();
    let now = app.clock.true_now();
    let lifted = app.store().await?.lift_suppressions(&emails, now).await?;
    Ok(LiftedBounces {
        removed: lifted.len() as u64,
        suppressions,
    })
}
