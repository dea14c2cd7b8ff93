//! `doctor`: what it says of healthy and of sick senders. DNS is a page of records here.

mod domain;
mod fake_dns;
mod whole;

use std::{net::UdpSocket, path::Path, time::Duration};

use chrono::TimeDelta;
use daily_note::{
    app::App,
    doctor::{
        CheckTopic, CheckVerdict, ClockOffset, DoctorInput, OneClickProof, RelayProbe, RelayRoute,
        Report, StateFacts, StateProbe, examine,
    },
    message::dkim::DnsRecord,
    operations::OutsideProbes,
    publication::{Credentials, Environment, Publication, TlsMode},
    smtp::{Capabilities, Relay, TlsSession},
};

use fake_dns::FakeDns;

/// A publication with these lines added to its smtp block and below.
fn publication(more: &str) -> Publication {
    let yaml = format!(
        "publication: {{name: 데일리 노트, language: ko, timezone: Asia/Seoul, from: hello@example.com}}\n\
         editions:\n  monday: {{title: 월요일 편, topic: 소프트웨어, day: mon, time: '08:00'}}\n{more}"
    );
    Publication::from_yaml(Path::new("/nowhere"), &yaml, &Environment::empty()).unwrap()
}

const SIGNING: &str = "smtp: {dkim: {domain: example.com, selector: note, key: dkim.pem}}\n\
    web: {base_url: 'https://note.example.com'}\n";

/// What DNS has to say of the key that signs.
fn key() -> DnsRecord {
    DnsRecord {
        name: "note._domainkey.example.com".into(),
        value: "v=DKIM1; k=rsa; p=MIIBIjANBg".into(),
    }
}

fn capabilities() -> Capabilities {
    Capabilities {
        esmtp: true,
        takes_size: true,
        max_size_bytes: Some(35_882_577),
        pipelining: true,
        eight_bit_mime: true,
        tls: Some(TlsSession {
            version: "TLSv1_3".into(),
            cipher: "TLS13_AES_256_GCM_SHA384".into(),
            is_verified: true,
        }),
        ..Capabilities::default()
    }
}

/// A sender whose machine is in order, through the relay of that name.
async fn examined(publication: &Publication, host: &str, dns: &FakeDns) -> Report {
    let relay = Relay::new(host, 587, TlsMode::Required)
        .with_credentials(Credentials::with_password("note", "s3cret"));
    let patient = DoctorInput {
        returns: daily_note::doctor::ReturnProof::NotAsked,
        one_click: OneClickProof::Answered,
        exposed: Vec::new(),
        publication,
        way: RelayRoute::Relay {
            relay: &relay,
            knock: Ok(RelayProbe {
                capabilities: capabilities(),
                refusal: None,
            }),
            is_local: false,
        },
        signatures: Ok(publication.smtp.dkim.as_ref().map(|_| vec![key()])),
        state: StateProbe::Folder(Ok(StateFacts {
            folder: ".daily-note".into(),
            sync: Duration::from_micros(800),
            free_bytes: 50_000_000_000,
            file_system: 0xef53,
            tells_birth: true,
            exposed: Vec::new(),
        })),
        store: Ok(()),
        templates: Ok(()),
        clock: Some(Ok(ClockOffset(TimeDelta::milliseconds(12)))),
    };
    examine(&patient, dns).await
}

/// What a publication on disk is told, where DNS says that and nobody answers for the time.
pub(crate) async fn seen_by_doctor(app: &App, page: &str) -> Report {
    let nobody = UdpSocket::bind("127.0.0.1:0").unwrap();
    let time_server = nobody.local_addr().unwrap().to_string();
    drop(nobody);
    let dns = FakeDns::new(page);
    let world = OutsideProbes {
        dns: &dns,
        time_server: &time_server,
    };
    app.doctor(&world).await
}

/// The report as a person reads it.
fn text(report: &Report) -> String {
    let mut text = String::new();
    for check in &report.checks {
        text.push_str(&format!(
            "{:?} {:?}: {}\n",
            check.verdict, check.topic, check.what
        ));
        for (word, said) in [("why", &check.why), ("fix", &check.fix)] {
            if let Some(said) = said {
                text.push_str(&format!("    {word}: {said}\n"));
            }
        }
    }
    text
}

/// What is said about one thing.
pub(crate) fn about(report: &Report, topic: CheckTopic) -> String {
    let checks = report.checks.iter().filter(|check| check.topic == topic);
    text(&Report {
        checks: checks.cloned().collect(),
    })
}

fn worst(report: &Report, topic: CheckTopic) -> CheckVerdict {
    let checks = report.checks.iter().filter(|check| check.topic == topic);
    checks.map(|check| check.verdict).max().unwrap()
}
