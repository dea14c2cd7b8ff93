//! A list of one reader that is made up, and remembers every act that it was asked for. `minji` is the
//! token of everything; others say by their name what is wrong with them.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use daily_note::{
    address::Address,
    publication::{Environment, Publication},
    web::{
        pages::PageTemplates,
        reader::{
            ActOutcome, ConfirmView, FramedIssue, LeaveAnswer, LeaveScope, LeaveView, LinkFault,
            ListedIssue, MailPromise, ManageView, OpinionChoice, OpinionForm, OpinionReceived,
            OpinionView, PlainView, PreferencesForm, PreferencesView, PrivacySection, PromisedMail,
            PublishedOpinion, ReaderRefusal, ReaderResult, ReaderService, ReaderSite,
            ServedPicture, SignupAnswer, SignupForm,
        },
    },
};

use crate::support::TestPublication;

/// The reader's token.
pub(super) const TOKEN: &str = "minji";
/// The issue that went out.
pub(super) const ISSUE: &str = "2026-11-23-small-models";

/// The list.
pub(crate) struct FakeList {
    site: Mutex<Arc<ReaderSite>>,
    acts: Mutex<Vec<String>>,
    forms: Mutex<Vec<SignupForm>>,
    opinions: Mutex<Vec<OpinionForm>>,
    reader: Mutex<FakeReader>,
    promise: Mutex<MailPromise>,
    /// The issue that went out, as its page.
    issue: Mutex<String>,
}

/// What the list knows of its one reader.
#[derive(Clone)]
struct FakeReader {
    name: Option<String>,
    language: Option<String>,
    editions: Option<BTreeSet<String>>,
    timezone: Option<String>,
    is_active: bool,
    is_confirmed: bool,
}

impl FakeList {
    /// Over the publication of this repository, with everything that the law of Korea asks for.
    pub(crate) fn of_the_house() -> Arc<Self> {
        Self::over(&TestPublication::of_the_house(), |site| {
            site.signup.asks_consent = true;
            site.signup.asks_ads = true;
            site.signup.least_age = Some(14);
            site.signup.carriers = vec!["Example Mail".to_owned()];
            site.asks_timezone = true;
            site.has_privacy = true;
        })
    }

    pub(crate) fn over(
        publication: &TestPublication,
        change: impl FnOnce(&mut ReaderSite),
    ) -> Arc<Self> {
        let root = publication.path("");
        let publication = Publication::load(&root, &Environment::default()).unwrap();
        let pages = Arc::new(PageTemplates::built_in().unwrap());
        let mut site = ReaderSite::new(&publication, pages);
        change(&mut site);
        Arc::new(Self {
            site: Mutex::new(Arc::new(site)),
            acts: Mutex::default(),
            forms: Mutex::default(),
            opinions: Mutex::default(),
            reader: Mutex::new(FakeReader {
                name: Some("민지 \"<b>\"".to_owned()),
                language: None,
                editions: None,
                timezone: None,
                is_active: true,
                is_confirmed: false,
            }),
            promise: Mutex::default(),
            issue: Mutex::new(MAIL.to_owned()),
        })
    }

    /// What was done since it was asked last.
    pub(crate) fn take_acts(&self) -> Vec<String> {
        std::mem::take(&mut self.acts.lock().unwrap())
    }

    pub(super) fn last_form(&self) -> SignupForm {
        self.forms.lock().unwrap().last().unwrap().clone()
    }

    pub(super) fn last_opinion(&self) -> OpinionForm {
        self.opinions.lock().unwrap().last().unwrap().clone()
    }

    /// The relay doesn't answer from now on.
    pub(crate) fn lose_the_relay(&self) {
        *self.promise.lock().unwrap() = MailPromise::Delayed;
    }

    /// The issue that went out is that from now on.
    pub(crate) fn send_out(&self, html: String) {
        *self.issue.lock().unwrap() = html;
    }

