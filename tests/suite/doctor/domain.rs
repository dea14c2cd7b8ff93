//! SPF, DKIM, DMARC, MX and reverse names, one sickness a test.

use daily_note::doctor::{CheckTopic, CheckVerdict};

use super::{
    SIGNING, about, examined,
    fake_dns::{FakeDns, HEALTHY},
    publication, worst,
};

/// What is said about a topic when the lines that begin so are replaced in healthy records.
async fn said(topic: CheckTopic, begins: &str, lines: &str) -> (CheckVerdict, String) {
    let dns = FakeDns::with(HEALTHY, begins, lines);
    let report = examined(&publication(SIGNING), "mail.example.com", &dns).await;
    (worst(&report, topic), about(&report, topic))
}

async fn assert_said(
    topic: CheckTopic,
    begins: &str,
    lines: &str,
    verdict: CheckVerdict,
    words: &str,
) {
    let (seen, text) = said(topic, begins, lines).await;
    assert_eq!(seen, verdict, "{lines}\n{text}");
    assert!(text.contains(words), "{words} in\n{text}");
}

const SPF: &str = "example.com TXT v=spf1";

async fn assert_spf(record: &str, verdict: CheckVerdict, words: &str) {
    let lines = format!("example.com TXT {record}");
    assert_said(CheckTopic::Spf, SPF, &lines, verdict, words).await;
}

#[tokio::test]
async fn spf_passes_by_every_way_of_naming_the_relay() {
    for record in [
        "v=spf1 ip4:192.0.2.25 -all",
        "v=spf1 ip4:192.0.2.0/24 -all",
        "v=spf1 a:mail.example.com -all",
        "v=spf1 mx:relayed.example.com -all\nrelayed.example.com MX 5 mail.example.com",
        "v=spf1 include:_spf.example.com -all\n_spf.example.com TXT v=spf1 ip4:192.0.2.25 ?all",
        "v=spf1 redirect=_spf.example.com\n_spf.example.com TXT v=spf1 ip4:192.0.2.25 -all",
        "V=SPF1 IP4:192.0.2.25 -ALL",
    ] {
        assert_spf(record, CheckVerdict::Good, "names mail.example.com").await;
    }
}

#[tokio::test]
async fn spf_that_names_others_says_what_to_add() {
    for record in [
        "v=spf1 -all",
        "v=spf1 ip4:198.51.100.1 ~all",
        "v=spf1 -ip4:192.0.2.25 ip4:192.0.2.0/24 ~all",
        "v=spf1 include:_spf.example.net ~all",
    ] {
        assert_spf(record, CheckVerdict::Bad, "add  a:mail.example.com  to it").await;
    }
}

#[tokio::test]
async fn spf_that_receivers_throw_away_is_bad() {
    assert_spf(
        "v=spf1 ip4:192.0.2 -all",
        CheckVerdict::Bad,
        "makes no sense: ip4:192.0.2",
    )
    .await;
    assert_spf(
        "v=spf1 include:gone.example.net -all",
        CheckVerdict::Bad,
        "includes gone.example.net",
    )
    .await;
    assert_spf(
        "v=spf1 include:example.com -all",
        CheckVerdict::Bad,
        "includes itself",
    )
    .await;
    let two = "v=spf1 -all\nexample.com TXT v=spf1 ip4:192.0.2.25 -all";
    assert_spf(two, CheckVerdict::Bad, "more than one SPF record").await;
    let many: Vec<String> = (0..11).map(|n| format!("a:h{n}.example.com")).collect();
    let many = format!("v=spf1 {} -all", many.join(" "));
    assert_spf(&many, CheckVerdict::Bad, "takes 11 queries").await;
}

#[tokio::test]
async fn spf_that_lets_strangers_in_wants_care() {
    assert_spf(
        "v=spf1 ip4:192.0.2.25 +all",
        CheckVerdict::Care,
        "lets everybody",
    )
    .await;
    assert_spf(
        "v=spf1 ip4:192.0.2.25 ?all",
        CheckVerdict::Care,
        "says nothing of strangers",
    )
    .await;
    assert_spf(
        "v=spf1 ip4:192.0.2.25",
        CheckVerdict::Care,
        "no all at its end",
    )
    .await;
}

#[tokio::test]
async fn a_service_is_covered_by_its_include() {
    let page = FakeDns::with(
        HEALTHY,
        SPF,
        "example.com TXT v=spf1 include:_spf.google.com ~all\n_spf.google.com TXT v=spf1 ip4:203.0.113.0/24 ~all",
    );
    let report = examined(&publication(SIGNING), "smtp-relay.gmail.com", &page).await;
    assert!(about(&report, CheckTopic::Spf).contains("names Google"));
    let report = examined(&publication(SIGNING), "smtp.office365.com", &page).await;
    let spf = about(&report, CheckTopic::Spf);
    assert!(
        spf.contains("add  include:spf.protection.outlook.com"),
        "{spf}"
    );
    assert_eq!(worst(&report, CheckTopic::Spf), CheckVerdict::Bad);
    assert!(
        report
            .checks
            .iter()
            .all(|check| check.topic != CheckTopic::ReverseDns)
    );
}

