//! Mail that comes too fast, or can't be taken now: the reader's matter, the domain's, or the relay's.

use chrono::{DateTime, Utc};

use super::{Greylisting, Health, mood_owner::MoodOwner, ruling::Ruling};
use crate::{
    delivery::verdict::is_about_recipient,
    smtp::{Reply, status},
    store::Claim,
};

/// Deferred in a row over two domains: the relay's doing.
const DEFERRED_IN_A_ROW: usize = 5;

impl Health {
    /// Not now: the reader's mailbox or a greylist, unless it comes over domains in a row.
    pub(super) fn deferred(&mut self, claim: Claim, reply: &Reply, now: DateTime<Utc>) -> Ruling {
        if is_about_recipient(reply) || status::speaks_of_greylisting(reply) {
            return Ruling::defer(claim, reply.to_string());
        }
        if self.greylists != Greylisting::No && !claim.was_tried() {
            if self.greylists == Greylisting::Perhaps {
                self.greylists = Greylisting::Yes;
                self.relay.tempo.unlearn();
                self.changed.insert(MoodOwner::Relay);
            }
            return Ruling::defer(claim, reply.to_string());
        }
        self.deferrals.add(claim.reader.email.domain());
        if self.deferrals.reaches(DEFERRED_IN_A_ROW, 1) {
            return self.relay_throttled(claim, reply, now);
        }
        Ruling::defer(claim, reply.to_string())
    }

    /// Too fast: the domain's matter first, and the relay's once a second domain says so with nobody
    /// taken between.
    pub(super) fn throttled(
        &mut self,
        claim: Claim,
        reply: &Reply,
        is_relays: bool,
        now: DateTime<Utc>,
    ) -> Ruling {
        let name = claim.reader.email.domain();
        let has_other = self.throttled.iter().any(|other| other != name);
        if is_relays || has_other || self.is_relay_throttled {
            return self.relay_throttled(claim, reply, now);
        }
        self.throttled.insert(name.to_owned());
        let lengths = self.lengths.throttled;
        let domain = self.domain(name);
        domain.mood.tempo.throttled(now, lengths);
        domain.mood.reply = Some(reply.to_string());
        self.note_change(name.to_owned());
        Ruling::put_off(claim, reply.to_string())
    }

    fn relay_throttled(&mut self, claim: Claim, reply: &Reply, now: DateTime<Utc>) -> Ruling {
        self.is_relay_throttled = true;
        self.relay.tempo.throttled(now, self.lengths.throttled);
        self.relay.reply = Some(reply.to_string());
        self.changed.insert(MoodOwner::Relay);
        for name in std::mem::take(&mut self.throttled) {
            self.domain(&name).mood.tempo.forgive();
            self.note_change(name);
        }
        Ruling::put_off(claim, reply.to_string())
    }
}
