//! Our own door: SMTP or LMTP, for mail to our own return-paths, to the unsubscribe address and to the addresses of
//! opinions, and for nobody else. A message is answered for once it is taken in; none is ever passed on.

use std::{io, path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::{
    net::{TcpListener, UnixListener, UnixStream},
    sync::watch,
};

use super::ReturnDesk;
use crate::{
    address::Address,
    bounce::{Arrival, Door, ReportIntake, TakenIn},
    delivery::StopSignal,
    links::LinkSigner,
    publication::{DoorAddress, DoorPlace, DoorProtocol, Publication},
    smtp::inbox::{BroughtMail, ConversationManners, MailListener, MailTaker, TakeFault, serve},
};

/// How soon an address that can't be listened at is tried again: another process of ours may end.
const AGAIN: Duration = Duration::from_secs(2);
/// The largest report: what relays quote of our mail, and its pictures.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// To whoever brings what proves nothing, once there is enough of it for a day: they keep it, and try again.
const TURNED_AWAY: &str =
    "451 4.7.1 Too much came today that does not prove which mail it is about; try again later";

/// Takes mail in that comes to our own addresses.
struct ReturnTaker {
    desk: Arc<ReturnDesk>,
    door: Door,
    manners: ConversationManners,
}

impl ReturnTaker {
    fn new(desk: Arc<ReturnDesk>, protocol: DoorProtocol) -> Self {
        let is_lmtp = protocol == DoorProtocol::Lmtp;
        let name = match is_lmtp {
            true => "localhost LMTP",
            false => "localhost ESMTP",
        };
        Self {
            desk,
            door: match is_lmtp {
                true => Door::Lmtp,
                false => Door::Smtp,
            },
            manners: ConversationManners {
                greeting: format!("{name} daily-note takes back what was sent"),
                about: "localhost takes mail for its own return-paths alone".to_owned(),
                is_lmtp,
                most_bytes: MOST_BYTES,
            },
        }
    }
}

#[async_trait]
impl MailTaker for ReturnTaker {
    fn manners(&self) -> &ConversationManners {
        &self.manners
    }

    async fn is_taken(&self, recipient: &str) -> bool {
        let Ok(recipient) = Address::parse(recipient) else {
            return false;
        };
        let app = self.desk.app();
        match app.link_signer(self.desk.store.as_ref()).await {
            Ok(links) => is_ours(&recipient, &app.publication, &links),
            Err(error) => {
                tracing::error!("the links' secret can't be read: {error}");
                false
            }
        }
    }

    async fn take(&self, mail: BroughtMail) -> Result<(), TakeFault> {
        let now = self.desk.clock.now();
        let arrival = Arrival::Mail(with_envelope(&mail));
        match self.desk.take_in(self.door, vec![arrival], now).await {
            Ok(taken) if taken.contains(&TakenIn::TurnedAway) => Err(TakeFault::Full(TURNED_AWAY)),
            Ok(_) => Ok(()),
            Err(error) => {
                tracing::error!("{error}; the mail system beside us keeps the mail");
                Err(TakeFault::NotNow)
            }
        }
    }
}

/// Whether mail to that address is about mail of ours.
fn is_ours(recipient: &Address, publication: &Publication, links: &LinkSigner) -> bool {
    let is_same = |own: &Address| own.key() == recipient.key();
    if publication.unsubscribe_email.as_ref().is_some_and(is_same) {
        return true;
    }
    let Some(domain) = &publication.smtp.bounce_domain else {
        // Without a domain for return-paths it is the sender's own address.
        return is_same(&publication.from.address);
    };
    if !recipient.domain().eq_ignore_ascii_case(domain) {
        return false;
    }
    let local = recipient.local().to_ascii_lowercase();
    links.verify_bounce(recipient.local()).is_ok()
        || local.starts_with("feedback+")
        // RFC 5321 §4.5.1.
        || local == "postmaster"
}

/// The message below the lines that a delivery agent adds: who it came to is in no header of a report.
fn with_envelope(mail: &BroughtMail) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(mail.message.len() + 256);
    let mut line = |name: &str, value: &str| {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    };
    line("Return-Path", &format!("<{}>", mail.sender));
    for recipient in &mail.recipients {
        line("Delivered-To", recipient);
    }
    bytes.extend_from_slice(&mail.message);
    bytes
}

/// Listens until `stop`. An address that is taken keeps nobody from anything else, and is tried again.
pub(super) async fn listen(desk: Arc<ReturnDesk>, address: DoorAddress, stop: StopSignal) {
    let mut is_told = false;
    let listener = loop {
        match bind(&address).await {
            Ok(listener) => break listener,
            Err(error) if !is_told => {
                is_told = true;
                tracing::error!("mail can't be taken back at {address}: {error}; retrying");
            }
            Err(_) => {}
        }
        tokio::select! {
            () = tokio::time::sleep(AGAIN) => {}
            () = stop.requested() => return,
        }
    };
    tracing::info!("mail is taken back at {address}");
    let (stopping, stopped) = watch::channel(false);
    let taker = Arc::new(ReturnTaker::new(desk, address.protocol));
    let serving = serve(listener, taker, stopped);
    tokio::pin!(serving);
    tokio::select! {
        () = &mut serving => {}
        () = stop.requested() => {
            let _ = stopping.send(true);
            serving.await;
        }
    }
    if let DoorPlace::Unix(path) = &address.place {
        let _ = std::fs::remove_file(path);
    }
}

async fn bind(address: &DoorAddress) -> io::Result<MailListener> {
    Ok(match &address.place {
        DoorPlace::Tcp(address) => MailListener::Tcp(TcpListener::bind(address).await?),
        DoorPlace::Unix(path) => MailListener::Unix(bind_socket(path).await?),
    })
}

/// A socket that nobody answers at any more is one that a killed process left.
async fn bind_socket(path: &Path) -> io::Result<UnixListener> {
    use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
    let is_socket = std::fs::symlink_metadata(path).is_ok_and(|it| it.file_type().is_socket());
    if is_socket && UnixStream::connect(path).await.is_err() {
        std::fs::remove_file(path)?;
    }
    let listener = UnixListener::bind(path)?;
    // The mail system runs as somebody else; the folder's rights say who may come near.
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o666))?;
    Ok(listener)
}
