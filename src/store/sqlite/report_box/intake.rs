//! What came back, taken in: once each, with what follows, in the transaction that keeps it.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::{
    against,
    belief::Belief,
    mailed, matching,
    relay_ids::RelayIds,
    rows, shown, soft,
    strangers::{self, StrangersRoom},
};
use crate::{
    audience::{SubscriberId, SuppressionReason},
    store::{
        NewReport, Realm, ReportEffect, ReportNews, ReportSurroundings, TakenReport,
        report_codes::{AT_ONCE, effect_code},
        report_rules::{
            following::{Following, following},
            matching::{Match, MatchedReader},
        },
        sqlite::{
            codes,
            delivery_queue::record::LedgerRows,
            fault::SqliteFault,
            realm,
            receipt_outbox::results::ResultRules,
            statement::Statements,
            suppression_list::{hash_keys::HashKeys, suppression},
        },
    },
};

/// What one transaction needs to take reports in.
struct Intake<'c> {
    tx: &'c Connection,
    realm: Realm,
    results: ResultRules,
    around: &'c ReportSurroundings,
    now: DateTime<Utc>,
    hash_keys: HashKeys,
    relay_ids: RelayIds,
    belief: Belief<'c>,
    strangers: StrangersRoom<'c>,
}

/// What followed, when it is looked at again, and what is to be told.
type Followed = (ReportEffect, Option<DateTime<Utc>>, Option<ReportNews>);

pub(super) fn take_in(
    tx: &Connection,
    results: ResultRules,
    reports: &[NewReport],
    around: &ReportSurroundings,
    now: DateTime<Utc>,
) -> Result<Vec<TakenReport>, SqliteFault> {
    let in_realm = |realm| ResultRules { realm, ..results };
    let mut real = Intake::new(tx, in_realm(Realm::Real), around, now)?;
    let mut rehearsed = Intake::new(tx, in_realm(Realm::Rehearsal), around, now)?;
    let own = around.realm.unwrap_or(results.realm);
    let take = |report| match realm_of(tx, own, report)? {
        Realm::Real => real.take(report),
        Realm::Rehearsal => rehearsed.take(report),
    };
    reports.iter().map(take).collect()
}

/// The realm of the batch that a report names: a pipe of the mail system's knows little of our settings.
fn realm_of(tx: &Connection, own: Realm, report: &NewReport) -> Result<Realm, SqliteFault> {
    let batch = report.proof.as_ref().and_then(|proof| proof.batch);
    let mark: Option<i64> = match batch {
        Some(batch) => tx.maybe_value("SELECT realm FROM batches WHERE id = ?1", params![batch])?,
        None => None,
    };
    Ok(match mark {
        Some(mark) if mark != realm::UNTOLD => realm::of_batch(realm::is_rehearsal(mark)),
        _ => own,
    })
}

/// Whether anything waits for what time has come to mean.
pub(super) fn is_any_due(
    tx: &Connection,
    realm: Realm,
    now: DateTime<Utc>,
) -> Result<bool, SqliteFault> {
    let is_due: bool = tx.value(
        "SELECT EXISTS (SELECT 1 FROM reports WHERE due_at <= ?1 AND realm = ?2) \
         OR EXISTS (SELECT 1 FROM soft_failures WHERE look_at <= ?1 AND realm = ?2)",
        params![codes::millis(now), realm::code(realm)],
    )?;
    Ok(is_due || strangers::are_too_many(tx, realm)?)
}

pub(super) fn settle(
    tx: &Connection,
    results: ResultRules,
    around: &ReportSurroundings,
    now: DateTime<Utc>,
) -> Result<Vec<ReportNews>, SqliteFault> {
    let realm = results.realm;
    let mut intake = Intake::new(tx, results, around, now)?;
    let due = |effect: ReportEffect, column: &str| {
        let sql = format!(
            "SELECT DISTINCT {column} FROM reports \
             WHERE due_at <= ?1 AND realm = ?2 AND effect = ?3 LIMIT ?4"
        );
        let (now, realm) = (codes::millis(now), realm::code(realm));
        tx.values::<i64>(&sql, params![now, realm, effect_code(effect), AT_ONCE])
    };
    let mut news = Vec::new();
    for id in due(ReportEffect::Searching, "id")? {
        news.extend(intake.search_again(id)?);
    }
    for reader in due(ReportEffect::Held, "subscriber")? {
        news.extend(intake.belief.judge(SubscriberId(reader))?.1);
    }
    soft::look_at_due(tx, realm, now)?;
    if strangers::are_too_many(tx, realm)? {
        strangers::let_go(tx, realm)?;
    }
    Ok(news)
}

impl<'c> Intake<'c> {
    fn new(
        tx: &'c Connection,
        results: ResultRules,
        around: &'c ReportSurroundings,
        now: DateTime<Utc>,
    ) -> Result<Self, SqliteFault> {
        let realm = results.realm;
        Ok(Self {
            tx,
            realm,
            results,
            around,
            now,
            hash_keys: HashKeys::load(tx)?,
            relay_ids: RelayIds::new(now),
            belief: Belief::new(tx, realm, around, now),
            strangers: StrangersRoom::new(tx, realm, now),
        })
    }

