//! What a column is by its name, in any table; and which names smell of consent or leaving, so that
//! nothing of the kind is passed over. What a service means by its own names is told in `service`.

use super::{column::SubscriberField, service::ServiceQuirks};

/// Names of columns in many tables, as [`normal`] leaves them.
const NAMES: [(SubscriberField, &str); 26] = [
    (
        SubscriberField::Email,
        "email email1 primaryemail primaryemailaddress contactemail emailaddress mail mailaddress subscriberemail 이메일 이메일주소 메일 메일주소 전자우편 전자우편주소 \
         emailadresse epostadresse adresseemail adresseélectronique courriel correoelectrónico \
         correoelectronico direcciondecorreoelectronico direccióndecorreoelectrónico \
         indirizzoemail endereçodeemail enderecodeemail emailadres adresemail emailaddresses \
         emailadress メール メールアドレス 電子メール eメール 邮箱 邮箱地址 电子邮件 电子邮件地址 電子郵件 電子郵件地址 адресэлектроннойпочты \
         электроннаяпочта",
    ),
    (
        SubscriberField::Name,
        "name fullname displayname 이름 성명 성함 닉네임 별명 氏名 お名前 名前 姓名",
    ),
    (
        SubscriberField::FirstName,
        "firstname givenname fname forename vorname prénom prenom nombre voornaam",
    ),
    (
        SubscriberField::LastName,
        "lastname familyname surname lname 성 nachname familienname nomdefamille apellido \
         apellidos achternaam cognome sobrenome",
    ),
    (SubscriberField::Editions, "editions edition"),
    (SubscriberField::Tags, "tags tag labels 태그 그룹"),
    (SubscriberField::Timezone, "timezone tz 시간대"),
    (SubscriberField::Language, "language lang locale 언어"),
    (
        SubscriberField::ConsentAt,
        "consentat consentdate consenttime 동의일시 동의일 수신동의일시 수신동의일 consentedat consenttimestamp",
    ),
    (
        SubscriberField::ConfirmedAt,
        "confirmtime confirmedat confirmationdate 구독확인일 confirmedon confirmationtime \
         doubleoptindate confirmedoptindate optinconfirmedat confirmdate 인증일 인증일시",
    ),
    (
        SubscriberField::JoinedAt,
        "optintime optindate subscribedat subscribedon subscriptiondate creationdate createdat \
         signupdate startdate dateadded joinedat joined joindate 구독일 구독일시 구독신청일 가입일 등록일 등록일시 추가일 \
         추가일시 timestamp 타임스탬프 submittedat createdon created datecreated entered addedtime addedat \
         addedon subscribeddate datesubscribed subscribetime signedupat signuptime registeredat \
         registrationdate 신청일 신청일시 등록시간 제출시간 응답일시 구독시작일 subscribersince emailmarketingconsenttimestamp abonniertam angemeldetam inscritle \
         abonnéle 登録日 登録日時 订阅时间 订阅日期 구독시작일시 생성일 가입일시 가입일자 가입날짜",
    ),
    (
        SubscriberField::ConsentSource,
        "consentsource optinsource source 구독경로 유입경로 추가경로",
    ),
    (
        SubscriberField::Status,
        "status state subscriptionstatus subscribertype subscriberstatus emailstatus \
         membershipstatus optinstatus consentstatus emailpermissionstatus 구독상태 수신상태 회원상태 상태 \
         emailsubscriberstatus emailsubscriptionstatus globalstatus liststatus \
         emailmarketingstatus contactstatus memberstatus subscriptionstate 구독자상태 가입상태 메일수신상태 \
         이메일수신상태 ステータス 状態 配信状況 配信ステータス 状态 狀態 订阅状态 訂閱狀態 statut статус \
         newsletterstatus",
    ),
    // Ghost `subscribed_to_emails`, Shopify `accepts_marketing`, Brevo `OPT_IN`, …
    (
        SubscriberField::Subscribed,
        "subscribed issubscribed subscribe subscribedtoemails subscribedtonewsletter newsletter \
         newslettersubscribed optin optedin emailoptin emailoptedin emailconsent consent \
         hasconsent consented acceptsmarketing acceptsemail acceptsemailmarketing \
         emailmarketingconsent receiveemails emailsenabled 수신동의 수신동의여부 메일수신 메일수신여부 메일수신동의 \
         메일수신동의여부 이메일수신 이메일수신여부 이메일수신동의 이메일수신동의여부 뉴스레터수신동의 뉴스레터구독 뉴스레터구독여부 수신여부 구독여부 구독 구독동의 \
         subscribes receivesemail receivesemails wantsnewsletter wantsemail newsletteroptin \
         newsletterconsent newsletteroptedin marketingoptin marketingemails emailsubscribed \
         subscribedtoemail subscribedtomarketing agreedtonewsletter agreestonewsletter \
         emailpermission mailinglist optinemail consentgiven consenttoemail emailmarketing 구독신청 \
         구독의사 뉴스레터수신 뉴스레터수신여부 뉴스레터동의 뉴스레터구독동의 소식지수신동의 소식지수신 메일링동의 이메일구독 이메일구독여부 이메일동의 메일동의 정보수신동의 \
         정보수신동의여부 メルマガ受信 メルマガ配信 メルマガ購読 メルマガ希望 メール受信 メール配信 メルマガ 購読 配信希望 \
         メルマガ配信希望 メール配信希望 suscrito suscrita iscritto iscritta inscrito inscrita abonné \
         abonniert ingeschreven подписан 订阅 訂閱 是否订阅 是否訂閱 einwilligung zustimmung \
         einwilligungnewsletter newslettereinwilligung consentement consentimiento \
         consentimento consenso toestemming согласие",
    ),
    // phpList `confirmed`, Brevo `DOUBLE_OPT-IN`, …
    (
        SubscriberField::Confirmed,
        "confirmed isconfirmed emailconfirmed emailverified verified isverified doubleoptin \
         doubleoptinconfirmed activated 인증여부 구독확인 구독확인여부 확인여부 emailisverified verifiedemail \
         doubleoptedin confirmedoptin optinconfirmed confirmedemail 이메일인증 이메일인증여부",
    ),
    (
        SubscriberField::Enabled,
        "active isactive enabled isenabled 활성 활성여부 사용여부",
    ),
    // Korea's law (정보통신망법 §50) asks for this consent apart: a yes to it is no consent to more.
    (
        SubscriberField::Advertising,
        "광고성정보수신동의 광고성정보수신동의여부 광고성정보수신 광고성정보수신여부 광고수신동의 광고수신동의여부 광고동의 마케팅수신동의 마케팅수신동의여부 마케팅정보수신동의 \
         마케팅정보수신동의여부 마케팅동의 advertisingconsent adconsent",
    ),
    // phpList `blacklisted`, HubSpot `Unsubscribed from all email`, Salesforce `HasOptedOutOfEmail`, Mautic `dnc`, …
    (
        SubscriberField::OptedOut,
        "unsubscribed isunsubscribed unsubscribe unsubscribedfromallemail optout optedout \
         optedoutofemail hasoptedoutofemail emailoptout emailoptedout donotemail donotcontact dnc \
         blacklisted blacklist blocklisted blocked isblocked emailblacklisted emailblocked \
         disabled isdeleted deleted cancelled canceled 수신거부 수신거부여부 메일수신거부 이메일수신거부 탈퇴 탈퇴여부 해지 해지여부 \
         구독해지 구독취소 차단 차단여부 hasunsubscribed unsubscribedfromall unsubscribedfromemail \
         unsubscribedall globallyunsubscribed globalunsubscribe optoutemail emailunsubscribed \
         emailunsubscribe hasoptedout isoptedout suppress issuppressed blocklist emailblocklisted \
         emailblacklist isblacklisted banned isbanned suspended issuspended removed isremoved \
         left hasleft withdrawn iswithdrawn revoked consentrevoked donotsend donotmail nomail \
         noemail nonewsletter refused declined 거부 거부여부 수신거절 수신거절여부 탈퇴회원 탈퇴처리 구독중지 수신중지 수신중지여부 \
         isexcludedfromcampaigns excludedfromcampaigns 配信停止 メール配信停止 メルマガ配信停止 配信拒否 受信拒否 退会 解除 \
         退订 退訂 是否退订 abgemeldet abbestellt gesperrt désabonné desabonne désinscrit desinscrit \
         dadodebaja baja disiscritto descadastrado uitgeschreven afgemeld отписан \
         발송제외 발송금지 수신차단 수신차단여부 철회 동의철회 동의철회여부 구독거부",
    ),
    (
        SubscriberField::Bounced,
        "bounced isbounced hardbounced hardbounce emailhardbounced invalidemail undeliverable 반송 \
         반송여부 hasbounced emailbounced isinvalid emailinvalid isinvalidemail invalidemailaddress \
         dead undelivered 반송됨 하드바운스",
    ),
    (
        SubscriberField::Complained,
        "complained complaint spam spamcomplaint spamreported markedasspam 스팸신고 스팸신고여부 \
         hascomplained iscomplained reportedspam reportedasspam isspam abuse spamreport 스팸",
    ),
    (SubscriberField::MailDisabled, "emaildisabled"),
    (SubscriberField::Suppressed, "suppressed"),
    // AWeber `Stop Time`, Klaviyo `Email Suppressions`, MailUp `OptOut_Date`, …
    (
        SubscriberField::LeftAt,
        "suppressedat unsubtime unsubscribedat unsubscriptiondate unsubscribedate \
         unsubscribeddate unsubscribedon dateunsubscribed unsubdate optoutdate optouttime \
         optoutat optedoutat optedouton deletedat deletedon removedat leftat lefton cancelledat \
         canceledat blockedat blacklistedat 수신거부일 수신거부일시 수신거부일자 탈퇴일 탈퇴일시 탈퇴일자 해지일 해지일시 해지일자 구독해지일 \
         구독취소일 취소일 unsubscribetime unsubscribeat unsubscribedatetime unsubscribedtime \
         unsubscribetimestamp unsubscribedfromemailsdate unsubscriptionat unsubscriptiontime \
         unsubat optouton optouttimestamp optoutdatetime optedoutdate optedouttime \
         confirmedoptoutdate datedeleted dateoptedout dateoptout dateremoved dateleft deleteddate \
         deletiondate removeddate cancellationdate canceldate cancelleddate canceleddate \
         suppressedon blockeddate blockedon blacklisteddate blacklistedon suspendedat bannedat \
         revokedat withdrawnat consentrevokedat consentwithdrawnat emailsuppressions \
         suppressionreason stoptime leftdate 탈퇴날짜 탈퇴시간 해지날짜 수신거부시간 수신거부날짜 수신거부시각 수신거절일 거부일 거부일시 \
         철회일 철회일시 동의철회일 동의철회일시 구독취소일시 구독취소일자 구독취소날짜 구독해지일시 구독해지일자 구독중지일 구독종료일 구독종료일시 수신중지일 차단일 \
         차단일시 삭제일 삭제일시 취소일시 취소일자 emailoptoutdate emailsuppressionstimestamp abgemeldetam abmeldedatum \
         abbestelltam widerrufam widerrufenam widerrufsdatum désabonnéle désinscritle \
         datededésinscription datededésabonnement fechadebaja fechabaja datadicancellazione \
         canceladoem canceladael datadecancelamento uitgeschrevenop afgemeldop датаотписки \
         配信停止日 配信停止日時 退会日 退会日時 解除日 解除日時 退订时间 退订日期 退訂時間 退訂日期",
    ),
    (
        SubscriberField::BouncedAt,
        "cleantime undeliverabilitydate bouncedat bouncedate bouncedon hardbouncedat 반송일 반송일시 \
         자동삭제일 자동삭제일시 bouncetime bouncedtime lastbounced lastbouncedat lastbounce hardbouncedate \
         hardbouncedon hardbouncetime bouncereason emailhardbouncereason 반송일자 반송사유 바운스일",
    ),
    (
        SubscriberField::Detail,
        "suppresseddetail unsubreason unsubscriptionreason undeliverabilityreason \
         cleancampaigntitle 수신거부사유 unsubscribereason unsubscribedreason optoutreason \
         confirmedoptoutreason suppressiondetail cancelreason cancellationreason leavereason \
         stopstatus 해지사유 탈퇴사유 거부사유 구독취소사유 구독해지사유 차단사유",
    ),
    (SubscriberField::More, "attributes attribs metadata"),
];

