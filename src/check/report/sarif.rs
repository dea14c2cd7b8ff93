//! SARIF 2.1.0 (OASIS), which code hosts and editors show.

use serde_json::{Value, json};

use super::super::{Finding, FindingPlace, Level, rules};

/// The findings as one SARIF document; those allowed are in it as suppressed.
pub(crate) fn sarif<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Value {
    let rules: Vec<Value> = rules()
        .map(|rule| {
            json!({
                "id": rule.id,
                "shortDescription": {"text": rule.why},
                "defaultConfiguration": {"level": level(rule.level)},
            })
        })
        .collect();
    let results: Vec<Value> = findings.into_iter().map(result).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "daily-note",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn result(finding: &Finding) -> Value {
    let text = match finding.help() {
        Some(hint) => format!("{}: {hint}", finding.message()),
        None => finding.message().to_string(),
    };
    let mut result = json!({
        "ruleId": finding.rule().id,
        "level": level(finding.level()),
        "message": {"text": text},
    });
    if let Some(place) = finding.place() {
        result["locations"] = json!([{"physicalLocation": location(place)}]);
    }
    if let (Some(fix), Some(place)) = (finding.certain_fix(), finding.place()) {
        result["fixes"] = json!([{
            "artifactChanges": [{
                "artifactLocation": {"uri": uri(place.file())},
                "replacements": [{
                    "deletedRegion": region(fix.place()),
                    "insertedContent": {"text": fix.with()},
                }],
            }],
        }]);
    }
    if let Some(reason) = finding.reason() {
        result["suppressions"] = json!([{"kind": "inSource", "justification": reason}]);
    }
    result
}

fn location(place: &FindingPlace) -> Value {
    json!({
        "artifactLocation": {"uri": uri(place.file())},
        "region": region(place),
    })
}

fn region(place: &FindingPlace) -> Value {
    let (start, end) = (place.start(), place.end());
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}

/// A relative path as a URI reference: percent-encoded apart from what paths are made of.
fn uri(path: &str) -> String {
    path.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Advice => "note",
    }
}
