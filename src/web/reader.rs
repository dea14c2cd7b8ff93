//! The readers' pages: where strangers find the newsletter, subscribe, confirm, choose, say what they think
//! and leave. Every page works without a script and in the dark; GET, HEAD and OPTIONS change nothing; there
//! is no cookie. Who is on the list, which token is whose and what may be mailed is the service's.

mod act;
mod api;
mod archive;
mod confirm;
mod consent;
mod desk;
mod door;
mod edition_box;
mod ending_link;
mod fault;
mod fault_report;
mod form;
mod guard;
mod issue;
mod issue_entry;
mod leave;
mod link;
mod loose_styles;
mod manage;
mod moving;
mod network;
mod note;
mod opinion;
mod preferences;
mod privacy;
mod rhythm;
mod service;
mod signed_path;
mod signup;
mod signup_page;
mod site;
mod site_frame;
mod style;
mod view;
mod visit;
mod zone_list;

use std::sync::Arc;

use axum::{Router, middleware, routing::get};

pub use self::{
    act::{
        ActOutcome, FormWay, LeaveAnswer, LeaveScope, MailPromise, OpinionForm, OpinionReceived,
        PreferencesForm, PromisedMail, ShownWording, SignupAnswer, SignupForm,
    },
    desk::DoorSettings,
    door::serve,
    service::{LinkFault, ReaderRefusal, ReaderResult, ReaderService},
    site::{ReaderSite, SignupTerms, SiteEdition, SiteLogo},
    view::{
        ConfirmView, FramedIssue, LeaveView, ListedIssue, ManageView, OpinionChoice, OpinionView,
        PlainView, PreferencesView, PrivacySection, PublishedOpinion, ServedPicture,
    },
};
use self::{desk::Desk, fault::ReaderFault};
use crate::links::PublicPage;

/// The pages over that service.
pub fn router(service: Arc<dyn ReaderService>, settings: DoorSettings) -> Router {
    let desk = Desk {
        service,
        settings: Arc::new(settings),
    };
    use PublicPage as Page;
    Router::new()
        .route(Page::Front.route(), get(signup::front))
        .route(
            Page::Subscribe.route(),
            get(signup::form).post(signup::subscribe),
        )
        .route(
            Page::SubscribeApi.route(),
            get(api::facts).post(api::subscribe).options(api::preflight),
        )
        .route(
            Page::Confirm.route(),
            get(confirm::ask).post(confirm::confirm),
        )
        .route(
            Page::Unsubscribe.route(),
            get(leave::ask).post(leave::leave),
        )
        .route(Page::Undo.route(), get(leave::ask_undo).post(leave::undo))
        .route(
            Page::Preferences.route(),
            get(preferences::show).post(preferences::save),
        )
        .route(Page::Manage.route(), get(manage::show).post(manage::act))
        .route(Page::Move.route(), get(moving::ask).post(moving::confirm))
        .route(
            Page::MoveUndo.route(),
            get(moving::ask_undo).post(moving::undo),
        )
        .route(
            Page::Feedback.route(),
            get(opinion::ask_reader).post(opinion::take_readers),
        )
        .route(
            Page::OpenFeedback.route(),
            get(opinion::ask_anybody).post(opinion::take_anybodys),
        )
        .route(Page::Issue.route(), get(issue::show))
        .route(Page::Picture.route(), get(issue::picture))
        .route(Page::Privacy.route(), get(privacy::show))
        .route(Page::FreshLink.route(), get(link::ask).post(link::write))
        .route(Page::StyleSheet.route(), get(style::show))
        .fallback(archive::show)
        .method_not_allowed_fallback(|| async { ReaderFault::Method })
        .layer(middleware::from_fn_with_state(desk.clone(), guard::guard))
        .with_state(desk)
}
