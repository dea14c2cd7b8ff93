//! On a terminal the doubt is put in words, whatever `--yes` says; a no sends nothing.

use super::harness::Desk;

#[test]
fn a_person_at_a_terminal_is_asked_in_words_and_a_no_sends_nothing() {
    let desk = Desk::new().sent();
    desk.shell("rm -rf .daily-note");
    for arguments in [&["send", "the-issue", "--yes"][..], &["send", "--due"]] {
        let (code, said) = desk.at_a_terminal(arguments, "n\n");
        assert_eq!(code, 6, "{said}");
        for words in [
            "daily-note.keeper says",
            "readers get everything twice",
            "[y/N]",
        ] {
            assert!(said.contains(words), "{words}: {said}");
        }
    }
    desk.everybody_got(1);
}

#[test]
fn a_yes_takes_the_state_into_use_and_the_text_that_went_out_is_asked_about_on_its_own() {
    let desk = Desk::new().and_an_earlier_issue();
    desk.run(&["send", "the-issue", "--yes"]).exits(0);
    desk.copy(".daily-note", "copy");
    desk.shell("rm -rf .daily-note && mv copy .daily-note");
    let (code, said) = desk.at_a_terminal(&["send", "earlier", "--yes"], "y\n");
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("was copied, moved or put back"), "{said}");
    desk.everybody_got(2);
}

#[test]
fn the_same_text_under_another_name_is_asked_about_and_sent_by_a_yes() {
    let desk = Desk::new().sent();
    let (path, _) = issue_file(&desk);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("id: the-issue", "id: renamed")).unwrap();
    let (code, said) = desk.at_a_terminal(&["send", "renamed", "--yes"], "n\n");
    assert_eq!(code, 6, "{said}");
    assert!(said.contains("went out already: as the-issue"), "{said}");
    assert!(
        said.contains("every reader of its edition once more"),
        "{said}"
    );
    let (code, said) = desk.at_a_terminal(&["send", "renamed", "--yes"], "y\n");
    assert_eq!(code, 0, "{said}");
    desk.everybody_got(2);
}

fn issue_file(desk: &Desk) -> (std::path::PathBuf, String) {
    let files = std::fs::read_dir(desk.path("issues")).unwrap();
    let file = files.flatten().next().unwrap();
    (file.path(), file.file_name().to_string_lossy().into_owned())
}

#[test]
fn check_says_where_other_checkouts_would_not_know_who_sends() {
    let desk = Desk::new().sent();
    let says = |what: &str| desk.run(&["check"]).shown().contains(what);
    assert!(!says("keeper/"), "nothing is in git here");
    desk.shell("git init -q .");
    assert!(says("keeper/not-in-git"));
    desk.shell("printf '*.keeper\\n' > .gitignore && git add -A");
    assert!(says("keeper/not-in-git"), "it is ignored");
    desk.shell("rm .gitignore && git add -A");
    assert!(!says("keeper/"));
    desk.shell("rm daily-note.keeper");
    assert!(says("keeper/missing"));
    let checked = desk.run(&["check", "--json"]).json();
    assert_eq!(checked["keeper"]["file"], "daily-note.keeper");
}
