//! Links, old and new: what verifies, where, and for how long.

use chrono::{DateTime, Utc};
use proptest::prelude::*;

use super::*;

fn of_list(mark: &str, secret: &[u8]) -> LinkSigner {
    LinkSigner::new(
        &LinkSecrets::only(secret),
        &ListMark::new(mark),
        Some("https://note.example.com/"),
    )
}

fn signer() -> LinkSigner {
    of_list("a", b"a secret of the tests")
}

fn token_of(url: &str) -> &str {
    url.rsplit('/').next().unwrap()
}

/// What the releases before tokens carried a mark wrote, letter for letter: it stands in mailboxes.
#[test]
fn what_was_written_before_is_still_written_and_taken() {
    let old = signer().unmarked();
    insta::assert_snapshot!(old.unsubscribe(SubscriberId(70_000)).unwrap(), @"https://note.example.com/u/ARFwRMrdMiCdtolObuEma1VTSg");
    insta::assert_snapshot!(old.feedback(SubscriberId(7), "monday-2026-11-23").unwrap(), @"https://note.example.com/f/monday-2026-11-23/B1Zp_4ILCZfeBwLgVpjVSJc");
    insta::assert_snapshot!(old.bounce_local_part(SubscriberId(7)), @"bounce+077f8bacab188657ff2ac2df210524dd9c");
}

#[test]
fn a_link_is_short_and_stays_the_same() {
    let links = signer();
    insta::assert_snapshot!(links.unsubscribe(SubscriberId(70_000)).unwrap(), @"https://note.example.com/u/ARFwqu3nioDpcPBCfwI6UErv9Q");
    insta::assert_snapshot!(links.bounce_local_part(SubscriberId(7)), @"bounce+cadwaxuwtuoopvgybdaxe7sgma5aa");
    insta::assert_snapshot!(links.web_version("가을 노트").unwrap(), @"https://note.example.com/issues/%EA%B0%80%EC%9D%84%20%EB%85%B8%ED%8A%B8");
}

#[test]
fn without_pages_there_are_no_links() {
    let links = LinkSigner::for_looking(None);
    assert_eq!(links.unsubscribe(SubscriberId(1)), None);
    assert_eq!(links.preferences(SubscriberId(1)), None);
    assert_eq!(links.feedback(SubscriberId(1), "monday-2026-11-23"), None);
}

#[test]
fn a_token_serves_its_own_purpose_issue_and_secret_only() {
    let (links, reader) = (signer(), SubscriberId(42));
    let unsubscribe = links.unsubscribe(reader).unwrap();
    let feedback = links.feedback(reader, "monday-2026-11-23").unwrap();
    assert_eq!(links.verify_unsubscribe(token_of(&unsubscribe)), Ok(reader));
    assert_eq!(
        links.verify_preferences(token_of(&unsubscribe)),
        Err(TokenError::NotOurs)
    );
    assert_eq!(
        links.verify_feedback(token_of(&feedback), "monday-2026-11-23"),
        Ok(reader)
    );
    assert_eq!(
        links.verify_feedback(token_of(&feedback), "monday-2026-11-30"),
        Err(TokenError::NotOurs)
    );
    let stranger = of_list("a", b"another");
    assert_eq!(
        stranger.verify_unsubscribe(token_of(&unsubscribe)),
        Err(TokenError::NotOurs)
    );
}

#[test]
fn a_return_path_survives_a_relay_that_shouts() {
    let (links, reader) = (signer(), SubscriberId(i64::MAX));
    let local = links.bounce_local_part(reader);
    assert!(local.len() <= 64, "RFC 5321 §4.5.3.1.1");
    let named = links.verify_bounce(&local.to_ascii_uppercase()).unwrap();
    assert_eq!(
        named,
        DeliveryToken {
            reader,
            batch: Some(0)
        }
    );
    assert_eq!(links.verify_bounce("bounce+"), Err(TokenError::Malformed));
    assert_eq!(links.verify_bounce("bounce"), Err(TokenError::Malformed));
}

