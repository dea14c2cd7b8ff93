//! An issue that went out, as a plain web page: the mail's own HTML with its design, between a line that
//! leads to the publication and what readers said of it; and the pictures that it shows.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{
    archive,
    desk::Desk,
    fault::ReaderFault,
    loose_styles::LooseMail,
    signed_path::NamedPath,
    style::{self, ReaderSheet},
    view::{FramedIssue, PublishedOpinion},
    visit::{Visit, Voice},
};
use crate::{fingerprint, render::percent_encode};

/// The page's template.
const ISSUE: &str = "web/reader/issue.html";
/// As for every page, with the mail's own sheet, named by its hash.
const POLICY: &str = "default-src 'none'; style-src 'self' SHEET; img-src 'self' data:; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// What pictures of a mail may be.
const PICTURES: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/// What stands around the mail.
#[derive(Serialize)]
struct IssuePage<'v> {
    title: &'v str,
    issue_language: &'v str,
    body_class: &'v str,
    /// Stand where the mail and its sheet are put.
    here: String,
    sheet_here: String,
    sheet: String,
    opinions: Vec<OpinionLine<'v>>,
    opinion_path: Option<String>,
    is_listed: bool,
}

/// What a reader said.
#[derive(Serialize)]
struct OpinionLine<'v> {
    name: Option<&'v str>,
    choice: Option<&'v str>,
    lines: Vec<&'v str>,
}

/// `/issues/SLUG`: its page in the archive, or the mail itself where that has none.
pub(super) async fn show(
    State(desk): State<Desk>,
    visit: Visit,
    NamedPath(slug): NamedPath,
) -> Result<Response, ReaderFault> {
    let address = format!("/issues/{}", percent_encode(&slug));
    if let Some(page) = archive::answer(&desk, &address, visit.headers()).await? {
        return Ok(page);
    }
    let issue = desk.service.issue(&slug).await?;
    let voice = visit.voice(None);
    let mail = LooseMail::parse(&issue.html);
    let page = IssuePage::new(voice, &slug, &issue, &mail);
    let (here, sheet_here) = (page.here.clone(), page.sheet_here.clone());
    let fill = |html: String| {
        html.replacen(&sheet_here, &mail.css, 1)
            .replacen(&here, &mail.body, 1)
    };
    let mut response = voice.page_with(StatusCode::OK, ISSUE, &page, fill);
    let policy = POLICY.replace("SHEET", &mail.policy_source());
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    }
    Ok(response)
}

/// `/images/NAME`. Its name is of its content: what it shows never changes.
pub(super) async fn picture(
    State(desk): State<Desk>,
    NamedPath(name): NamedPath,
    asked: HeaderMap,
) -> Result<Response, ReaderFault> {
    let address = format!("/images/{}", percent_encode(&name));
    if let Some(picture) = archive::answer(&desk, &address, &asked).await? {
        return Ok(picture);
    }
    let picture = desk.service.picture(&name).await?;
    let media_type = PICTURES.iter().find(|known| **known == picture.media_type);
    let media_type = media_type.ok_or(ReaderFault::NOT_FOUND)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=31536000, immutable"),
        ),
    ];
    Ok((headers, picture.bytes).into_response())
}

impl<'v> IssuePage<'v> {
    fn new(voice: Voice<'v>, slug: &str, issue: &'v FramedIssue, mail: &'v LooseMail) -> Self {
        // Nothing in any text is the same by chance.
        let mark = fingerprint::sha256_hex(issue.html.as_bytes());
        let takes = issue.takes_opinions;
        Self {
            title: &issue.title,
            issue_language: &issue.language,
            body_class: &mail.body_class,
            here: format!("mail-{mark}"),
            sheet_here: format!("sheet-{mark}"),
            sheet: style::address(voice.site, voice.language(), ReaderSheet::Issue),
            opinions: issue.opinions.iter().map(OpinionLine::new).collect(),
            opinion_path: takes.then(|| voice.site.path(&["f", slug])),
            is_listed: issue.is_listed,
        }
    }
}

impl<'v> OpinionLine<'v> {
    fn new(opinion: &'v PublishedOpinion) -> Self {
        Self {
            name: opinion.name.as_deref(),
            choice: opinion.choice.as_deref(),
            lines: opinion.text.iter().flat_map(|text| text.lines()).collect(),
        }
    }
}
