//! Sentences, said.

use super::{Said, Tongue, many, say};

#[test]
fn a_sentence_is_english_where_nobody_chose_a_language() {
    let readers = |count: u64| many!(count, "one reader", "{n} readers of {of}", of = "monday");
    let name = String::from("2026-11-30-small");
    let said = say!(
        "{issue} goes to {readers} ({name})",
        issue = &name,
        readers = readers(1),
        name
    );
    assert_eq!(
        said.to_string(),
        "2026-11-30-small goes to one reader (2026-11-30-small)"
    );
    assert_eq!(readers(2).to_string(), "2 readers of monday");
    assert_eq!(
        serde_json::to_string(&readers(0)).unwrap(),
        "\"0 readers of monday\""
    );
}

#[test]
fn what_no_catalogue_has_is_said_in_english() {
    let said = say!("this stands in no catalogue: {it}", it = 3);
    assert_eq!(said.put(Tongue::Korean), "this stands in no catalogue: 3");
}

#[test]
fn what_stands_in_a_catalogue_is_said_in_its_language_to_the_inmost() {
    let inner = say!("name it by its file");
    let said = Said::row(
        [
            say!("did you mean {nearest}?", nearest = &inner),
            "!".into(),
        ],
        " ",
    );
    assert_eq!(said.to_string(), "did you mean name it by its file? !");
    let korean = said.put(Tongue::Korean);
    assert!(
        !korean.contains(|char: char| char.is_ascii_alphabetic()),
        "{korean}"
    );
}

#[test]
fn a_veil_goes_over_what_was_put_in_and_not_over_our_words() {
    let said = say!("the file of {key}", key = "file-secret");
    let veiled = said.veiled(&|text: &str| text.replace("file", "***"));
    assert_eq!(veiled.to_string(), "the file of ***-secret");
}
