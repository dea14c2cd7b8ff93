//! The embedded inbox's page: the mail that the folder holds, as a reader would see it, as text,
//! and as source. Shows strangers' HTML, so everything around it is locked: no scripts, no forms,
//! no remote loads unless asked for, and answers to this machine's own names alone.

mod letter;
mod page;
mod words;

use std::{fs, io, path::PathBuf, sync::Arc};

use axum::{
    Router,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware,
    response::{Html, IntoResponse, Response},
    routing::get,
};
use serde::Deserialize;
use tokio::net::TcpListener;

use super::{asset, local};
use letter::{Letter, Summary};
use page::{Listing, View};
use words::Words;

/// Letters on one page of the list.
const PAGE: usize = 50;

/// A letter's HTML: its own styles and the images it carries; links open in a new tab.
const LETTER_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:REMOTE; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'self'; \
    sandbox allow-popups allow-popups-to-escape-sandbox";

/// Serves the page until `stop` is done.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    folder: PathBuf,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, router(folder))
        .with_graceful_shutdown(stop)
        .await
}

/// The pages, for the mail in `folder`.
pub fn router(folder: PathBuf) -> Router {
    Router::new()
        .route("/", get(list))
        .route("/latest", get(latest))
        .route("/mail/{name}", get(show))
        .route("/mail/{name}/html", get(html))
        .route("/mail/{name}/file", get(file))
        .route("/inbox.css", get(style))
        .route("/inbox.js", get(script))
        .layer(middleware::from_fn(local::guard))
        .with_state(Folder(Arc::new(folder)))
}

/// Where the mail is.
#[derive(Clone)]
struct Folder(Arc<PathBuf>);

/// What went wrong, in one word; the page says no more.
enum Failure {
    NotFound,
    Unreadable(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::NotFound,
            _ => Self::Unreadable(error),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::NotFound => (StatusCode::NOT_FOUND, "no such mail").into_response(),
            Self::Unreadable(error) => {
                tracing::error!(%error, "the inbox's folder can't be read");
                let text = "the inbox's folder can't be read; the log says why";
                (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
            }
        }
    }
}

impl Folder {
    /// The names of all letters whose name holds `query`, the newest first.
    fn names(&self, query: &str) -> io::Result<Vec<String>> {
        let query = query.trim().to_lowercase();
        let mut names = Vec::new();
        for entry in fs::read_dir(&*self.0)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if is_letter(&name) && (query.is_empty() || name.to_lowercase().contains(&query)) {
                names.push(name);
            }
        }
        names.sort_unstable_by(|a, b| b.cmp(a));
        Ok(names)
    }

    fn read(&self, name: &str) -> Result<Vec<u8>, Failure> {
        if !is_letter(name) {
            return Err(Failure::NotFound);
        }
        Ok(fs::read(self.0.join(name))?)
    }

    fn listing(&self, asked: &Asked) -> Result<Listing, Failure> {
        let names = self.names(&asked.q)?;
        let pages = names.len().div_ceil(PAGE).max(1);
        let page = asked.page.clamp(1, pages);
        let letters = names
            .iter()
            .skip((page - 1) * PAGE)
            .take(PAGE)
            .map(|name| Summary::load(&self.0.join(name), name))
            .collect::<io::Result<_>>()?;
        Ok(Listing {
            latest: names.first().cloned().unwrap_or_default(),
            total: names.len(),
            query: asked.q.clone(),
            letters,
            page,
            pages,
        })
    }
}

/// A plain file name of the maildrop: no way out of the folder, nothing half written.
fn is_letter(name: &str) -> bool {
    name.ends_with(".eml") && !name.starts_with('.') && !name.contains(['/', '\\', '\0'])
}

/// What the address asks for.
#[derive(Debug, Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default = "first_page")]
    page: usize,
    #[serde(default)]
    view: View,
    #[serde(default)]
    phone: bool,
    #[serde(default)]
    remote: bool,
}

fn first_page() -> usize {
    1
}

async fn list(
    State(folder): State<Folder>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Html<String>, Failure> {
    blocking(move || {
        let listing = folder.listing(&asked)?;
        Ok(Html(page::list(&listing, Words::for_reader(&headers))))
    })
    .await
}

async fn show(
    State(folder): State<Folder>,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Html<String>, Failure> {
    blocking(move || {
        let letter = Letter::parse(&name, folder.read(&name)?);
        let listing = folder.listing(&asked)?;
        let words = Words::for_reader(&headers);
        let shown = page::Shown {
            view: asked.view,
            is_phone: asked.phone,
            loads_remote: asked.remote,
        };
        Ok(Html(page::letter(&listing, &letter, &shown, words)))
    })
    .await
}

async fn html(
    State(folder): State<Folder>,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let letter = blocking(move || Ok(Letter::parse(&name, folder.read(&name)?))).await?;
    let html = letter.html.ok_or(Failure::NotFound)?;
    let remote = if asked.remote { " https: http:" } else { "" };
    let policy = LETTER_POLICY.replace("REMOTE", remote);
    let mut response = Html(html).into_response();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}

async fn file(State(folder): State<Folder>, Path(name): Path<String>) -> Result<Response, Failure> {
    let bytes = blocking(move || folder.read(&name)).await?;
    let headers = [
        (header::CONTENT_TYPE, "message/rfc822"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"mail.eml\"",
        ),
    ];
    Ok((headers, bytes).into_response())
}

/// The newest letter's name, which the page asks for now and then.
async fn latest(State(folder): State<Folder>) -> Result<String, Failure> {
    blocking(move || Ok(folder.names("")?.into_iter().next().unwrap_or_default())).await
}

async fn style() -> Response {
    asset::style_sheet(include_str!("inbox/inbox.css"))
}

async fn script() -> Response {
    asset::script(include_str!("inbox/inbox.js"))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(panicked) => Err(Failure::Unreadable(io::Error::other(panicked))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_a_plain_file_of_the_folder() {
        assert!(is_letter("20261123T230000.000001Z-1-minji@example.com.eml"));
        for name in [
            "../daily-note.yaml",
            "a/b.eml",
            "..\\x.eml",
            ".x.eml.1.part",
            ".eml",
            "x.txt",
        ] {
            assert!(!is_letter(name), "{name}");
        }
    }
}
