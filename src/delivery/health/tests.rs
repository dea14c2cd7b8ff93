//! One answer after the other: who is blamed, what rests, what becomes of the rows.

mod course;

use proptest::prelude::*;

use self::course::*;
use super::*;

#[test]
fn ten_refusals_in_a_row_over_two_domains_pause_and_mark_nobody() {
    let mut course = Course::fresh();
    for turn in 0..10 {
        assert_eq!(course.paused, None);
        course.answer(["a.test", "b.test"][turn % 2], DENIED);
    }
    let reason = course.paused.unwrap();
    assert!(
        reason.contains("a.test, b.test") && reason.contains(DENIED),
        "{reason}"
    );
    assert_eq!(course.put_off, (1..=10).collect::<Vec<_>>());
    assert!(course.rejected.is_empty());
}

#[test]
fn a_relay_that_takes_nobody_pauses_whatever_the_domain() {
    let mut course = Course::fresh();
    course.answer_all(5, "a.test", DEAD);
    assert!(!course.is_open_for("a.test") && course.is_open_for("b.test"));
    course.conclude(&[]);
    assert!(course.paused.is_some());
    assert_eq!(course.put_off.len(), 5);
}

#[test]
fn twenty_refusals_among_the_first_hundred_pause() {
    let mut course = Course::fresh();
    for turn in 0.. {
        course.answer(
            &format!("d{turn}.test"),
            if turn % 3 == 0 { DENIED } else { OK },
        );
        if course.paused.is_some() {
            assert_eq!(turn, 57);
            return;
        }
    }
}

#[test]
fn a_domain_that_refuses_five_in_a_row_rests_and_nobody_of_it_is_marked() {
    let mut course = Course::well();
    let first: Vec<i64> = (0..5).map(|_| course.answer("big.test", DEAD)).collect();
    assert_eq!(course.held, first);
    assert!(!course.is_open_for("big.test"));
    assert!(course.is_open_for("other.test"));
    course.later(600);
    assert!(course.is_open_for("big.test"), "one may try");
    course.answer("big.test", DEAD);
    course.later(600);
    assert!(!course.is_open_for("big.test"), "the rest is longer now");
    course.conclude(&[]);
    assert_eq!(course.deferred, course.held);
    assert_eq!((course.rejected, course.paused), (vec![], None));
}

#[test]
fn the_first_reader_taken_ends_a_spell() {
    let mut course = Course::well();
    course.answer_all(5, "big.test", DEAD);
    course.later(600);
    course.answer("big.test", OK);
    assert_eq!(course.deferred, course.held, "they are tried again");
    assert!(course.is_open_for("big.test"));
    assert_eq!(course.health.domains["big.test"].mood.spell, None);
}

#[test]
fn a_spell_of_three_days_is_none() {
    let mut course = Course::well();
    course.answer_all(5, "gone.test", DEAD);
    course.conclude(&[]);
    let moods = course.health.take_changes(course.now);
    course.later(72 * 3_600);
    let mut next = Health::new(LENGTHS, false, true);
    next.recall(&moods, course.now);
    let mut next = Course::new(next);
    next.answer_all(6, "gone.test", DEAD);
    let fared = DomainRecord {
        domain: "gone.test".into(),
        taken: 0,
        refused: 6,
        untried: 0,
    };
    next.conclude(&[fared]);
    assert_eq!((next.rejected.len(), next.deferred.len()), (6, 0));
}

#[test]
fn below_the_sample_each_refusal_stands_for_itself() {
    let mut course = Course::well();
    course.answer_all(3, "small.test", DEAD);
    course.conclude(&[]);
    assert_eq!(course.rejected, course.held);
}

#[test]
fn a_domain_that_has_enough_readers_needs_one_that_shows_it_is_well() {
    for (untried, is_doubted) in [(1, false), (4, false), (5, true), (300, true)] {
        // The one that is held is among them.
        let mut course = Course::well();
        course.answer("greylisting.test", DEAD);
        course.conclude(&[DomainRecord {
            domain: "greylisting.test".into(),
            taken: 0,
            refused: 0,
            untried,
        }]);
        assert_eq!(course.deferred.len() == 1, is_doubted, "{untried}");
    }
}

