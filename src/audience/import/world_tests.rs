//! Lists of the world: other languages, and further services as they write their exports.

use super::{tests::read, *};
use crate::audience::import::row::RowDecision;

/// A file, and how many of it read. `left…` may never be among them.
const FILES: [(&str, usize); 31] = [
    (
        "E-Mail-Adresse;Vorname;Abgemeldet am;Status\nread@example.com;A;;Aktiv\nleft1@example.com;A;02.01.2024;Aktiv\nleft2@example.com;A;;Abgemeldet\nleft3@example.com;A;;Gesperrt\n",
        1,
    ),
    (
        "E-Mail;Einwilligung;Widerruf am\nread@example.com;ja;\nleft1@example.com;nein;\nleft2@example.com;ja;01.02.2024\n",
        1,
    ),
    (
        "E-Mail;Newsletter\nread@example.com;Ja\nleft@example.com;Nein\n",
        1,
    ),
    (
        "Adresse e-mail;Prénom;Désabonné\nread@example.com;A;Non\nleft@example.com;B;Oui\n",
        1,
    ),
    (
        "Adresse e-mail;Désinscrit le;Statut\nread@example.com;;Inscrit\nleft1@example.com;02/01/2024;Inscrit\nleft2@example.com;;Désinscrit\n",
        1,
    ),
    (
        "Correo electrónico,Nombre,Fecha de baja\nread@example.com,A,\nleft@example.com,A,02/01/2024\n",
        1,
    ),
    (
        "Correo electrónico,Suscrito\nread@example.com,Sí\nleft@example.com,No\n",
        1,
    ),
    (
        "E-mail,Cancelado em\nread@example.com,\nleft@example.com,02/01/2024\n",
        1,
    ),
    (
        "Indirizzo email,Iscritto\nread@example.com,Sì\nleft@example.com,No\n",
        1,
    ),
    (
        "E-mailadres,Uitgeschreven\nread@example.com,nee\nleft@example.com,ja\n",
        1,
    ),
    (
        "Адрес электронной почты,Отписан\nread@example.com,нет\nleft@example.com,да\n",
        1,
    ),
    (
        "メールアドレス,配信停止,配信停止日\nread@example.com,,\nleft1@example.com,○,\nleft2@example.com,,2024/01/02\n",
        1,
    ),
    (
        "メールアドレス,ステータス\nread@example.com,配信中\nleft1@example.com,配信停止\nleft2@example.com,解除\nleft3@example.com,退会済み\n",
        1,
    ),
    (
        "メールアドレス,メルマガ受信\nread@example.com,希望する\nleft@example.com,希望しない\n",
        1,
    ),
    (
        "邮箱,状态,退订时间\nread@example.com,已订阅,\nleft1@example.com,已退订,\nleft2@example.com,已订阅,2024-01-02\n",
        1,
    ),
    (
        "이메일,수신 거부 여부\nread@example.com,X\nleft@example.com,O\n",
        1,
    ),
    (
        "이메일;수신여부;탈퇴일\nread@example.com;O;\nleft1@example.com;X;\nleft2@example.com;O;2024-01-02\n",
        1,
    ),
    (
        "아이디,이메일,이메일 수신 동의,SMS 수신 동의\na,read@example.com,Y,N\nb,left@example.com,N,Y\n",
        1,
    ),
    (
        "회원아이디,이메일,이메일수신,SMS수신\na,read@example.com,T,F\nb,left@example.com,F,T\n",
        1,
    ),
    (
        "이메일,닉네임,구독일시,구독상태\nread@example.com,가,2024.01.02 15:04,구독\nleft1@example.com,나,2024.01.02 15:04,구독취소\nleft2@example.com,나,2024.01.02 15:04,해지\n",
        1,
    ),
    (
        "Email Address,Name,Date Subscribed,State,Date Unsubscribed\nread@example.com,A,2024-01-02 03:04,Active,\nleft1@example.com,B,2024-01-02 03:04,Unsubscribed,2024-02-02 03:04\nleft2@example.com,C,2024-01-02 03:04,Bounced,\nleft3@example.com,C,2024-01-02 03:04,Deleted,\nleft4@example.com,C,2024-01-02 03:04,Unconfirmed,\n",
        1,
    ),
    (
        "Email,Klaviyo ID,Email Marketing Consent,Email Marketing Consent Timestamp,Email Suppressions,Email Suppressions Timestamp\nread@example.com,1,SUBSCRIBED,2024-01-02 03:04:05,[],\nleft1@example.com,2,UNSUBSCRIBED,2024-01-02 03:04:05,[],\nleft2@example.com,3,NEVER_SUBSCRIBED,,[],\nleft3@example.com,4,SUBSCRIBED,2024-01-02 03:04:05,['HARD_BOUNCE'],2024-03-01\n",
        1,
    ),
    (
        "Email 1,First Name,Email subscriber status\nread@example.com,A,Subscribed\nleft1@example.com,A,Unsubscribed\nleft2@example.com,A,Never Subscribed\nleft3@example.com,A,Pending\n",
        1,
    ),
    (
        "Contact Email,First Name,Contact Status\nread@example.com,A,active\nleft1@example.com,A,unsubscribed\nleft2@example.com,A,bounce\nleft3@example.com,A,spam\n",
        1,
    ),
    (
        "Email address,Email status,Email permission status,Email opt-out date\nread@example.com,Active,Express,\nleft1@example.com,Unsubscribed,Unsubscribed,2024-01-02\nleft2@example.com,Active,Express,2024-01-02\n",
        1,
    ),
    (
        "Email,Member Status,Subscribe Method\nread@example.com,Subscribed,API\nleft1@example.com,Removed,API\nleft2@example.com,Complained,API\nleft3@example.com,Archived,API\n",
        1,
    ),
    (
        "Email,IsUnsubscribed,IsExcludedFromCampaigns\nread@example.com,false,false\nleft1@example.com,true,false\nleft2@example.com,false,true\n",
        1,
    ),
    (
        "Email,Name,Status,Stop Time,Stop Status\nread@example.com,A,subscribed,,\nleft@example.com,A,subscribed,2024-01-02,\n",
        1,
    ),
    (
        "email,status,unsubscribed on\nread@example.com,active,\nleft1@example.com,removed,2024-02-01\nleft2@example.com,active,2024-02-01\n",
        1,
    ),
    (
        "Email Address,Accepts Marketing,Subscriber Since\nread@example.com,TRUE,2024-01-02\nleft@example.com,FALSE,2024-01-02\n",
        1,
    ),
    (
        "ID,Email,Subscribed,Unsubscribe Reason\n1,read@example.com,1,\n2,left@example.com,0,CSV\n",
        1,
    ),
];

#[test]
fn nobody_who_left_comes_back_from_other_languages_and_further_services() {
    for (text, wanted) in FILES {
        let (_, rows) = read("list.csv", text.as_bytes(), &ReadingOptions::default())
            .unwrap_or_else(|error| panic!("{error}: {text}"));
        let reading: Vec<&CsvRow> = rows
            .iter()
            .filter(|row| matches!(row.entry, RowDecision::Subscribe(_)))
            .collect();
        for row in &reading {
            assert!(
                matches!(&row.entry, RowDecision::Subscribe(profile) if profile.email.as_str() == "read@example.com"),
                "{row:?} of {text}"
            );
        }
        assert_eq!(reading.len(), wanted, "{text}");
    }
}

#[test]
fn a_cross_is_no_answer_under_a_name_in_letters_of_the_west() {
    let text = "email,unsubscribed\na@example.com,x\n";
    let (_, rows) = read("list.csv", text.as_bytes(), &ReadingOptions::default()).unwrap();
    assert!(
        matches!(rows[0].entry, RowDecision::Refuse { .. }),
        "{rows:?}"
    );
}
