//! What knocking at the relay showed.

use super::report::{CheckTopic, RelayProbe, ReportLine};
use crate::{
    publication::{LoginProof, TlsMode},
    smtp::{Capabilities, ConnectError, Relay, Reply},
    source::with_causes,
};

/// What a mail with pictures may take.
const COMFORTABLE_BYTES: u64 = 10 * 1024 * 1024;

pub(super) fn judge(
    relay: &Relay,
    knock: &Result<RelayProbe, ConnectError>,
    is_local: bool,
    from: &str,
) -> Vec<ReportLine> {
    let knock = match knock {
        Ok(knock) => knock,
        Err(error) => {
            let check = ReportLine::bad(CheckTopic::Relay, with_causes(error))
                .because("no mail leaves before this is fixed; readers lose nothing by it")
                .fix(error.hint());
            return vec![check];
        }
    };
    let mut checks = vec![
        ReportLine::good(CheckTopic::Relay, format!("{relay} answers")),
        protection(relay, &knock.capabilities, is_local),
    ];
    if let Some(credentials) = &relay.credentials {
        let taken = match credentials.proof {
            LoginProof::Password(_) => "it takes user name and password",
            LoginProof::Token(_) => "it takes the OAuth token",
        };
        checks.push(ReportLine::good(CheckTopic::Relay, taken));
    }
    checks.push(sender(relay, knock.refusal.as_ref(), from));
    checks.push(limits(&knock.capabilities));
    checks
}

fn protection(relay: &Relay, capabilities: &Capabilities, is_local: bool) -> ReportLine {
    match &capabilities.tls {
        Some(tls) if tls.is_verified => ReportLine::good(
            CheckTopic::Relay,
            format!("{} with a certificate that can be trusted", tls.version),
        ),
        Some(tls) => ReportLine::good(
            CheckTopic::Relay,
            format!(
                "{}, the certificate unasked: it is this machine's",
                tls.version
            ),
        ),
        None if is_local || relay.tls != TlsMode::None => {
            ReportLine::good(CheckTopic::Relay, "in clear, and it is this machine's own")
        }
        None => ReportLine::care(
            CheckTopic::Relay,
            "mail goes to the relay in clear, for smtp.url says tls=none",
        )
        .because("whoever sits between reads every address and every link to leave")
        .fix("take  ?tls=none  out of smtp.url unless nobody else is in the relay's network"),
    }
}

/// MAIL was said and taken back.
fn sender(relay: &Relay, refusal: Option<&Reply>, from: &str) -> ReportLine {
    let Some(reply) = refusal else {
        return ReportLine::good(CheckTopic::Relay, format!("it takes mail from {from}"));
    };
    let fix = if relay.credentials.is_none() && reply.code == 530 {
        "put user and password into smtp.url (DAILY_NOTE_SMTP__URL)"
    } else {
        "verify the sender's address or domain at the relay, or set publication.from to one that it takes"
    };
    ReportLine::bad(
        CheckTopic::Relay,
        format!("it refuses mail from {from}: “{reply}”"),
    )
    .because("a batch would stop at its first mail")
    .fix(fix)
}

fn limits(capabilities: &Capabilities) -> ReportLine {
    let size = match capabilities.max_size_bytes {
        Some(bytes) => format!("mail up to {}", megabytes(bytes)),
        None => "mail of any size".to_owned(),
    };
    let mut features = vec![size];
    for (name, is_offered) in [
        ("PIPELINING", capabilities.pipelining),
        ("8BITMIME", capabilities.eight_bit_mime),
        ("SMTPUTF8", capabilities.smtputf8),
    ] {
        let no = if is_offered { "" } else { "no " };
        features.push(format!("{no}{name}"));
    }
    let features = features.join(", ");
    match capabilities.max_size_bytes {
        Some(bytes) if bytes < COMFORTABLE_BYTES => ReportLine::care(CheckTopic::Relay, features)
            .because("an issue whose pictures travel with it can be larger")
            .fix("ask who runs the relay for a larger limit, or set web.base_url so that pictures are linked"),
        _ if !capabilities.pipelining => ReportLine::care(CheckTopic::Relay, features)
            .because("without PIPELINING each mail takes four round trips instead of one")
            .fix("raise smtp.connections if sending takes too long"),
        _ => ReportLine::good(CheckTopic::Relay, features),
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1_000_000.0)
}