#[test]
fn a_share_of_the_whole_batch_is_doubted_also_where_this_run_saw_few() {
    let fared = |taken, refused| DomainRecord {
        domain: "half.test".into(),
        taken,
        refused,
        untried: 0,
    };
    for (fared, is_doubted) in [
        (fared(8, 1), true),
        (fared(3, 1), true),
        (fared(9, 1), false),
        (fared(2, 1), false),
        (fared(200, 0), false),
    ] {
        let mut course = Course::well();
        course.answer("half.test", DEAD);
        // Somebody shows at once that the domain is well.
        course.answer("half.test", OK);
        course.conclude(std::slice::from_ref(&fared));
        // The one that is held counts too.
        assert_eq!(course.deferred.len() == 1, is_doubted, "{fared:?}");
    }
}

#[test]
fn a_healthy_domains_dead_reader_is_believed_while_the_run_goes_on() {
    let mut course = Course::well();
    course.answer_all(30, "big.test", OK);
    let dead = course.answer("big.test", DEAD);
    course.answer_all(49, "big.test", OK);
    assert!(course.rejected.is_empty(), "it may be one of many");
    course.answer("big.test", OK);
    assert_eq!(course.rejected, [dead]);
}

#[test]
fn while_a_domain_refuses_a_third_of_its_readers_nobody_is_believed_to_be_refused() {
    let mut course = Course::well();
    course.answer_all(600, "big.test", OK);
    for turn in 0..100 {
        course.answer("big.test", if turn % 3 == 0 { DEAD } else { OK });
    }
    // A share of 34 in 700, in the whole batch.
    course.conclude(&[]);
    assert_eq!((course.rejected.len(), course.deferred.len()), (0, 34));

    // Nor is one who comes an hour later, alone.
    course.later(3_600);
    let alone = course.answer("big.test", DEAD);
    course.answer("big.test", OK);
    course.conclude(&[]);
    assert!(course.deferred.contains(&alone));
    // A day and a half later, in another run, it is well again.
    let moods = course.health.take_changes(course.now);
    course.later(37 * 3_600);
    let mut next = Health::new(LENGTHS, false, true);
    next.recall(&moods, course.now);
    let mut next = Course::new(next);
    next.now = course.now;
    let dead = next.answer("big.test", DEAD);
    next.answer("big.test", OK);
    next.conclude(&[]);
    assert_eq!(next.rejected, [dead]);
}

#[test]
fn who_is_refused_again_after_a_day_and_a_half_stands_for_themself() {
    for (hours, is_believed) in [(1, false), (35, false), (36, true), (80, true)] {
        let mut course = Course::well();
        course.answer_all(8, "ten.test", OK);
        let two = [0, 1].map(|_| course.refused_again("ten.test", hours));
        let fared = DomainRecord {
            domain: "ten.test".into(),
            taken: 8,
            refused: 2,
            untried: 0,
        };
        course.conclude(&[fared]);
        assert_eq!(course.rejected == two, is_believed, "{hours} h");
        assert_eq!(course.deferred == two, !is_believed, "{hours} h");
    }
}

#[test]
fn in_a_bad_hour_nobody_is_believed_however_often_they_were_refused() {
    let mut course = Course::well();
    let known = course.refused_again("big.test", 80);
    course.answer_all(5, "big.test", DEAD);
    course.conclude(&[]);
    assert!(course.deferred.contains(&known) && course.rejected.is_empty());
}

#[test]
fn readers_known_to_be_refused_begin_no_spell_and_pause_no_batch() {
    let mut course = Course::well();
    for turn in 0..40 {
        course.refused_again(&format!("d{}.test", turn % 4), 2);
    }
    assert_eq!(course.paused, None);
    assert!((0..4).all(|number| course.is_open_for(&format!("d{number}.test"))));
    course.conclude(&[]);
    assert_eq!(course.deferred, course.held);
}

