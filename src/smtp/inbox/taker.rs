//! Who takes the mail of a conversation, and how the conversation is held for them.

use async_trait::async_trait;

/// Takes mail that a conversation brings.
#[async_trait]
pub(crate) trait MailTaker: Send + Sync + 'static {
    /// How the conversation is held.
    fn manners(&self) -> &ConversationManners;

    /// Whether it takes mail for that address. It relays none.
    async fn is_taken(&self, recipient: &str) -> bool;

    /// Takes a message; it is on the disk when this returns.
    async fn take(&self, mail: BroughtMail) -> Result<(), TakeFault>;
}

/// How a conversation is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConversationManners {
    /// What stands behind the 220.
    pub(crate) greeting: String,
    /// What stands behind the 250 of EHLO or LHLO.
    pub(crate) about: String,
    /// RFC 2033: LHLO, and an answer a recipient.
    pub(crate) is_lmtp: bool,
    /// The largest message.
    pub(crate) most_bytes: usize,
}

/// A message, whole, with its envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BroughtMail {
    /// Empty for `<>`.
    pub(crate) sender: String,
    pub(crate) recipients: Vec<String>,
    pub(crate) message: Vec<u8>,
}

/// Why a message is not taken now: nothing of it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TakeFault {
    /// There is no room, as the words say.
    Full(&'static str),
    /// Later, perhaps.
    NotNow,
}
