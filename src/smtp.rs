//! Sessions to a relay, enhanced status codes, and the embedded inbox server.
//! Says what the relay answered; what follows from it is `delivery`'s business.
//!
//! A session reads in the order of its life:
//!
//! 1. [`relay`]: where to, how protected, how long to wait;
//! 2. `connect`: dial, greeting, EHLO, STARTTLS, AUTH → [`Session`], or a [`ConnectError`];
//! 3. [`session`]: MAIL, RCPT, DATA, body, dot → an [`Answer`], or the connection is [`LostAnswer`];
//! 4. below them `commands` (lettre's words), `wire` (bytes under deadlines), `reply`
//!    (bytes → [`Reply`]) and `framing` (dots).

mod answer;
mod capabilities;
mod commands;
mod connect;
mod framing;
pub mod inbox;
pub(crate) mod relay;
mod reply;
pub(crate) mod session;
pub mod status;
mod tls;
mod wire;

pub use answer::{Answer, LostAnswer, Stage};
pub use capabilities::{Capabilities, TlsSession};
pub(crate) use connect::login_token;
pub use connect::{ConnectError, ConnectStep, TokenUnavailable};
pub use framing::MessageParts;
pub use relay::{Relay, Timeouts};
pub(crate) use reply::Reply;
pub use session::{Announcement, Session};
pub(crate) use tls::{handshake, load as load_trust};
pub use wire::LostCause;
