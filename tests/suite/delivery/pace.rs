//! Rates, connections, domains.

use std::time::Duration;

use daily_note::{
    clock::Stopwatch,
    publication::{DomainLimit, Rate},
    store::Counts,
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
        Counts {
            accepted: 60,
            ..Counts::default()
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
        Counts {
            accepted: 1_000,
            ..Counts::default()
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
async fn a_connection_is_renewed_after_its_messages() {
    let mut harness = Harness::new(readers(25, 1)).await.one_connection();
    harness.smtp.messages_per_connection = 10;
    let server = ScriptedServer::new().start();
    let report = harness.run(&server).await;
    assert_eq!(report.counts.accepted, 25);
    assert_eq!(server.connections(), 3);
}
