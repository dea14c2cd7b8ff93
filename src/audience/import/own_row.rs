//! What our own table has and no other: people with all that their list knew of them, departures of whom a hash alone is
//! left, and the words that people agreed to.

use super::{
    PersonStanding,
    cells::{RowCells, split},
    row::{RowDecision, RowReader},
};
use crate::{
    address::Mailbox,
    audience::{Newcomer, Origin, SubscriberState, SuppressionReason, export},
    words::phrase,
};

impl RowReader {
    /// A row without an address; None: it should have had one.
    pub(super) fn nobody(
        &mut self,
        cells: &RowCells<'_>,
        notes: &mut Vec<String>,
    ) -> Result<Option<RowDecision>, String> {
        if let Some(reason) = SuppressionReason::of_word(cells.suppressed) {
            let at = self.moment(cells.left_at, phrase!("the date of leaving"), notes);
            let at = at.map_or(self.now, |at| at.to_utc());
            let departure = export::hashed(cells.detail, reason, at)
                .ok_or(phrase!("the hash in place of an address is damaged"))?;
            return Ok(Some(RowDecision::Hashed(departure)));
        }
        if cells.consent_proofs.is_empty() {
            return Ok(None);
        }
        let wording = export::wording(cells.consent_proofs)
            .ok_or(phrase!("the words that people agreed to are damaged"))?;
        self.wordings.insert(wording.hash.clone(), wording);
        Ok(Some(RowDecision::Wording))
    }

    /// Somebody of our own table who was on its list; None where a person says that they stand worse.
    pub(super) fn newcomer(
        &self,
        mailboxes: &[Mailbox],
        standing: PersonStanding,
        cells: &RowCells<'_>,
        notes: &mut Vec<String>,
    ) -> Result<Option<Newcomer>, String> {
        let state = cells.statuses.first().map_or("", |(_, state)| state);
        let state = SubscriberState::of_word(state);
        let (Some(state), Some(origin), [mailbox]) =
            (state, Origin::of_word(cells.origin), mailboxes)
        else {
            return Ok(None);
        };
        let Some(created_at) = self.moment(cells.created_at, phrase!("the date of coming"), notes)
        else {
            return Ok(None);
        };
        let suppression = match standing {
            PersonStanding::Suppressed(reason) => self
                .departure(vec![mailbox.clone()], reason, cells, "")
                .pop(),
            // `--as` says it.
            PersonStanding::Bystander | PersonStanding::Unconfirmed
                if state == SubscriberState::Active =>
            {
                return Ok(None);
            }
            _ => None,
        };
        // Proof that can't be read must not be lost in silence: the row waits for a person.
        let past_consents = split(cells.past_consents)
            .iter()
            .map(|item| export::past_consent(item))
            .collect::<Option<_>>()
            .ok_or(phrase!("its `past_consents` is damaged"))?;
        let proofs = export::proofs(cells.consent_proofs, &self.wordings).ok_or(phrase!(
            "its `consent_proofs` is damaged, or the words that it names are not in the table"
        ))?;
        Ok(Some(Newcomer {
            past_consents,
            proofs,
            profile: self.profile(mailbox.address.clone(), cells, notes)?,
            state,
            origin,
            created_at: created_at.to_utc(),
            suppression,
        }))
    }
}
