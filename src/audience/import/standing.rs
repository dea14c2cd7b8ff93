//! What a service's words say of a person: that they read, that they left, that nobody knows.

use super::Service;
use crate::audience::SuppressionReason;

/// How a person stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// They get mail.
    Active,
    /// They signed up and have not confirmed.
    Unconfirmed,
    /// They are known, and never asked for mail; or were on the list once.
    Bystander,
    /// They must get none.
    Suppressed(SuppressionReason),
}

impl Standing {
    /// The stronger of two claims: a reason for no mail outweighs any claim that they read.
    pub(super) fn or_worse(self, other: Self) -> Self {
        let weight = |standing| match standing {
            Self::Active => 0,
            Self::Bystander => 1,
            Self::Unconfirmed => 2,
            Self::Suppressed(SuppressionReason::Manual) => 3,
            Self::Suppressed(SuppressionReason::Unsubscribed) => 4,
            Self::Suppressed(SuppressionReason::HardBounce) => 5,
            Self::Suppressed(SuppressionReason::Complaint | SuppressionReason::Erased) => 6,
        };
        if weight(other) > weight(self) {
            other
        } else {
            self
        }
    }
}

/// What a status word (as [`super::columns::normal`] leaves it) means; None where we can't tell,
/// so that nobody gets mail by a guess.
pub(super) fn of_word(word: &str, service: Service) -> Option<Standing> {
    use SuppressionReason::{Complaint, HardBounce, Manual, Unsubscribed};
    let standing = match word {
        "active" | "subscribed" | "subscriber" | "enabled" | "confirmed" | "optedin" | "구독"
        | "구독중" | "정상" | "수신" | "수신동의" => Standing::Active,
        "free" | "paid" | "comp" | "gift" | "gifted" | "founding" | "regular" | "premium"
        | "trialed" | "trial" | "unpaid" | "pastdue" | "churning" | "churned" | "upcoming"
            if matches!(
                service,
                Service::Buttondown | Service::Substack | Service::Generic
            ) =>
        {
            Standing::Active
        }
        // At Buttondown a paid plan is paused, not the newsletter.
        "paused" if service == Service::Buttondown => Standing::Active,
        "unconfirmed" | "validating" | "unactivated" | "pending" | "notconfirmed" | "미인증"
        | "인증대기" | "구독대기" | "확인대기" | "구독확인대기" | "대기" => {
            Standing::Unconfirmed
        }
        "inactive" | "nonsubscribed" | "transactional" => Standing::Bystander,
        "unsubscribed" | "unsubscribe" | "optedout" | "optout" | "left" | "수신거부"
        | "구독취소" | "구독해지" | "해지" | "탈퇴" | "미구독" | "거부" | "수신안함" | "미동의"
        | "optedoutofemail" | "cancelled" | "canceled" => Standing::Suppressed(Unsubscribed),
        "hardbounce" | "hardbounced" | "bounced" | "bounce" | "cleaned" | "undeliverable"
        | "invalid" | "unreachable" | "자동삭제" | "반송" | "하드바운스" => {
            Standing::Suppressed(HardBounce)
        }
        "complaint" | "complained" | "markedasspam" | "reportedasspam" | "spam"
        | "spamcomplaint" | "abuse" | "스팸신고" | "신고" => Standing::Suppressed(Complaint),
        "manual" | "removed" | "blocked" | "blocklisted" | "blacklisted" | "disabled"
        | "banned" | "archived" | "deleted" | "삭제" | "차단" => Standing::Suppressed(Manual),
        "erased" => Standing::Suppressed(SuppressionReason::Erased),
        _ => return None,
    };
    Some(standing)
}

/// A cell that says yes or no.
pub(super) fn is_true(text: &str) -> bool {
    matches!(
        text.trim().to_lowercase().as_str(),
        "true" | "t" | "yes" | "y" | "1" | "예"
    )
}

/// Whether the words of somebody who left say that they called it spam.
pub(super) fn is_complaint(detail: &str) -> bool {
    let detail = detail.to_lowercase();
    ["abuse", "complaint", "spam", "스팸"]
        .iter()
        .any(|sign| detail.contains(sign))
}
