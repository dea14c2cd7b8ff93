//! Disk and environment → [`Publication`]: finds the file, reads it, settles what its blocks say
//! together. All that is wrong is told at once, each thing at its place.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use super::{
    Edition, HouseTerm, ImageSettings, Publication, Recurrence,
    environment::Environment,
    harmless::HARMLESS,
    look::LookContext,
    recurrence::DayRule,
    settings::{EditionBlock, Settings},
    shapes::OneOrMore,
    text::{LanguageTag, ParsedText, SingleLine, WebUrl},
};
use crate::{
    address::clean_name,
    source::{Source, SourceError, read_file, unresolved_conflict},
    words::{Said, phrase, phrased},
    yaml::Tree,
};

/// What a publication's folder is known by.
pub const FILE_NAME: &str = "daily-note.yaml";

/// Nobody writes more; something else was named daily-note.yaml.
const MAX_FILE_BYTES: u64 = 1 << 20;

impl Publication {
    /// The nearest folder, from `start` upwards, that holds a daily-note.yaml.
    ///
    /// # Errors
    /// When there is none: where was looked, and how to make one.
    pub(crate) fn find_root(start: &Path) -> Result<PathBuf, SourceError> {
        let start = std::path::absolute(start).unwrap_or_else(|_| start.to_owned());
        start
            .ancestors()
            .find(|folder| folder.join(FILE_NAME).is_file())
            .map(Path::to_owned)
            .ok_or_else(|| {
                SourceError::new(phrased!(
                    "no {file_name} in {start} or a folder above it",
                    start = start.display(),
                    file_name = FILE_NAME
                ))
                .with_hint(phrase!(
                    "`daily-note init` makes a publication here; `--root DIR` names one elsewhere"
                ))
            })
    }

    /// Loads the publication of that folder.
    ///
    /// # Errors
    /// Everything that is wrong with the file or with the environment, each with its place.
    pub fn load(root: &Path, environment: &Environment) -> Result<Self, Vec<SourceError>> {
        let text = read(root).map_err(|error| vec![error])?;
        let publication = Self::from_yaml(root, &text, environment)?;
        publication.retired.iter().for_each(warn_once);
        Ok(publication)
    }

    /// The publication that the text of a daily-note.yaml describes. Nothing is read from disk.
    ///
    /// # Errors
    /// Everything that is wrong, each thing at its place.
    pub fn from_yaml(
        root: &Path,
        text: &str,
        environment: &Environment,
    ) -> Result<Self, Vec<SourceError>> {
        let source = Source::with_secrets(FILE_NAME, text, &HARMLESS);
        if let Some(conflict) = unresolved_conflict(&source) {
            return Err(vec![conflict]);
        }
        let load = || Self::settled(root, &source, environment);
        load().map_err(|mut errors| {
            errors.sort_by_key(|error| error.place().map(|(_, position)| position));
            errors
        })
    }

    fn settled(
        root: &Path,
        source: &Source,
        environment: &Environment,
    ) -> Result<Self, Vec<SourceError>> {
        let mut tree = Tree::parse(source, 0..source.text().len())?;
        if tree.root().is_null() {
            return Err(vec![
                SourceError::new(phrased!("{file_name} is empty", file_name = FILE_NAME))
                    .with_hint(phrase!("`daily-note init DIR` shows what belongs in it")),
            ]);
        }
        let unset = environment.apply(&mut tree)?;
        let retired = take_retired(&mut tree);
        let settings: Settings = tree.read()?;
        let publication = settle(root, settings, &tree)?;
        Ok(Publication {
            unset,
            retired,
            ..publication
        })
    }
}

fn read(root: &Path) -> Result<String, SourceError> {
    let path = root.join(FILE_NAME);
    let unreadable = |why: String| {
        SourceError::new(phrased!(
            "{path} can't be read: {why}",
            path = path.display()
        ))
    };
    let bytes = read_file(&path, MAX_FILE_BYTES).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => SourceError::new(phrased!(
            "no {file_name} in {root}",
            root = root.display(),
            file_name = FILE_NAME
        ))
        .with_hint(phrase!("`daily-note init` makes a publication here")),
        _ => unreadable(error.to_string()),
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let bytes = error.into_bytes();
        let line = bytes[..good].iter().filter(|byte| **byte == b'\n').count() + 1;
        unreadable(phrased!("it is not UTF-8 in line {line}"))
            .with_hint(phrase!("save it as UTF-8 in your editor"))
    })
}

/// Keys that were read once and that nothing came of, with what a person does about each.
const RETIRED: [(&[&str], &str); 1] = [(
    &["tracking"],
    phrase!("take it out: nothing is counted of readers"),
)];

