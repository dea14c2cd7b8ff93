//! People on the list: put on it, taken off it, moved to another address, shown.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    address::Address,
    app::{self, App, AppError},
    audience::{
        Origin, Profile, Subscriber, SubscriberState, Suppression, SuppressionReason,
        membership::ChangeSource,
    },
    operations::{SubscriberPages, Suppressed, welcome::welcome},
    store::{MoveOutcome, ReaderReports, Receipt, Store, Upsert},
    words::phrase,
};

/// What became of somebody whom the operator puts on the list.
pub struct AddedPerson {
    /// Their address.
    pub email: Address,
    /// What came of it.
    pub outcome: Upsert,
    /// A welcome goes to them.
    pub is_welcomed: bool,
}

impl Serialize for AddedPerson {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Document<'a> {
            email: &'a Address,
            outcome: &'static str,
            /// What keeps them off.
            #[serde(skip_serializing_if = "Option::is_none")]
            reason: Option<SuppressionReason>,
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            welcomed: bool,
        }
        let (outcome, reason) = match self.outcome {
            Upsert::Added => ("added", None),
            Upsert::Merged => ("merged", None),
            Upsert::Unchanged => ("unchanged", None),
            Upsert::Suppressed(reason) => ("suppressed", Some(reason)),
        };
        let email = &self.email;
        let document = Document {
            email,
            outcome,
            reason,
            welcomed: self.is_welcomed,
        };
        document.serialize(serializer)
    }
}

/// Puts somebody on the list, or changes what is known of them; what they chose themself stays. Who is new gets a
/// welcome where that is wanted.
///
/// # Errors
/// A list that can't be written.
pub async fn add_person(
    app: &App,
    profile: Profile,
    wants_welcome: bool,
) -> Result<AddedPerson, AppError> {
    let newcomers = [profile.email.clone()];
    let (store, now) = (app.store().await?, app.clock.true_now());
    let outcomes = store
        .upsert([profile].into(), Origin::Operator, now)
        .await?;
    let outcome = outcomes.first().copied().unwrap_or(Upsert::Unchanged);
    let welcomed = match wants_welcome && outcome == Upsert::Added {
        true => welcome(store.as_ref(), &newcomers, now).await?,
        false => 0,
    };
    let [email] = newcomers;
    Ok(AddedPerson {
        email,
        outcome,
        is_welcomed: welcomed > 0,
    })
}

/// What came of a wish to take somebody off the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RemovalOutcome {
    /// They get no mail from now on.
    Removed,
    /// They were kept off it before.
    OffAlready,
    /// They are not on it.
    Unknown,
}

/// What became of an address that was to go.
#[derive(Debug, Serialize)]
pub struct RemovedPerson<'a> {
    /// It.
    pub email: &'a Address,
    /// What came of it.
    pub outcome: RemovalOutcome,
}

/// Takes people off the list; `have_asked`: recorded as their own act, like a click on unsubscribe.
///
/// # Errors
/// A list that can't be written.
pub async fn remove_people<'a>(
    app: &App,
    emails: &'a [Address],
    have_asked: bool,
) -> Result<Vec<RemovedPerson<'a>>, AppError> {
    let store = app.store().await?;
    let now = app.clock.true_now();
    let (reason, detail) = match have_asked {
        true => (
            SuppressionReason::Unsubscribed,
            phrase!("asked the operator"),
        ),
        false => (
            SuppressionReason::Manual,
            phrase!("removed by the operator"),
        ),
    };
    let (mut removed, mut removals) = (Vec::new(), Vec::new());
    for email in emails {
        let outcome = if store.suppression(email).await?.is_some() {
            RemovalOutcome::OffAlready
        } else if store.subscriber(email).await?.is_some() {
            removals.push(Suppression {
                email: Some(email.clone()),
                reason,
                detail: Some(detail.to_owned()),
                at: now,
            });
            RemovalOutcome::Removed
        } else {
            RemovalOutcome::Unknown
        };
        removed.push(RemovedPerson { email, outcome });
    }
    if !removals.is_empty() {
        store
            .suppress(&removals, ChangeSource::Operator, now)
            .await?;
    }
    Ok(removed)
}

/// What became of a reader who has another address now.
#[derive(Debug, Serialize)]
pub struct MovedPerson<'a> {
    /// The address that they had.
    pub from: &'a Address,
    /// The one that they have now.
    pub to: &'a Address,
    /// What came of it.
    pub outcome: MoveOutcome,
    /// The line of subscribers.yaml that still names the old address.
    pub file_line: Option<usize>,
}

