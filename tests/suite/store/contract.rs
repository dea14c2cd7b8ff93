//! The contract, as sentences, a file or two a concern. `every_promise!` hands all of them to a store's own
//! file, so that a second store promises the same; `people_promises!`, `ledger_promises!`, `lives_promises!`,
//! `voices_promises!`, `report_promises!`, `retention_promises!`, `calendar_promises!` and `instance_promises!` are those of some concerns.
//!
//! | trait | promises |
//! |---|---|
//! | `SubscriberList` | `merging`, `folding` |
//! | `SuppressionList` | `suppressing`, `erasing` |
//! | `Membership` | `joining`, `departing`, `limiting`, `readdressing`, `remembering` |
//! | `ReceiptOutbox` | `telling` |
//! | `ConsentRecord` | `consenting` |
//! | `OpinionBox` | `opining` |
//! | `ReportBox` | `returning`, `doubting` |
//! | `BatchLedger` | `batches`, `hours` |
//! | `DeliveryQueue`, `DeliveryRecords` | `claims`, `recording` |
//! | `DomainHistory` | `faring` |
//! | `LedgerRetention` | `pruning`, `tidying` |
//! | `NoticeOutbox` | `noticing` |
//! | `CalendarRecord` | `keeping` |
//! | `StateInstance` | `holding`, `vouching` |

pub(crate) mod batches;
pub(crate) mod claims;
pub(crate) mod consenting;
pub(crate) mod departing;
pub(crate) mod doubting;
pub(crate) mod erasing;
pub(crate) mod faring;
pub(crate) mod folding;
pub(crate) mod holding;
pub(crate) mod hours;
pub(crate) mod joining;
pub(crate) mod keeping;
pub(crate) mod limiting;
pub(crate) mod merging;
pub(crate) mod noticing;
pub(crate) mod opining;
pub(crate) mod pruning;
pub(crate) mod readdressing;
pub(crate) mod recording;
pub(crate) mod remembering;
pub(crate) mod returning;
pub(crate) mod suppressing;
pub(crate) mod telling;
pub(crate) mod tidying;
pub(crate) mod vouching;

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

/// Those of the list and of who gets no mail.
macro_rules! people_promises {
    ($place:expr) => {
        $crate::store::contract::promises! {
            $place;
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
                a_list_longer_than_a_group_is_added_whole,
                people_who_come_in_order_are_who_they_are_in_none;
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
        }
    };
}
pub(crate) use people_promises;

/// Those of batches and their rows.
macro_rules! ledger_promises {
    ($place:expr) => {
        $crate::store::contract::promises! {
            $place;
            erasing:
                an_erased_person_is_forgotten_and_recognised,
                an_erased_address_stays_erased_whatever_else_is_said_of_it,
                an_erased_person_may_come_again_as_someone_new;
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
                what_was_recorded_is_there_after_opening_again;
            hours:
                a_slot_is_sent_once_whatever_its_issue_is_called,
                each_reader_is_due_at_the_hour_on_their_own_clock,
                a_wave_that_nobody_began_in_time_waits_for_a_person,
                a_wave_that_was_begun_is_never_too_late;
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
            faring:
                a_domain_s_readers_are_taken_refused_or_untried,
                the_batches_before_say_how_a_domain_fared_in_them,
                a_mood_takes_the_place_of_the_one_before;
            vouching:
                a_person_vouches_for_a_copy_and_what_was_open_waits_for_them;
        }
    };
}
pub(crate) use ledger_promises;

/// Those of one state among its processes.
macro_rules! instance_promises {
    ($place:expr) => {
        $crate::store::contract::promises! {
            $place;
            holding:
                only_one_may_send_at_a_time,
                only_one_may_keep_the_calendar_and_a_person_may_send_meanwhile;
        }
    };
}
pub(crate) use instance_promises;

/// Those of notices, and of what keeping the calendar leaves behind.
macro_rules! calendar_promises {
    ($place:expr) => {
        $crate::store::contract::promises! {
            $place;
            noticing:
                the_same_is_told_to_the_same_place_once_ever,
                what_one_took_nobody_else_takes_until_its_time_is_over,
                a_try_that_failed_is_counted_and_comes_again,
                each_target_is_told_one_thing_at_a_time,
                a_target_is_out_of_reach_until_something_is_told_there;
            keeping:
                a_calendar_is_kept_since_the_first_who_kept_it_or_froze,
                what_is_on_hold_is_held_once_and_released_once;
        }
    };
}
pub(crate) use calendar_promises;

