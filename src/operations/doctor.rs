//! Measures what `doctor` judges: knocks at the relay, loads the keys, writes where the state is,
//! asks the time.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;

use crate::{
    app::{App, pages::PagesStanding, relay::is_loopback},
    clock::Stopwatch,
    dns::Dns,
    doctor::{
        DoctorInput, OneClickProof, RelayProbe, RelayRoute, Report, ReturnProof, ServerMeasure,
        StateFacts, StateProbe, ask_the_time, examine, measure_state,
    },
    message::dkim::{DkimError, DnsRecord, Signer},
    private_files::make_private_folder,
    publication::{Publication, SmtpTarget},
    render::Templates,
    smtp::{ConnectError, Relay, Session, Timeouts},
    source::{shown_path, with_causes},
    store::Store,
    words::phrase,
};

/// Writes to a server that are timed.
const WRITES: usize = 5;
/// A relay that answers slower than this is in trouble; a person waits.
const PATIENCE: Duration = Duration::from_secs(20);

/// Who is asked about the world outside.
pub struct OutsideProbes<'a> {
    /// About names.
    pub dns: &'a dyn Dns,
    /// About the time, as `host:port`.
    pub time_server: &'a str,
}

impl App {
    /// Examines everything that a send leans on.
    pub async fn doctor(&self, world: &OutsideProbes<'_>) -> Report {
        let settings = &self.publication.smtp;
        let relay = match &settings.target {
            SmtpTarget::Inbox => None,
            SmtpTarget::Relay(url) => {
                Some(Relay::from_settings(url, settings).with_timeouts(Timeouts::all(PATIENCE)))
            }
        };
        let way = match &relay {
            None => RelayRoute::Inbox,
            Some(relay) => RelayRoute::Relay {
                knock: knock(relay, &self.publication).await,
                is_local: is_loopback(&relay.host),
                relay,
            },
        };
        let clock = if self.clock.is_pretended() {
            None
        } else {
            Some(ask_the_time(world.time_server).await)
        };
        let returns = match (&relay, &way) {
            (Some(relay), RelayRoute::Relay { knock: Ok(_), .. }) => self.return_proof(relay).await,
            _ => ReturnProof::NotAsked,
        };
        // Before the store is opened, which would make the folder.
        let folder = match self.publication.storage.server() {
            Some(_) => None,
            None => Some(self.measured_state().await),
        };
        let store = self.store().await;
        let patient = DoctorInput {
            publication: &self.publication,
            way,
            signatures: self.signatures(),
            exposed: self.exposed_secrets(),
            one_click: self.one_click_proof().await,
            returns,
            state: match folder {
                Some(facts) => StateProbe::Folder(facts),
                None => StateProbe::Server(self.measured_server(store.as_ref().ok()).await),
            },
            store: store.map(drop).map_err(|error| with_causes(&error)),
            templates: Templates::load(&self.publication.root)
                .map(drop)
                .map_err(|error| with_causes(&error)),
            clock,
        };
        examine(&patient, world.dns).await
    }

    /// How the server does that has the state. None: it has not, or fails; then a command's own error says why.
    async fn measured_server(&self, store: Option<&Arc<dyn Store>>) -> Option<ServerMeasure> {
        let store = store?;
        let (watch, before) = (Stopwatch::start(), self.clock.now());
        let server = store.server().await.ok()??;
        let half_way = TimeDelta::from_std(watch.elapsed() / 2).ok()?;
        let mut writes = Vec::with_capacity(WRITES);
        for _ in 0..WRITES {
            let watch = Stopwatch::start();
            store.probe().await.ok()?;
            writes.push(watch.elapsed());
        }
        writes.sort_unstable();
        Some(ServerMeasure {
            place: server.place,
            version: server.version,
            durable: writes[WRITES / 2],
            ahead: (!self.clock.is_pretended()).then(|| server.now - (before + half_way)),
        })
    }

    /// What a click on a mail client's button would meet.
    async fn one_click_proof(&self) -> OneClickProof {
        let base_url = self.publication.web.base_url.as_deref();
        if base_url.is_none() {
            return OneClickProof::NoPages;
        }
        let standing = async {
            let store = self.store().await?;
            self.pages_standing(store.as_ref(), base_url).await
        };
        match standing.await {
            Ok(PagesStanding::None) => OneClickProof::NoPages,
            Ok(PagesStanding::Proven) => OneClickProof::Answered,
            Ok(PagesStanding::NotAsked) => {
                OneClickProof::NotAsked(phrase!("mail stays on this machine"))
            }
            Ok(PagesStanding::Unproven) => OneClickProof::NotAsked(phrase!("`web.probe` is off")),
            Ok(PagesStanding::Away { url, seen }) => OneClickProof::Away(format!("{url}: {seen}")),
            Err(error) => OneClickProof::Away(with_causes(&error)),
        }
    }

    fn signatures(&self) -> Result<Option<Vec<DnsRecord>>, DkimError> {
        let Some(dkim) = &self.publication.smtp.dkim else {
            return Ok(None);
        };
        let signer = Signer::load(dkim, &self.publication.root)?;
        Ok(Some(signer.records()))
    }

    async fn measured_state(&self) -> std::io::Result<StateFacts> {
        let folder = self.publication.state_dir();
        let shown = shown_path(&self.publication.root, &folder);
        let measuring = move || {
            make_private_folder(&folder)?;
            measure_state(&folder, shown)
        };
        match tokio::task::spawn_blocking(measuring).await {
            Ok(measured) => measured,
            Err(panicked) => Err(std::io::Error::other(panicked)),
        }
    }
}

async fn knock(relay: &Relay, publication: &Publication) -> Result<RelayProbe, ConnectError> {
    let mut session = Session::connect(relay).await?;
    let capabilities = session.capabilities().clone();
    // A loss here is no verdict on the sender; what can be said of the relay was said.
    let refusal = session.try_sender(&publication.from.address).await;
    session.quit().await;
    Ok(RelayProbe {
        capabilities,
        refusal: refusal.unwrap_or(None),
    })
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;
    use crate::{clock::Clock, publication::Environment};

    #[tokio::test]
    async fn the_state_folder_that_a_look_makes_is_its_owner_s_alone() {
        let folder = tempfile::tempdir().unwrap();
        let yaml = "publication: {name: n, timezone: UTC, from: n@example.com}\n\
                    editions: {monday: {title: m, day: mon, time: '08:00'}}\n";
        let publication =
            Publication::from_yaml(folder.path(), yaml, &Environment::empty()).unwrap();
        let app = App {
            publication: Arc::new(publication),
            clock: Clock::System,
        };
        app.measured_state().await.unwrap();
        let made = fs::metadata(app.publication.state_dir()).unwrap();
        assert_eq!(made.permissions().mode() & 0o777, 0o700);
    }
}
