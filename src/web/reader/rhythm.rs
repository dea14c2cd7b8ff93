//! When an edition appears, in words: "every Monday at 8 am".

use chrono::{NaiveTime, Timelike};

use super::site::SiteEdition;
use crate::{publication::DayRule, render::MailWords};

/// The days and the hour.
pub(super) fn told(edition: &SiteEdition, words: &MailWords) -> String {
    let days = &edition.recurrence.days;
    let weeks = edition.recurrence.every_weeks;
    let named = |is_wanted: fn(&DayRule) -> bool| {
        let named: Vec<String> = days
            .iter()
            .filter(|rule| is_wanted(rule))
            .map(|rule| day(*rule, words))
            .collect();
        (!named.is_empty()).then(|| named.join(words.get("rhythm_and")))
    };
    let weekly = named(|rule| matches!(rule, DayRule::Weekly(_))).map(|days| match weeks {
        0 | 1 => words.filled("rhythm_weekly", "days", &days),
        weeks => words
            .filled("rhythm_every_weeks", "days", &days)
            .replace("{n}", &weeks.to_string()),
    });
    let monthly = named(|rule| !matches!(rule, DayRule::Weekly(_)));
    let monthly = monthly.map(|days| words.filled("rhythm_monthly", "days", &days));
    let rules: Vec<String> = weekly.into_iter().chain(monthly).collect();
    words
        .filled("rhythm_at", "days", &rules.join(words.get("rhythm_and")))
        .replace("{time}", &hour(edition.time, words))
}

fn day(rule: DayRule, words: &MailWords) -> String {
    let weekday = rule.weekday().to_string().to_lowercase();
    let name = words.get(&format!("weekday_{weekday}")).to_owned();
    match rule {
        DayRule::Weekly(_) => name,
        DayRule::Nth(nth, _) => words.filled(&format!("nth_{nth}"), "day", &name),
        DayRule::Last(_) => words.filled("nth_last", "day", &name),
    }
}

fn hour(time: NaiveTime, words: &MailWords) -> String {
    let (is_afternoon, hour) = time.hour12();
    let half = if is_afternoon { "pm" } else { "am" };
    let key = match time.minute() {
        0 => format!("clock_{half}"),
        _ => format!("clock_{half}_minutes"),
    };
    words
        .filled(&key, "h", &hour.to_string())
        .replace("{mm}", &format!("{:02}", time.minute()))
}
