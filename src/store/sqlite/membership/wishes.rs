//! Mails that forms cause: weighed by the limits, and queued or held by what comes of it.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, Row, params};

use crate::{
    address::Address,
    audience::{
        SubscriberId,
        membership::signup::{ConsentWording, folded_mailbox},
    },
    store::{
        AskOutcome, LimitReached, PendingAsk, Realm, SignupLimits,
        signup_limits::{SignupTally, SignupVerdict},
        sqlite::{
            codes,
            fault::SqliteFault,
            realm,
            signup_counts::{CountKind, EVERYBODY, SignupCounts},
            statement::Statements,
            suppression_list::hash_keys::HashKeys,
        },
    },
};

/// A mail that a form would cause.
pub(crate) struct WishedMail<'a> {
    /// Where to.
    pub(crate) to: &'a Address,
    /// As what its mailbox counts it.
    pub(crate) counted: CountKind,
    /// Where from; None: by a link of the reader's own.
    pub(crate) prefix: Option<&'a str>,
    /// Nothing shows that a person filled in the form.
    pub(crate) is_hurried: bool,
}

impl WishedMail<'_> {
    /// Weighs it, and counts it where it is not refused.
    pub(crate) fn weigh(
        &self,
        tx: &Connection,
        realm: Realm,
        hash_keys: &HashKeys,
        limits: &SignupLimits,
        now: DateTime<Utc>,
    ) -> Result<WeighedMail, SqliteFault> {
        let counts = SignupCounts {
            tx,
            realm,
            hash_keys,
            now,
        };
        let mailbox = folded_mailbox(self.to);
        let tally = self.tally(&counts, &mailbox, limits)?;
        let verdict = self.limits_of(limits).judge(&tally);
        // A network that tries and tries is known for it, as far as its own limit.
        if let Some(prefix) = self.prefix
            && tally.prefix_hour < limits.per_prefix_hour
        {
            counts.add(CountKind::Prefix, prefix)?;
        }
        if !matches!(verdict, SignupVerdict::Refuse(_)) {
            counts.add(self.counted, &mailbox)?;
        }
        match verdict {
            SignupVerdict::Pass => {
                counts.add(CountKind::Publication, EVERYBODY)?;
                counts.add(CountKind::UsualHour, EVERYBODY)?;
            }
            SignupVerdict::Hold => counts.add(CountKind::Held, EVERYBODY)?,
            SignupVerdict::Refuse(_) => {}
        }
        let since = match verdict {
            SignupVerdict::Hold => Some(counts.flood_since()?),
            _ => None,
        };
        Ok(WeighedMail { verdict, since })
    }

    fn tally(
        &self,
        counts: &SignupCounts<'_>,
        mailbox: &str,
        limits: &SignupLimits,
    ) -> Result<SignupTally, SqliteFault> {
        let publication_hour = counts.in_an_hour(CountKind::Publication, EVERYBODY)?;
        let is_much = publication_hour >= limits.least_an_hour / 2;
        Ok(SignupTally {
            mailbox_day: counts.since(self.counted, mailbox, TimeDelta::days(1))?,
            mailbox: match self.counted {
                CountKind::Confirmation => counts.since(self.counted, mailbox, limits.fades)?,
                _ => 0,
            },
            prefix_hour: match self.prefix {
                Some(prefix) => counts.in_an_hour(CountKind::Prefix, prefix)?,
                None => 0,
            },
            publication_hour,
            usual_hour: if is_much { counts.usual_hour()? } else { 0 },
            held: if is_much {
                held(counts.tx, counts.realm)?
            } else {
                0
            },
            is_hurried: self.is_hurried,
        })
    }

    fn limits_of(&self, limits: &SignupLimits) -> SignupLimits {
        match self.counted {
            CountKind::FreshLink => SignupLimits {
                per_mailbox_day: limits.links_per_mailbox_day,
                ..*limits
            },
            _ => *limits,
        }
    }
}

/// What became of one that was weighed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WeighedMail {
    verdict: SignupVerdict,
    /// Since when such mails are held, where it is.
    pub(crate) since: Option<DateTime<Utc>>,
}

impl WeighedMail {
    /// Which limit it ran into.
    pub(crate) fn refused(self) -> Option<LimitReached> {
        match self.verdict {
            SignupVerdict::Refuse(limit) => Some(limit),
            SignupVerdict::Pass | SignupVerdict::Hold => None,
        }
    }

    pub(crate) fn is_held(self) -> bool {
        self.verdict == SignupVerdict::Hold
    }

    /// What whoever asked is answered.
    pub(crate) fn outcome(self) -> AskOutcome {
        match self.since {
            None => AskOutcome::Queued,
            Some(since) => AskOutcome::Held { since },
        }
    }
}

/// How many are held.
fn held(tx: &Connection, realm: Realm) -> Result<u32, SqliteFault> {
    tx.value(
        "SELECT count(*) FROM receipts WHERE is_held AND realm = ?1",
        params![realm::code(realm)],
    )
}

/// Keeps the words above a form's button, once.
pub(crate) fn keep_wording(
    tx: &Connection,
    wording: &ConsentWording,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    tx.run(
        "INSERT OR IGNORE INTO wordings (hash, text, language, since) VALUES (?1, ?2, ?3, ?4)",
        params![
            wording.hash,
            wording.text,
            wording.language,
            codes::millis(now)
        ],
    )?;
    Ok(())
}

/// What was asked for somebody and is not confirmed.
pub(crate) fn pending(
    tx: &Connection,
    reader: SubscriberId,
) -> Result<Option<PendingAsk>, SqliteFault> {
    tx.maybe(
        "SELECT a.*, w.text AS wording_text, w.language AS wording_language FROM asks AS a \
         LEFT JOIN wordings AS w ON w.hash = a.wording WHERE subscriber = ?1",
        params![reader.0],
        pending_from,
    )
}

fn pending_from(row: &Row<'_>) -> Result<PendingAsk, SqliteFault> {
    let (editions, timezone): (Option<String>, Option<String>) =
        (row.get("editions")?, row.get("timezone")?);
    Ok(PendingAsk {
        asked_at: codes::time_at(row, "asked_at")?,
        name: row.get("name")?,
        editions: editions.as_deref().map(codes::set).transpose()?,
        language: row.get("language")?,
        timezone: timezone.as_deref().map(codes::timezone).transpose()?,
        wording: wording_from(row)?,
        agreed_to_ads: row.get("agreed_to_ads")?,
        page: row.get("page")?,
        network: row.get("network")?,
    })
}

/// The words that a row names by their hash.
pub(crate) fn wording_from(row: &Row<'_>) -> Result<ConsentWording, SqliteFault> {
    let text: Option<String> = row.get("wording_text")?;
    let language: Option<String> = row.get("wording_language")?;
    Ok(ConsentWording {
        hash: row.get("wording")?,
        text: text.unwrap_or_default(),
        language: language.unwrap_or_default(),
    })
}