/// A daemon reads the file again and again: what it warned of stands in its log.
fn warn_once(retired: &SourceError) {
    static WARNED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let mut warned = WARNED.lock().unwrap_or_else(PoisonError::into_inner);
    if warned.insert(retired.message().to_string()) {
        let hint = retired.hint().map(Said::to_string);
        tracing::warn!("{retired}: {}", hint.unwrap_or_default());
    }
}

/// Takes retired keys away, and says of each that it says nothing any more.
fn take_retired(tree: &mut Tree) -> Vec<SourceError> {
    let mut found = Vec::new();
    for (path, hint) in RETIRED {
        let key = path.join(".");
        let error = tree.error(path, phrased!("`{key}` says nothing any more"));
        if tree.root_mut().take(path).is_some() {
            found.push(error.with_hint(hint));
        }
    }
    found
}

/// Checks what single values can't: that they agree.
fn settle(root: &Path, settings: Settings, tree: &Tree) -> Result<Publication, Vec<SourceError>> {
    let mut errors = Vec::new();
    let mut keep = |mut found: Vec<SourceError>| errors.append(&mut found);
    let editions = editions(settings.editions.0, tree).map_err(&mut keep).ok();
    let smtp = settings.smtp.settle(root, tree).map_err(&mut keep).ok();
    let schedule = editions.as_ref().and_then(|editions| {
        let schedule = settings.schedule.settle(editions, tree);
        schedule.map_err(&mut keep).ok()
    });
    let bounces = settings.bounces.settle(root, tree);
    let bounces = bounces.map_err(|error| keep(vec![error])).ok();
    let has_hooks = bounces.as_ref().is_some_and(|it| it.hooks.is_any());
    if settings.web.base_url.is_none() {
        keep(in_want_of_pages(settings.images, has_hooks, tree));
    }
    let has_return_paths = smtp.as_ref().is_none_or(|it| it.bounce_domain.is_some());
    if settings.web.feedback.by_mail && !has_return_paths {
        let key = ["web", "feedback", "by_mail"];
        keep(vec![
            tree.error(
                &key,
                phrase!("opinions by mail come to the domain of the return-paths"),
            )
            .with_hint(phrase!(
                "set `smtp.bounce_domain`, and a door below `bounces:` (docs/bounces.md)"
            )),
        ]);
    }
    let terms = terms(settings.terms.0, tree).map_err(&mut keep).ok();
    let own = settings.publication;
    let line = |text: ParsedText<SingleLine>| text.0.0;
    let url = own.url.map(|ParsedText(WebUrl(url))| url);
    let elsewhere = LookContext {
        accent: own.accent_color.0,
        logo: own.logo.map(line),
        url: url.clone(),
    };
    let look = settings
        .look
        .settle(elsewhere, tree)
        .map_err(&mut keep)
        .ok();
    let (Some(editions), Some(smtp), Some(schedule), Some(bounces), Some(terms), Some(look), true) = (
        editions,
        smtp,
        schedule,
        bounces,
        terms,
        look,
        errors.is_empty(),
    ) else {
        return Err(errors);
    };
    let ParsedText(LanguageTag(language)) = own.language;
    Ok(Publication {
        root: root.to_owned(),
        name: line(own.name),
        tagline: own.tagline.map(line),
        motto: own.motto.and_then(paragraph),
        about: own.about.and_then(paragraph),
        url,
        language,
        timezone: own.timezone.0,
        from: own.from.0,
        reply_to: own.reply_to.map(|ParsedText(mailbox)| mailbox),
        postal_address: own.postal_address.and_then(paragraph),
        contact: own.contact.and_then(paragraph),
        unsubscribe_email: own.unsubscribe_email.map(|ParsedText(address)| address),
        look,
        editions,
        smtp,
        storage: settings.storage.0,
        delivery: settings.delivery,
        schedule,
        web: settings.web,
        images: settings.images,
        privacy: settings.privacy.settle(),
        ledger: settings.ledger.settle(),
        law: settings.law,
        terms,
        clients: settings.clients,
        audience: settings.audience,
        notify: settings.notify,
        bounces,
        unset: Vec::new(),
        retired: Vec::new(),
    })
}

/// What can't do without the readers' pages, where there are none.
fn in_want_of_pages(images: ImageSettings, has_hooks: bool, tree: &Tree) -> Vec<SourceError> {
    let mut found = Vec::new();
    if images == ImageSettings::Https {
        found.push(
            tree.error(
                &["images"],
                phrase!("`https` needs pages to fetch images from"),
            )
            .with_hint(phrase!(
                "set `web.base_url`, or let images travel with the mail: `images: cid`"
            )),
        );
    }
    if has_hooks {
        let message = phrase!("providers reach hooks beside the readers' pages");
        found.push(
            tree.error(&["bounces", "hooks"], message)
                .with_hint(phrase!(
                    "set `web.base_url`: each hook is at `/hooks/NAME` below it"
                )),
        );
    }
    found
}

