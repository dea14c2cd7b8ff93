//! Refusals that came as reports: the evidence for each, gathered for `report_rules`, and what its verdict does.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, params};

use super::{
    dead::{lift_dead, suppress_dead},
    doors, rows,
};
use crate::{
    address::Address,
    audience::SubscriberId,
    store::{
        DeliveryState, Realm, ReportEffect, ReportNews, ReportSurroundings,
        report_codes::effect_code,
        report_rules::{
            AN_HOUR, CROWD, REFUSED_WITHIN, RefusalEvidence, RefusalVerdict,
            held::{AroundRefusal, ReportedRefusal, ReportedRefusals, minute, words_of_refusal},
            is_crowd, judge,
        },
        sqlite::{
            codes, fault::SqliteFault, history, ledger_retention::pruned,
            membership::member::MemberRow, realm, statement::Statements,
        },
    },
};

/// Judges refusals, in one transaction.
pub(super) struct Belief<'c> {
    pub(super) tx: &'c Connection,
    pub(super) realm: Realm,
    pub(super) around: &'c ReportSurroundings,
    pub(super) now: DateTime<Utc>,
    /// By domain and minute: readers refused around it, and those of them for the first time.
    counted: HashMap<(i64, i64), (u64, u64)>,
}

impl<'c> Belief<'c> {
    pub(super) fn new(
        tx: &'c Connection,
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
    pub(super) fn judge(
        &mut self,
        reader: SubscriberId,
    ) -> Result<(ReportEffect, Option<ReportNews>), SqliteFault> {
        let Some(held) = ReportedRefusals::of(self.held(reader)?) else {
            return Ok((ReportEffect::Nothing, None));
        };
        let last = held.last;
        let Some(member) = MemberRow::of(self.tx, reader)? else {
            return self.end(&held, ReportEffect::Unmatched);
        };
        if self.is_off(reader)? {
            return self.end(&held, ReportEffect::Off);
        }
        if history::member_since(self.tx, reader)?.is_some_and(|since| since > last.at) {
            return self.end(&held, ReportEffect::Stale);
        }
        let evidence = self.evidence(reader, &held)?;
        match judge(&evidence, self.now) {
            RefusalVerdict::Believed => {
                let reply = words_of(self.tx, last.id)?;
                self.suppress(&member.person.profile.email, reader, reply)?;
                self.end(&held, ReportEffect::Suppressed)?;
                let news = ReportNews::Suppressed { reader };
                Ok((ReportEffect::Suppressed, Some(news)))
            }
            RefusalVerdict::Doubted => self.end(&held, ReportEffect::Doubted),
            RefusalVerdict::HeldUntil(until) => {
                if let (Some(domain), true) = (last.domain, is_crowd(&evidence)) {
                    self.take_back(domain, last.at, until)?;
                }
                for report in held.ids() {
                    rows::mark(self.tx, report, ReportEffect::Held, Some(until))?;
                }
                Ok((ReportEffect::Held, None))
            }
        }
    }

    fn held(&self, reader: SubscriberId) -> Result<Vec<ReportedRefusal>, SqliteFault> {
        self.tx.all(
            "SELECT id, batch, domain, happened_at FROM reports \
             WHERE subscriber = ?1 AND realm = ?2 AND effect = ?3 ORDER BY happened_at, id",
            params![
                reader.0,
                realm::code(self.realm),
                effect_code(ReportEffect::Held)
            ],
            |row| {
                Ok(ReportedRefusal {
                    id: row.get("id")?,
                    batch: row.get::<_, Option<i64>>("batch")?.unwrap_or_default(),
                    domain: row.get("domain")?,
                    at: codes::time_at(row, "happened_at")?,
                })
            },
        )
    }

    fn end(
        &self,
        held: &ReportedRefusals,
        effect: ReportEffect,
    ) -> Result<(ReportEffect, Option<ReportNews>), SqliteFault> {
        for report in held.ids() {
            rows::mark(self.tx, report, effect, None)?;
        }
        Ok((effect, None))
    }

    fn is_off(&self, reader: SubscriberId) -> Result<bool, SqliteFault> {
        let suppressed = realm::suppressed(self.realm);
        self.tx.value(
            &format!("SELECT {suppressed} IS NOT NULL FROM subscribers AS s WHERE s.id = ?1"),
            params![reader.0],
        )
    }

    fn evidence(
        &mut self,
        reader: SubscriberId,
        held: &ReportedRefusals,
    ) -> Result<RefusalEvidence, SqliteFault> {
        let (last, (first_batch, last_batch)) = (held.last, held.span());
        let readers = match last.domain {
            Some(domain) => self.readers_at(last.batch, domain)?,
            None => 1,
        };
        let refused = match last.domain {
            Some(domain) => self.refused_around(domain, readers, last.at)?,
            None => (1, 1),
        };
        Ok(held.evidence(AroundRefusal {
            readers,
            refused,
            has_spell: self.has_spell(last.domain)?,
            at_smtp_time: self.refused_at_smtp_time(reader, &held.batches)?,
            got_before: self.got_before(reader, first_batch)?,
            got_after: self.got_after(reader, last_batch)?,
        }))
    }

    /// By how many other issues a relay refused the reader as dead and was not believed, and since when.
    fn refused_at_smtp_time(
        &self,
        reader: SubscriberId,
        reported: &[i64],
    ) -> Result<(u64, Option<DateTime<Utc>>), SqliteFault> {
        let (issues, since): (i64, Option<i64>) = self.tx.one(
            "SELECT count(*), min(at) FROM refusals WHERE subscriber = ?1 AND realm = ?2 \
             AND is_dead AND batch NOT IN (SELECT value FROM json_each(?3))",
            params![reader.0, realm::code(self.realm), codes::rows(reported)?],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let since = since.map(codes::time).transpose()?;
        Ok((issues.unsigned_abs(), since))
    }

    /// The readers that a batch has at a domain; counted once a batch.
    fn readers_at(&self, batch: i64, domain: i64) -> Result<u64, SqliteFault> {
        let is_counted: bool = self.tx.value(
            "SELECT EXISTS (SELECT 1 FROM domain_readers WHERE batch = ?1)",
            params![batch],
        )?;
        if !is_counted {
            self.tx.run(
                "INSERT INTO domain_readers (batch, domain, readers) \
                 SELECT ?1, domain, count(*) FROM deliveries \
                 WHERE id BETWEEN (?1 << 40) AND (?1 << 40 | 0xFFFFFFFFFF) GROUP BY domain",
                params![batch],
            )?;
        }
        let readers: Option<i64> = self.tx.maybe_value(
            "SELECT readers FROM domain_readers WHERE batch = ?1 AND domain = ?2",
            params![batch, domain],
        )?;
        Ok(readers.unwrap_or(1).unsigned_abs())
    }

    /// Readers of a domain who were refused around that moment, and those for the first time, as far as it takes to
    /// know that they are many.
    fn refused_around(
        &mut self,
        domain: i64,
        readers: u64,
        at: DateTime<Utc>,
    ) -> Result<(u64, u64), SqliteFault> {
        let key = (domain, minute(at));
        if let Some(counted) = self.counted.get(&key) {
            return Ok(*counted);
        }
        let refusals = [
            ReportEffect::Held,
            ReportEffect::Doubted,
            ReportEffect::Suppressed,
        ];
        let refusals = codes::rows(refusals.map(effect_code))?;
        let window = |span: TimeDelta| codes::millis(at + span);
        let count = |sql: &str, limit: u64| -> Result<u64, SqliteFault> {
            let found: i64 = self.tx.value(
                sql,
                params![
                    domain,
                    window(-AN_HOUR),
                    window(AN_HOUR),
                    refusals,
                    realm::code(self.realm),
                    codes::signed(limit)
                ],
            )?;
            Ok(found.unsigned_abs())
        };
        let all = count(
            "SELECT count(*) FROM (SELECT DISTINCT subscriber FROM reports \
             WHERE domain = ?1 AND happened_at BETWEEN ?2 AND ?3 AND realm = ?5 \
             AND effect IN (SELECT value FROM json_each(?4)) LIMIT ?6)",
            readers + 1,
        )?;
        let first = count(
            "SELECT count(*) FROM (SELECT DISTINCT r.subscriber FROM reports AS r \
             WHERE r.domain = ?1 AND r.happened_at BETWEEN ?2 AND ?3 AND r.realm = ?5 \
             AND r.effect IN (SELECT value FROM json_each(?4)) \
             AND NOT EXISTS (SELECT 1 FROM reports AS o WHERE o.subscriber = r.subscriber \
               AND o.batch <> r.batch AND o.happened_at < r.happened_at AND o.realm = ?5 \
               AND o.effect IN (SELECT value FROM json_each(?4))) LIMIT ?6)",
            CROWD,
        )?;
        self.counted.insert(key, (all, first));
        Ok((all, first))
    }

    fn has_spell(&self, domain: Option<i64>) -> Result<bool, SqliteFault> {
        if self.around.spells.is_empty() {
            return Ok(false);
        }
        let name: Option<String> = self
            .tx
            .maybe_value("SELECT name FROM domains WHERE id = ?1", params![domain])?;
        Ok(name.is_some_and(|name| self.around.spells.contains(&name)))
    }

    /// Whether the relay took an earlier issue for the reader, and nothing came back of it.
    fn got_before(&self, reader: SubscriberId, first: i64) -> Result<bool, SqliteFault> {
        let earlier = pruned::earlier_mail(self.tx, self.realm, reader)?;
        if earlier.is_some_and(|batch| batch.0 < first) {
            return Ok(true);
        }
        self.tx.value(
            "SELECT EXISTS (SELECT 1 FROM batches AS b \
             CROSS JOIN deliveries AS d ON d.id = (b.id << 40) | ?1 \
             WHERE b.id < ?2 AND b.realm IN (?3, ?4) AND d.state = ?5 \
             AND NOT EXISTS (SELECT 1 FROM reports AS r WHERE r.subscriber = ?1 \
               AND r.batch = b.id AND r.kind = 'bounce'))",
            params![
                reader.0,
                first,
                realm::code(self.realm),
                realm::UNTOLD,
                codes::state_code(DeliveryState::Accepted)
            ],
        )
    }

    /// Whether an issue that was sent after the last refusal has arrived: nothing came back of it, though somebody
    /// listened.
    fn got_after(&self, reader: SubscriberId, last: i64) -> Result<bool, SqliteFault> {
        let silent: Vec<i64> = self.tx.values(
            "SELECT d.updated_at FROM batches AS b \
             CROSS JOIN deliveries AS d ON d.id = (b.id << 40) | ?1 \
             WHERE b.id > ?2 AND b.realm IN (?3, ?4) AND d.state = ?5 AND d.updated_at <= ?6 \
             AND NOT EXISTS (SELECT 1 FROM reports AS r WHERE r.subscriber = ?1 \
               AND r.batch = b.id AND r.kind = 'bounce')",
            params![
                reader.0,
                last,
                realm::code(self.realm),
                realm::UNTOLD,
                codes::state_code(DeliveryState::Accepted),
                codes::millis(self.now - REFUSED_WITHIN)
            ],
        )?;
        for sent_at in silent {
            let sent_at = codes::time(sent_at)?;
            if doors::was_any_read(self.tx, self.realm, (sent_at, sent_at + REFUSED_WITHIN))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What was believed of a domain's bad hour before anybody knew that it was one.
    fn take_back(
        &self,
        domain: i64,
        at: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<(), SqliteFault> {
        let believed: Vec<(i64, i64)> = self.tx.all(
            "SELECT r.id, r.subscriber FROM reports AS r \
             WHERE r.domain = ?1 AND r.happened_at BETWEEN ?2 AND ?3 AND r.realm = ?4 AND r.effect = ?5 \
             AND NOT EXISTS (SELECT 1 FROM reports AS o WHERE o.subscriber = r.subscriber \
               AND o.batch <> r.batch AND o.realm = ?4 AND o.effect = ?5)",
            params![
                domain,
                codes::millis(at - AN_HOUR),
                codes::millis(at + AN_HOUR),
                realm::code(self.realm),
                effect_code(ReportEffect::Suppressed)
            ],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        for (report, reader) in believed {
            let reader = SubscriberId(reader);
            if lift_dead(self.tx, self.realm, reader, self.now)? {
                rows::mark(self.tx, report, ReportEffect::Held, Some(until))?;
            }
        }
        Ok(())
    }

    fn suppress(
        &self,
        email: &Address,
        reader: SubscriberId,
        reply: String,
    ) -> Result<(), SqliteFault> {
        suppress_dead(self.tx, self.realm, (email, reader), reply, self.now)
    }
}

fn words_of(tx: &Connection, id: i64) -> Result<String, SqliteFault> {
    let reply: Option<Option<String>> = tx.maybe_value(
        "SELECT reply FROM report_texts WHERE report = ?1",
        params![id],
    )?;
    Ok(words_of_refusal(reply.flatten()))
}
