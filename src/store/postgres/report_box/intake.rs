//! What came back, taken in on PostgreSQL: once each, with what follows, in the transaction that keeps it. Of many
//! machines one does at a time: whether a refusal is believed depends on those that came before it.

use chrono::{DateTime, Utc};

use super::{
    against, belief::RefusalJudge, dead, mailed, matching, relay_ids::RelayNumbers, rows, shown,
    soft, strangers, strangers::RoomForStrangers,
};
use crate::{
    audience::{SubscriberId, SuppressionReason},
    store::{
        NewReport, Realm, ReportEffect, ReportNews, ReportSurroundings, TakenReport, codes,
        hash_keys::HashKeys,
        postgres::{
            columns,
            delivery_queue::moved::LoadedRows,
            fault::PostgresFault,
            list_lock, realm,
            suppression_list::{hash_keys, suppression},
            transaction::StoreTransaction,
            values::values,
        },
        receipt_outbox::results::ResultRules,
        report_codes::{AT_ONCE, effect_code},
        report_rules::{
            following::{Following, following},
            mailed::words_of_complaint,
            matching::{Match, MatchedReader},
        },
    },
};

/// What one transaction needs to take reports in.
pub(super) struct ReportTaking<'c> {
    tx: &'c StoreTransaction,
    realm: Realm,
    results: ResultRules,
    around: &'c ReportSurroundings,
    now: DateTime<Utc>,
    hash_keys: HashKeys,
    relay_ids: RelayNumbers,
    judge: RefusalJudge<'c>,
    strangers: RoomForStrangers<'c>,
}

/// What followed, when it is looked at again, and what is to be told.
type Followed = (ReportEffect, Option<DateTime<Utc>>, Option<ReportNews>);

pub(super) async fn take_in(
    tx: &StoreTransaction,
    results: ResultRules,
    reports: &[NewReport],
    around: &ReportSurroundings,
    now: DateTime<Utc>,
) -> Result<Vec<TakenReport>, PostgresFault> {
    list_lock::be_the_only_one_who_takes_in(tx).await?;
    lock_readers(tx, reports).await?;
    let own = around.realm.unwrap_or(results.realm);
    let in_realm = |realm| ResultRules { realm, ..results };
    let mut real = ReportTaking::new(tx, in_realm(Realm::Real), around, now).await?;
    let mut rehearsed = ReportTaking::new(tx, in_realm(Realm::Rehearsal), around, now).await?;
    let mut taken = Vec::with_capacity(reports.len());
    for report in reports {
        taken.push(match realm_of(tx, own, report).await? {
            Realm::Real => real.take(report).await?,
            Realm::Rehearsal => rehearsed.take(report).await?,
        });
    }
    Ok(taken)
}

/// Locks the readers that are proved in the order of their numbers, as whoever leaves does: else two groups that have
/// the same readers in another order would wait for each other.
async fn lock_readers(tx: &StoreTransaction, reports: &[NewReport]) -> Result<(), PostgresFault> {
    let proved = reports.iter().filter_map(|it| it.proof.as_ref());
    let readers: Vec<i64> = proved.map(|proof| proof.reader.0).collect();
    let sql = "SELECT id FROM subscribers WHERE id = ANY($1) ORDER BY id FOR UPDATE";
    tx.rows(sql, values![readers]).await.map(drop)
}

/// The realm of the batch that a report names: a pipe of the mail system's knows little of our settings.
async fn realm_of(
    tx: &StoreTransaction,
    own: Realm,
    report: &NewReport,
) -> Result<Realm, PostgresFault> {
    let Some(batch) = report.proof.as_ref().and_then(|proof| proof.batch) else {
        return Ok(own);
    };
    let sql = "SELECT realm FROM batches WHERE id = $1";
    let mark = tx
        .maybe(sql, values![batch], |row| columns::code(row, "realm"))
        .await?;
    let rehearsal = realm::code(Realm::Rehearsal);
    Ok(match mark {
        Some(mark) if mark == rehearsal => Realm::Rehearsal,
        Some(_) => Realm::Real,
        None => own,
    })
}

