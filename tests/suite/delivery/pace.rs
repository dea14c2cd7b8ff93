//! Rates, connections, domains.

use std::time::Duration;

use daily_note::{
    clock::Stopwatch,
    publication::{DomainLimit, Rate},
    store::DeliveryCounts,
};

use super::harness::{Harness, readers};
use crate::scripted::{At::*, ScriptedServer, reply};

fn per_second(messages: u32) -> Rate {
    Rate {
        messages,
        per: Duration::from_secs(1),
    }
}

#[tokio::test]
async fn a_rate_is_kept_over_all_connections() {
    let mut harness = Harness::new(readers(60, 3)).await;
    harness.smtp.rate = Some(per_second(20));
    harness.smtp.connections = 5;
    let server = ScriptedServer::new().start();
    let started = Stopwatch::start();
    let report = harness.run(&server).await;
    let seconds = started.elapsed().as_secs_f64();
    assert_eq!(
        report.counts,
        DeliveryCounts {
            accepted: 60,
            ..DeliveryCounts::default()
        }
    );
    // A second's worth at once, then 20 a second: two to three seconds.
    assert!((1.7..5.0).contains(&seconds), "{seconds}");
}

#[tokio::test]
async fn a_domain_with_a_limit_keeps_it_and_holds_nobody_up() {
    let mut list = readers(700, 1);
    list.extend((0..300).map(|n| format!("slow{n}@slow.example.com")));
    let mut harness = Harness::new(list).await;
    let limit = DomainLimit {
        rate: Some(per_second(100)),
        connections: Some(1),
    };
    harness
        .smtp
        .per_domain
        .insert("slow.example.com".into(), limit);
    harness.smtp.connections = 4;
    let server = ScriptedServer::new()
        .on(Dot, reply("250 2.0.0 OK").after(Duration::from_millis(2)))
        .start();
    let report = harness.run(&server).await;
    assert_eq!(
        report.counts,
        DeliveryCounts {
            accepted: 1_000,
            ..DeliveryCounts::default()
        }
    );
    // When the last of the others is through, few of the slow domain's are.
    let order = server.recipients();
    let last = order.iter().rposition(|to| !to.contains("@slow.")).unwrap();
    let slow_before = order[..last]
        .iter()
        .filter(|to| to.contains("@slow."))
        .count();
    assert!(
        slow_before < 250,
        "{slow_before} of the slow domain came first"
    );
}

#[tokio::test]
async fn an_overall_rate_reaches_the_readers_of_every_limited_domain() {
    // The limits that every real relay has by default, and the rate that Amazon gives a newcomer.
    let providers = [
        "aol.com",
        "daum.net",
        "gmail.com",
        "hanmail.net",
        "hotmail.com",
        "icloud.com",
        "kakao.com",
        "nate.com",
        "naver.com",
        "outlook.com",
        "yahoo.com",
    ];
    let list: Vec<String> = (0..66)
        .map(|n| match providers.get(n % 12) {
            Some(domain) => format!("reader{n}@{}.example.com", domain.replace('.', "-")),
            None => format!("reader{n}@example.com"),
        })
        .collect();
    let mut harness = Harness::new(&list).await;
    harness.smtp.rate = Some(per_second(28));
    for domain in providers {
        let limit = DomainLimit {
            rate: Some(per_second(10)),
            connections: Some(4),
        };
        let domain = format!("{}.example.com", domain.replace('.', "-"));
        harness.smtp.per_domain.insert(domain, limit);
    }
    let server = ScriptedServer::new().start();
    let report = harness.run(&server).await;
    assert_eq!(report.counts.accepted, 66, "{report:?}");
}

#[tokio::test]
async fn a_throttled_domain_costs_the_others_less_than_a_tenth_of_their_rate() {
    // The relay's pace, not the machine's, bounds a run: twenty milliseconds a message.
    let paced = || {
        ScriptedServer::new()
            .on(Dot, reply("250 2.0.0 OK").after(Duration::from_millis(20)))
            .start()
    };
    let others = readers(280, 1);
    let mut mixed = others.clone();
    for n in 0..120 {
        // Among the others, as a list is.
        mixed.insert(n * 3, format!("slow{n}@slow.example.com"));
    }
    let mut ratios = Vec::new();
    // A loaded machine may spoil a pair; a design that holds the others up spoils all of them.
    for _ in 0..4 {
        let alone = {
            let mut harness = Harness::new(&others).await;
            harness.smtp.connections = 4;
            let started = Stopwatch::start();
            assert_eq!(harness.run(&paced()).await.counts.accepted, 280);
            started.elapsed()
        };
        let mut harness = Harness::new(&mixed).await;
        harness.smtp.connections = 4;
        let limit = DomainLimit {
            rate: Some(per_second(4)),
            connections: Some(2),
        };
        harness
            .smtp
            .per_domain
            .insert("slow.example.com".into(), limit);
        let server = paced();
        let started = Stopwatch::start();
        let stop = harness.stop.clone();
        let others_done = async {
            let is_other = |to: &String| !to.contains("@slow.");
            while server.recipients().iter().filter(|it| is_other(it)).count() < 280 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            stop.request();
            started.elapsed()
        };
        let (report, together) = tokio::join!(harness.run(&server), others_done);
        let slow = report.counts.accepted - 280;
        assert!(slow > 0, "the slow domain gets its share: {report:?}");
        ratios.push(alone.as_secs_f64() / together.as_secs_f64());
        if ratios.last().is_some_and(|ratio| *ratio >= 0.9) {
            return;
        }
    }
    panic!("the others ran at {ratios:?} of their rate when alone");
}

#[tokio::test]
async fn a_connection_is_renewed_after_its_messages() {
    let mut harness = Harness::new(readers(25, 1)).await.one_connection();
    harness.smtp.messages_per_connection = 10;
    let server = ScriptedServer::new().start();
    let report = harness.run(&server).await;
    assert_eq!(report.counts.accepted, 25);
    assert_eq!(server.connections(), 3);
}
