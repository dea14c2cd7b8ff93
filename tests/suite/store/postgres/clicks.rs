//! A click on "unsubscribe" and the row of that reader that is let go just then, by two servers.

use daily_note::store::{Claim, LeaveOutcome, postgres::PostgresStore};

use super::{
    place::Schema,
    races::{all, click_races, let_go_before_the_answer, two_servers},
};
use crate::store::{fixture::*, membership::*};

/// One reader's click, and their row that is let go just then; whether it was.
async fn race(sender: &PostgresStore, pages: &PostgresStore, claim: &Claim, n: usize) -> bool {
    let lets_go = async {
        for _ in 0..n % 5 {
            tokio::task::yield_now().await;
        }
        let refused = sender.record(&[step(claim, sending())], at(1)).await;
        refused.unwrap().is_empty()
    };
    let leaves = async {
        for _ in 0..n % 3 {
            tokio::task::yield_now().await;
        }
        pages.leave(&[leaving(claim.reader.id)], at(1)).await
    };
    let (is_let_go, left) = tokio::join!(lets_go, leaves);
    let left = left.unwrap();
    assert!(matches!(left[0], LeaveOutcome::Left { .. }), "{left:?}");
    is_let_go
}

/// Five hundred races, or as many as `CLICK_RACES` says: of each row that was let go the server knows when, and when
/// the departure was answered.
#[tokio::test(flavor = "multi_thread")]
async fn no_row_is_let_go_after_a_click_was_answered() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let races = click_races(500);
    let [sender, pages] = two_servers(&place).await;
    let sender = sender.with_people(races).await;
    let batch = sender.frozen("monday").await;
    let (mut begun, mut let_go) = (0, 0);
    loop {
        let claims = sender.claim_at(&batch, 20, at(0)).await;
        if claims.is_empty() {
            break;
        }
        begun += claims.len();
        let racing = claims.into_iter().enumerate().map(|(n, claim)| {
            let (sender, pages) = (sender.clone(), pages.clone());
            tokio::spawn(async move { race(&sender, &pages, &claim, n).await })
        });
        let raced = all(racing.collect()).await;
        let_go += raced.into_iter().filter(|is_let_go| *is_let_go).count();
    }
    assert_eq!(begun, races);
    assert!(0 < let_go && let_go < races, "{let_go} of {races}: no race");
    assert_eq!(let_go_before_the_answer(&place).await, let_go);
    eprintln!("{races} races: {let_go} rows were let go, none of them after the answer");
}