/// What is in the names of columns that may say who left, bounced or never agreed.
const SUSPICIOUS: &str = "unsub optout optedout optin optedin subscrib bounce block blacklist suppress spam \
    complain abuse \
    consent permission agree deleted removed cancel donot gdpr dsgvo rgpd unwanted undeliver \
    invalid withdr \
    exclu unmail nomail \
    revok reject refus declin objection suspend banned quarantin inactive dormant newsletter \
    mailing \
    marketing receiveemail \
    수신 동의 거부 거절 탈퇴 해지 해제 차단 반송 취소 삭제 구독 스팸 철회 중지 정지 휴면 제외 광고 마케팅 바운스 \
    abgemeldet abmeld abbestell erlaubnis einwilligung zustimmung gesperrt widerruf \
    désinscri desinscri désabonn desabonn consentement refus bloqu \
    baja cancelad consentimiento rechaz suscri disiscri consenso iscritt rifiut \
    descadastr consentimento inscrito uitgeschreven afgemeld toestemming \
    メルマガ 配信 受信 停止 退会 配信停止 解除 同意 拒否 許可 購読 退订 退訂 取消 拒绝 拒絕 订阅 訂閱 许可 отпис согласие рассылк";

/// Names that look like it and say nothing of whether somebody gets mail.
const HARMLESS: &str = "bouncecount bounces softbounced softbounces smsblacklisted whatsappblacklisted \
    smsconsent smsoptin \
    smspermission unsubscribelink unsubscribeurl unsubscribetoken consentip consenttext \
    optinip optinurl confirmip \
    subscriberid subscriptionid subscribernumber subscriptiontier subscriptionplan \
    subscriptionip subscribedip \
    subscribemethod subscriptionmethod subscriptionsource \
    subscribeurl subscribeip newsletterid mailinglistid 구독자번호 구독번호 구독경로 구독상품";

