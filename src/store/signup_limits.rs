//! How much mail forms may cause, whoever fills them in: per mailbox, per network, over the publication. What of it
//! is decided without a database; counting is the store's.

use chrono::TimeDelta;

/// The bounds. The defaults are meant for every publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignupLimits {
    /// Confirmations that leave to one mailbox in 24 hours, in all its spellings.
    pub per_mailbox_day: u32,
    /// The same until one is confirmed.
    pub per_mailbox_until_confirmed: u32,
    /// After which time they count no more, so that nobody is locked out.
    pub fades: TimeDelta,
    /// Fresh links to one mailbox in 24 hours.
    pub links_per_mailbox_day: u32,
    /// Forms from one network prefix in an hour.
    pub per_prefix_hour: u32,
    /// Mails that forms cause in an hour, whatever is usual.
    pub least_an_hour: u32,
    /// How many times the usual hour's may leave in one.
    pub times_usual: u32,
    /// Held mails at one time; beyond it nothing is written down.
    pub most_held: u32,
}

/// Which of the bounds was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitReached {
    /// The mailbox's.
    Mailbox,
    /// The network's.
    Prefix,
    /// The publication's.
    Publication,
}

/// How long held mails wait for a person before they die unsent.
pub const HELD_FOR: TimeDelta = TimeDelta::hours(24);

/// What was counted around one wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct SignupTally {
    /// To its mailbox, in a day.
    pub(super) mailbox_day: u32,
    /// To its mailbox, that did not fade yet.
    pub(super) mailbox: u32,
    /// From its prefix, in an hour.
    pub(super) prefix_hour: u32,
    /// Over the publication, in an hour.
    pub(super) publication_hour: u32,
    /// The median of the hours before; asked for only where the least is used up.
    pub(super) usual_hour: u32,
    /// Held just now.
    pub(super) held: u32,
    /// Nothing shows that a person filled in the form.
    pub(super) is_hurried: bool,
}

/// What becomes of one wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SignupVerdict {
    /// Its mail leaves.
    Pass,
    /// It waits for a person.
    Hold,
    /// There was enough.
    Refuse(LimitReached),
}

impl Default for SignupLimits {
    fn default() -> Self {
        Self {
            per_mailbox_day: 1,
            per_mailbox_until_confirmed: 3,
            fades: TimeDelta::days(30),
            links_per_mailbox_day: 3,
            per_prefix_hour: 10,
            least_an_hour: 50,
            times_usual: 10,
            most_held: 20_000,
        }
    }
}

impl SignupLimits {
    /// Weighs one wish. Of what may leave in an hour, half is for forms that stood open as long as a person takes, the
    /// first from their network: a flood fills the other half and the people beside it get their mail.
    pub(super) fn judge(&self, tally: &SignupTally) -> SignupVerdict {
        if tally.mailbox_day >= self.per_mailbox_day
            || tally.mailbox >= self.per_mailbox_until_confirmed
        {
            return SignupVerdict::Refuse(LimitReached::Mailbox);
        }
        if tally.prefix_hour >= self.per_prefix_hour {
            return SignupVerdict::Refuse(LimitReached::Prefix);
        }
        let usual = tally.usual_hour.saturating_mul(self.times_usual);
        let most = self.least_an_hour.max(usual);
        let is_doubtful = tally.is_hurried || tally.prefix_hour > 0;
        let room = if is_doubtful { most / 2 } else { most };
        if tally.publication_hour < room {
            return SignupVerdict::Pass;
        }
        match tally.held < self.most_held {
            true => SignupVerdict::Hold,
            false => SignupVerdict::Refuse(LimitReached::Publication),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_takes_half_of_what_may_leave_and_people_the_rest() {
        let limits = SignupLimits::default();
        let mut left = 0;
        let mut ask = |is_hurried: bool, prefix_hour: u32, usual_hour: u32| {
            let verdict = limits.judge(&SignupTally {
                publication_hour: left,
                is_hurried,
                prefix_hour,
                usual_hour,
                ..SignupTally::default()
            });
            left += u32::from(verdict == SignupVerdict::Pass);
            (verdict, left)
        };
        for _ in 0..10_000 {
            ask(true, 0, 0);
            ask(false, 3, 0);
        }
        assert_eq!(ask(true, 0, 0), (SignupVerdict::Hold, 25));
        for honest in 1..=25 {
            assert_eq!(ask(false, 0, 0), (SignupVerdict::Pass, 25 + honest));
        }
        assert_eq!(ask(false, 0, 0), (SignupVerdict::Hold, 50));
        assert_eq!(
            ask(false, 0, 6),
            (SignupVerdict::Pass, 51),
            "six an hour are usual"
        );
    }

    #[test]
    fn a_mailbox_and_a_network_have_their_own_and_too_much_is_not_written_down() {
        let limits = SignupLimits::default();
        let judge = |tally: SignupTally| limits.judge(&tally);
        let none = SignupTally::default();
        let refused = SignupVerdict::Refuse;
        assert_eq!(judge(none), SignupVerdict::Pass);
        let tally = SignupTally {
            mailbox_day: 1,
            ..none
        };
        assert_eq!(judge(tally), refused(LimitReached::Mailbox));
        let tally = SignupTally { mailbox: 3, ..none };
        assert_eq!(judge(tally), refused(LimitReached::Mailbox));
        let tally = SignupTally {
            prefix_hour: 10,
            ..none
        };
        assert_eq!(judge(tally), refused(LimitReached::Prefix));
        let tally = SignupTally {
            publication_hour: 50,
            held: 20_000,
            ..none
        };
        assert_eq!(judge(tally), refused(LimitReached::Publication));
    }
}