/// Gives a reader another address: number, consent and what they got stay with them.
///
/// # Errors
/// A list that can't be written; a subscribers.yaml that can't be read.
pub async fn move_person<'a>(
    app: &App,
    from: &'a Address,
    to: &'a Address,
) -> Result<MovedPerson<'a>, AppError> {
    let store = app.store().await?;
    let outcome = store
        .move_subscriber(from, to, app.clock.true_now())
        .await?;
    let file_line = match outcome == MoveOutcome::Moved && from.key() != to.key() {
        true => app::line_in_file(&app.publication, from)
            .map_err(|error| AppError::Content(vec![error]))?,
        false => None,
    };
    Ok(MovedPerson {
        from,
        to,
        outcome,
        file_line,
    })
}

/// All that is known of somebody.
#[derive(Debug, Serialize)]
pub struct PersonRecord {
    /// The address, as they wrote it where they are on the list.
    pub email: Address,
    /// Whether the next issue goes to them.
    pub gets_mail: bool,
    /// What the list knows of them.
    pub subscriber: Option<Subscriber>,
    /// What keeps them from mail.
    pub suppression: Option<Suppression>,
    /// The issues that they were to get, the newest first.
    pub issues: Vec<Receipt>,
    /// Which of the issues that were due up to then they got may not be known any more (`ledger.keep`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pruned_up_to: Option<DateTime<Utc>>,
    /// What came back of them, and whether issues pass them by.
    #[serde(flatten)]
    pub returns: ReaderReports,
}

/// All that is known of an address.
///
/// # Errors
/// A list that can't be read.
pub async fn person(app: &App, email: &Address) -> Result<PersonRecord, AppError> {
    let store = app.store().await?;
    let subscriber = store.subscriber(email).await?;
    let suppression = store.suppression(email).await?;
    let (issues, returns) = match &subscriber {
        Some(subscriber) => (
            store.receipts(subscriber.id).await?,
            store.reports_of(subscriber.id).await?,
        ),
        None => (Vec::new(), ReaderReports::default()),
    };
    let is_passed_by = returns
        .dormancy
        .is_some_and(|dormancy| app.clock.now() < dormancy.retry_at);
    let is_active = subscriber
        .as_ref()
        .is_some_and(|it| it.state == SubscriberState::Active);
    let known = subscriber.as_ref().map(|it| it.profile.email.clone());
    let pruned_up_to = match &subscriber {
        Some(_) => store.pruned_up_to().await?,
        None => None,
    };
    Ok(PersonRecord {
        email: known.unwrap_or_else(|| email.clone()),
        gets_mail: is_active
            && suppression.is_none()
            && returns.rehearsed_bounce.is_none()
            && !is_passed_by,
        subscriber,
        suppression,
        issues,
        pruned_up_to,
        returns,
    })
}

/// Somebody on the list, and what keeps them from mail.
#[derive(Debug, Serialize)]
pub struct ListedPerson {
    /// They.
    #[serde(flatten)]
    pub subscriber: Subscriber,
    /// Why they get none.
    pub suppression: Option<Suppression>,
}

/// The list, a page at a time.
pub struct PeoplePages {
    store: Arc<dyn Store>,
    suppressed: Suppressed,
    pages: SubscriberPages,
}

impl PeoplePages {
    /// Those in that state, or all.
    ///
    /// # Errors
    /// A list that can't be read.
    pub(crate) async fn open(app: &App, state: Option<SubscriberState>) -> Result<Self, AppError> {
        let store = app.store().await?;
        Ok(Self {
            suppressed: Suppressed::load(store.as_ref()).await?,
            pages: SubscriberPages::new(state),
            store,
        })
    }

    /// The next page; None after the last.
    ///
    /// # Errors
    /// A list that can't be read.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<ListedPerson>>, AppError> {
        let store = self.store.as_ref();
        let Some(page) = self.pages.next(store).await? else {
            return Ok(None);
        };
        let mut people = Vec::with_capacity(page.len());
        for subscriber in page {
            let suppression = self.suppressed.of(&subscriber.profile.email, store).await?;
            people.push(ListedPerson {
                subscriber,
                suppression,
            });
        }
        Ok(Some(people))
    }
}