    fn take(&mut self, report: &NewReport) -> Result<TakenReport, SqliteFault> {
        if let Some((id, effect)) = rows::known(self.tx, self.realm, &report.key)? {
            return Ok(TakenReport::known(id, effect));
        }
        if report.is_of_a_stranger() && !self.strangers.take(report.kind)? {
            return self.strangers.turn_away(report.kind);
        }
        let found = matching::find(self.tx, self.realm, report, &mut self.relay_ids, self.now)?;
        let (about, happened_at) = (found.subject(), found.happened_at(report, self.now));
        let id = rows::insert(self.tx, self.realm, report, about, (happened_at, self.now))?;
        // Of people who are forgotten no word is kept, whatever comes back of them.
        let is_forgotten = matches!(found, Match::Gone) || self.names_erased(report)?;
        if !is_forgotten {
            rows::insert_words(self.tx, id, about.reader, report)?;
        }
        let (effect, news) = self.follow(id, report, found)?;
        Ok(TakenReport {
            id,
            is_new: true,
            effect,
            news,
        })
    }

    /// A relay's number that was not found when its report came.
    fn search_again(&mut self, id: i64) -> Result<Vec<ReportNews>, SqliteFault> {
        let Some(report) = shown::to_search(self.tx, id)? else {
            rows::mark(self.tx, id, ReportEffect::Unmatched, None)?;
            return Ok(Vec::new());
        };
        let found = matching::find(self.tx, self.realm, &report, &mut self.relay_ids, self.now)?;
        if let Match::Found(matched) = &found {
            rows::name(self.tx, id, matched.about)?;
        }
        Ok(self.follow(id, &report, found)?.1)
    }

    fn follow(
        &mut self,
        id: i64,
        report: &NewReport,
        found: Match,
    ) -> Result<(ReportEffect, Vec<ReportNews>), SqliteFault> {
        if let Match::Found(matched) = &found {
            self.prove(report, matched)?;
        }
        let (effect, due_at, news) = match following(report, &found, self.now) {
            Following::Marked(effect) => plain(effect),
            Following::SearchedAgain(at) => (ReportEffect::Searching, Some(at), None),
            Following::Leaves(reader) => {
                let (results, goodbye) = (self.results, self.around.wants_goodbye);
                plain(mailed::leave(self.tx, results, reader, goodbye, self.now)?)
            }
            Following::Opines => plain(mailed::opine(self.tx, self.realm, report, self.now)?),
            Following::AsksToLeave => {
                let news = ReportNews::AsksToLeave { report: id };
                (ReportEffect::ForPerson, None, Some(news))
            }
            Following::Refuses(matched) => {
                rows::mark(self.tx, id, ReportEffect::Held, Some(self.now))?;
                let (effect, news) = self.belief.judge(matched.reader.id)?;
                return Ok((effect, news.into_iter().collect()));
            }
            Following::IsSoft(matched) => self.soft(report, matched, &found)?,
            Following::Accuses(matched) => {
                rows::mark(self.tx, id, ReportEffect::AgainstSender, None)?;
                let news = against::weigh(self.tx, matched, &report.words.reply, self.now)?;
                (ReportEffect::AgainstSender, None, news)
            }
            Following::Complains(matched) => {
                let words = &report.words.reply;
                mailed::complain(self.tx, self.realm, &matched.reader, words, self.now)?;
                let news = ReportNews::Complaint {
                    issue: matched.issue.clone(),
                    report: id,
                };
                (ReportEffect::Complained, None, Some(news))
            }
        };
        rows::mark(self.tx, id, effect, due_at)?;
        Ok((effect, news.into_iter().collect()))
    }

    fn soft(
        &self,
        report: &NewReport,
        matched: &MatchedReader,
        found: &Match,
    ) -> Result<Followed, SqliteFault> {
        let (tx, realm, now) = (self.tx, self.realm, self.now);
        let reader = matched.reader.id;
        let delivery = codes::delivery_id(matched.batch, reader);
        let at = found.happened_at(report, now);
        soft::note(tx, realm, delivery, &report.words.reply, (at, now))?;
        soft::look_at(tx, realm, reader, now)?;
        Ok(plain(ReportEffect::Counted))
    }

    fn prove(&self, report: &NewReport, matched: &MatchedReader) -> Result<(), SqliteFault> {
        let Some(words) = matched.arrival_proved_by(report) else {
            return Ok(());
        };
        let delivery = codes::delivery_id(matched.batch, matched.reader.id).0;
        let ids = [delivery].into_iter().collect();
        let mut ledger = LedgerRows::load(self.tx, self.realm, &ids, self.now)?;
        ledger.prove(&words);
        ledger.write(self.tx, self.realm)?;
        Ok(())
    }

    /// Whether a report names somebody who was erased.
    fn names_erased(&self, report: &NewReport) -> Result<bool, SqliteFault> {
        let keys = report.named_keys();
        let standing = suppression::among(self.tx, &self.hash_keys, &keys)?;
        let erased = |reason: &SuppressionReason| *reason == SuppressionReason::Erased;
        Ok(standing.values().any(erased))
    }
}

fn plain(effect: ReportEffect) -> Followed {
    (effect, None, None)
}
