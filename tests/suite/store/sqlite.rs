//! The contract run against SQLite, and what is SQLite's alone: files, rights, other programs.

use std::{path::PathBuf, sync::Arc};

use async_trait::async_trait;
use daily_note::store::{BatchState, Store, StoreError, sqlite::SqliteStore};
use tempfile::TempDir;

use super::{contract::promises, fixture::*};
use crate::support::sqlite3;

/// A state folder of its own.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn state(&self) -> PathBuf {
        self.0.path().join("state")
    }

    fn database(&self) -> PathBuf {
        self.state().join("daily-note.sqlite")
    }
}

#[async_trait]
impl Place for Folder {
    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(SqliteStore::open(&self.state()).await.unwrap())
    }
}

promises! {
    crate::store::sqlite::Folder::new();
    batches:
        an_issue_is_frozen_once_ever,
        a_batch_goes_to_the_active_unsuppressed_readers_of_its_edition,
        batches_come_the_newest_first,
        a_paused_batch_gives_no_rows_until_it_is_resumed,
        refusals_are_trusted_after_a_pause_over_them_and_no_other,
        cancelling_skips_what_was_not_sent_and_lets_the_wire_finish,
        a_batch_is_finished_only_when_every_row_has_its_end,
        a_person_settles_what_nobody_knows,
        of_a_cancelled_batch_nothing_is_sent_again,
        a_refrozen_batch_keeps_what_was_tried_as_it_was,
        what_was_recorded_is_there_after_opening_again,
        only_one_may_send_at_a_time;
    hours:
        a_slot_is_sent_once_whatever_its_issue_is_called,
        each_reader_is_due_at_the_hour_on_their_own_clock,
        a_wave_that_nobody_began_in_time_waits_for_a_person,
        a_wave_that_was_begun_is_never_too_late,
        only_one_may_keep_the_calendar_and_a_person_may_send_meanwhile,
        a_person_vouches_for_a_copy_and_what_was_open_waits_for_them;
    claims:
        a_claim_carries_what_a_message_needs,
        a_row_is_claimed_by_one_sender_only,
        a_deferred_row_comes_again_when_it_is_due,
        quotas_bound_each_domain_and_a_full_one_holds_up_nobody,
        a_limit_on_all_together_starves_no_domain,
        a_lane_without_limits_any_more_shares_the_common_quota,
        readers_who_left_since_the_freeze_make_room_for_others,
        a_dead_sender_s_claims_return_and_its_wire_is_unknown,
        where_told_to_resend_the_wire_returns_too,
        a_clock_set_back_does_not_stop_a_batch;
    recording:
        a_delivery_goes_from_pending_to_accepted,
        a_group_is_applied_in_its_order,
        an_outcome_without_a_dot_is_refused,
        an_ended_row_moves_no_more,
        an_unknown_row_or_number_is_refused_not_an_error,
        no_message_leaves_for_someone_who_left,
        no_message_leaves_for_someone_taken_out_of_the_file,
        a_dead_address_is_suppressed_with_its_rejection,
        a_doubtful_refusal_can_be_taken_back,
        lost_connections_are_counted_until_a_deferral,
        bad_rows_come_in_pages_with_the_relay_s_words,
        a_relay_s_endless_reply_is_cut_at_a_character;
    merging:
        a_person_is_kept_as_told,
        a_reader_who_moves_keeps_number_consent_and_history,
        a_move_merges_nobody_and_brings_nobody_back,
        one_address_is_one_reader_in_any_case,
        what_a_person_set_themself_nobody_overwrites,
        what_is_not_said_changes_nothing,
        the_operator_does_not_add_someone_who_left,
        a_person_s_own_act_brings_them_back_but_not_past_the_operator,
        the_list_comes_in_pages_by_number,
        a_list_longer_than_a_group_is_added_whole;
    folding:
        a_fold_adds_changes_and_leaves_alone,
        an_unsubscribed_reader_is_not_brought_back_by_the_file,
        an_entry_gone_from_the_file_leaves_and_may_return,
        a_reader_whom_not_only_the_file_had_added_stays,
        a_line_taken_out_of_the_file_takes_back_what_it_had_said,
        a_fold_never_takes_back_what_others_had_said,
        a_fold_that_loses_too_many_changes_nothing,
        a_small_list_may_lose_three_readers_and_never_most_of_them,
        a_list_of_two_may_lose_one_and_not_both,
        an_address_that_is_the_beginning_of_one_that_is_gone_stops_the_fold,
        an_entry_that_cannot_be_read_undoes_the_fold,
        a_previewed_fold_tells_all_and_changes_nothing;
    suppressing:
        an_address_is_suppressed_once,
        a_lifted_suppression_gives_the_reader_back,
        a_stronger_reason_replaces_a_weaker_one_only,
        suppressions_come_in_pages_in_their_order,
        what_is_known_of_addresses_comes_in_their_order;
    noticing:
        the_same_is_told_to_the_same_place_once_ever,
        what_one_took_nobody_else_takes_until_its_time_is_over,
        a_try_that_failed_is_counted_and_comes_again,
        each_target_is_told_one_thing_at_a_time,
        a_target_is_out_of_reach_until_something_is_told_there;
    erasing:
        an_erased_person_is_forgotten_and_recognised,
        an_erased_address_stays_erased_whatever_else_is_said_of_it,
        an_erased_person_may_come_again_as_someone_new;
}

