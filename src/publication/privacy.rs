//! The `privacy:` block: what the law wants said of who keeps readers' data, and who carries it.

use schemars::JsonSchema;
use serde::Deserialize;

use super::text::{ParsedText, SingleLine};

/// Who keeps readers' data, who answers for it, and who carries it for them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PrivacySettings {
    /// Who decides what is kept: a person or an organisation. None: the publication's name.
    pub controller: Option<String>,
    /// Who answers for it (개인정보 보호책임자), by name.
    pub officer: Option<String>,
    /// How they are reached. None: the publication's contact.
    pub contact: Option<String>,
    /// Who carries data for the publication (처리위탁): the relay, above all.
    pub carriers: Vec<DataCarrier>,
    /// Where readers complain besides.
    pub authority: Option<String>,
    /// Further sentences of the publication's own.
    pub note: Option<String>,
}

/// Somebody who carries readers' data for the publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataCarrier {
    /// Their name.
    pub name: String,
    /// What they do: `메일 발송`.
    pub task: String,
    /// Their country, where it is not the publication's (국외이전).
    pub country: Option<String>,
}

/// What `/privacy` says besides what the program knows itself.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct PrivacyBlock {
    /// Who decides what is kept: a person or an organisation. Default: `publication.name`.
    controller: Option<ParsedText<SingleLine>>,
    /// Who answers for it (개인정보 보호책임자), by name.
    officer: Option<ParsedText<SingleLine>>,
    /// How they are reached. Default: `publication.contact`.
    contact: Option<ParsedText<SingleLine>>,
    /// Who carries data for the publication (처리위탁): the relay, above all.
    carriers: Vec<CarrierBlock>,
    /// Where readers may complain besides: a supervisory authority.
    authority: Option<ParsedText<SingleLine>>,
    /// Further sentences of the publication's own.
    note: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CarrierBlock {
    /// Their name.
    name: ParsedText<SingleLine>,
    /// What they do: `메일 발송`.
    task: ParsedText<SingleLine>,
    /// Their country, where it is not the publication's (국외이전).
    #[serde(default)]
    country: Option<ParsedText<SingleLine>>,
}

impl PrivacyBlock {
    pub(super) fn settle(self) -> PrivacySettings {
        let line = |text: ParsedText<SingleLine>| text.0.0;
        PrivacySettings {
            controller: self.controller.map(line),
            officer: self.officer.map(line),
            contact: self.contact.map(line),
            carriers: self
                .carriers
                .into_iter()
                .map(|carrier| DataCarrier {
                    name: line(carrier.name),
                    task: line(carrier.task),
                    country: carrier.country.map(line),
                })
                .collect(),
            authority: self.authority.map(line),
            note: self.note,
        }
    }
}
