//! Every text in every language, and what clap makes of the tree that was gone over.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use clap::{Command, CommandFactory};

use super::{in_words, said_and_typed, shown_values, value_names};
use crate::{
    audience::{Origin, SubscriberState, SuppressionReason},
    bounce::{BounceClass, ProofKind},
    cli::Cli,
    operations::{ReportEffect, ReportKind},
    words::{
        FOREIGN, Tongue,
        audit::{AuditedText, audit, texts_of},
        unspoken::unspoken,
    },
};

#[test]
fn everything_is_said_in_every_language() {
    let mut texts = BTreeSet::new();
    for file in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        texts.extend(texts_of(&fs::read_to_string(file).unwrap()));
    }
    // Why a rule stands is data.
    let reasons = crate::check::rules().map(|rule| AuditedText::plain(rule.why));
    texts.extend(reasons);
    texts.extend(FOREIGN.map(|text| AuditedText {
        has_places: true,
        ..AuditedText::plain(text)
    }));
    texts.extend(enumerated().map(AuditedText::plain));
    for tongue in Tongue::ALL
        .into_iter()
        .filter(|tongue| *tongue != Tongue::English)
    {
        let mut texts = texts.clone();
        let mut command = Cli::command();
        command.build();
        help_texts(&command, tongue, &mut texts);
        let findings = audit(tongue, &texts);
        assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
    }
}

#[test]
fn nothing_is_said_to_people_without_words() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found: Vec<String> = sources(&root.join("src"))
        .into_iter()
        .flat_map(|file| {
            let sentences = unspoken(&fs::read_to_string(&file).unwrap());
            let place = file.strip_prefix(root).unwrap().display().to_string();
            sentences
                .into_iter()
                .map(move |text| format!("{place}: {text}"))
        })
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}

/// The words of what there are several of.
fn enumerated() -> impl Iterator<Item = &'static str> {
    let states = SubscriberState::ALL.map(SubscriberState::word);
    let words = states
        .into_iter()
        .chain(Origin::ALL.map(Origin::word))
        .chain(SuppressionReason::ALL.map(SuppressionReason::word))
        .chain(ReportKind::ALL.map(ReportKind::word))
        .chain(ReportEffect::ALL.map(ReportEffect::word))
        .chain(BounceClass::ALL.map(BounceClass::as_str));
    let proofs = [
        ProofKind::Verp,
        ProofKind::MessageId,
        ProofKind::ListUnsubscribe,
        ProofKind::FeedbackAddress,
        ProofKind::ProviderSignature,
    ];
    words.chain(proofs.map(ProofKind::as_str))
}

/// The program's own files; what tests say is no part of it.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if name == "tests" || name.ends_with("_tests") || name == "audit" || name == "unspoken" {
            continue;
        }
        match path.is_dir() {
            true => found.extend(sources(&path)),
            false if path.extension().is_some_and(|it| it == "rs") => found.push(path),
            false => {}
        }
    }
    found
}

/// What the commands say, as they are looked up: a text as a whole where the catalogue has it so, else by paragraph.
fn help_texts(command: &Command, tongue: Tongue, texts: &mut BTreeSet<AuditedText>) {
    let mut add = |text: String| {
        let whole = tongue.words(&text, None).is_some();
        let parts = match whole {
            true => vec![text.as_str()],
            false => text
                .split("\n\n")
                .map(|part| said_and_typed(part).0)
                .collect(),
        };
        texts.extend(parts.into_iter().map(AuditedText::plain));
    };
    let own = [
        command.get_about(),
        command.get_long_about(),
        command.get_after_help(),
    ];
    own.into_iter()
        .flatten()
        .for_each(|text| add(text.to_string()));
    for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
        let own = [arg.get_help(), arg.get_long_help()];
        own.into_iter()
            .flatten()
            .for_each(|text| add(text.to_string()));
        arg.get_help_heading()
            .into_iter()
            .for_each(|text| add(text.to_owned()));
        value_names(arg).into_iter().for_each(&mut add);
        for value in shown_values(arg) {
            value
                .get_help()
                .into_iter()
                .for_each(|text| add(text.to_string()));
        }
    }
    add("COMMAND".to_owned());
    add("OPTIONS".to_owned());
    for inner in command
        .get_subcommands()
        .filter(|it| it.get_name() != "help")
    {
        help_texts(inner, tongue, texts);
    }
}

#[test]
fn what_is_parsed_is_the_same_in_every_language() {
    for tongue in Tongue::ALL {
        in_words(Cli::command(), tongue).debug_assert();
        let arguments = [
            "daily-note",
            "send",
            "a",
            "--at",
            "2026-11-30T07:00:00Z",
            "--json",
            "-y",
        ];
        let matches = in_words(Cli::command(), tongue).try_get_matches_from(arguments);
        let matches = matches.unwrap_or_else(|error| panic!("{error}"));
        assert!(matches.get_flag("json"));
        let (name, inner) = matches.subcommand().unwrap();
        assert_eq!((name, inner.get_flag("yes")), ("send", true));
    }
}
