//! Work shared out over the processor's cores.

use std::{
    panic::resume_unwind,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

/// More threads than this wait for the disk, or for each other.
const MAX_THREADS: usize = 8;

/// The work done on every item, on all cores; what came of it, in the order of the items. Whoever is done with one
/// item takes the next, so that long ones keep nobody waiting.
pub(crate) fn on_every_core<I: Sync, O: Send>(
    items: &[I],
    work: impl Fn(&I) -> O + Sync,
) -> Vec<O> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let threads = cores.min(MAX_THREADS).min(items.len());
    if threads < 2 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let share = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else {
                return done;
            };
            done.push((at, work(item)));
        }
    };
    let mut done: Vec<(usize, O)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(share)).collect();
        let shares = workers.into_iter().map(|worker| match worker.join() {
            Ok(share) => share,
            Err(panic) => resume_unwind(panic),
        });
        shares.flatten().collect()
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    #[test]
    fn outcomes_stand_in_the_order_of_their_items() {
        let numbers: Vec<usize> = (0..1_000).collect();
        let doubled = on_every_core(&numbers, |number| number * 2);
        assert!(
            doubled
                .iter()
                .zip(&numbers)
                .all(|(two, one)| *two == one * 2)
        );
        assert_eq!(doubled.len(), 1_000);
        assert!(on_every_core(&[0; 0], |it: &i32| *it).is_empty());
    }

    #[test]
    fn a_panic_of_one_is_a_panic_of_all() {
        let panicked = catch_unwind(|| on_every_core(&[1, 2, 3], |it| assert_ne!(*it, 2)));
        assert!(panicked.is_err());
    }
}
