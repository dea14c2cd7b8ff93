//! Whether mail can leave, arrive and be believed: the relay, DNS, the clock, where the state is.
//! Judges what was measured and what DNS answers; each line says what is wrong, why it matters,
//! and what to type to fix it. Wiring and measuring is `app`'s, showing is `cli`'s.

mod clock;
mod dkim;
mod dmarc;
mod hosts;
mod provider;
mod relay;
mod report;
mod returns;
mod rights;
mod server;
mod spf;
mod state;

pub use self::{
    clock::{ClockOffset, ask_the_time},
    report::{CheckTopic, CheckVerdict, RelayProbe, Report, ReportLine},
    returns::ReturnProof,
    rights::OneClickProof,
    server::ServerMeasure,
    state::{StateFacts, measure_state},
};
use self::{dmarc::Identities, provider::Provider};
use crate::{
    dns::Dns,
    message::dkim::{DkimError, DnsRecord},
    publication::Publication,
    smtp::{ConnectError, Relay},
    words::{Said, say},
};

/// What was measured, for [`examine`] to judge.
pub struct DoctorInput<'a> {
    /// The publication.
    pub publication: &'a Publication,
    /// The way out.
    pub way: RelayRoute<'a>,
    /// What DNS has to say for our signatures to verify; None where we don't sign.
    pub signatures: Result<Option<Vec<DnsRecord>>, DkimError>,
    /// Files with keys or tokens that everybody on this machine may read.
    pub exposed: Vec<String>,
    /// What a click on a mail client's button would meet.
    pub one_click: OneClickProof,
    /// Whether what comes back is read.
    pub returns: ReturnProof,
    /// Where the list and the ledger are.
    pub state: StateProbe,
    /// Whether they open.
    pub store: Result<(), String>,
    /// Whether the templates load.
    pub templates: Result<(), String>,
    /// How far the machine's clock is off; None where the time is pretended.
    pub clock: Option<std::io::Result<ClockOffset>>,
}

/// Where the list and the ledger are, and what was measured there.
pub enum StateProbe {
    /// In a folder of this machine.
    Folder(std::io::Result<StateFacts>),
    /// On a server. None: it does not open.
    Server(Option<ServerMeasure>),
}

/// Where mail goes.
pub enum RelayRoute<'a> {
    /// Into the embedded inbox.
    Inbox,
    /// To a relay, which was knocked at.
    Relay {
        /// The relay.
        relay: &'a Relay,
        /// What came of it.
        knock: Result<RelayProbe, ConnectError>,
        /// It is on this machine: nothing goes further than it as far as we know.
        is_local: bool,
    },
}

/// Judges it all.
pub async fn examine(patient: &DoctorInput<'_>, dns: &dyn Dns) -> Report {
    let mut checks = Vec::new();
    match &patient.way {
        RelayRoute::Inbox => checks.push(ReportLine::good(
            CheckTopic::Relay,
            say!("smtp.url is `inbox`: mail stays on this machine, so nothing is asked of DNS"),
        )),
        RelayRoute::Relay {
            relay,
            knock,
            is_local,
        } => {
            let sender = sender(patient.publication);
            checks.extend(relay::judge(relay, knock, *is_local, &sender));
            let mut abroad = examine_domain(patient, relay, *is_local, dns).await;
            if *is_local {
                // A rehearsal may go on; it would matter the day mail leaves this machine.
                for check in &mut abroad {
                    check.verdict = check.verdict.min(CheckVerdict::Care);
                }
            }
            checks.extend(abroad);
        }
    }
    checks.extend(returns::judge(
        &patient.returns,
        patient.publication.feedback_domain().is_some(),
    ));
    checks.extend(patient.exposed.iter().map(|file| exposed(file)));
    checks.push(clock::judge(patient.clock.as_ref()));
    checks.extend(match &patient.state {
        StateProbe::Folder(facts) => state::judge(facts, &patient.store),
        StateProbe::Server(measure) => server::judge(measure.as_ref(), &patient.store),
    });
    checks.push(templates(&patient.templates));
    Report { checks }
}

fn exposed(file: &str) -> ReportLine {
    ReportLine::care(
        CheckTopic::Dkim,
        say!("{file} can be read by everybody on this machine", file),
    )
    .because(say!(
        "who has a key signs mail in your name, and who has a token sends it"
    ))
    .fix(format!("chmod 600 {file}"))
}

/// The envelope's sender, but for the part that names a reader.
fn sender(publication: &Publication) -> String {
    let from = &publication.from.address;
    match &publication.smtp.bounce_domain {
        Some(domain) => format!("{}@{domain}", from.local()),
        None => from.to_string(),
    }
}

/// What receivers look at before they believe that a mail is ours.
async fn examine_domain(
    patient: &DoctorInput<'_>,
    relay: &Relay,
    is_local: bool,
    dns: &dyn Dns,
) -> Vec<ReportLine> {
    let publication = patient.publication;
    let provider = Provider::of(&relay.host);
    let from = publication.from.address.domain();
    let envelope = publication.smtp.bounce_domain.as_deref().unwrap_or(from);
    let asked = spf::SenderQuestion {
        domain: envelope,
        host: (!is_local).then_some(relay.host.as_str()),
        provider,
    };
    let (mut checks, covers) = spf::judge(&asked, dns).await;
    let (signatures, signs) = dkim::judge(&patient.signatures, dns).await;
    checks.extend(signatures);
    let identities = Identities {
        from,
        spf: covers.then_some(envelope),
        dkim: publication
            .smtp
            .dkim
            .as_ref()
            .filter(|_| signs)
            .map(|dkim| dkim.domain.as_str()),
        relay_may_sign: publication.smtp.dkim.is_none(),
    };
    checks.extend(dmarc::judge(&identities, publication, dns).await);
    checks.extend(hosts::judge_mx(from, envelope, dns).await);
    if provider.is_none() && !is_local {
        checks.extend(hosts::judge_reverse(&relay.host, dns).await);
    }
    checks.extend(rights::judge(publication, &patient.one_click, from));
    checks
}

fn templates(loaded: &Result<(), String>) -> ReportLine {
    match loaded {
        Ok(()) => ReportLine::good(CheckTopic::Templates, say!("the templates load")),
        Err(error) => ReportLine::bad(CheckTopic::Templates, Said::heard(error))
            .because(say!("nothing can be rendered with them"))
            .fix(say!("daily-note render ISSUE   # shows the place")),
    }
}