#[test]
fn a_message_id_differs_by_reader_and_by_issue() {
    let links = signer();
    let first = links.message_id(SubscriberId(1), "monday-2026-11-23");
    assert_eq!(
        first,
        links.message_id(SubscriberId(1), "monday-2026-11-23")
    );
    assert_ne!(
        first,
        links.message_id(SubscriberId(2), "monday-2026-11-23")
    );
    assert_ne!(
        first,
        links.message_id(SubscriberId(1), "monday-2026-11-30")
    );
}

proptest! {
    #[test]
    fn every_reader_comes_back_out_of_their_token(id in any::<i64>()) {
        let (links, reader) = (signer(), SubscriberId(id));
        let url = links.unsubscribe(reader).unwrap();
        prop_assert_eq!(links.verify_unsubscribe(token_of(&url)), Ok(reader));
        let named = links.verify_bounce(&links.bounce_local_part(reader)).unwrap();
        prop_assert_eq!(named.reader, reader);
    }

    #[test]
    fn no_other_text_is_a_token(text in ".{0,60}", id in 0i64..1_000_000, at in 0usize..27) {
        let links = signer();
        let url = links.unsubscribe(SubscriberId(id)).unwrap();
        prop_assume!(text != token_of(&url));
        prop_assert!(links.verify_unsubscribe(&text).is_err());
        prop_assert!(links.verify_bounce(&text).is_err());
        let mut changed = token_of(&url).to_owned().into_bytes();
        let at = at % changed.len();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        prop_assert!(links.verify_unsubscribe(&changed).is_err());
    }
}

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000 + second, 0).unwrap()
}

fn timed(reader: i64) -> TimedToken {
    TimedToken {
        reader: SubscriberId(reader),
        epoch: 3,
        until: at(0),
    }
}

#[test]
fn a_link_that_expires_says_until_when_and_under_which_membership() {
    let links = signer();
    let url = links.confirm(timed(70_000)).unwrap();
    assert!(url.len() < 80, "{url}");
    let token = token_of(&url);
    let verified = |page, now| links.verify_timed(page, token, now);
    assert_eq!(verified(PublicPage::Confirm, at(0)), Ok(timed(70_000)));
    assert_eq!(
        verified(PublicPage::Confirm, at(1)),
        Err(TokenError::Expired)
    );
    for page in [
        PublicPage::Undo,
        PublicPage::Manage,
        PublicPage::MoveUndo,
        PublicPage::Front,
    ] {
        assert_eq!(verified(page, at(0)), Err(TokenError::NotOurs), "{page:?}");
    }
    assert!(links.verify_unsubscribe(token).is_err());
}

#[test]
fn a_link_to_move_is_good_for_its_address_alone() {
    let links = signer();
    let address = |text: &str| Address::parse(text).unwrap();
    let url = links
        .move_to(timed(7), &address("New@example.com"))
        .unwrap();
    let token = token_of(&url);
    let verified = |to| links.verify_move(token, &address(to), at(0));
    assert_eq!(LinkSigner::claimed_reader(token), Ok(SubscriberId(7)));
    assert_eq!(verified("new@example.com"), Ok(timed(7)));
    assert_eq!(verified("other@example.com"), Err(TokenError::NotOurs));
}

#[test]
fn another_list_takes_nothing_under_the_same_secret() {
    let (own, other) = (of_list("a", b"one secret"), of_list("b", b"one secret"));
    for number in 1..200 {
        let reader = SubscriberId(number);
        let url = own.unsubscribe(reader).unwrap();
        assert_eq!(
            other.verify_unsubscribe(token_of(&url)),
            Err(TokenError::NotOurs)
        );
        let local = own.bounce_local_part(reader);
        assert!(other.verify_bounce(&local).is_err());
        let id = own.message_id(reader, "monday");
        assert!(other.verify_message_id(&id, "monday").is_err());
        assert!(own.verify_message_id(&id, "monday").is_ok());
        assert!(own.verify_message_id(&id, "thursday").is_err());
    }
}

