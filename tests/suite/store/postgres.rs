//! The contract's concerns that stand on PostgreSQL, run against a real one; and what is a server's alone: who is let
//! in, what it must be like, leases.

mod alike;
mod batches_alike;
mod clicks;
mod costs;
mod leases;
mod lost;
mod moving;
mod noted;
mod opening;
pub(crate) mod place;
mod pooled;
mod portions;
mod races;
mod sharing;
mod taking_in;
mod unclaimed;

use super::contract::{
    calendar_promises, instance_promises, ledger_promises, lives_promises, people_promises,
    report_promises, retention_promises, voices_promises,
};

instance_promises!(match crate::store::postgres::place::Schema::new().await {
    Some(place) => place,
    None => return,
});

calendar_promises!(match crate::store::postgres::place::Schema::new().await {
    Some(place) => place,
    None => return,
});

people_promises!(match crate::store::postgres::place::Schema::new().await {
    Some(place) => place,
    None => return,
});

ledger_promises!(match crate::store::postgres::place::Schema::new().await {
    Some(place) => place,
    None => return,
});

lives_promises!(match crate::store::postgres::place::Schema::new().await {
    Some(place) => place,
    None => return,
});

voices_promises!(match crate::store::postgres::place::Schema::new().await {
    Some(place) => place,
    None => return,
});

report_promises!(match crate::store::postgres::place::Schema::new().await {
    Some(place) => place,
    None => return,
});

retention_promises!(match crate::store::postgres::place::Schema::new().await {
    Some(place) => place,
    None => return,
});