/// Beginnings of names of other ways than mail to reach somebody.
const ELSEWHERE: [&str; 7] = [
    "sms",
    "whatsapp",
    "push",
    "문자",
    "알림톡",
    "카카오",
    "전화",
];

/// Whether a column of that (normal) name may keep somebody off the list.
pub(super) fn is_suspicious(name: &str) -> bool {
    !has(HARMLESS, name)
        && !ELSEWHERE.iter().any(|start| name.starts_with(start))
        && SUSPICIOUS
            .split_whitespace()
            .any(|part| name.contains(part))
}

/// What is in the names of files that hold people who left.
const DEPARTURES: &str = "unsub optout optedout bounce suppress blocklist blacklist complain spam \
    cleaned held donotmail donotcontact 수신거부 수신거절 탈퇴 해지 반송 차단 구독취소 abgemeldet désinscri desinscri \
    désabonn desabonn disiscrit descadastr uitgeschreven отписа 退会 退订 退訂 配信停止";

/// Whether a file of that (normal) name holds people who left, by the sound of it.
pub(super) fn is_of_departures(name: &str) -> bool {
    DEPARTURES
        .split_whitespace()
        .any(|part| name.contains(part))
}

/// A column's name without case, spaces and signs.
pub(super) fn normal(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// What a column of that (normal) name is in such a table; None where nothing tells.
pub(super) fn field(name: &str, sheet: &ServiceQuirks) -> Option<SubscriberField> {
    // HubSpot has a column for each kind of mail: `Opted out of email: Weekly notes`.
    let by_beginning = || {
        let is_opt_out = name.starts_with("optedoutofemail");
        is_opt_out.then_some(SubscriberField::OptedOut)
    };
    sheet
        .field(name)
        .or_else(|| of_any(name))
        .or_else(by_beginning)
}

/// What a column of that name is in any table.
pub(super) fn of_any(name: &str) -> Option<SubscriberField> {
    let known = NAMES.iter().find(|(_, names)| has(names, name));
    known.map(|(field, _)| *field)
}

fn has(names: &str, name: &str) -> bool {
    names.split_whitespace().any(|known| known == name)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_name_means_one_thing() {
        let mut seen = HashSet::new();
        for name in NAMES.iter().flat_map(|(_, names)| names.split_whitespace()) {
            assert!(seen.insert(name), "{name}");
            assert_eq!(normal(name), name);
        }
    }

    #[test]
    fn names_that_smell_of_leaving_are_found_in_many_languages() {
        for name in [
            "Unsubscribed?",
            "do-not-mail list",
            "Erlaubnis zum Marketing",
            "Désinscription",
            "Consentimiento",
            "退会日",
            "退订",
            "수신에 동의하십니까?",
            "휴면 여부",
            "I agree to receive news",
        ] {
            assert!(is_suspicious(&normal(name)), "{name}");
        }
        for name in [
            "Phone",
            "City",
            "Notes",
            "회사",
            "직책",
            "SMS_BLACKLISTED",
            "Ort",
            "生日",
        ] {
            assert!(!is_suspicious(&normal(name)), "{name}");
        }
    }
}
