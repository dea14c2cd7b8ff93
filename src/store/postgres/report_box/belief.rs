//! Refusals that came as reports, on PostgreSQL: the evidence for each, gathered for `report_rules`, and what its verdict
//! does. Whoever judges is the only one who does, until the transaction ends.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{dead, doors, rows};
use crate::{
    audience::{SubscriberId, SuppressionReason},
    store::{
        DeliveryState, Realm, ReportEffect, ReportNews, ReportSurroundings, codes,
        postgres::{
            columns, fault::PostgresFault, history, ledger_retention::pruned, realm,
            transaction::StoreTransaction, values::values,
        },
        report_codes::effect_code,
        report_rules::{
            AN_HOUR, CROWD, REFUSED_WITHIN, RefusalEvidence, RefusalVerdict,
            held::{AroundRefusal, ReportedRefusal, ReportedRefusals, minute, words_of_refusal},
            is_crowd, judge,
        },
    },
};

/// Judges refusals, in one transaction.
pub(super) struct RefusalJudge<'c> {
    pub(super) tx: &'c StoreTransaction,
    pub(super) realm: Realm,
    pub(super) around: &'c ReportSurroundings,
    pub(super) now: DateTime<Utc>,
    /// By domain and minute: readers refused around it, and those of them for the first time.
    counted: HashMap<(i64, i64), (u64, u64)>,
}