#[test]
fn who_is_tried_again_alone_is_not_believed_at_once() {
    for (has_witness, is_believed) in [(false, false), (true, true)] {
        let mut course = Course::well();
        course.number += 1;
        let alone = course.number;
        course.again(alone, "big.test", DEAD, true);
        if has_witness {
            course.answer("big.test", OK);
        }
        course.conclude(&[]);
        assert_eq!(course.rejected == [alone], is_believed);
        assert_eq!(course.deferred == [alone], !is_believed);
    }
}

#[test]
fn the_last_reader_of_a_run_is_believed_where_another_was_taken_at_the_same_time() {
    // What speaks of no mailbox may be a block that begins just then.
    for (seconds, answer, is_believed) in [
        (0, DEAD, true),
        (1, DEAD, true),
        (2, DEAD, false),
        (0, DENIED, false),
    ] {
        let mut course = Course::well();
        course.answer_all(8, "big.test", OK);
        course.later(seconds);
        let last = course.answer("big.test", answer);
        course.conclude(&[]);
        assert_eq!(
            course.rejected == [last],
            is_believed,
            "{answer} {seconds} s after"
        );
        assert_eq!(
            course.deferred == [last],
            !is_believed,
            "{answer} {seconds} s after"
        );
    }
}

#[test]
fn a_domain_that_took_nobody_for_weeks_has_no_spell() {
    let fared = |taken, refused| DomainRecord {
        domain: "gone.test".into(),
        taken,
        refused,
        untried: 0,
    };
    for (before, is_believed) in [
        (vec![], false),
        (vec![fared(0, 12)], true),
        (vec![fared(1, 40)], false),
    ] {
        let mut course = Course::well();
        course.answer_all(6, "gone.test", DEAD);
        let now = [fared(0, 0)];
        assert_eq!(course.health.unproven_domains(&now), ["gone.test"]);
        let rulings = course.health.conclude(&now, &before, course.now);
        course.note(rulings);
        assert_eq!(course.rejected == course.held, is_believed, "{before:?}");
        assert_eq!(course.deferred == course.held, !is_believed, "{before:?}");
        assert_eq!(course.is_open_for("gone.test"), is_believed, "{before:?}");
    }
    // Who took one of this batch is proven.
    let mut course = Course::well();
    course.answer("gone.test", DEAD);
    assert!(course.health.unproven_domains(&[fared(9, 3)]).is_empty());
}

#[test]
fn a_block_that_begins_at_the_end_of_a_run_rejects_nobody() {
    for (answers, is_doubted) in [
        (vec![("a.test", DENIED), ("b.test", DENIED)], true),
        (
            vec![("a.test", DEAD), ("b.test", DEAD), ("c.test", DEAD)],
            true,
        ),
        (vec![("a.test", DEAD), ("b.test", DEAD)], false),
        (vec![("a.test", DENIED)], false),
    ] {
        let mut course = Course::well();
        for (domain, answer) in &answers {
            course.answer(domain, answer);
        }
        course.conclude(&[]);
        assert_eq!(course.deferred == course.held, is_doubted, "{answers:?}");
    }
    // Somebody taken afterwards is a witness.
    let mut course = Course::well();
    course.answer("a.test", DENIED);
    course.answer("b.test", DENIED);
    course.answer("c.test", OK);
    course.conclude(&[]);
    assert_eq!(course.rejected, course.held);
}

#[test]
fn after_a_persons_resume_refusals_count() {
    let mut course = Course::new(Health::new(LENGTHS, true, false));
    course.answer_all(50, "a.test", DEAD);
    assert_eq!(course.rejected.len(), 50);
}

#[test]
fn until_somebody_is_taken_no_more_than_twenty_are_on_the_way() {
    let mut health = Health::new(LENGTHS, false, false);
    let may = |health: &mut Health| health.may_start("a.test", start()) == Start::Go;
    assert_eq!((0..50).filter(|_| may(&mut health)).count(), 20);
    let accepted = Verdict::Accepted(Reply::parse(OK).unwrap());
    health.heard(claim(1, "a.test"), accepted, start());
    assert!(may(&mut health));
}

