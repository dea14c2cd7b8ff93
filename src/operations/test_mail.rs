//! One real mail of an issue, marked as a test: past the queue, past the ledger.

use crate::{
    address::Address,
    app::{App, AppError, MailTransport},
    smtp::{Answer, LostAnswer, Session},
};

/// What became of a test mail.
pub enum TestOutcome {
    /// The relay answered.
    Answered(Answer),
    /// The connection was lost.
    Lost(LostAnswer),
}

impl App {
    /// Sends the issue to each address, a draft as well, its subject marked as a test.
    ///
    /// # Errors
    /// Content or templates that are wrong, a relay that does not let us in.
    pub(crate) async fn send_test(
        &self,
        wanted: &str,
        to: &[Address],
        way: &MailTransport,
    ) -> Result<Vec<(Address, TestOutcome)>, AppError> {
        let archive = self.archive()?;
        let issue = archive.find(wanted)?;
        let mut frozen = self.freeze(&archive, issue)?;
        frozen.composition.mark_as_test();
        let links = self.link_signer(self.store().await?.as_ref()).await?;
        let composer = self.composer(&frozen, links, self.clock.now())?;
        let mut session = Session::connect(&way.relay).await?;
        let mut outcomes = Vec::new();
        for email in to {
            let message = composer.compose_message(&self.reader(email).await?)?;
            if !session.is_usable() {
                session = Session::connect(&way.relay).await?;
            }
            let outcome = match session.deliver(&message.envelope, &message.bytes).await {
                Ok(answer) => TestOutcome::Answered(answer),
                Err(lost) => TestOutcome::Lost(lost),
            };
            outcomes.push((email.clone(), outcome));
        }
        session.quit().await;
        Ok(outcomes)
    }
}