/// Text that may run over lines, each free of control characters; None where nothing is written.
fn paragraph(text: String) -> Option<String> {
    let lines: Vec<String> = text
        .trim()
        .lines()
        .map(|line| clean_name(line).unwrap_or_default())
        .collect();
    let text = lines.join("\n");
    (!text.is_empty()).then_some(text)
}

/// Each spelling with others in its place; a spelling can't be told to be itself.
fn terms(
    blocks: Vec<(String, OneOrMore<ParsedText<SingleLine>>)>,
    tree: &Tree,
) -> Result<Vec<HouseTerm>, Vec<SourceError>> {
    let mut terms = Vec::new();
    let mut errors = Vec::new();
    for (key, OneOrMore(others)) in blocks {
        let preferred = key.trim().to_owned();
        let instead_of: Vec<String> = others
            .into_iter()
            .map(|ParsedText(SingleLine(other))| other)
            .collect();
        if preferred.is_empty() || instead_of.contains(&preferred) {
            let message = phrased!("`{key}` can't stand for itself");
            let error = tree.error(&["terms", &key], message);
            errors.push(
                error.with_hint(phrase!("write the spelling you want, then those you don't")),
            );
        }
        terms.push(HouseTerm {
            preferred,
            instead_of,
        });
    }
    match errors.is_empty() {
        true => Ok(terms),
        false => Err(errors),
    }
}

fn editions(
    blocks: Vec<(String, EditionBlock)>,
    tree: &Tree,
) -> Result<Vec<Edition>, Vec<SourceError>> {
    if blocks.is_empty() {
        return Err(vec![
            tree.error(&["editions"], phrase!("there is no edition"))
                .with_hint(phrase!(
                    "name one: `weekly: {title: Weekly, day: mon, time: \"08:00\"}`"
                )),
        ]);
    }
    let mut editions = Vec::new();
    let mut errors = Vec::new();
    for (key, block) in blocks {
        match edition(key, block, tree) {
            Ok(edition) => editions.push(edition),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() {
        Ok(editions)
    } else {
        Err(errors)
    }
}

fn edition(key: String, block: EditionBlock, tree: &Tree) -> Result<Edition, SourceError> {
    let at = |own: &str, message: String| tree.error(&["editions", &key, own], message);
    let is_key = key.starts_with(|first: char| first.is_ascii_lowercase())
        && key.len() <= 40
        && key.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte)
        });
    if !is_key {
        let place = tree
            .get(&["editions"])
            .and_then(|editions| editions.entry(&key))
            .map(|entry| entry.key_place.clone());
        let message = phrased!("`{key}` can't be an edition's key");
        let error = match place {
            Some(place) => tree.error_at(&place, message),
            None => SourceError::new(message),
        };
        return Err(error.with_hint(phrase!(
            "issues, links and headers carry it: a–z, 0–9, `-` and `_`, beginning with a letter; \
             its `title` is what readers see"
        )));
    }
    let days: Vec<DayRule> = block.day.0.into_iter().map(|ParsedText(day)| day).collect();
    if days.is_empty() {
        return Err(at("day", phrase!("an edition needs a day").to_owned()));
    }
    let starting = block.starting.map(|ParsedText(date)| date);
    if !(1..=52).contains(&block.every_weeks) {
        return Err(at(
            "every_weeks",
            phrase!("write a number from 1 to 52").to_owned(),
        ));
    }
    if block.every_weeks > 1 && starting.is_none() {
        return Err(at(
            "every_weeks",
            phrased!(
                "every {every_weeks} weeks, but from which on?",
                every_weeks = block.every_weeks
            ),
        )
        .with_hint(phrase!("add `starting:` with the date of the first issue")));
    }
    if block.every_weeks > 1 && days.iter().any(|day| !matches!(day, DayRule::Weekly(_))) {
        return Err(at(
            "every_weeks",
            phrase!("weeks are not counted where `day` picks a week of the month").to_owned(),
        )
        .with_hint(phrase!("remove one of them")));
    }
    Ok(Edition {
        title: block.title.0.0,
        topic: block
            .topic
            .map(|ParsedText(SingleLine(topic))| topic)
            .unwrap_or_default(),
        recurrence: Recurrence {
            days,
            every_weeks: block.every_weeks,
            starting,
        },
        time: block.time.0,
        accent_color: block.accent_color.map(|ParsedText(color)| color),
        key,
    })
}

#[cfg(test)]
mod tests;