#[test]
fn too_fast_is_the_domains_matter_until_a_second_says_so() {
    let mut course = Course::well();
    course.answer("a.test", TOO_MANY);
    assert!(!course.is_open_for("a.test") && course.is_open_for("b.test"));
    course.answer("b.test", TOO_MANY);
    assert!(!course.is_open_for("c.test"), "the relay rests");
    assert_eq!((course.put_off.len(), course.deferred.len()), (2, 0));
    course.later(1);
    assert!(course.is_open_for("a.test"), "and the domains do not");
    course.health.start("a.test", course.now);
    assert!(!course.is_open_for("b.test"), "one alone tries");
}

#[test]
fn somebody_taken_between_makes_it_two_domains_own_matters() {
    let mut course = Course::well();
    course.answer("a.test", TOO_MANY);
    course.answer("c.test", OK);
    course.answer("b.test", TOO_MANY);
    assert!(course.is_open_for("c.test"));
    assert!(!course.is_open_for("a.test") && !course.is_open_for("b.test"));
}

#[test]
fn deferrals_in_a_row_over_two_domains_are_the_relays() {
    let mut course = Course::well();
    for turn in 0..6 {
        course.answer(["a.test", "b.test"][turn % 2], LATER);
    }
    assert_eq!((course.deferred.len(), course.put_off.len()), (4, 2));
    assert!(!course.is_open_for("c.test"));
}

#[test]
fn full_mailboxes_and_greylists_slow_nobody() {
    for answer in [
        "452 4.2.2 Over quota",
        "451 4.7.1 Greylisted, come back later",
    ] {
        let mut course = Course::well();
        for turn in 0..50 {
            course.answer(&format!("d{turn}.test"), answer);
        }
        assert_eq!(course.deferred.len(), 50, "{answer}");
        assert!(course.is_open_for("a.test"));
    }
}

#[test]
fn what_is_taken_at_its_second_try_is_greylisting_and_new_rows_go_on() {
    let mut course = Course::well();
    for turn in 0..5 {
        course.answer(["a.test", "b.test"][turn % 2], LATER);
    }
    let tried = course.number;
    course.later(1);
    course.again(tried, "a.test", LATER, true);
    course.later(400);
    course.again(tried, "a.test", OK, true);
    let before = course.deferred.len();
    for turn in 0..50 {
        course.later(10);
        course.answer(&format!("d{turn}.test"), LATER);
    }
    assert_eq!(course.deferred.len() - before, 50);
    assert!(course.is_open_for("c.test"));
}

proptest! {
    /// Whatever is answered, and in whatever order: nobody is marked who was not refused for good,
    /// nobody is forgotten, and an end comes.
    #[test]
    fn every_reader_gets_exactly_one_ruling(
        answers in prop::collection::vec((0_usize..6, 0_usize..5), 1..300),
        trusts: bool,
        is_cut_short: bool,
    ) {
        let mut course = Course::new(Health::new(LENGTHS, trusts, false));
        let mut taken = 0_usize;
        for (domain, answer) in answers {
            let answer = [OK, DEAD, DENIED, TOO_MANY, LATER][answer];
            taken += usize::from(answer == OK);
            course.answer(&format!("d{domain}.test"), answer);
            course.later(1);
            if course.paused.is_some() {
                break;
            }
        }
        let rulings = match is_cut_short || course.paused.is_some() {
            true => course.health.release(),
            false => course.health.conclude(&[], &[], course.now),
        };
        let back = rulings.iter().filter(|it| matches!(it, Ruling::PutBack(_))).count();
        course.note(rulings);
        let ended = course.rejected.len() + course.deferred.len() + course.put_off.len();
        prop_assert_eq!(taken + ended + back, usize::try_from(course.number).unwrap());
        prop_assert!(course.health.release().is_empty());
    }
}
