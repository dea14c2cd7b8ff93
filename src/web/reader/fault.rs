//! What a request gets that can't be done: a status, and a page in the reader's language that says what
//! happened and where it goes on. A handler answers the fault alone; [`faced`] makes the page of it, at
//! the edge, where the language is known.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{
    fault_report::{FaultDetail, FaultReport},
    form::FormFault,
    service::{LinkFault, ReaderRefusal},
    visit::Visit,
};

/// The page's template.
const FAULT: &str = "web/reader/fault.html";

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReaderFault {
    /// What whoever keeps the list said.
    Refused(ReaderRefusal),
    /// The form itself.
    Form(FormFault),
    /// Something in the form says nothing that we know.
    Nonsense,
    /// Another site's page sent what only ours may send.
    CrossSite,
    /// The page is there and can't be asked in this way.
    Method,
    /// An address longer than any of ours.
    LongAddress,
    /// More headers, or larger ones, than any browser sends.
    LargeHead,
}

/// What a fault's page shows.
#[derive(Serialize)]
struct FaultPage<'w> {
    title: &'w str,
    text: &'w str,
    /// A fresh link helps here: the page has the form for one.
    offers_link: bool,
}

impl From<ReaderRefusal> for ReaderFault {
    fn from(refusal: ReaderRefusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<FormFault> for ReaderFault {
    fn from(fault: FormFault) -> Self {
        Self::Form(fault)
    }
}

impl ReaderFault {
    /// There is no such page.
    pub(super) const NOT_FOUND: Self = Self::Refused(ReaderRefusal::NotFound);

    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::Refused(ReaderRefusal::Link(LinkFault::Broken) | ReaderRefusal::NotFound) => {
                StatusCode::NOT_FOUND
            }
            Self::Refused(ReaderRefusal::Link(LinkFault::Expired | LinkFault::Used)) => {
                StatusCode::GONE
            }
            Self::Refused(ReaderRefusal::TooMany) => StatusCode::TOO_MANY_REQUESTS,
            Self::Refused(ReaderRefusal::Unavailable) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Form(FormFault::TooLarge) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Form(FormFault::TooSlow) => StatusCode::REQUEST_TIMEOUT,
            Self::Form(FormFault::Unknown) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Form(FormFault::NotText | FormFault::Ambiguous) | Self::Nonsense => {
                StatusCode::BAD_REQUEST
            }
            Self::CrossSite => StatusCode::FORBIDDEN,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::LongAddress => StatusCode::URI_TOO_LONG,
            Self::LargeHead => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        }
    }

    /// For programs, and what its words are called: `fault_KEY_title`, `fault_KEY_text`.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Refused(ReaderRefusal::Link(LinkFault::Broken)) => "broken",
            Self::Refused(ReaderRefusal::Link(LinkFault::Expired)) => "expired",
            Self::Refused(ReaderRefusal::Link(LinkFault::Used)) => "used",
            Self::Refused(ReaderRefusal::NotFound) => "missing",
            Self::Refused(ReaderRefusal::TooMany) => "busy",
            Self::Refused(ReaderRefusal::Unavailable) => "unavailable",
            Self::Form(FormFault::TooLarge) => "large",
            Self::Form(FormFault::TooSlow) => "slow",
            Self::Form(FormFault::Unknown | FormFault::NotText | FormFault::Ambiguous)
            | Self::Nonsense => "unreadable",
            Self::CrossSite => "elsewhere",
            Self::Method => "method",
            Self::LongAddress => "address",
            Self::LargeHead => "head",
        }
    }

    fn offers_link(self) -> bool {
        matches!(self, Self::Refused(ReaderRefusal::Link(_)))
    }
}

/// Only the fault: [`faced`] gives it its page.
impl IntoResponse for ReaderFault {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The page of a fault that a handler answered; any other response as it is.
pub(super) fn faced(response: Response, visit: &Visit, is_for_programs: bool) -> Response {
    let Some(fault) = response.extensions().get::<ReaderFault>().copied() else {
        return response;
    };
    let voice = visit.voice(None);
    let words = voice.words();
    let key = |part: &str| format!("fault_{}_{part}", fault.key());
    let (title, text) = (key("title"), key("text"));
    let mut faced = match is_for_programs {
        true => {
            let detail = FaultDetail {
                code: fault.key(),
                message: words.get(&text),
                meant: None,
            };
            FaultReport::new(detail).answered(fault.status())
        }
        false => {
            let page = FaultPage {
                title: words.get(&title),
                text: words.get(&text),
                offers_link: fault.offers_link(),
            };
            voice.page(fault.status(), FAULT, &page)
        }
    };
    let headers = faced.headers_mut();
    headers.extend(
        response
            .headers()
            .get(header::ALLOW)
            .map(|allow| (header::ALLOW, allow.clone())),
    );
    if let Some(wait) = waiting(fault) {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static(wait));
    }
    faced
}

/// For how many seconds it is no use to ask again.
fn waiting(fault: ReaderFault) -> Option<&'static str> {
    match fault {
        ReaderFault::Refused(ReaderRefusal::TooMany) => Some("3600"),
        ReaderFault::Refused(ReaderRefusal::Unavailable) => Some("120"),
        _ => None,
    }
}