    /// The reader's own language from now on.
    pub(super) fn speak(&self, language: &str) {
        self.reader.lock().unwrap().language = Some(language.to_owned());
    }

    fn act(&self, act: impl Into<String>) {
        self.acts.lock().unwrap().push(act.into());
    }

    fn reader(&self, token: &str) -> ReaderResult<FakeReader> {
        match token {
            TOKEN => Ok(self.reader.lock().unwrap().clone()),
            "expired" => Err(ReaderRefusal::Link(LinkFault::Expired)),
            "used" => Err(ReaderRefusal::Link(LinkFault::Used)),
            "busy" => Err(ReaderRefusal::TooMany),
            "full" => Err(ReaderRefusal::Unavailable),
            _ => Err(ReaderRefusal::Link(LinkFault::Broken)),
        }
    }

    fn change(
        &self,
        token: &str,
        act: &str,
        change: impl FnOnce(&mut FakeReader),
    ) -> ReaderResult<ActOutcome> {
        let before = self.reader(token)?;
        self.act(act);
        change(&mut self.reader.lock().unwrap());
        Ok(ActOutcome {
            language: before.language,
            was_done: false,
            preferences: Some(TOKEN.to_owned()),
        })
    }

    fn plain(&self, token: &str) -> ReaderResult<PlainView> {
        let language = self.reader(token)?.language;
        Ok(PlainView { language })
    }

    fn mail(&self, token: &str, act: &str) -> ReaderResult<PromisedMail> {
        let language = self.reader(token)?.language;
        self.act(act);
        Ok(PromisedMail {
            language,
            leaves: *self.promise.lock().unwrap(),
        })
    }
}

#[async_trait]
impl ReaderService for FakeList {
    fn site(&self) -> Arc<ReaderSite> {
        Arc::clone(&self.site.lock().unwrap())
    }

    async fn newest(&self) -> ReaderResult<Vec<ListedIssue>> {
        let issue = |slug: &str, title: &str, edition: &str, day| ListedIssue {
            slug: slug.to_owned(),
            title: title.to_owned(),
            summary: "무엇을 맡기고 무엇을 직접 할지 정하는 세 가지 질문.".to_owned(),
            edition: edition.to_owned(),
            date: chrono::NaiveDate::from_ymd_opt(2026, 11, day).unwrap(),
        };
        Ok(vec![
            issue("가을 노트", "가을 <노트>", "목요일 편", 26),
            issue(ISSUE, "작은 모델이 더 나을 때", "월요일 편", 23),
        ])
    }

    async fn issue(&self, slug: &str) -> ReaderResult<FramedIssue> {
        if slug != ISSUE {
            return Err(ReaderRefusal::NotFound);
        }
        Ok(FramedIssue {
            title: "작은 모델이 더 나을 때".to_owned(),
            language: "ko".to_owned(),
            html: self.issue.lock().unwrap().clone(),
            opinions: vec![PublishedOpinion {
                name: Some("<i>서연</i>".to_owned()),
                choice: Some("좋았어요".to_owned()),
                text: Some("둘째 이야기가 좋았습니다.\n고맙습니다.".to_owned()),
            }],
            takes_opinions: true,
            is_listed: true,
        })
    }

    async fn picture(&self, name: &str) -> ReaderResult<ServedPicture> {
        match name {
            "dot.png" => Ok(ServedPicture {
                media_type: "image/png".to_owned(),
                bytes: b"\x89PNG\r\n\x1a\n".to_vec(),
            }),
            _ => Err(ReaderRefusal::NotFound),
        }
    }

