//! Arguments that clap refuses, and help and version that it answers with. In English they are clap's own words; in
//! another language what its error knows is said in ours.

use std::process::ExitCode;

use clap::{
    Error,
    error::{ContextKind, ContextValue, ErrorKind},
};

use crate::{
    cli::CommandExit,
    words::{Said, Tongue, say},
};

/// Prints it and answers its exit code.
pub(crate) fn refused(error: &Error, tongue: Tongue) -> ExitCode {
    let is_help = !error.use_stderr();
    match (is_help, in_words(error, tongue)) {
        (false, Some(text)) => super::super::output::complain(&text),
        // A reader that went away is no error of ours.
        _ => drop(error.print()),
    }
    match is_help {
        true => CommandExit::Done.into(),
        false => CommandExit::Usage.into(),
    }
}

/// The error in another language than clap's; None where clap says it.
fn in_words(error: &Error, tongue: Tongue) -> Option<String> {
    if tongue == Tongue::English {
        return None;
    }
    let mut lines = vec![say!("error: {what}", what = what(error)?).put(tongue)];
    let tip = tip(error).map(|tip| format!("  {}", tip.put(tongue)));
    lines.extend(tip);
    if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
        let usage = usage.to_string();
        let usage = usage.trim_start_matches("Usage:").trim();
        lines.push(format!("{} {usage}", say!("Usage:").put(tongue)));
    }
    lines.push(say!("`--help` tells more.").put(tongue));
    Some(lines.join("\n\n"))
}

fn what(error: &Error) -> Option<Said> {
    let argument = text(error, ContextKind::InvalidArg);
    let value = text(error, ContextKind::InvalidValue);
    Some(match error.kind() {
        ErrorKind::UnknownArgument => {
            say!("there is no argument `{argument}`", argument = argument?)
        }
        ErrorKind::InvalidSubcommand => say!(
            "there is no command `{command}`",
            command = text(error, ContextKind::InvalidSubcommand)?
        ),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => say!(
            "`{command}` needs one of its commands",
            command = text(error, ContextKind::InvalidSubcommand)?
        ),
        ErrorKind::MissingRequiredArgument => {
            say!("this is missing: {arguments}", arguments = argument?)
        }
        ErrorKind::ArgumentConflict => match text(error, ContextKind::PriorArg) {
            Some(other) if Some(&other) != argument.as_ref() => say!(
                "`{argument}` can't go together with {other}",
                argument = argument?,
                other
            ),
            _ => say!("`{argument}` may be given once only", argument = argument?),
        },
        ErrorKind::InvalidValue if value.as_ref().is_none_or(String::is_empty) => {
            say!("`{argument}` needs a value", argument = argument?)
        }
        ErrorKind::InvalidValue => say!(
            "`{value}` is no value for `{argument}`",
            value = value?,
            argument = argument?
        ),
        ErrorKind::ValueValidation => {
            use std::error::Error as _;
            let why = error.source()?.to_string();
            // What our parsers say has words of its own; what others say is as it is.
            let why = Said::heard(why);
            say!(
                "`{value}` is no value for `{argument}`: {why}",
                value = value?,
                argument = argument?,
                why
            )
        }
        ErrorKind::TooManyValues => say!(
            "`{value}` is one value too many for `{argument}`",
            value = value?,
            argument = argument?
        ),
        _ => return None,
    })
}

/// What was meant, where clap can guess it.
fn tip(error: &Error) -> Option<Said> {
    if let Some(values) = text(error, ContextKind::ValidValue) {
        return Some(say!("possible values: {values}", values));
    }
    let meant = [
        ContextKind::SuggestedArg,
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedValue,
    ];
    let meant = meant.into_iter().find_map(|kind| text(error, kind))?;
    let meant = format!("`{}`", meant.replace(", ", "`, `"));
    Some(say!("did you mean {nearest}?", nearest = meant))
}

/// What the error knows of that, as text.
fn text(error: &Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) if !texts.is_empty() => Some(texts.join(", ")),
        _ => None,
    }
}
