//! The pages' questions and acts, each handed to the file that knows it.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;

use super::ReaderDesk;
use crate::{
    address::Address,
    site::ArchiveSite,
    web::reader::{
        ActOutcome, ConfirmView, FramedIssue, LeaveAnswer, LeaveScope, LeaveView, ListedIssue,
        MailPromise, ManageView, OpinionForm, OpinionReceived, OpinionView, PlainView,
        PreferencesForm, PreferencesView, PrivacySection, PromisedMail, ReaderResult,
        ReaderService, ReaderSite, ServedPicture, SignupAnswer, SignupForm,
    },
};

#[async_trait]
impl ReaderService for ReaderDesk {
    fn site(&self) -> Arc<ReaderSite> {
        self.current_site()
    }

    async fn archive(&self) -> ReaderResult<Option<Arc<ArchiveSite>>> {
        self.current_archive().await
    }

    async fn newest(&self) -> ReaderResult<Vec<ListedIssue>> {
        self.newest_issues().await
    }

    async fn issue(&self, slug: &str) -> ReaderResult<FramedIssue> {
        self.framed_issue(slug).await
    }

    async fn picture(&self, name: &str) -> ReaderResult<ServedPicture> {
        self.served_picture(name).await
    }

    async fn privacy(&self, language: &str) -> ReaderResult<Vec<PrivacySection>> {
        self.privacy_notice(language).await
    }

    fn form_seal(&self) -> String {
        // Without its keys a form is one from elsewhere.
        let links = self.kept_links();
        links.map_or_else(String::new, |links| links.form_seal(self.now()))
    }

    fn seal_age(&self, seal: &str) -> Option<Duration> {
        self.age_of(seal, &self.kept_links()?)
    }

    async fn sign_up(&self, form: &SignupForm) -> ReaderResult<SignupAnswer> {
        self.ask_to_subscribe(form).await
    }

    async fn confirmation(&self, token: &str) -> ReaderResult<ConfirmView> {
        self.confirmation_of(token).await
    }

    async fn confirm(&self, token: &str) -> ReaderResult<ActOutcome> {
        self.confirm_reader(token).await
    }

    async fn preferences(&self, token: &str) -> ReaderResult<PreferencesView> {
        self.preferences_of(token).await
    }

    async fn prefer(&self, token: &str, form: &PreferencesForm) -> ReaderResult<ActOutcome> {
        self.choose(token, form).await
    }

    async fn write_own_link(&self, token: &str, _network: &str) -> ReaderResult<PromisedMail> {
        self.write_link_to_reader(token).await
    }

    async fn write_link(&self, email: &Address, _network: &str) -> ReaderResult<MailPromise> {
        self.write_link_to(email).await
    }

    async fn management(&self, token: &str) -> ReaderResult<ManageView> {
        self.managed(token).await
    }

    async fn personal_record(&self, token: &str) -> ReaderResult<Vec<u8>> {
        self.record_of(token).await
    }

    async fn erase(&self, token: &str) -> ReaderResult<ActOutcome> {
        self.forget_reader(token).await
    }

    async fn ask_move(
        &self,
        token: &str,
        to: &Address,
        _network: &str,
    ) -> ReaderResult<PromisedMail> {
        self.ask_to_move(token, to).await
    }

    async fn moving(&self, token: &str) -> ReaderResult<PlainView> {
        self.moving_of(token).await
    }

    async fn confirm_move(&self, token: &str) -> ReaderResult<ActOutcome> {
        self.move_reader(token).await
    }

    async fn moving_back(&self, token: &str) -> ReaderResult<PlainView> {
        self.moving_back_of(token).await
    }

    async fn undo_move(&self, token: &str) -> ReaderResult<ActOutcome> {
        self.move_back(token).await
    }

    async fn departure(&self, token: &str) -> ReaderResult<LeaveView> {
        self.departure_of(token).await
    }

    async fn leave(&self, token: &str, scope: &LeaveScope) -> ReaderResult<LeaveAnswer> {
        self.leave_list(token, scope).await
    }

    async fn probe_answer(&self, token: &str) -> Option<String> {
        let links = self.links().await.ok()?;
        links.probe_answer(token, self.now())
    }

    async fn say_why(&self, token: &str, reason: &str) -> ReaderResult<PlainView> {
        self.note_reason(token, reason).await
    }

    async fn returning(&self, token: &str) -> ReaderResult<PlainView> {
        self.return_of(token).await
    }

    async fn undo_leave(&self, token: &str) -> ReaderResult<ActOutcome> {
        self.bring_back(token).await
    }

    async fn opinion(&self, issue: &str, token: Option<&str>) -> ReaderResult<OpinionView> {
        self.opinion_form(issue, token).await
    }

    async fn opine(
        &self,
        issue: &str,
        token: Option<&str>,
        form: &OpinionForm,
    ) -> ReaderResult<OpinionReceived> {
        self.take_opinion(issue, token, form).await
    }
}