    async fn privacy(&self, language: &str) -> ReaderResult<Vec<PrivacySection>> {
        Ok(vec![
            PrivacySection {
                heading: format!("1. 누가 맡고 있나요 ({language})"),
                paragraphs: vec!["데일리 노트가 정하고 책임집니다.".to_owned()],
                rows: Vec::new(),
            },
            PrivacySection {
                heading: "2. 무엇을 얼마나 간직하나요".to_owned(),
                paragraphs: Vec::new(),
                rows: vec![
                    (
                        "이메일 주소".to_owned(),
                        "구독을 해지하실 때까지".to_owned(),
                    ),
                    (
                        "보내신 의견".to_owned(),
                        "지워 달라고 하실 때까지".to_owned(),
                    ),
                ],
            },
        ])
    }

    fn form_seal(&self) -> String {
        "sealed".to_owned()
    }

    fn seal_age(&self, seal: &str) -> Option<Duration> {
        match seal {
            "sealed" => Some(Duration::from_secs(20)),
            "fresh" => Some(Duration::from_millis(400)),
            _ => None,
        }
    }

    async fn sign_up(&self, form: &SignupForm) -> ReaderResult<SignupAnswer> {
        match form.email.domain() {
            "full.example.com" => return Err(ReaderRefusal::Unavailable),
            "busy.example.com" => return Err(ReaderRefusal::TooMany),
            "refused.example.com" => return Ok(SignupAnswer::DomainRefused),
            "gmial.com" if !form.is_sure => {
                let meant = Some("minji@gmail.com".to_owned());
                return Ok(SignupAnswer::AskedBack { meant });
            }
            _ => {}
        }
        self.act("sign_up");
        self.forms.lock().unwrap().push(form.clone());
        Ok(SignupAnswer::CheckMail(*self.promise.lock().unwrap()))
    }

    async fn confirmation(&self, token: &str) -> ReaderResult<ConfirmView> {
        let reader = self.reader(token)?;
        Ok(ConfirmView {
            language: reader.language,
            editions: reader.editions,
            is_confirmed: reader.is_confirmed,
        })
    }

    async fn confirm(&self, token: &str) -> ReaderResult<ActOutcome> {
        self.change(token, "confirm", |reader| reader.is_confirmed = true)
    }

    async fn preferences(&self, token: &str) -> ReaderResult<PreferencesView> {
        let reader = self.reader(token)?;
        Ok(PreferencesView {
            language: reader.language,
            name: reader.name,
            editions: reader.editions,
            timezone: reader.timezone,
            is_active: reader.is_active,
            unsubscribe: Some(TOKEN.to_owned()),
        })
    }

    async fn prefer(&self, token: &str, form: &PreferencesForm) -> ReaderResult<ActOutcome> {
        self.change(token, &format!("prefer {form:?}"), |reader| {
            reader.editions.clone_from(&form.editions);
            reader.name.clone_from(&form.name);
            reader.language.clone_from(&form.language);
            reader.timezone = form.timezone.map(|zone| zone.name().to_owned());
        })
    }

    async fn write_own_link(&self, token: &str, _: &str) -> ReaderResult<PromisedMail> {
        self.mail(token, "write_own_link")
    }

    async fn write_link(&self, _: &Address, network: &str) -> ReaderResult<MailPromise> {
        self.act(format!("write_link from {network}"));
        Ok(*self.promise.lock().unwrap())
    }

    async fn management(&self, token: &str) -> ReaderResult<ManageView> {
        Ok(ManageView {
            language: self.reader(token)?.language,
            masked_address: "m***@example.com".to_owned(),
            minutes_left: 27,
        })
    }

    async fn personal_record(&self, token: &str) -> ReaderResult<Vec<u8>> {
        self.reader(token)?;
        self.act("personal_record");
        Ok(b"{\"email\":\"minji@example.com\"}".to_vec())
    }

    async fn erase(&self, token: &str) -> ReaderResult<ActOutcome> {
        self.change(token, "erase", |reader| {
            reader.is_active = false;
            reader.is_confirmed = false;
        })
    }

    async fn ask_move(&self, token: &str, to: &Address, _: &str) -> ReaderResult<PromisedMail> {
        self.mail(token, &format!("ask_move {to}"))
    }

