//! RFC 8058 as mail clients send it, byte for byte; and our own page's form, which asks for a page.

use super::served::ServedPages;

/// Request lines and bodies as they come from mail clients and their relays.
const CLIENTS: [(&str, &str); 7] = [
    (
        "Gmail",
        "POST /u/minji HTTP/1.1\r\nHost: note.example.com\r\nConnection: close\r\nUser-Agent: Google-Gmail-Unsubscribe\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 26\r\nAccept: */*\r\nAccept-Encoding: gzip, deflate\r\n\r\n\
         List-Unsubscribe=One-Click",
    ),
    (
        "Yahoo",
        "POST /u/minji HTTP/1.1\r\nHost: note.example.com\r\nContent-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n\
         User-Agent: YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html\r\nContent-Length: 26\r\nConnection: close\r\n\r\n\
         List-Unsubscribe=One-Click",
    ),
    (
        "Apple Mail",
        "POST /u/minji HTTP/1.1\r\nHost: note.example.com\r\nAccept: */*\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         User-Agent: Mail/3826.300.87 CFNetwork/3826.400.120 Darwin/24.3.0\r\nAccept-Language: ko-KR,ko;q=0.9\r\n\
         Content-Length: 26\r\nConnection: close\r\n\r\nList-Unsubscribe=One-Click",
    ),
    (
        "the RFC's multipart",
        "POST /u/minji HTTP/1.1\r\nHost: note.example.com\r\nContent-Type: multipart/form-data; boundary=---FormBoundaryjWmhtjORrn\r\n\
         Content-Length: 128\r\nConnection: close\r\n\r\n-----FormBoundaryjWmhtjORrn\r\n\
         Content-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n-----FormBoundaryjWmhtjORrn--",
    ),
    (
        "no body",
        "POST /u/minji HTTP/1.1\r\nHost: note.example.com\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    ),
    (
        "no type",
        "POST /u/minji HTTP/1.1\r\nHost: note.example.com\r\nContent-Length: 26\r\nConnection: close\r\n\r\nList-Unsubscribe=One-Click",
    ),
    (
        "a type that is none, in chunks",
        "POST /u/minji HTTP/1.1\r\nHost: note.example.com\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n\
         1a\r\nList-Unsubscribe=One-Click\r\n0\r\n\r\n",
    ),
];

#[tokio::test]
async fn one_click_takes_effect_whatever_it_looks_like_and_twice_the_same() {
    let pages = ServedPages::of_the_house().await;
    for (client, request) in CLIENTS {
        for _ in 0..2 {
            let answer = pages.send(request.as_bytes()).await;
            assert_eq!(answer.status, 200, "{client}");
            assert_eq!(answer.header("location"), "", "{client}");
            assert_eq!(answer.header("set-cookie"), "", "{client}");
            assert_eq!(answer.body, "Unsubscribed.\n", "{client}");
            assert_eq!(pages.list.take_acts(), ["leave OneClick"], "{client}");
        }
    }
}

#[tokio::test]
async fn a_mail_client_is_let_in_from_any_site_and_a_bad_token_changes_nothing() {
    let pages = ServedPages::of_the_house().await;
    let headers = [
        ("Sec-Fetch-Site", "cross-site"),
        ("Origin", "https://mail.example.com"),
    ];
    let answer = pages.ask("POST /u/minji", &headers, b"").await;
    assert_eq!(answer.status, 200);
    assert_eq!(pages.list.take_acts(), ["leave OneClick"]);
    for (token, status) in [
        ("minjj", 404),
        ("expired", 410),
        ("used", 410),
        ("busy", 429),
        ("full", 503),
        ("%00", 404),
        ("%FF%FE", 404),
        ("..%2f..%2fetc%2fpasswd", 404),
    ] {
        let answer = pages.ask(&format!("POST /u/{token}"), &[], b"").await;
        assert_eq!(answer.status, status, "{token}");
        assert!(!answer.title().is_empty(), "{token}");
        assert_eq!(pages.list.take_acts(), [""; 0], "{token}");
    }
}

#[tokio::test]
async fn our_own_page_offers_one_edition_and_answers_with_a_page_and_the_way_back() {
    let pages = ServedPages::of_the_house().await;
    let asked = pages.get("/u/minji").await;
    assert!(
        asked.body.contains("value=\"edition:monday\""),
        "{}",
        asked.body
    );
    assert!(!asked.body.contains("minji@"), "no address is shown");

    let left = pages.post("/u/minji", "scope=edition%3Amonday").await;
    assert_eq!(pages.list.take_acts(), ["leave Edition(\"monday\")"]);
    assert_eq!(left.title(), "고르신 편을 해지했습니다");
    assert!(
        left.body.contains("action=\"/undo/minji\"") && left.body.contains("href=\"/p/minji\"")
    );

    let left = pages.post("/u/minji", "scope=all").await;
    assert_eq!(pages.list.take_acts(), ["leave All"]);
    assert_eq!(left.title(), "구독을 해지했습니다");
    assert!(left.body.contains("name=\"reason\""));

    let again = pages.get("/u/minji").await;
    assert_eq!(again.title(), "이미 해지하셨습니다");

    let reason = pages.post("/u/minji", "reason=too+many+mails").await;
    assert_eq!(pages.list.take_acts(), ["say_why too many mails"]);
    assert_eq!(reason.title(), "들려주셔서 고맙습니다");

    let strange = pages.post("/u/minji", "scope=edition%3Asunday").await;
    assert_eq!((strange.status, pages.list.take_acts().len()), (400, 0));

    pages.post("/undo/minji", "").await;
    assert_eq!(pages.list.take_acts(), ["undo_leave"]);
}
