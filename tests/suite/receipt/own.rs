//! Words and templates of a publication's own, taken out a file at a time.

use daily_note::{receipt::ReceiptWriter, render::Templates};

use super::{of_kind, receipts};
use crate::support::TestPublication;

fn publication() -> TestPublication {
    TestPublication::new().and_config("web: {base_url: 'https://note.example.com'}\n")
}

#[test]
fn a_publication_s_own_words_and_templates_take_the_place_of_the_program_s() {
    let publication = publication();
    let list = publication.run(["templates", "list"]).exits(0).stdout;
    for name in [
        "receipt/receipt.html",
        "receipt/receipt.txt",
        "words/receipt/ko.yaml",
    ] {
        assert!(list.contains(name), "{list}");
    }
    publication
        .run(["templates", "eject", "receipt/receipt.txt"])
        .exits(0);
    let publication = publication
        .file(
            "templates/words/receipt/en.yaml",
            "confirm_title: Was this you?\n",
        )
        .file(
            "templates/words/receipt/fr.yaml",
            "confirm_title: Est-ce vous ?\n",
        )
        .file(
            "templates/email/parts/masthead.html",
            "<tr><td>our own top</td></tr>\n",
        );
    let (mut writer, french) = receipts(&publication, "fr");
    let mail = writer.mail(of_kind(&french, "confirm")).unwrap();
    assert_eq!(mail.language, "fr");
    assert!(mail.html.contains("Est-ce vous ?") && mail.html.contains("our own top"));
    let (mut writer, english) = receipts(&publication, "en");
    let mail = writer.mail(of_kind(&english, "confirm")).unwrap();
    assert!(mail.text.contains("Was this you?"), "{}", mail.text);
}

#[test]
fn a_template_that_fails_is_told_and_the_program_s_is_there_for_it() {
    for (name, text) in [
        ("receipt/receipt.html", "{{ receipt.nothing.here }}"),
        ("receipt/receipt.txt", "{{ nothing }}"),
        ("receipt/facts.html", "{% if %}"),
        ("email/parts/footer.html", "{{ issue.slug }}"),
        ("words/receipt/en.yaml", "- no words\n"),
    ] {
        let publication = publication().file(&format!("templates/{name}"), text);
        let (mut writer, receipts) = receipts(&publication, "en");
        let receipt = of_kind(&receipts, "confirm");
        let told = writer.mail(receipt).unwrap_err().to_string();
        assert!(
            told.contains(&format!("templates/{name}")),
            "{name}: {told}"
        );
        let root = publication.path("");
        let read = daily_note::publication::Publication::load(
            &root,
            &daily_note::publication::Environment::empty(),
        );
        let mail = ReceiptWriter::plain(&read.unwrap()).mail(receipt).unwrap();
        assert!(mail.text.contains("/confirm/") && mail.html.contains("/confirm/"));
    }
    // What is broken there keeps no issue from being made.
    let publication = publication().file("templates/receipt/receipt.html", "{% if %}");
    publication.run(["render", "2026-11-23-quiet"]).exits(0);
    assert!(Templates::load(&publication.path("")).is_ok());
}
