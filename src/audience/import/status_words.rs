//! What the words of services in many languages say of a person's standing.

use super::{ExportService, service::ServiceQuirks, standing::PersonStanding};
use crate::audience::SuppressionReason;

/// What a status word (as [`super::names::normal`] leaves it) means; None where we can't tell,
/// so that nobody gets mail by a guess.
pub(super) fn of_word(word: &str, sheet: &ServiceQuirks) -> Option<PersonStanding> {
    use SuppressionReason::{Complaint, HardBounce, Manual, Unsubscribed};
    if let Some(standing) = sheet.standing(word) {
        return Some(standing);
    }
    let standing = match word {
        "active" | "subscribed" | "subscriber" | "enabled" | "confirmed" | "optedin" | "구독"
        | "구독중" | "정상" | "수신" | "수신동의" | "수신함" | "수신허용" | "수신중" | "동의"
        | "구독자" | "정상구독" | "구독확인" | "인증완료" | "abonniert" | "angemeldet"
        | "bestätigt" | "abonné" | "inscrit" | "suscrito" | "iscritto" | "inscrito"
        | "ingeschreven" | "購読中" | "配信中" | "已订阅" | "已訂閱" | "explicit" | "express"
        | "購読" | "配信可" | "受信中" | "有効" | "订阅中" | "aktiv" | "actif" | "activo"
        | "ativo" | "attivo" | "actief" | "активен" | "подписан" => {
            PersonStanding::Active
        }
        "free" | "paid" | "comp" | "gift" | "gifted" | "founding" | "regular" | "premium"
        | "trialed" | "trial" | "unpaid" | "pastdue" | "churning" | "churned" | "upcoming"
            if matches!(
                sheet.service,
                ExportService::Buttondown | ExportService::Substack | ExportService::Generic
            ) =>
        {
            PersonStanding::Active
        }
        "unconfirmed"
        | "validating"
        | "unactivated"
        | "pending"
        | "notconfirmed"
        | "awaitingconfirmation"
        | "unbestätigt"
        | "未確認"
        | "仮登録"
        | "未确认"
        | "미인증"
        | "미확인"
        | "인증대기"
        | "구독대기"
        | "확인대기"
        | "구독확인대기"
        | "대기" => PersonStanding::Unconfirmed,
        "inactive" | "nonsubscribed" | "neversubscribed" | "notsubscribed" | "transactional"
        | "휴면" | "비활성" | "dormant" | "nomail" | "無効" | "inaktiv" | "inactif"
        | "inactivo" | "inativo" | "inattivo" | "inactief" => PersonStanding::Bystander,
        "unsubscribed"
        | "unsubscribe"
        | "optedout"
        | "optout"
        | "left"
        | "수신거부"
        | "구독취소"
        | "구독해지"
        | "해지"
        | "탈퇴"
        | "미구독"
        | "거부"
        | "수신안함"
        | "미동의"
        | "optedoutofemail"
        | "cancelled"
        | "canceled"
        | "donotcontact"
        | "donotmail"
        | "globallyunsubscribed"
        | "unsubscribedfromall"
        | "withdrawn"
        | "declined"
        | "refused"
        | "수신거절"
        | "구독거부"
        | "구독안함"
        | "비구독"
        | "구독중지"
        | "수신중지"
        | "비동의"
        | "동의안함"
        | "동의철회"
        | "철회"
        | "탈퇴회원"
        | "abgemeldet"
        | "ausgetragen"
        | "abbestellt"
        | "désabonné"
        | "désinscrit"
        | "dadodebaja"
        | "baja"
        | "disiscritto"
        | "descadastrado"
        | "uitgeschreven"
        | "afgemeld"
        | "отписан"
        | "отписался"
        | "cancelado"
        | "cancelada"
        | "désinscrite"
        | "désabonnée"
        | "退会"
        | "退会済"
        | "退会済み"
        | "解除"
        | "解除済"
        | "解除済み"
        | "購読解除"
        | "停止"
        | "停止中"
        | "配信停止"
        | "配信停止中"
        | "配信停止済み"
        | "配信拒否"
        | "受信拒否"
        | "已退訂"
        | "退订"
        | "已退订"
        | "退訂" => PersonStanding::Suppressed(Unsubscribed),
        "hardbounce" | "hardbounced" | "bounced" | "bounce" | "cleaned" | "undeliverable"
        | "invalid" | "unreachable" | "자동삭제" | "반송" | "하드바운스" | "반송됨"
        | "수신불가" | "エラー" | "不達" | "配信不可" => {
            PersonStanding::Suppressed(HardBounce)
        }
        "complaint" | "complained" | "markedasspam" | "reportedasspam" | "spam"
        | "spamcomplaint" | "abuse" | "junk" | "spamreported" | "스팸신고" | "신고" => {
            PersonStanding::Suppressed(Complaint)
        }
        "manual" | "removed" | "blocked" | "blocklisted" | "blacklisted" | "disabled"
        | "banned" | "archived" | "deleted" | "suppressed" | "suspended" | "삭제" | "차단"
        | "차단됨" | "발송제외" | "gesperrt" => PersonStanding::Suppressed(Manual),
        "erased" => PersonStanding::Suppressed(SuppressionReason::Erased),
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
