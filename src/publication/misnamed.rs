//! Variables of the environment that were meant for a setting and are not named as one: `DAILY_NOTE_SMTP_URL`.

/// The blocks of daily-note.yaml.
const BLOCKS: [&str; 15] = [
    "AUDIENCE",
    "BOUNCES",
    "CLIENTS",
    "DELIVERY",
    "EDITIONS",
    "IMAGES",
    "LAW",
    "LOOK",
    "NOTIFY",
    "PRIVACY",
    "PUBLICATION",
    "SCHEDULE",
    "SMTP",
    "TERMS",
    "WEB",
];
const PREFIXES: [&str; 3] = ["DAILY_NOTE_", "DAILYNOTE_", "DAILY_NOTE"];

/// The name that was meant, where a block's stands at its beginning and what joins the parts is not two underscores.
pub(super) fn meant(name: &str) -> Option<String> {
    let upper = name.to_ascii_uppercase();
    let rest = PREFIXES
        .iter()
        .find_map(|prefix| upper.strip_prefix(prefix))?
        .trim_start_matches('_');
    let block = BLOCKS.iter().find(|block| {
        rest.strip_prefix(*block)
            .is_some_and(|rest| rest.starts_with('_'))
    })?;
    let key = rest[block.len()..].trim_start_matches('_');
    let right = format!("DAILY_NOTE_{block}__{key}");
    (!key.is_empty() && right != name).then_some(right)
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn what_is_nearly_a_setting_s_name_is_known() {
        for name in [
            "DAILY_NOTE_SMTP_URL",
            "DAILY_NOTE__SMTP__URL",
            "DAILY_NOTE_SMTP___URL",
            "DAILYNOTE_SMTP__URL",
            "daily_note_smtp__url",
        ] {
            assert_eq!(
                meant(name).as_deref(),
                Some("DAILY_NOTE_SMTP__URL"),
                "{name}"
            );
        }
        for name in [
            "DAILY_NOTE_SMTP__URL",
            "DAILY_NOTE_SMTP",
            "DAILY_NOTE_SECRET",
            "DAILY_NOTEBOOK",
            "DAILY_NOTEBOOK_WEB_PORT",
            "SMTP_URL",
        ] {
            assert_eq!(meant(name), None, "{name}");
        }
    }
}
