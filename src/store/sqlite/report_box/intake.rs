//! What came back, taken in: once each, with what follows, in the transaction that keeps it.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, params};

use super::{
    against,
    belief::Belief,
    mailed,
    matching::{self, Match, MatchedReader},
    relay_ids::RelayIds,
    rows::{self, ReportSubject, effect_code},
    shown, soft,
    strangers::{self, StrangersRoom},
};
use crate::{
    audience::{SubscriberId, SuppressionReason},
    bounce::ProofKind,
    store::{
        DeliveryState, NewReport, Realm, ReportEffect, ReportKind, ReportNews, ReportSurroundings,
        TakenReport,
        report_rules::{Consequence, consequence},
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
    words::phrased,
};

/// Reports looked at again in one transaction.
const AT_ONCE: u32 = 1_000;
/// A relay's number that is not found is looked for again so much later.
const SEARCH_AGAIN: TimeDelta = TimeDelta::seconds(90);

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
type Followed = (ReportEffect, Option<DateTime<Utc>>, Vec<ReportNews>);

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
            return Ok(TakenReport {
                id,
                is_new: false,
                effect,
                news: Vec::new(),
            });
        }
        if report.is_of_a_stranger() && !self.strangers.take(report.kind)? {
            return self.strangers.turn_away(report.kind);
        }
        let found = matching::find(self.tx, self.realm, report, &mut self.relay_ids, self.now)?;
        let (about, sent_at) = match &found {
            Match::Found(matched) => (matched.about, Some(matched.delivery.sent_at)),
            Match::NoMail(reader) => {
                let reader = Some(*reader);
                (
                    ReportSubject {
                        reader,
                        ..ReportSubject::default()
                    },
                    None,
                )
            }
            Match::Probe(probe) => {
                let batch = Some(crate::store::BatchId(*probe));
                (
                    ReportSubject {
                        batch,
                        ..ReportSubject::default()
                    },
                    None,
                )
            }
            Match::Unproven | Match::Searching | Match::Gone => (ReportSubject::default(), None),
        };
        let happened_at = rows::happened_at(report, sent_at, self.now);
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
        if matches!(found, Match::Probe(probe) if probe != 0) {
            return self.shown(id, ReportEffect::Probe);
        }
        let (effect, due_at, news) = match report.kind {
            ReportKind::Unreadable => plain(ReportEffect::KeptAside),
            ReportKind::Unsubscribe => self.unsubscribed(report)?,
            ReportKind::Opinion => plain(mailed::opine(self.tx, self.realm, report, self.now)?),
            ReportKind::Asking => {
                let news = vec![ReportNews::AsksToLeave { report: id }];
                (ReportEffect::ForPerson, None, news)
            }
            ReportKind::Answer => plain(ReportEffect::ForPerson),
            _ => return self.reported(id, report, found),
        };
        if let Match::Found(matched) = &found {
            self.prove(report, matched)?;
        }
        rows::mark(self.tx, id, effect, due_at)?;
        Ok((effect, news))
    }

    /// Of a token that is not ours somebody has to find out what its sender meant.
    fn unsubscribed(&self, report: &NewReport) -> Result<Followed, SqliteFault> {
        let proof = report.proof.as_ref();
        let Some(proof) = proof.filter(|it| it.by == ProofKind::ListUnsubscribe) else {
            return Ok(plain(ReportEffect::ForPerson));
        };
        let goodbye = self.around.wants_goodbye;
        let effect = mailed::leave(self.tx, self.results, proof.reader, goodbye, self.now)?;
        Ok(plain(effect))
    }

    fn reported(
        &mut self,
        id: i64,
        report: &NewReport,
        found: Match,
    ) -> Result<(ReportEffect, Vec<ReportNews>), SqliteFault> {
        let matched = match found {
            Match::Found(matched) => matched,
            Match::Searching => {
                let again = Some(self.now + SEARCH_AGAIN);
                rows::mark(self.tx, id, ReportEffect::Searching, again)?;
                return Ok((ReportEffect::Searching, Vec::new()));
            }
            Match::Unproven => return self.shown(id, ReportEffect::Unproven),
            Match::Probe(_) => return self.shown(id, ReportEffect::Nothing),
            Match::Gone | Match::NoMail(_) => return self.shown(id, ReportEffect::Unmatched),
        };
        self.prove(report, &matched)?;
        match consequence(report.kind, report.class, &matched.delivery, self.now) {
            Consequence::Shown(effect) => self.shown(id, effect),
            Consequence::Refusal => {
                rows::mark(self.tx, id, ReportEffect::Held, Some(self.now))?;
                let (effect, news) = self.belief.judge(matched.member.id)?;
                Ok((effect, news.into_iter().collect()))
            }
            Consequence::Soft => self.soft(id, report, &matched),
            Consequence::AgainstSender => {
                rows::mark(self.tx, id, ReportEffect::AgainstSender, None)?;
                let news = against::weigh(self.tx, &matched, &report.words.reply, self.now)?;
                Ok((ReportEffect::AgainstSender, news.into_iter().collect()))
            }
            Consequence::Complaint => self.complaint(id, report, &matched),
        }
    }

    fn shown(
        &self,
        id: i64,
        effect: ReportEffect,
    ) -> Result<(ReportEffect, Vec<ReportNews>), SqliteFault> {
        rows::mark(self.tx, id, effect, None)?;
        Ok((effect, Vec::new()))
    }

    fn soft(
        &self,
        id: i64,
        report: &NewReport,
        matched: &MatchedReader,
    ) -> Result<(ReportEffect, Vec<ReportNews>), SqliteFault> {
        let (tx, realm, now) = (self.tx, self.realm, self.now);
        let reader = matched.member.id;
        let delivery = codes::delivery_id(matched.batch, reader);
        let at = rows::happened_at(report, Some(matched.delivery.sent_at), now);
        soft::note(tx, realm, delivery, &report.words.reply, (at, now))?;
        soft::look_at(tx, realm, reader, now)?;
        self.shown(id, ReportEffect::Counted)
    }

    fn complaint(
        &self,
        id: i64,
        report: &NewReport,
        matched: &MatchedReader,
    ) -> Result<(ReportEffect, Vec<ReportNews>), SqliteFault> {
        let standing = matched.member.plain_standing().suppression;
        let stronger = [SuppressionReason::Complaint, SuppressionReason::Erased];
        if standing.is_some_and(|reason| stronger.contains(&reason)) {
            return self.shown(id, ReportEffect::Off);
        }
        let words = &report.words.reply;
        mailed::complain(self.tx, self.realm, &matched.member, words, self.now)?;
        rows::mark(self.tx, id, ReportEffect::Complained, None)?;
        let news = ReportNews::Complaint {
            issue: matched.issue.clone(),
            report: id,
        };
        Ok((ReportEffect::Complained, vec![news]))
    }

    /// Whatever came back of a mail, the relay had taken it. A batch that was only guessed proves nothing.
    fn prove(&self, report: &NewReport, matched: &MatchedReader) -> Result<(), SqliteFault> {
        let names_batch = report.proof.as_ref().is_some_and(|it| it.batch.is_some());
        if matched.state != DeliveryState::Unknown || !names_batch {
            return Ok(());
        }
        let delivery = codes::delivery_id(matched.batch, matched.member.id).0;
        let ids = [delivery].into_iter().collect();
        let mut ledger = LedgerRows::load(self.tx, self.realm, &ids, self.now)?;
        let kind = report.kind.word().replace('_', "-");
        let words = match report.words.reply.is_empty() {
            true => String::new(),
            false => format!(": {}", report.words.reply),
        };
        ledger.prove(&phrased!(
            "accepted, as what came back proves ({kind}){words}"
        ));
        ledger.write(self.tx, self.realm)?;
        Ok(())
    }

    /// Whether a report names somebody who was erased.
    fn names_erased(&self, report: &NewReport) -> Result<bool, SqliteFault> {
        let words = &report.words;
        let named = [&words.recipient, &words.from].into_iter().flatten();
        let keys: Vec<String> = named.map(|email| email.key()).collect();
        let standing = suppression::among(self.tx, &self.hash_keys, &keys)?;
        let erased = |reason: &SuppressionReason| *reason == SuppressionReason::Erased;
        Ok(standing.values().any(erased))
    }
}

fn plain(effect: ReportEffect) -> Followed {
    (effect, None, Vec::new())
}
