//! A mail of `doctor`'s to a return-path of our own: whether what comes back finds its way to us.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::sleep;

use crate::{
    address::Address,
    app::{App, AppError},
    audience::SubscriberId,
    clock::{Stopwatch, random_bytes},
    doctor::ReturnProof,
    message::{Envelope, Letter},
    smtp::{Answer, Relay, Session},
    source::with_causes,
    store::Store,
};

/// How long a probe is waited for; a door is read every few seconds.
const PATIENCE: Duration = Duration::from_secs(20);
const GLANCE: Duration = Duration::from_millis(250);
/// A door that was not read for so long is none.
const LATELY: TimeDelta = TimeDelta::days(30);

impl App {
    /// Sends a probe, and waits for it.
    pub(crate) async fn return_proof(&self, relay: &Relay) -> ReturnProof {
        let probed = async {
            let store = self.store().await?;
            self.probe_return_path(store.as_ref(), relay).await
        };
        probed
            .await
            .unwrap_or_else(|error: AppError| ReturnProof::NotSent(with_causes(&error)))
    }

    async fn probe_return_path(
        &self,
        store: &dyn Store,
        relay: &Relay,
    ) -> Result<ReturnProof, AppError> {
        let Some(domain) = &self.publication.smtp.bounce_domain else {
            return Ok(ReturnProof::NoDomain);
        };
        let since = self.clock.now() - LATELY;
        let readings = store.door_readings().await?;
        let is_read = readings.iter().any(|door| door.read_at >= since);
        if !self.publication.bounces.has_door() && !is_read {
            return Ok(ReturnProof::NoDoor);
        }
        let [a, b, c, d] = random_bytes();
        // Beyond all batches, which are counted from 1.
        let probe = i64::from(u32::from_be_bytes([a, b, c, d])) | 1 << 40;
        let links = self.link_signer(store).await?.for_batch(probe);
        let local = links.bounce_local_part(SubscriberId(0));
        let Ok(to) = Address::parse(&format!("{local}@{domain}")) else {
            return Ok(ReturnProof::NotSent(format!("{domain} is no domain")));
        };
        if let Err(why) = self.send_probe(relay, &to, probe).await? {
            return Ok(ReturnProof::NotSent(why));
        }
        let waiting = Stopwatch::start();
        while waiting.elapsed() < PATIENCE {
            if store.has_probe_come_back(probe).await? {
                return Ok(ReturnProof::CameBack(waiting.elapsed()));
            }
            sleep(GLANCE).await;
        }
        Ok(ReturnProof::Lost(waiting.elapsed()))
    }

    /// Err in Ok: the relay's words, where it does not take it.
    async fn send_probe(
        &self,
        relay: &Relay,
        to: &Address,
        probe: i64,
    ) -> Result<Result<(), String>, AppError> {
        let publication = &self.publication;
        let text = "daily-note doctor asks whether what comes back is read.";
        let letter = Letter {
            from: &publication.from,
            to,
            reply_to: None,
            subject: "daily-note: a probe of the return path",
            text,
            html: &format!("<p>{text}</p>"),
            images: &[],
            unsubscribe: &[],
            language: "en",
            date: self.clock.now(),
            id: &format!("probe-{probe}"),
        };
        let message = letter.compose(None)?;
        let envelope = Envelope {
            from: Some(publication.from.address.clone()),
            to: to.clone(),
        };
        let mut session = Session::connect(relay).await?;
        let answer = session.deliver(&envelope, &message.bytes).await;
        session.quit().await;
        Ok(match answer {
            Ok(Answer::Accepted(_)) => Ok(()),
            Ok(Answer::Refused { reply, .. }) => Err(reply.to_string()),
            Err(lost) => Err(with_causes(&lost)),
        })
    }
}