/// Whether anything waits for what time has come to mean.
pub(super) async fn is_any_due(
    tx: &StoreTransaction,
    realm: Realm,
    now: DateTime<Utc>,
) -> Result<bool, PostgresFault> {
    let is_due: bool = tx
        .value(
            "SELECT EXISTS (SELECT 1 FROM reports WHERE due_at <= $1 AND realm = $2) \
             OR EXISTS (SELECT 1 FROM soft_failures WHERE look_at <= $1 AND realm = $2)",
            values![codes::millis(now), realm::code(realm)],
        )
        .await?;
    Ok(is_due || strangers::are_too_many(tx, realm).await?)
}

impl<'c> ReportTaking<'c> {
    async fn new(
        tx: &'c StoreTransaction,
        results: ResultRules,
        around: &'c ReportSurroundings,
        now: DateTime<Utc>,
    ) -> Result<Self, PostgresFault> {
        let realm = results.realm;
        Ok(Self {
            tx,
            realm,
            results,
            around,
            now,
            hash_keys: hash_keys::load(tx).await?,
            relay_ids: RelayNumbers::new(now),
            judge: RefusalJudge::new(tx, realm, around, now),
            strangers: RoomForStrangers::new(tx, realm, now),
        })
    }

    /// What time has come to mean. Who settles at the same time finds it settled.
    pub(super) async fn settle(
        tx: &'c StoreTransaction,
        results: ResultRules,
        around: &'c ReportSurroundings,
        now: DateTime<Utc>,
    ) -> Result<Vec<ReportNews>, PostgresFault> {
        list_lock::be_the_only_one_who_takes_in(tx).await?;
        let mut taking = Self::new(tx, results, around, now).await?;
        let mut news = Vec::new();
        for id in taking.due(ReportEffect::Searching, "id").await? {
            news.extend(taking.search_again(id).await?);
        }
        for reader in taking.due(ReportEffect::Held, "subscriber").await? {
            news.extend(taking.judge.judge(SubscriberId(reader)).await?.1);
        }
        soft::look_at_due(tx, taking.realm, now).await?;
        if strangers::are_too_many(tx, taking.realm).await? {
            strangers::let_go(tx, taking.realm).await?;
        }
        Ok(news)
    }

    async fn due(&self, effect: ReportEffect, column: &str) -> Result<Vec<i64>, PostgresFault> {
        let sql = format!(
            "SELECT DISTINCT {column} FROM reports WHERE due_at <= $1 AND realm = $2 \
             AND effect = $3 ORDER BY {column} LIMIT $4"
        );
        let (now, realm) = (codes::millis(self.now), realm::code(self.realm));
        self.tx
            .values(
                &sql,
                values![now, realm, effect_code(effect), i64::from(AT_ONCE)],
            )
            .await
    }

    async fn take(&mut self, report: &NewReport) -> Result<TakenReport, PostgresFault> {
        if let Some((id, effect)) = rows::known(self.tx, self.realm, &report.key).await? {
            return Ok(TakenReport::known(id, effect));
        }
        if report.is_of_a_stranger() && !self.strangers.take(report.kind).await? {
            return self.strangers.turn_away(report.kind).await;
        }
        let (tx, realm, now) = (self.tx, self.realm, self.now);
        let found = matching::find(tx, realm, report, &mut self.relay_ids, now).await?;
        let (about, happened_at) = (found.subject(), found.happened_at(report, now));
        let id = rows::insert(tx, realm, report, about, (happened_at, now)).await?;
        // Of people who are forgotten no word is kept, whatever comes back of them.
        let is_forgotten = matches!(found, Match::Gone) || self.names_erased(report).await?;
        if !is_forgotten {
            rows::insert_words(tx, id, about.reader, report).await?;
        }
        let (effect, news) = self.follow(id, report, found).await?;
        Ok(TakenReport {
            id,
            is_new: true,
            effect,
            news,
        })
    }

    /// A relay's number that was not found when its report came.
    async fn search_again(&mut self, id: i64) -> Result<Vec<ReportNews>, PostgresFault> {
        let (tx, realm, now) = (self.tx, self.realm, self.now);
        let Some(report) = shown::to_search(tx, id).await? else {
            rows::mark(tx, &[id], ReportEffect::Unmatched, None).await?;
            return Ok(Vec::new());
        };
        let found = matching::find(tx, realm, &report, &mut self.relay_ids, now).await?;
        if let Match::Found(matched) = &found {
            rows::name(tx, id, matched.about).await?;
        }
        Ok(self.follow(id, &report, found).await?.1)
    }

