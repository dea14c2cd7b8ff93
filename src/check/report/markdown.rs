//! The rules as a page of the documentation.

use std::fmt::Write;

use super::super::{Level, rules};

/// docs/rules.md: every rule by family, why it is there and who says so.
#[must_use]
pub(crate) fn rules_page() -> String {
    let count = rules().count();
    let of = |level| rules().filter(|rule| rule.level == level).count();
    let mut page = format!(
        "# What `check` looks at\n\n\
         Made of the rules themselves: `INSTA_UPDATE=always cargo test --lib rules_page` rewrites it.\n\n\
         {count} rules. {} are errors: the broken, the unlawful, the unsendable, which stop `send` too. \
         {} warn, and fail with `--strict`. {} advise. A rule is silenced for one issue in its front \
         matter, with a reason:\n\n\
         ```yaml\nallow:\n  link/vague-text: the button's own words\n```\n",
        of(Level::Error),
        of(Level::Warning),
        of(Level::Advice),
    );
    let mut family = "";
    for rule in rules() {
        let (own, _) = rule.id.split_once('/').unwrap_or((rule.id, ""));
        if own != family {
            family = own;
            let _ = write!(
                page,
                "\n## {own}\n{}\n| rule | level | why | who says so |\n|---|---|---|---|\n",
                about(own)
            );
        }
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {} |",
            rule.id,
            rule.level.as_str(),
            cell(rule.why),
            cell(rule.source)
        );
    }
    page
}

fn about(family: &str) -> &'static str {
    match family {
        "mail" => "\nRead off the rendered mail, whoever's templates made it.\n",
        "law" => "\nOn for the countries that `law:` in daily-note.yaml names.\n",
        "list" => {
            "\nOn subscribers.yaml, where `check` is asked about no single issue; the file silences none.\n"
        }
        "typography" => {
            "\nOnly what is certain; `terms:` in daily-note.yaml adds the house's own.\n"
        }
        _ => "",
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