#[tokio::test]
async fn a_service_with_a_sender_of_its_own_leaves_the_proof_to_dkim() {
    let report = examined(
        &publication(SIGNING),
        "email-smtp.ap-northeast-2.amazonaws.com",
        &FakeDns::new(HEALTHY),
    )
    .await;
    assert_eq!(worst(&report, CheckTopic::Spf), CheckVerdict::Care);
    let dmarc = about(&report, CheckTopic::Dmarc);
    assert!(
        dmarc.contains("passes for example.com by DKIM (example.com)"),
        "{dmarc}"
    );
}

const DKIM: &str = "note._domainkey";

#[tokio::test]
async fn a_key_that_is_not_published_as_it_is_says_what_to_publish() {
    let publish = "publish  note._domainkey.example.com. TXT \"v=DKIM1; k=rsa; p=MIIBIjANBg\"";
    for (records, words) in [
        ("", "is not published"),
        (
            "note._domainkey.example.com TXT v=DKIM1; k=rsa; p=OTHER",
            "another key",
        ),
        (
            "note._domainkey.example.com TXT v=DKIM1; k=rsa; p=",
            "revoked",
        ),
        ("note._domainkey.example.com TXT hello", "no DKIM record"),
        (
            "note._domainkey.example.com TXT v=DKIM1; p=MIIBIjANBg\nnote._domainkey.example.com TXT v=DKIM1; p=A",
            "2 TXT records",
        ),
    ] {
        assert_said(CheckTopic::Dkim, DKIM, records, CheckVerdict::Bad, words).await;
        assert_said(CheckTopic::Dkim, DKIM, records, CheckVerdict::Bad, publish).await;
    }
    let testing = "note._domainkey.example.com TXT v=DKIM1; k=rsa; t=y; p=MIIBIjANBg";
    assert_said(CheckTopic::Dkim, DKIM, testing, CheckVerdict::Care, "t=y").await;
}

const DMARC: &str = "_dmarc";

#[tokio::test]
async fn a_policy_is_asked_for_and_read() {
    for (records, verdict, words) in [
        (
            "",
            CheckVerdict::Bad,
            "publish  _dmarc.example.com. TXT \"v=DMARC1; p=none;",
        ),
        (
            "_dmarc.example.com TXT v=DMARC1; p=maybe",
            CheckVerdict::Bad,
            "p=maybe",
        ),
        (
            "_dmarc.example.com TXT v=DMARC1; p=reject",
            CheckVerdict::Care,
            "asks for no reports",
        ),
        (
            "_dmarc.example.com TXT v=DMARC1; p=none\n_dmarc.example.com TXT v=DMARC1; p=reject",
            CheckVerdict::Bad,
            "2 policies",
        ),
    ] {
        assert_said(CheckTopic::Dmarc, DMARC, records, verdict, words).await;
    }
}

#[tokio::test]
async fn dmarc_wants_one_that_speaks_for_the_from_domain() {
    let elsewhere = "smtp: {bounce_domain: bounce.example.com, dkim: {domain: sender.example.net, selector: note, key: k.pem}}\n";
    let page = format!(
        "{HEALTHY}
        bounce.example.com TXT v=spf1 ip4:192.0.2.25 -all
        bounce.example.com MX 10 mx.example.com"
    );
    let dmarc = |page: String| async move {
        let report = examined(
            &publication(elsewhere),
            "mail.example.com",
            &FakeDns::new(&page),
        )
        .await;
        about(&report, CheckTopic::Dmarc)
    };
    let relaxed = dmarc(page.clone()).await;
    assert!(
        relaxed.contains("passes for example.com by SPF (bounce.example.com)"),
        "{relaxed}"
    );
    let strict = dmarc(page.replace("p=none;", "p=none; aspf=s; adkim=s;")).await;
    assert!(
        strict.contains("neither SPF nor DKIM speaks for example.com"),
        "{strict}"
    );
    assert!(
        strict.starts_with("Good") && strict.contains("\nBad"),
        "{strict}"
    );
}

#[tokio::test]
async fn replies_must_have_somewhere_to_go() {
    let mx = "example.com MX";
    for (records, verdict, words) in [
        ("example.com MX 0 ", CheckVerdict::Bad, "null MX"),
        ("", CheckVerdict::Bad, "has no mail server"),
        (
            "example.com A 192.0.2.80",
            CheckVerdict::Care,
            "an address and no MX",
        ),
    ] {
        assert_said(CheckTopic::Mx, mx, records, verdict, words).await;
    }
}

#[tokio::test]
async fn a_relays_address_has_a_name_that_leads_back() {
    let ptr = "192.0.2.25 PTR";
    for (records, words) in [
        ("", "has no name (PTR)"),
        ("192.0.2.25 PTR host.example.net", "does not lead back"),
    ] {
        assert_said(
            CheckTopic::ReverseDns,
            ptr,
            records,
            CheckVerdict::Care,
            words,
        )
        .await;
    }
}

#[tokio::test]
async fn readers_leave_with_one_click_or_bulk_senders_are_refused() {
    for (more, verdict) in [
        (
            "web: {base_url: 'https://note.example.com'}\n",
            CheckVerdict::Unknown,
        ),
        ("", CheckVerdict::Bad),
    ] {
        let dns = FakeDns::new(HEALTHY);
        let report = examined(&publication(more), "mail.example.com", &dns).await;
        assert_eq!(
            worst(&report, CheckTopic::Readers),
            verdict,
            "{}",
            about(&report, CheckTopic::Readers)
        );
    }
}