/// Those of readers by their own acts.
macro_rules! lives_promises {
    ($place:expr) => {
        $crate::store::contract::promises! {
            $place;
            joining:
                who_asks_and_confirms_reads_and_the_proof_of_it_is_kept,
                asking_for_a_known_reader_changes_nothing_and_tells_them,
                a_mail_to_an_address_that_confirmed_nothing_says_no_name,
                a_second_confirmation_changes_nothing,
                a_replayed_confirmation_brings_nobody_back,
                a_confirmation_is_too_late_after_two_weeks_and_its_person_forgotten,
                a_person_s_own_confirmation_lifts_what_is_theirs_to_lift,
                who_complains_after_asking_is_asked_no_more,
                a_departure_does_not_open_what_the_operator_closed,
                what_was_known_before_stays_as_proof;
            consenting:
                readers_without_proof_are_asked_once_and_what_they_chose_stays,
                who_does_not_answer_stays_and_is_not_asked_again,
                what_somebody_waits_for_leaves_before_what_many_get,
                a_consent_of_two_years_ago_is_reminded_of_once,
                who_said_no_to_advertising_gets_none_of_it,
                of_a_hundred_who_agreed_on_one_day_two_a_day_are_reminded;
            departing:
                several_leave_at_once_and_strangers_are_named,
                who_leaves_during_a_batch_gets_nothing_more_of_it,
                one_edition_is_left_and_the_others_stay,
                an_undo_brings_back_exactly_what_stood,
                an_undo_counts_once_and_only_while_nothing_else_happened,
                who_only_asked_may_say_no,
                a_reason_is_kept_of_whoever_left,
                choices_are_kept_and_bring_nobody_back;
            readdressing:
                a_reader_moves_when_the_new_address_says_so,
                the_old_address_takes_a_stranger_s_move_back,
                after_two_weeks_a_move_stands,
                nobody_moves_who_left_nor_onto_an_address_that_is_kept_off,
                erasing_a_reader_erases_the_addresses_they_had;
            limiting:
                a_mailbox_gets_one_confirmation_a_day_and_three_in_all_spellings,
                a_confirmation_forgets_what_was_counted_against_its_mailbox,
                a_network_has_its_own_limit_by_the_hour,
                a_flood_is_held_and_people_beside_it_get_their_mail,
                what_is_held_leaves_by_a_person_s_word_or_dies_unsent,
                what_is_usual_is_more_than_the_least,
                a_fresh_link_goes_to_a_reader_s_own_address_and_is_good_once,
                a_wish_of_someone_on_another_list_of_spellings_is_their_own;
            telling:
                a_receipt_is_taken_by_one_and_comes_again_until_it_is_settled,
                receipts_leave_in_their_order_so_many_at_a_time,
                what_happened_since_overtakes_a_receipt;
            remembering:
                many_who_come_at_once_are_one_row_and_each_finds_themself_in_it,
                every_way_in_and_out_is_written_down,
                a_dead_address_is_written_down_with_its_rejection,
                the_list_grows_week_by_week;
        }
    };
}
pub(crate) use lives_promises;

/// Those of what readers say.
macro_rules! voices_promises {
    ($place:expr) => {
        $crate::store::contract::promises! {
            $place;
            opining:
                the_last_opinion_of_a_reader_on_an_issue_counts,
                only_what_its_writer_allows_is_published,
                opinions_are_limited_by_network_and_without_a_name_altogether,
                an_erased_reader_s_words_go_and_the_count_stays,
                the_writer_hears_of_each_opinion_once_and_of_none_that_is_erased;
        }
    };
}
pub(crate) use voices_promises;

/// Those of what comes back, and of what follows.
macro_rules! report_promises {
    ($place:expr) => {
        $crate::store::contract::promises! {
            $place;
            returning:
                a_report_counts_once_and_a_dead_address_is_suppressed,
                what_is_unproven_is_shown_and_changes_nobody,
                a_flood_that_proves_nothing_leaves_room_for_all_else_and_lets_its_oldest_go,
                a_report_acts_on_the_membership_it_was_sent_under,
                a_report_settles_a_row_whose_fate_nobody_knew,
                a_complaint_leaves_for_good_and_a_mail_unsubscribes,
                a_relay_s_own_number_finds_the_row,
                an_erasure_takes_the_words_of_reports_and_keeps_what_follows,
                what_cannot_be_read_is_kept_as_it_came,
                an_opinion_by_mail_stands_below_what_its_reader_said_before;
            doubting:
                a_bad_hour_that_comes_as_reports_marks_nobody_who_reads,
                who_is_refused_again_after_a_bad_hour_is_dead,
                a_mailbox_that_is_full_for_weeks_is_passed_by_tried_and_given_up,
                an_issue_that_arrives_ends_the_row_where_somebody_listened,
                a_relay_s_own_answers_count_like_reports,
                what_is_held_against_the_sender_rests_a_domain_and_marks_nobody,
                a_person_ends_a_domain_s_rest_and_new_reports_begin_another;
        }
    };
}
pub(crate) use report_promises;

/// Those of rows that are kept for so long.
macro_rules! retention_promises {
    ($place:expr) => {
        $crate::store::contract::promises! {
            $place;
            pruning:
                rows_of_an_old_issue_go_and_its_numbers_stay,
                an_issue_is_never_sent_again_though_its_rows_are_gone,
                a_person_settles_what_nobody_knows_of_a_pruned_issue,
                what_is_not_over_is_not_pruned,
                waves_have_their_numbers_still,
                who_got_an_issue_before_is_still_known_to_have,
                a_row_of_full_mailboxes_goes_on_over_what_is_pruned,
                a_report_about_a_row_that_is_gone_is_kept_as_late,
                what_keeps_an_address_from_mail_is_found_by_its_issue,
                an_erased_reader_is_in_no_total_but_as_a_number_of_many,
                two_who_prune_at_once_count_each_row_once;
            tidying:
                a_clock_is_believed_once_it_has_gone_evenly,
                senders_are_forgotten_once_they_hold_nothing;
        }
    };
}
pub(crate) use retention_promises;

/// All promises, kept by a store in a place that `$place` makes fresh for each.
macro_rules! every_promise {
    ($place:expr) => {
        $crate::store::contract::people_promises!($place);
        $crate::store::contract::ledger_promises!($place);
        $crate::store::contract::instance_promises!($place);
        $crate::store::contract::calendar_promises!($place);
        $crate::store::contract::lives_promises!($place);
        $crate::store::contract::voices_promises!($place);
        $crate::store::contract::report_promises!($place);
        $crate::store::contract::retention_promises!($place);
    };
}
pub(crate) use every_promise;