#[cfg(unix)]
#[tokio::test]
async fn the_state_is_its_owner_s_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let store = folder.open().await.with_people(1).await;
    let mode = |path: PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(folder.state()), 0o700);
    for entry in std::fs::read_dir(folder.state()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(path.clone()), 0o600, "{}", path.display());
    }
    drop(store);
}

fn problem(error: &StoreError) -> String {
    let source = std::error::Error::source(error).map(ToString::to_string);
    format!("{error}: {}", source.unwrap_or_default())
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = Folder::new();
    std::fs::create_dir(folder.state()).unwrap();
    let bytes = b"dear diary, ".repeat(1_000);
    std::fs::write(folder.database(), &bytes).unwrap();
    let error = SqliteStore::open(&folder.state()).await.unwrap_err();
    assert!(
        problem(&error).contains("it is damaged, or not a database"),
        "{}",
        problem(&error)
    );
    assert_eq!(std::fs::read(folder.database()).unwrap(), bytes);
}

#[tokio::test]
async fn another_program_s_database_is_refused() {
    let folder = Folder::new();
    std::fs::create_dir(folder.state()).unwrap();
    sqlite3(&folder.database(), "CREATE TABLE cookies (id INTEGER)");
    let error = SqliteStore::open(&folder.state()).await.unwrap_err();
    assert!(matches!(error, StoreError::Foreign), "{error:?}");
    assert_eq!(error.hint(), "move it away, or name another folder");
}

#[tokio::test]
async fn a_newer_program_s_state_is_refused() {
    let folder = Folder::new();
    folder.open().await;
    sqlite3(
        &folder.database(),
        "INSERT INTO _sqlx_migrations SELECT 9999, 'later', installed_on, 1, x'00', 1 \
         FROM _sqlx_migrations LIMIT 1",
    );
    let error = SqliteStore::open(&folder.state()).await.unwrap_err();
    assert!(error.to_string().contains("newer daily-note"), "{error}");
    assert_eq!(error.hint(), "install that version or a later one");
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let folder = Folder::new();
    let file = folder.0.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = SqliteStore::open(&file.join("state")).await.unwrap_err();
    assert!(matches!(error, StoreError::Unusable { .. }), "{error:?}");
    assert!(error.to_string().contains("file/state"), "{error}");
}

#[tokio::test]
async fn many_first_runs_at_once_make_one_state() {
    let folder = Arc::new(Folder::new());
    let opening: Vec<_> = (0..8)
        .map(|_| {
            let folder = Arc::clone(&folder);
            tokio::spawn(async move { folder.open().await })
        })
        .collect();
    for store in opening {
        store.await.unwrap();
    }
}

#[tokio::test]
async fn a_batch_whose_rows_and_counters_differ_is_not_called_finished() {
    let folder = Folder::new();
    let store = folder.open().await.with_people(2).await;
    let batch = store.frozen("monday").await;
    for claim in store.claim_at(&batch, 2, at(1)).await {
        store.step(&claim, sending()).await.unwrap();
        store.step(&claim, accepted()).await.unwrap();
    }
    drop(store);
    // One row is rejected (5), whatever the counters say.
    sqlite3(
        &folder.database(),
        "UPDATE deliveries SET state = 5 WHERE id = (SELECT min(id) FROM deliveries)",
    );
    let store = folder.open().await;
    let finished = store
        .set_batch_state(batch.id, &BatchState::Finished, at(2))
        .await;
    let error = finished.unwrap_err().to_string();
    assert!(error.starts_with("the ledger does not add up"), "{error}");
}

/// The database's files, as a backup copies them.
fn files(folder: &Folder) -> Vec<(PathBuf, Vec<u8>)> {
    ["daily-note.sqlite", "daily-note.sqlite-wal"]
        .iter()
        .map(|name| folder.state().join(name))
        .filter_map(|path| std::fs::read(&path).ok().map(|bytes| (path, bytes)))
        .collect()
}

