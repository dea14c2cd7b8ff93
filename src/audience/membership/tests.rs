//! The machine, over whole lives.

use proptest::prelude::*;

use super::{signup::folded_mailbox, *};
use crate::address::Address;

fn any_act() -> impl Strategy<Value = MembershipAct> {
    use MembershipAct::*;
    prop_oneof![
        Just(Ask),
        Just(Confirm),
        proptest::sample::select(&SuppressionReason::ALL[..]).prop_map(Suppress),
        Just(Lift),
        Just(Name),
        Just(Vanish),
        Just(Move),
        Just(Forget),
    ]
}

fn any_standing() -> impl Strategy<Value = Standing> {
    (
        proptest::option::of(proptest::sample::select(&SubscriberState::ALL[..])),
        proptest::option::of(proptest::sample::select(&SuppressionReason::ALL[..])),
    )
        .prop_map(|(state, suppression)| Standing { state, suppression })
}

proptest! {
    #[test]
    fn nothing_but_a_confirmation_a_list_kept_by_hand_or_the_operator_brings_somebody_mail(
        standing in any_standing(),
        act in any_act(),
    ) {
        let Some(step) = standing.after(act) else { return Ok(()) };
        if !standing.gets_mail() && step.to.gets_mail() {
            let may = match act {
                MembershipAct::Confirm => !standing.is_barred(),
                MembershipAct::Name => standing.suppression.is_none(),
                MembershipAct::Move => standing.suppression == Some(SuppressionReason::HardBounce),
                MembershipAct::Lift => true,
                _ => false,
            };
            prop_assert!(may, "{standing:?} {act:?}");
        }
    }

    #[test]
    fn who_complained_or_is_kept_off_by_the_operator_comes_back_by_the_operator_alone(
        reason in prop_oneof![Just(SuppressionReason::Complaint), Just(SuppressionReason::Manual)],
        state in proptest::sample::select(&SubscriberState::ALL[..]),
        acts in proptest::collection::vec(any_act(), 0..20),
    ) {
        let mut standing = Standing { state: Some(state), suppression: Some(reason) };
        for act in acts {
            // A departure on top of the operator's word is remembered with it: see the store.
            if matches!(act, MembershipAct::Lift | MembershipAct::Suppress(_)) {
                continue;
            }
            if let Some(step) = standing.after(act) {
                standing = step.to;
            }
            prop_assert!(!standing.gets_mail());
        }
    }

    #[test]
    fn links_end_with_every_confirmation_departure_bounce_complaint_erasure_and_move(
        standing in any_standing(),
        act in any_act(),
    ) {
        let Some(step) = standing.after(act) else { return Ok(()) };
        use MembershipChange as Change;
        let ends = matches!(
            step.change,
            Change::Confirmed | Change::Left | Change::Bounced | Change::Complained | Change::Erased
                | Change::Moved | Change::Suppressed | Change::Lifted | Change::Forgotten
        );
        prop_assert_eq!(step.grows_epoch, ends);
    }

    #[test]
    fn what_keeps_somebody_from_mail_is_only_ever_replaced_by_something_stronger(
        standing in any_standing(),
        reason in proptest::sample::select(&SuppressionReason::ALL[..]),
    ) {
        let step = standing.after(MembershipAct::Suppress(reason));
        let stronger = standing.suppression.is_none_or(|it| reason.strength() > it.strength());
        prop_assert_eq!(step.is_some(), stronger);
    }

    #[test]
    fn every_spelling_of_a_mailbox_is_one(
        local in "[a-z0-9]{1,20}",
        dots in proptest::collection::vec(any::<bool>(), 20),
        tag in proptest::option::of("[a-z0-9.]{0,8}[a-z0-9]"),
        upper in any::<bool>(),
    ) {
        let mut spelled = String::new();
        for (at, c) in local.chars().enumerate() {
            if at > 0 && dots[at % dots.len()] {
                spelled.push('.');
            }
            spelled.push(c);
        }
        if let Some(tag) = tag {
            spelled = format!("{spelled}+{tag}");
        }
        if upper {
            spelled = spelled.to_ascii_uppercase();
        }
        if let (Ok(one), Ok(other)) = (
            Address::parse(&format!("{local}@gmail.com")),
            Address::parse(&format!("{spelled}@GoogleMail.com")),
        ) {
            prop_assert_eq!(folded_mailbox(&one), folded_mailbox(&other));
        }
    }
}

#[test]
fn a_life_goes_from_asking_to_confirming_to_leaving_and_back() {
    let mut standing = Standing::STRANGER;
    let mut live = |act| {
        let step = standing.after(act);
        if let Some(step) = step {
            standing = step.to;
        }
        (step.map(|step| step.change), standing.gets_mail())
    };
    use MembershipAct::{Ask, Confirm, Suppress};
    use MembershipChange as Change;
    let left = Suppress(SuppressionReason::Unsubscribed);
    assert_eq!(live(Ask), (Some(Change::Asked), false));
    assert_eq!(live(Ask), (Some(Change::Asked), false));
    assert_eq!(live(Confirm), (Some(Change::Confirmed), true));
    assert_eq!(live(Confirm), (None, true));
    assert_eq!(live(Ask), (None, true));
    assert_eq!(live(left), (Some(Change::Left), false));
    assert_eq!(live(left), (None, false));
    assert_eq!(live(Ask), (Some(Change::Asked), false));
    assert_eq!(live(Confirm), (Some(Change::Confirmed), true));
}
