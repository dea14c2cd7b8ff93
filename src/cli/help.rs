//! Help in people's language. English is how it stands with the commands; another language goes over the tree that clap
//! made of them, text by text, where something of it is to be shown. What clap itself says is said by us then: headings, defaults, errors.

mod refusal;
#[cfg(test)]
mod tests;

use clap::{Arg, Command, builder::PossibleValue};

pub(super) use self::refusal::refused;
use crate::words::{Said, Tongue, say};

/// The commands as they are said in that language.
pub(super) fn in_words(mut command: Command, tongue: Tongue) -> Command {
    if tongue == Tongue::English {
        return command;
    }
    // Only now are there the flags and the command that clap adds, and the usage of each.
    command.build();
    command_in_words(command, tongue)
}

fn command_in_words(mut command: Command, tongue: Tongue) -> Command {
    let usage = usage_of(&mut command, tongue);
    let styles = command.get_styles();
    let (heading, end) = (
        styles.get_usage().render(),
        styles.get_usage().render_reset(),
    );
    let template = format!(
        "{{before-help}}{{about-with-newline}}\n{heading}{}{end} {{usage}}\n\n{{all-args}}{{after-help}}",
        say!("Usage:").put(tongue)
    );
    if command.get_name() == "help" {
        command = command.about(say!("Print help, or that of a command").put(tongue));
    }
    command = command
        .override_usage(usage)
        .help_template(template)
        .subcommand_help_heading(say!("Commands").put(tongue));
    if let Some(about) = command
        .get_about()
        .map(|text| text_in_words(&text.to_string(), tongue))
    {
        command = command.about(about);
    }
    if let Some(about) = command
        .get_long_about()
        .map(|text| text_in_words(&text.to_string(), tongue))
    {
        command = command.long_about(about);
    }
    if let Some(after) = command
        .get_after_help()
        .map(|text| text_in_words(&text.to_string(), tongue))
    {
        command = command.after_help(after);
    }
    command
        .mut_args(|arg| arg_in_words(arg, tongue))
        .mut_subcommands(|inner| command_in_words(inner, tongue))
}

/// `daily-note send [옵션] [원고]`, without the word before it.
fn usage_of(command: &mut Command, tongue: Tongue) -> String {
    let usage = command.render_usage().to_string();
    let mut usage = usage.trim_start_matches("Usage:").trim().to_owned();
    let names = command.get_arguments().flat_map(value_names);
    let names: Vec<String> = names
        .chain(["COMMAND".to_owned(), "OPTIONS".to_owned()])
        .collect();
    for name in names {
        let words = text_in_words(&name, tongue);
        for (open, close) in [("<", ">"), ("[", "]")] {
            usage = usage.replace(
                &format!("{open}{name}{close}"),
                &format!("{open}{words}{close}"),
            );
        }
    }
    usage
}

fn arg_in_words(arg: Arg, tongue: Tongue) -> Arg {
    let heading = match (arg.is_positional(), arg.get_help_heading()) {
        (_, Some(heading)) => text_in_words(heading, tongue),
        (true, None) => say!("Arguments").put(tongue),
        (false, None) => say!("Options").put(tongue),
    };
    let help = arg
        .get_help()
        .map(|text| text_in_words(&text.to_string(), tongue));
    let long = arg
        .get_long_help()
        .map(|text| text_in_words(&text.to_string(), tongue));
    let mut facts = defaults(&arg, tongue).unwrap_or_default();
    let values = shown_values(&arg);
    let names: Vec<String> = value_names(&arg)
        .iter()
        .map(|name| text_in_words(name, tongue))
        .collect();
    let mut long = long
        .or_else(|| help.clone())
        .map(|long| format!("{long}{facts}"));
    if !values.is_empty() {
        long = long.map(|long| format!("{long}\n\n{}", value_lines(&values, tongue)));
        let values: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
        facts = format!(
            "{facts} [{}]",
            say!("possible values: {values}", values = values.join(", ")).put(tongue)
        );
    }
    let takes_value = arg.get_action().takes_values();
    let is_long = arg.get_long_help().is_some() || values_have_help(&values);
    let mut arg = arg
        .help_heading(heading)
        .hide_default_value(true)
        .hide_possible_values(true);
    if let Some(help) = help {
        arg = arg.help(format!("{help}{facts}"));
    }
    if is_long && let Some(long) = long {
        arg = arg.long_help(long);
    }
    match takes_value {
        true => arg.value_names(names),
        false => arg,
    }
}

/// What clap shows for a value.
fn value_names(arg: &Arg) -> Vec<String> {
    match arg.get_value_names() {
        _ if !arg.get_action().takes_values() => Vec::new(),
        Some(names) => names.iter().map(ToString::to_string).collect(),
        None => vec![arg.get_id().as_str().to_uppercase()],
    }
}

fn shown_values(arg: &Arg) -> Vec<PossibleValue> {
    if !arg.get_action().takes_values() || arg.is_hide_possible_values_set() {
        return Vec::new();
    }
    let values = arg.get_possible_values();
    values
        .into_iter()
        .filter(|value| !value.is_hide_set())
        .collect()
}

fn values_have_help(values: &[PossibleValue]) -> bool {
    values.iter().any(|value| value.get_help().is_some())
}

fn value_lines(values: &[PossibleValue], tongue: Tongue) -> String {
    let line = |value: &PossibleValue| match value.get_help() {
        Some(help) => format!(
            "- {}: {}",
            value.get_name(),
            text_in_words(&help.to_string(), tongue)
        ),
        None => format!("- {}", value.get_name()),
    };
    let lines: Vec<String> = values.iter().map(line).collect();
    format!(
        "{}\n{}",
        say!("Possible values:").put(tongue),
        lines.join("\n")
    )
}

fn defaults(arg: &Arg, tongue: Tongue) -> Option<String> {
    if !arg.get_action().takes_values() || arg.is_hide_default_value_set() {
        return None;
    }
    let values = arg.get_default_values().iter();
    let values: Vec<_> = values.map(|value| value.to_string_lossy()).collect();
    (!values.is_empty()).then(|| {
        format!(
            " [{}]",
            say!("default: {value}", value = Said::heard(values.join(" "))).put(tongue)
        )
    })
}

/// A text of the commands: as a whole, or paragraph by paragraph; what is to be typed stays as it is.
fn text_in_words(text: &str, tongue: Tongue) -> String {
    if let Some(words) = tongue.words(text, None) {
        return words.to_owned();
    }
    let paragraphs = text.split("\n\n").map(|paragraph| {
        let (said, typed) = said_and_typed(paragraph);
        format!("{}{typed}", tongue.words(said, None).unwrap_or(said))
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// What of a paragraph is in words, and what is to be typed: the lines below `Examples:`.
fn said_and_typed(paragraph: &str) -> (&str, &str) {
    match paragraph.find('\n') {
        Some(at) if ["Example:", "Examples:"].contains(&&paragraph[..at]) => paragraph.split_at(at),
        _ => (paragraph, ""),
    }
}
