//! Faults of the machine under the ledger, one at a time: fsync fails, the disk is full.

use std::time::Duration;

use super::{
    CONNECTIONS, accounted_for_and_finished,
    publication::{Publication, Run},
    relay::Relay,
    shim::{Fault, Shim},
};

#[test]
fn after_a_failed_fdatasync_no_more_dots_leave() {
    let shim = Shim::build();
    let publication = Publication::new(1_000);
    for after in [12, 20, 35, 60] {
        let state = publication.fresh_state();
        let relay = Relay::start(Duration::from_micros(300));
        let code = state
            .send(Run {
                shim: Some((&shim, Fault::SyncFailsAfter(after))),
                ..Run::of(relay.port())
            })
            .finish();
        assert!(
            ![0, 5, 6].contains(&code),
            "it went on after a failed fsync ({after}): {code}"
        );
        shim.take_back_unsynced(state.folder());
        let before = relay.count();
        assert!(before < 1_000, "the fault came too late to matter");
        let unknown = accounted_for_and_finished(&publication, &state, relay);
        assert!(unknown <= 2 * CONNECTIONS, "{unknown} unknown");
    }
}

#[test]
fn a_full_disk_stops_the_sending_and_loses_nobody() {
    let shim = Shim::build();
    let publication = Publication::new(1_000);
    for kilobytes in [150, 300, 600] {
        let state = publication.fresh_state();
        let relay = Relay::start(Duration::from_micros(300));
        let code = state
            .send(Run {
                shim: Some((&shim, Fault::DiskFullAfter(kilobytes * 1024))),
                ..Run::of(relay.port())
            })
            .finish();
        assert!(
            ![0, 5, 6].contains(&code),
            "it went on with a full disk ({kilobytes}): {code}"
        );
        let unknown = accounted_for_and_finished(&publication, &state, relay);
        assert!(unknown <= 2 * CONNECTIONS, "{unknown} unknown");
    }
}

#[test]
fn the_kernels_own_limit_on_a_files_size_stops_the_sending_and_loses_nobody() {
    let publication = Publication::new(1_000);
    for kilobytes in [700, 1_200] {
        let state = publication.fresh_state();
        let relay = Relay::start(Duration::from_micros(300));
        let (code, words) = state
            .send(Run {
                largest_file_kilobytes: Some(kilobytes),
                ..Run::of(relay.port())
            })
            .finish_with_words();
        assert!(![0, 5, 6].contains(&code), "{kilobytes}: {code}: {words}");
        assert!(words.contains("daily-note.sqlite"), "{words}");
        let unknown = accounted_for_and_finished(&publication, &state, relay);
        assert!(unknown <= 2 * CONNECTIONS, "{unknown} unknown");
    }
}