    async fn moving(&self, token: &str) -> ReaderResult<PlainView> {
        self.plain(token)
    }

    async fn confirm_move(&self, token: &str) -> ReaderResult<ActOutcome> {
        self.change(token, "confirm_move", |_| {})
    }

    async fn moving_back(&self, token: &str) -> ReaderResult<PlainView> {
        self.plain(token)
    }

    async fn undo_move(&self, token: &str) -> ReaderResult<ActOutcome> {
        self.change(token, "undo_move", |_| {})
    }

    async fn departure(&self, token: &str) -> ReaderResult<LeaveView> {
        let reader = self.reader(token)?;
        Ok(LeaveView {
            language: reader.language,
            editions: reader.editions,
            has_left: !reader.is_active,
            undo: (!reader.is_active).then(|| TOKEN.to_owned()),
        })
    }

    async fn leave(&self, token: &str, scope: &LeaveScope) -> ReaderResult<LeaveAnswer> {
        let has_left = !matches!(scope, LeaveScope::Edition(_));
        let done = self.change(token, &format!("leave {scope:?}"), |reader| {
            reader.is_active &= !has_left;
        })?;
        Ok(LeaveAnswer {
            language: done.language,
            has_left,
            undo: Some(TOKEN.to_owned()),
            preferences: (!has_left).then(|| TOKEN.to_owned()),
        })
    }

    async fn probe_answer(&self, token: &str) -> Option<String> {
        (token == "probe").then(|| "answer".to_owned())
    }

    async fn say_why(&self, token: &str, reason: &str) -> ReaderResult<PlainView> {
        let view = self.plain(token)?;
        self.act(format!("say_why {reason}"));
        Ok(view)
    }

    async fn returning(&self, token: &str) -> ReaderResult<PlainView> {
        self.plain(token)
    }

    async fn undo_leave(&self, token: &str) -> ReaderResult<ActOutcome> {
        self.change(token, "undo_leave", |reader| reader.is_active = true)
    }

    async fn opinion(&self, issue: &str, token: Option<&str>) -> ReaderResult<OpinionView> {
        let language = token
            .map(|token| self.reader(token))
            .transpose()?
            .and_then(|reader| reader.language);
        if issue != ISSUE {
            return Err(ReaderRefusal::NotFound);
        }
        let choices = ["good", "fair", "poor"].map(|key| OpinionChoice {
            key: key.to_owned(),
            label: None,
        });
        Ok(OpinionView {
            language,
            title: "작은 모델이 더 나을 때".to_owned(),
            choices: choices.into(),
            may_be_published: true,
            can_be_answered: token.is_some(),
        })
    }

    async fn opine(
        &self,
        issue: &str,
        token: Option<&str>,
        form: &OpinionForm,
    ) -> ReaderResult<OpinionReceived> {
        self.act(format!("opine {issue}"));
        self.opinions.lock().unwrap().push(form.clone());
        Ok(OpinionReceived {
            language: None,
            is_held: token.is_none(),
        })
    }
}

/// A mail as the renderer makes it, in small.
const MAIL: &str = "<!DOCTYPE html>\n<html lang=\"ko\">\n<head><meta charset=\"utf-8\"><title>작은 모델</title>\
    <style data-css-inline=\"keep\">@media (prefers-color-scheme: dark) { .body { background-color: #101214 !important; } .paper { color: #ffffff !important; } }</style></head>\n\
    <body class=\"body\" style=\"margin: 0; background-color: #F4F2EE\">\n\
    <table class=\"paper\" role=\"presentation\" style=\"max-width: 600px; font-family: 'Noto Sans KR', sans-serif\"><tr><td style=\"padding: 0 20px\">\
    <h1 style=\"margin: 0\">작은 모델이 더 나을 때</h1><p style=\"margin: 0\">본문입니다.</p>\
    <img src=\"/images/dot.png\" alt=\"점\" style=\"width: 100%\"></td></tr></table></body></html>";