fn put_back(folder: &Folder, files: &[(PathBuf, Vec<u8>)]) {
    for name in [
        "daily-note.sqlite",
        "daily-note.sqlite-wal",
        "daily-note.sqlite-shm",
    ] {
        let _ = std::fs::remove_file(folder.state().join(name));
    }
    for (path, bytes) in files {
        std::fs::write(path, bytes).unwrap();
    }
}

#[tokio::test]
async fn a_restored_snapshot_sends_to_nobody_who_may_have_it_already() {
    let folder = Folder::new();
    let store = folder.open().await.with_people(5).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 2, at(1)).await;
    store.step(&claims[0], sending()).await.unwrap();
    store.step(&claims[0], accepted()).await.unwrap();
    let snapshot = files(&folder);
    // After the copy was made one more is on the wire, and then the machine dies.
    store.step(&claims[1], sending()).await.unwrap();
    drop(store);
    put_back(&folder, &snapshot);

    for resend in [true, false] {
        let store = folder.open().await;
        let _held = store.hold(&sender()).await.unwrap();
        let recovered = store.recover(batch.id, resend, at(9)).await.unwrap();
        // The second time it knows.
        let expected = if resend { 4 } else { 0 };
        assert_eq!((recovered.restored, recovered.unknown), (expected, 0));
        assert!(store.claim_at(&batch, 9, at(9)).await.is_empty());
        let counts = store.counts(batch.id).await.unwrap();
        assert_eq!((counts.accepted, counts.unknown), (1, 4));
    }
}

#[tokio::test]
async fn a_restored_snapshot_that_knows_nothing_of_an_issue_does_not_send_it_again() {
    let folder = Folder::new();
    let store = folder.open().await.with_people(2).await;
    let snapshot = files(&folder);
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 1, at(1)).await;
    store.step(&claims[0], sending()).await.unwrap();
    drop(store);
    put_back(&folder, &snapshot);

    let store = folder.open().await;
    let _held = store.hold(&sender()).await.unwrap();
    let again = store.freeze(&new_batch("monday"), at(9)).await;
    assert!(
        matches!(&again, Err(StoreError::OlderCopy { issue }) if issue == "monday"),
        "{again:?}"
    );
    assert!(
        store
            .freeze(&new_batch("thursday"), at(9))
            .await
            .unwrap()
            .is_new
    );
}

#[tokio::test]
async fn a_snapshot_that_missed_nothing_goes_on() {
    let folder = Folder::new();
    let store = folder.open().await.with_people(2).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 1, at(1)).await;
    store.step(&claims[0], sending()).await.unwrap();
    store.step(&claims[0], accepted()).await.unwrap();
    let snapshot = files(&folder);
    drop(store);
    put_back(&folder, &snapshot);

    let store = folder.open().await;
    let _held = store.hold(&sender()).await.unwrap();
    let recovered = store.recover(batch.id, false, at(9)).await.unwrap();
    assert_eq!(recovered, daily_note::store::RecoveredRows::default());
    assert_eq!(store.claim_at(&batch, 9, at(9)).await.len(), 1);
}

#[tokio::test]
async fn a_torn_record_behind_the_last_commit_changes_nothing() {
    let folder = Folder::new();
    let store = folder.open().await.with_people(3).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 2, at(1)).await;
    store.step(&claims[0], sending()).await.unwrap();
    store.step(&claims[0], accepted()).await.unwrap();
    store.step(&claims[1], sending()).await.unwrap();
    let whole = files(&folder);
    drop(store);
    let log = &whole
        .iter()
        .find(|(path, _)| path.ends_with("daily-note.sqlite-wal"))
        .unwrap()
        .1;
    // Half a frame, a frame that is not its own, and one whose last byte never came.
    let frame = &log[log.len() - (24 + 4_096)..];
    let mut flipped = frame.to_vec();
    *flipped.last_mut().unwrap() ^= 1;
    for torn in [
        &frame[..9],
        &frame[..frame.len() - 1],
        frame,
        &flipped,
        &[0x5a; 9_000],
    ] {
        put_back(&folder, &whole);
        let (path, bytes) = &whole[1];
        std::fs::write(path, [bytes, torn].concat()).unwrap();
        let store = SqliteStore::open(&folder.state()).await.unwrap();
        // The files of a machine that lost its power are the same ones: these are new.
        store.make_at_home().await.unwrap();
        let _held = store.hold(&sender()).await.unwrap();
        let recovered = store.recover(batch.id, false, at(9)).await.unwrap();
        assert_eq!((recovered.unknown, recovered.restored), (1, 0));
        let counts = store.counts(batch.id).await.unwrap();
        assert_eq!((counts.accepted, counts.unknown, counts.pending), (1, 1, 1));
    }
}
