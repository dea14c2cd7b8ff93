//! A mail of `doctor`'s to a return-path of our own: whether what comes back finds its way to us.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::sleep;

use super::super::mailbox_door::MailboxPeek;
use crate::{
    address::Address,
    app::{App, AppError},
    audience::SubscriberId,
    bounce::HookProvider,
    clock::{Stopwatch, random_bytes},
    doctor::ReturnProof,
    message::{Envelope, Letter},
    smtp::{Answer, Relay, Session},
    source::with_causes,
    store::Store,
    words::phrased,
};

/// How long a probe is waited for; a door is read every few seconds.
const PATIENCE: Duration = Duration::from_secs(20);
const GLANCE: Duration = Duration::from_millis(250);
/// How often the mailbox of another server is looked into meanwhile.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);
/// How long what lies there has to be taken in, by a `serve` that runs beside.
const TAKING: Duration = Duration::from_secs(3);
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
        let bounces = &self.publication.bounces;
        let since = self.clock.now() - LATELY;
        let mut readings = store.door_readings().await?;
        readings.retain(|door| door.read_at >= since);
        // A pipe stands in no setting: it is a door since it was one.
        let (by_hooks, by_mail): (Vec<_>, Vec<_>) =
            readings.into_iter().partition(|door| is_hook(&door.door));
        if !bounces.takes_mail() && by_mail.is_empty() {
            return Ok(match bounces.hooks.is_any() {
                true => ReturnProof::OnlyHooks(by_hooks.iter().map(|door| door.read_at).max()),
                false if self.publication.smtp.bounce_domain.is_none() => ReturnProof::NoDomain,
                false => ReturnProof::NoDoor,
            });
        }
        let Some(domain) = &self.publication.smtp.bounce_domain else {
            return Ok(ReturnProof::NoDomain);
        };
        let [a, b, c, d] = random_bytes();
        // Beyond all batches, which are counted from 1.
        let probe = i64::from(u32::from_be_bytes([a, b, c, d])) | 1 << 40;
        let links = self.link_signer(store).await?.for_batch(probe);
        let local = links.bounce_local_part(SubscriberId(0));
        let Ok(to) = Address::parse(&format!("{local}@{domain}")) else {
            return Ok(ReturnProof::NotSent(phrased!("{domain} is no domain")));
        };
        let mailbox = match &bounces.imap {
            Some(settings) => match MailboxPeek::open(settings).await {
                Ok(mailbox) => Some(mailbox),
                Err(fault) => return Ok(ReturnProof::MailboxShut(with_causes(&fault))),
            },
            None => None,
        };
        if let Err(why) = self.send_probe(relay, &to, probe).await? {
            return Ok(ReturnProof::NotSent(why));
        }
        awaited(store, probe, mailbox, &local).await
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

/// Waits for a probe: until a door has taken it in, or it lies in the mailbox and nobody takes it.
async fn awaited(
    store: &dyn Store,
    probe: i64,
    mut mailbox: Option<MailboxPeek>,
    local: &str,
) -> Result<ReturnProof, AppError> {
    let waiting = Stopwatch::start();
    let (mut looked, mut lies_there) = (Duration::ZERO, None);
    let proof = loop {
        let elapsed = waiting.elapsed();
        if store.has_probe_come_back(probe).await? {
            break ReturnProof::CameBack(elapsed);
        }
        match lies_there {
            Some(since) if elapsed >= since + TAKING => break ReturnProof::InMailbox(since),
            None if elapsed >= PATIENCE => break ReturnProof::Lost(elapsed),
            _ => {}
        }
        if let Some(peek) = &mut mailbox
            && lies_there.is_none()
            && elapsed >= looked + BETWEEN_LOOKS
        {
            looked = elapsed;
            match peek.has_mail_with(local).await {
                Ok(true) => lies_there = Some(waiting.elapsed()),
                Ok(false) => {}
                Err(fault) => return Ok(ReturnProof::MailboxShut(with_causes(&fault))),
            }
        }
        sleep(GLANCE).await;
    };
    if let Some(peek) = mailbox {
        peek.close().await;
    }
    Ok(proof)
}

fn is_hook(door: &str) -> bool {
    HookProvider::ALL.iter().any(|hook| hook.as_str() == door)
}
