//! What each law asks, rule by rule.

use super::super::rule::rules;

rules! {
    SPONSOR = "law/sponsor", Error,
        "a paid part is advertising, and advertising says so: `ad: true`",
        "정보통신망법 제50조 제4항; 16 CFR 255.5; Directive 2005/29/EC Annex I no. 11";
    KR_LABEL = "law/kr-label", Error,
        "the subject of advertising begins with exactly `(광고)`; any other form dodges filters",
        "정보통신망법 제50조 제4항, 시행령 별표 6";
    KR_SENDER = "law/kr-sender", Error,
        "advertising names its sender and how to reach them",
        "정보통신망법 제50조 제4항 제1호";
    KR_CONTACT = "law/kr-contact", Warning,
        "the contact in advertising by mail is an address, a telephone number and a place",
        "정보통신망법 시행령 별표 6";
    KR_OPT_OUT = "law/kr-opt-out", Error,
        "advertising says how to leave, in Korean and in English",
        "정보통신망법 제50조 제4항 제2호, 시행령 별표 6";
    KR_CONSENT = "law/kr-consent", Error,
        "advertising goes only to people whose consent is recorded",
        "정보통신망법 제50조 제1항";
    KR_RENEWAL = "law/kr-renewal", Advice,
        "every second year each reader is reminded that they agreed, and when",
        "정보통신망법 제50조 제8항, 시행령 제62조의3";
    US_ADDRESS = "law/us-address", Error,
        "a commercial mail carries the sender's postal address", "CAN-SPAM, 15 U.S.C. 7704(a)(5)(A)(iii)";
    US_OPT_OUT = "law/us-opt-out", Error,
        "a commercial mail says clearly how to leave", "CAN-SPAM, 15 U.S.C. 7704(a)(5)(A)(ii)";
    US_SUBJECT = "law/us-subject", Error,
        "a subject that pretends to be an answer deceives", "CAN-SPAM, 15 U.S.C. 7704(a)(2)";
    US_SENDER = "law/us-sender", Error,
        "the From line says who sends: a name that is another address lies",
        "CAN-SPAM, 15 U.S.C. 7704(a)(1)";
    US_ADVERTISING = "law/us-advertising", Warning,
        "advertising is clearly labelled as such", "CAN-SPAM, 15 U.S.C. 7704(a)(5)(A)(i)";
    EU_SENDER = "law/eu-sender", Error,
        "readers learn who holds their data and how to reach them",
        "GDPR Art. 13(1)(a); Directive 2002/58/EC Art. 13(4)";
    EU_OPT_OUT = "law/eu-opt-out", Error,
        "withdrawing is as easy as agreeing was", "GDPR Art. 7(3); Directive 2002/58/EC Art. 13(2)";
    EU_CONSENT = "law/eu-consent", Error,
        "the sender can show that each reader agreed: when, and to what",
        "GDPR Art. 7(1); Directive 2002/58/EC Art. 13(1)";
}