    async fn follow(
        &mut self,
        id: i64,
        report: &NewReport,
        found: Match,
    ) -> Result<(ReportEffect, Vec<ReportNews>), PostgresFault> {
        let (tx, realm, now) = (self.tx, self.realm, self.now);
        if let Match::Found(matched) = &found {
            self.prove(report, matched).await?;
        }
        let (effect, due_at, news) = match following(report, &found, now) {
            Following::Marked(effect) => plain(effect),
            Following::SearchedAgain(at) => (ReportEffect::Searching, Some(at), None),
            Following::Leaves(reader) => {
                let (results, goodbye) = (self.results, self.around.wants_goodbye);
                plain(mailed::leave(tx, results, reader, goodbye, now).await?)
            }
            Following::Opines => plain(mailed::opine(tx, realm, report, now).await?),
            Following::AsksToLeave => {
                let news = ReportNews::AsksToLeave { report: id };
                (ReportEffect::ForPerson, None, Some(news))
            }
            Following::Refuses(matched) => {
                rows::mark(tx, &[id], ReportEffect::Held, Some(now)).await?;
                let (effect, news) = self.judge.judge(matched.reader.id).await?;
                return Ok((effect, news.into_iter().collect()));
            }
            Following::IsSoft(matched) => self.soft(report, matched, &found).await?,
            Following::Accuses(matched) => {
                rows::mark(tx, &[id], ReportEffect::AgainstSender, None).await?;
                let news = against::weigh(tx, matched, &report.words.reply, now).await?;
                (ReportEffect::AgainstSender, None, news)
            }
            Following::Complains(matched) => {
                let words = words_of_complaint(&report.words.reply);
                let complaint = (SuppressionReason::Complaint, words);
                dead::suppress(tx, realm, &matched.reader, complaint, now).await?;
                let news = ReportNews::Complaint {
                    issue: matched.issue.clone(),
                    report: id,
                };
                (ReportEffect::Complained, None, Some(news))
            }
        };
        rows::mark(tx, &[id], effect, due_at).await?;
        Ok((effect, news.into_iter().collect()))
    }

    async fn soft(
        &self,
        report: &NewReport,
        matched: &MatchedReader,
        found: &Match,
    ) -> Result<Followed, PostgresFault> {
        let (tx, realm, now) = (self.tx, self.realm, self.now);
        let mail = (matched.batch, matched.reader.id);
        let times = (found.happened_at(report, now), now);
        soft::note(tx, realm, mail, &report.words.reply, times).await?;
        soft::look_at(tx, realm, matched.reader.id, now).await?;
        Ok(plain(ReportEffect::Counted))
    }

    async fn prove(
        &self,
        report: &NewReport,
        matched: &MatchedReader,
    ) -> Result<(), PostgresFault> {
        let Some(words) = matched.arrival_proved_by(report) else {
            return Ok(());
        };
        let (batch, reader) = (matched.batch, matched.reader.id);
        let sql = "SELECT ord FROM deliveries WHERE batch = $1 AND subscriber = $2";
        let ord = self.tx.value(sql, values![batch.0, reader.0]).await?;
        let ids = [columns::delivery_id(batch, ord)].into_iter().collect();
        let mut ledger = LoadedRows::load(self.tx, self.realm, &ids, self.now).await?;
        ledger.rows.prove(&words);
        ledger.write(self.tx).await
    }

    /// Whether a report names somebody who was erased.
    async fn names_erased(&self, report: &NewReport) -> Result<bool, PostgresFault> {
        let keys = report.named_keys();
        if keys.is_empty() {
            return Ok(false);
        }
        let standing = suppression::among(self.tx, &self.hash_keys, &keys).await?;
        let erased = |reason: &SuppressionReason| *reason == SuppressionReason::Erased;
        Ok(standing.values().any(erased))
    }
}

fn plain(effect: ReportEffect) -> Followed {
    (effect, None, None)
}
