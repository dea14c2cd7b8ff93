//! The contract, as sentences. `for_each_promise!` hands all of them to a store's own file.

pub(crate) mod batches;
pub(crate) mod claims;
pub(crate) mod erasing;
pub(crate) mod folding;
pub(crate) mod hours;
pub(crate) mod merging;
pub(crate) mod noticing;
pub(crate) mod recording;
pub(crate) mod suppressing;

/// Makes a test of each promise in the module that calls it; `$place` builds a fresh
/// [`Place`](super::fixture::Place).
macro_rules! promises {
    ($place:expr; $($room:ident: $($promise:ident),+ $(,)?;)+) => {
        $(mod $room {
            $(
                #[tokio::test]
                async fn $promise() {
                    $crate::store::contract::$room::$promise(&$place).await;
                }
            )+
        })+
    };
}
pub(crate) use promises;
