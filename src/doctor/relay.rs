//! What knocking at the relay showed.

use super::report::{CheckTopic, RelayProbe, ReportLine};
use crate::{
    publication::{LoginProof, TlsMode},
    smtp::{Capabilities, ConnectError, Relay, Reply},
    source::with_causes,
    words::{Said, say},
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
            let check = ReportLine::bad(CheckTopic::Relay, Said::heard(with_causes(error)))
                .because(say!(
                    "no mail leaves before this is fixed; readers lose nothing by it"
                ))
                .fix(error.hint());
            return vec![check];
        }
    };
    let mut checks = vec![
        ReportLine::good(CheckTopic::Relay, say!("{relay} answers", relay)),
        protection(relay, &knock.capabilities, is_local),
    ];
    if let Some(credentials) = &relay.credentials {
        let taken = match credentials.proof {
            LoginProof::Password(_) => say!("it takes user name and password"),
            LoginProof::Token(_) => say!("it takes the OAuth token"),
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
            say!(
                "{version} with a certificate that can be trusted",
                version = tls.version
            ),
        ),
        Some(tls) => ReportLine::good(
            CheckTopic::Relay,
            say!(
                "{version}, the certificate not looked at: it is this machine's",
                version = tls.version
            ),
        ),
        None if is_local || relay.tls != TlsMode::None => ReportLine::good(
            CheckTopic::Relay,
            say!("in clear, and it is this machine's own"),
        ),
        None => ReportLine::care(
            CheckTopic::Relay,
            say!("mail goes to the relay in clear, for smtp.url says tls=none"),
        )
        .because(say!(
            "whoever sits between reads every address and every link to leave"
        ))
        .fix(say!(
            "take  ?tls=none  out of smtp.url unless nobody else is in the relay's network"
        )),
    }
}

/// MAIL was said and taken back.
fn sender(relay: &Relay, refusal: Option<&Reply>, from: &str) -> ReportLine {
    let Some(reply) = refusal else {
        return ReportLine::good(CheckTopic::Relay, say!("it takes mail from {from}", from));
    };
    let fix = if relay.credentials.is_none() && reply.code == 530 {
        say!("put user and password into smtp.url (DAILY_NOTE_SMTP__URL)")
    } else {
        say!(
            "verify the sender's address or domain at the relay, or set publication.from to one that it takes"
        )
    };
    ReportLine::bad(
        CheckTopic::Relay,
        say!("it refuses mail from {from}: “{reply}”", from, reply),
    )
    .because(say!("a batch would stop at its first mail"))
    .fix(fix)
}

fn limits(capabilities: &Capabilities) -> ReportLine {
    let size = match capabilities.max_size_bytes {
        Some(bytes) => say!("mail up to {bytes}", bytes = megabytes(bytes)),
        None => say!("mail of any size"),
    };
    let mut features = vec![size];
    for (name, is_offered) in [
        ("PIPELINING", capabilities.pipelining),
        ("8BITMIME", capabilities.eight_bit_mime),
        ("SMTPUTF8", capabilities.smtputf8),
    ] {
        features.push(match is_offered {
            true => name.into(),
            false => say!("no {name}", name),
        });
    }
    let features = Said::row(features, ", ");
    match capabilities.max_size_bytes {
        Some(bytes) if bytes < COMFORTABLE_BYTES => ReportLine::care(CheckTopic::Relay, features)
            .because(say!("an issue whose pictures travel with it can be larger"))
            .fix(say!("ask who runs the relay for a larger limit, or set web.base_url so that pictures are linked")),
        _ if !capabilities.pipelining => ReportLine::care(CheckTopic::Relay, features)
            .because(say!("without PIPELINING each mail takes four round trips instead of one"))
            .fix(say!("raise smtp.connections if sending takes too long")),
        _ => ReportLine::good(CheckTopic::Relay, features),
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1_000_000.0)
}
