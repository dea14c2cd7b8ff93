//! What stands above or below the line, on the line.

use crate::issue::html;

/// `²`, or `^(a+b)` where a character has no raised form.
pub(super) fn raised(text: &str) -> String {
    html::raised(text).unwrap_or_else(|| marked('^', text))
}

/// `₂`, or `_(max)`.
pub(super) fn lowered(text: &str) -> String {
    html::lowered(text).unwrap_or_else(|| marked('_', text))
}

/// Ordinals and trademarks are read as well without a mark.
fn marked(mark: char, text: &str) -> String {
    match (text, text.chars().count()) {
        ("st" | "nd" | "rd" | "th" | "er" | "re" | "TM", _) => text.to_owned(),
        (_, 1) => format!("{mark}{text}"),
        _ => format!("{mark}({text})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_and_formulas_stay_readable_without_small_letters() {
        let raised = ["2", "-1", "n", "st", "a+b", "k"].map(raised);
        assert_eq!(raised, ["²", "⁻¹", "ⁿ", "st", "^(a+b)", "^k"]);
        assert_eq!(["2", "max"].map(lowered), ["₂", "_(max)"]);
    }
}
