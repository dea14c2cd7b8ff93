//! What `init` asks at a terminal: each question with the answer that Enter takes. An answer that makes no sense is
//! asked for again; where the answers end (Ctrl-D), what would be guessed holds.

use chrono::Weekday;

use super::{Args, InitAnswers, StartLanguage};
use crate::{
    address::{Mailbox, clean_name},
    cli::{Output, confirm, day::parse_weekday},
    words::{self, Said, Tongue, say},
};

/// The answers of a person, beginning with what would be guessed; what flags say is not asked.
pub(super) fn ask(
    args: &Args,
    folder: &str,
    mut answers: InitAnswers,
    default_name: impl Fn(StartLanguage) -> String,
    output: &Output,
) -> Result<InitAnswers, std::io::Error> {
    output.note(say!(
        "A new newsletter in {folder}. Enter takes what stands in brackets.",
        folder
    ));
    if args.language.is_none() {
        // Whoever is spoken to in a language answers in it, and mostly writes in it.
        answers.language = until_clear(
            output,
            &say!("Its language, ko or en?"),
            output.tongue().tag(),
            |text| match Tongue::of_tag(text) {
                Some(Tongue::Korean) => Ok(StartLanguage::Ko),
                Some(Tongue::English) => Ok(StartLanguage::En),
                None => Err(say!("it is written in ko or en to begin with")),
            },
        )?;
    }
    let output = &output.speaking(match answers.language {
        StartLanguage::Ko => Tongue::Korean,
        StartLanguage::En => Tongue::English,
    });
    if args.name.is_none() {
        answers.name = until_clear(
            output,
            &say!("Its name?"),
            &default_name(answers.language),
            |text| clean_name(text).ok_or_else(|| say!("the name is empty")),
        )?;
    }
    if args.from.is_none() {
        let default = answers.from.address.as_str().to_owned();
        let from = until_clear(
            output,
            &say!(
                "The address that it comes from? Until it has one of yours, nothing leaves this machine."
            ),
            &default,
            |text| Mailbox::parse(text).map_err(|error| error.to_string().into()),
        )?;
        answers.from = Mailbox {
            name: from.name.or_else(|| Some(answers.name.clone())),
            ..from
        };
    }
    if args.days.is_empty() {
        let default = output.words(listed(&answers.days));
        answers.days = until_clear(
            output,
            &say!("On which days does it go out? As: mon, thu"),
            &default,
            parse_days,
        )?;
    }
    if !args.git && !answers.is_in_git {
        answers.wants_git = confirm::ask_with_default(&say!("Keep it in git?"), true, output)?;
    }
    if !args.templates {
        answers.wants_templates = confirm::ask_with_default(
            &say!(
                "Copy the mail's templates into it, to change them? Colours, fonts and the logo need none."
            ),
            false,
            output,
        )?;
    }
    Ok(answers)
}

/// Asks until the answer can be read.
fn until_clear<T>(
    output: &Output,
    question: &Said,
    default: &str,
    read: impl Fn(&str) -> Result<T, Said>,
) -> Result<T, std::io::Error> {
    loop {
        let answer = confirm::ask_for(question, default, output)?;
        match read(answer.as_deref().unwrap_or(default)) {
            Ok(value) => return Ok(value),
            // Nobody is there any more to be asked again.
            Err(why) if answer.is_none() => return Err(std::io::Error::other(output.words(why))),
            Err(why) => output.note(why),
        }
    }
}

/// `mon, thu`, `월 목`, `Monday and Thursday`: each once, in the order of the week.
pub(super) fn parse_days(text: &str) -> Result<Vec<Weekday>, Said> {
    let mut days = Vec::new();
    let words =
        text.split(|char: char| char.is_whitespace() || matches!(char, ',' | '·' | '/' | '、'));
    for word in words.filter(|word| !word.is_empty() && *word != "and") {
        let day = parse_weekday(word)
            .ok_or_else(|| say!("`{word}` is no weekday: write mon, thu", word))?;
        if !days.contains(&day) {
            days.push(day);
        }
    }
    days.sort_by_key(Weekday::num_days_from_monday);
    match days.is_empty() {
        true => Err(say!("name a weekday at least")),
        false => Ok(days),
    }
}

/// The days' names, with commas.
fn listed(days: &[Weekday]) -> Said {
    Said::row(days.iter().map(|day| words::weekday(*day)), ", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_however_they_are_divided() {
        let both = vec![Weekday::Mon, Weekday::Thu];
        for text in [
            "mon, thu",
            "Thursday and Monday",
            "월·목",
            "목요일 월요일 목",
            "mon/thu",
        ] {
            assert_eq!(parse_days(text).unwrap(), both, "{text}");
        }
        for text in ["", " , ", "mon, soon"] {
            assert!(parse_days(text).is_err(), "{text}");
        }
    }
}