#[test]
fn tokens_of_before_are_good_for_the_readers_of_then() {
    let old = signer().unmarked();
    let mark = ListMark {
        mark: "a".to_owned(),
        last_unmarked: SubscriberId(100),
    };
    let secrets = LinkSecrets::only(b"a secret of the tests");
    let now = LinkSigner::new(&secrets, &mark, Some("https://note.example.com"));
    for (number, is_good) in [(1, true), (100, true), (101, false)] {
        let reader = SubscriberId(number);
        let expected = match is_good {
            true => Ok(reader),
            false => Err(TokenError::NotOurs),
        };
        let unsubscribe = old.unsubscribe(reader).unwrap();
        assert_eq!(now.verify_unsubscribe(token_of(&unsubscribe)), expected);
        let preferences = old.preferences(reader).unwrap();
        assert_eq!(now.verify_preferences(token_of(&preferences)), expected);
        let feedback = old.feedback(reader, "monday").unwrap();
        assert_eq!(now.verify_feedback(token_of(&feedback), "monday"), expected);
        let local = old.bounce_local_part(reader);
        assert_eq!(now.verify_bounce(&local).map(|it| it.reader), expected);
        assert_eq!(
            signer().verify_unsubscribe(token_of(&unsubscribe)),
            Err(TokenError::NotOurs)
        );
    }
}

#[test]
fn a_retired_secret_lets_old_mail_unsubscribe_and_nothing_else() {
    let secrets = LinkSecrets {
        current: b"new".to_vec(),
        retired: vec![b"a secret of the tests".to_vec()],
    };
    let now = LinkSigner::new(
        &secrets,
        &ListMark::new("a"),
        Some("https://note.example.com"),
    );
    let (old, reader) = (signer(), SubscriberId(5));
    let unsubscribe = old.unsubscribe(reader).unwrap();
    assert_eq!(now.verify_unsubscribe(token_of(&unsubscribe)), Ok(reader));
    let preferences = old.preferences(reader).unwrap();
    assert!(now.verify_preferences(token_of(&preferences)).is_err());
    let confirm = old.confirm(timed(5)).unwrap();
    assert!(
        now.verify_timed(PublicPage::Confirm, token_of(&confirm), at(0))
            .is_err()
    );
}

#[test]
fn only_the_list_itself_answers_its_probe() {
    let links = signer();
    let probe = links.probe(77, at(60)).unwrap();
    let answer = links.probe_answer(token_of(&probe), at(0)).unwrap();
    assert!(links.is_probe_answer(&probe, &answer));
    assert!(links.verify_unsubscribe(token_of(&probe)).is_err());
    assert_eq!(links.probe_answer(token_of(&probe), at(61)), None);
    assert!(!links.is_probe_answer(&links.probe(78, at(60)).unwrap(), &answer));
    let other = of_list("b", b"a secret of the tests");
    assert_eq!(other.probe_answer(token_of(&probe), at(0)), None);
}

#[test]
fn a_seal_tells_when_its_form_was_made() {
    let links = signer();
    let seal = links.form_seal(at(0));
    assert_eq!(links.verify_form_seal(&seal), Ok(at(0)));
    assert!(links.verify_form_seal(&seal[1..]).is_err());
}

proptest! {
    #[test]
    fn a_return_path_and_a_message_id_name_reader_and_batch(id in any::<i64>(), number in any::<i64>()) {
        let links = signer().for_batch(number);
        let named = DeliveryToken { reader: SubscriberId(id), batch: Some(number) };
        let local = links.bounce_local_part(named.reader);
        prop_assert!(local.len() <= 64, "RFC 5321 §4.5.3.1.1: {}", local);
        prop_assert_eq!(links.verify_bounce(&local), Ok(named));
        prop_assert_eq!(links.verify_bounce(&local.to_ascii_uppercase()), Ok(named));
        let id = links.message_id(named.reader, "monday");
        prop_assert_eq!(links.verify_message_id(&id, "monday"), Ok(named));
    }

    #[test]
    fn one_letter_changed_makes_no_token(id in 0i64..1_000_000, at_letter in 0usize..200, letter in "[a-z2-7]") {
        let links = signer().for_batch(12);
        let local = links.bounce_local_part(SubscriberId(id));
        let token = &local["bounce+".len()..];
        let place = "bounce+".len() + at_letter % token.len();
        let mut changed = local.clone();
        changed.replace_range(place..=place, &letter);
        prop_assume!(changed != local);
        prop_assert!(links.verify_bounce(&changed).is_err());
    }
}