impl<'c> RefusalJudge<'c> {
    pub(super) fn new(
        tx: &'c StoreTransaction,
        realm: Realm,
        around: &'c ReportSurroundings,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            tx,
            realm,
            around,
            now,
            counted: HashMap::new(),
        }
    }

    /// Judges what is held of a reader, marks it, and answers what it led to.
    pub(super) async fn judge(
        &mut self,
        id: SubscriberId,
    ) -> Result<(ReportEffect, Option<ReportNews>), PostgresFault> {
        let Some(held) = ReportedRefusals::of(self.held(id).await?) else {
            return Ok((ReportEffect::Nothing, None));
        };
        let Some(reader) = dead::reader(self.tx, id).await? else {
            return self.end(&held, ReportEffect::Unmatched).await;
        };
        if self.is_off(id).await? {
            return self.end(&held, ReportEffect::Off).await;
        }
        let since = history::member_since(self.tx, id).await?;
        if since.is_some_and(|since| since > held.last.at) {
            return self.end(&held, ReportEffect::Stale).await;
        }
        let evidence = self.evidence(id, &held).await?;
        match judge(&evidence, self.now) {
            RefusalVerdict::Believed => {
                let words = words_of(self.tx, held.last.id).await?;
                let dead = (SuppressionReason::HardBounce, words);
                dead::suppress(self.tx, self.realm, &reader, dead, self.now).await?;
                self.end(&held, ReportEffect::Suppressed).await?;
                let news = ReportNews::Suppressed { reader: id };
                Ok((ReportEffect::Suppressed, Some(news)))
            }
            RefusalVerdict::Doubted => self.end(&held, ReportEffect::Doubted).await,
            RefusalVerdict::HeldUntil(until) => {
                if let (Some(domain), true) = (held.last.domain, is_crowd(&evidence)) {
                    self.take_back(domain, held.last.at, until).await?;
                }
                let ids: Vec<i64> = held.ids().collect();
                rows::mark(self.tx, &ids, ReportEffect::Held, Some(until)).await?;
                Ok((ReportEffect::Held, None))
            }
        }
    }

    async fn held(&self, reader: SubscriberId) -> Result<Vec<ReportedRefusal>, PostgresFault> {
        self.tx
            .all(
                "SELECT id, batch, domain, happened_at FROM reports \
                 WHERE subscriber = $1 AND realm = $2 AND effect = $3 ORDER BY happened_at, id",
                values![
                    reader.0,
                    realm::code(self.realm),
                    effect_code(ReportEffect::Held)
                ],
                |row| {
                    let batch: Option<i64> = row.try_get("batch")?;
                    Ok(ReportedRefusal {
                        id: row.try_get("id")?,
                        batch: batch.unwrap_or_default(),
                        domain: row.try_get("domain")?,
                        at: columns::time(row, "happened_at")?,
                    })
                },
            )
            .await
    }

    async fn end(
        &self,
        held: &ReportedRefusals,
        effect: ReportEffect,
    ) -> Result<(ReportEffect, Option<ReportNews>), PostgresFault> {
        let ids: Vec<i64> = held.ids().collect();
        rows::mark(self.tx, &ids, effect, None).await?;
        Ok((effect, None))
    }

    async fn is_off(&self, reader: SubscriberId) -> Result<bool, PostgresFault> {
        let suppressed = realm::suppressed(self.realm);
        let sql = format!("SELECT {suppressed} IS NOT NULL FROM subscribers AS s WHERE s.id = $1");
        self.tx.value(&sql, values![reader.0]).await
    }

    async fn evidence(
        &mut self,
        reader: SubscriberId,
        held: &ReportedRefusals,
    ) -> Result<RefusalEvidence, PostgresFault> {
        let (last, (first_batch, last_batch)) = (held.last, held.span());
        let readers = match last.domain {
            Some(domain) => self.readers_at(last.batch, domain).await?,
            None => 1,
        };
        let refused = match last.domain {
            Some(domain) => self.refused_around(domain, readers, last.at).await?,
            None => (1, 1),
        };
        Ok(held.evidence(AroundRefusal {
            readers,
            refused,
            has_spell: self.has_spell(last.domain).await?,
            at_smtp_time: self.refused_at_smtp_time(reader, &held.batches).await?,
            got_before: self.got_before(reader, first_batch).await?,
            got_after: self.got_after(reader, last_batch).await?,
        }))
    }

    /// By how many other issues a relay refused the reader as dead and was not believed, and since when.
    async fn refused_at_smtp_time(
        &self,
        reader: SubscriberId,
        reported: &[i64],
    ) -> Result<(u64, Option<DateTime<Utc>>), PostgresFault> {
        self.tx
            .one(
                "SELECT count(*) AS issues, min(at) AS since FROM refusals \
                 WHERE subscriber = $1 AND realm = $2 AND is_dead AND batch <> ALL($3)",
                values![reader.0, realm::code(self.realm), reported],
                |row| {
                    let issues = columns::count(row, "issues")?;
                    Ok((issues, columns::maybe_time(row, "since")?))
                },
            )
            .await
    }

    /// The readers that a batch has at a domain; counted once a batch.
    async fn readers_at(&self, batch: i64, domain: i64) -> Result<u64, PostgresFault> {
        let sql = "SELECT EXISTS (SELECT 1 FROM domain_readers WHERE batch = $1)";
        if !self.tx.value::<bool>(sql, values![batch]).await? {
            self.tx
                .run(
                    "INSERT INTO domain_readers (batch, domain, readers) \
                     SELECT $1, domain, count(*) FROM (SELECT domain FROM deliveries WHERE batch = $1 \
                     UNION ALL SELECT domain FROM unclaimed WHERE batch = $1) AS d GROUP BY domain",
                    values![batch],
                )
                .await?;
        }
        let sql = "SELECT readers FROM domain_readers WHERE batch = $1 AND domain = $2";
        let readers: Option<i64> = self.tx.maybe_value(sql, values![batch, domain]).await?;
        Ok(readers.unwrap_or(1).unsigned_abs())
    }

    /// Readers of a domain who were refused around that moment, and those for the first time, as far as it takes to
    /// know that they are many.
    async fn refused_around(
        &mut self,
        domain: i64,
        readers: u64,
        at: DateTime<Utc>,
    ) -> Result<(u64, u64), PostgresFault> {
        let key = (domain, minute(at));
        if let Some(counted) = self.counted.get(&key) {
            return Ok(*counted);
        }
        let all = self
            .count_refused("TRUE", domain, (at, readers + 1))
            .await?;
        let first = self
            .count_refused(
                "NOT EXISTS (SELECT 1 FROM reports AS o WHERE o.subscriber = r.subscriber \
                   AND o.batch <> r.batch AND o.happened_at < r.happened_at AND o.realm = $5 \
                   AND o.effect = ANY($4))",
                domain,
                (at, CROWD),
            )
            .await?;
        self.counted.insert(key, (all, first));
        Ok((all, first))
    }

    /// So many readers of the reports `r` that are refusals of that domain around then, as far as a limit.
    async fn count_refused(
        &self,
        condition: &str,
        domain: i64,
        (at, limit): (DateTime<Utc>, u64),
    ) -> Result<u64, PostgresFault> {
        let refusals = [
            ReportEffect::Held,
            ReportEffect::Doubted,
            ReportEffect::Suppressed,
        ];
        let window = |span: TimeDelta| codes::millis(at + span);
        let sql = format!(
            "SELECT count(*) AS readers FROM (SELECT DISTINCT r.subscriber FROM reports AS r \
             WHERE r.domain = $1 AND r.happened_at BETWEEN $2 AND $3 AND r.effect = ANY($4) \
             AND r.realm = $5 AND {condition} LIMIT $6) AS refused"
        );
        self.tx
            .one(
                &sql,
                values![
                    domain,
                    window(-AN_HOUR),
                    window(AN_HOUR),
                    refusals.map(effect_code).to_vec(),
                    realm::code(self.realm),
                    codes::signed(limit)
                ],
                |row| columns::count(row, "readers"),
            )
            .await
    }

    async fn has_spell(&self, domain: Option<i64>) -> Result<bool, PostgresFault> {
        if self.around.spells.is_empty() {
            return Ok(false);
        }
        let sql = "SELECT name FROM domains WHERE id = $1";
        let name: Option<String> = self.tx.maybe_value(sql, values![domain]).await?;
        Ok(name.is_some_and(|name| self.around.spells.contains(&name)))
    }

    /// Whether the relay took an earlier issue for the reader, and nothing came back of it.
    async fn got_before(&self, reader: SubscriberId, first: i64) -> Result<bool, PostgresFault> {
        let earlier = pruned::earlier_mail(self.tx, self.realm, reader).await?;
        if earlier.is_some_and(|batch| batch.0 < first) {
            return Ok(true);
        }
        let silent = self.silent("b.id < $2", (reader, first), self.now);
        Ok(!silent.await?.is_empty())
    }

    /// Whether an issue that was sent after the last refusal has arrived: nothing came back of it, though somebody
    /// listened.
    async fn got_after(&self, reader: SubscriberId, last: i64) -> Result<bool, PostgresFault> {
        let until = self.now - REFUSED_WITHIN;
        for sent_at in self.silent("b.id > $2", (reader, last), until).await? {
            let heard = (sent_at, sent_at + REFUSED_WITHIN);
            if doors::was_any_read(self.tx, self.realm, heard).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// When issues were sent that the relay took until then and nothing came back of.
    async fn silent(
        &self,
        which: &str,
        (reader, batch): (SubscriberId, i64),
        until: DateTime<Utc>,
    ) -> Result<Vec<DateTime<Utc>>, PostgresFault> {
        let sql = format!(
            "SELECT d.updated_at FROM batches AS b \
             JOIN deliveries AS d ON d.batch = b.id AND d.subscriber = $1 \
             WHERE {which} AND b.realm = $3 AND d.state = $4 AND d.updated_at <= $5 \
             AND NOT EXISTS (SELECT 1 FROM reports AS r WHERE r.subscriber = $1 \
               AND r.batch = b.id AND r.kind = 'bounce')"
        );
        self.tx
            .all(
                &sql,
                values![
                    reader.0,
                    batch,
                    realm::code(self.realm),
                    codes::state_code(DeliveryState::Accepted),
                    codes::millis(until)
                ],
                |row| columns::time(row, "updated_at"),
            )
            .await
    }

    /// What was believed of a domain's bad hour before anybody knew that it was one.
    async fn take_back(
        &self,
        domain: i64,
        at: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<(), PostgresFault> {
        let believed: Vec<(i64, SubscriberId)> = self
            .tx
            .all(
                "SELECT r.id, r.subscriber FROM reports AS r WHERE r.domain = $1 \
                 AND r.happened_at BETWEEN $2 AND $3 AND r.realm = $4 AND r.effect = $5 \
                 AND NOT EXISTS (SELECT 1 FROM reports AS o WHERE o.subscriber = r.subscriber \
                   AND o.batch <> r.batch AND o.realm = $4 AND o.effect = $5) ORDER BY r.subscriber",
                values![
                    domain,
                    codes::millis(at - AN_HOUR),
                    codes::millis(at + AN_HOUR),
                    realm::code(self.realm),
                    effect_code(ReportEffect::Suppressed)
                ],
                |row| Ok((row.try_get("id")?, columns::subscriber(row, "subscriber")?)),
            )
            .await?;
        for (report, reader) in believed {
            if dead::lift(self.tx, self.realm, reader, self.now).await? {
                rows::mark(self.tx, &[report], ReportEffect::Held, Some(until)).await?;
            }
        }
        Ok(())
    }
}

async fn words_of(tx: &StoreTransaction, id: i64) -> Result<String, PostgresFault> {
    let sql = "SELECT reply FROM report_texts WHERE report = $1";
    let reply: Option<Option<String>> = tx.maybe_value(sql, values![id]).await?;
    Ok(words_of_refusal(reply.flatten()))
}
