//! Whether readers will find the images that a mail points at: asked before anything is frozen, since
//! a mail that has left can't be fixed.

use std::time::Duration;

use super::{App, AppError, RefusalKind};
use crate::{
    http::{Client, Method, Reach, Request, RequestLimits, Response},
    message::FrozenIssue,
    render::PublishedImage,
    source::with_causes,
    words::{phrase, phrased, say},
};

impl App {
    /// Fetches every image that readers will fetch.
    ///
    /// # Errors
    /// The first that is not there, or is no image.
    pub(crate) async fn refuse_unpublished_images(
        &self,
        frozen: &FrozenIssue,
    ) -> Result<(), AppError> {
        let limits = RequestLimits {
            total: Duration::from_secs(30),
            ..RequestLimits::default()
        };
        // The operator's own pages may be anywhere, also on this machine.
        let client = Client::new(Reach::Anywhere, limits);
        for image in &frozen.composition.published {
            if let Err(why) = fetched(&client, image).await {
                return Err(AppError::Refused {
                    kind: RefusalKind::Content,
                    message: say!("readers would not see {url}: {why}", url = image.url, why),
                    hint: say!(
                        "publish it below web.base_url (`daily-note render {issue} --out DIR` writes DIR/{path}), \
                         or set `images: cid` in daily-note.yaml: then images travel with the mail",
                        issue = frozen.issue,
                        path = image.path
                    ),
                });
            }
        }
        Ok(())
    }
}

async fn fetched(client: &Client, image: &PublishedImage) -> Result<(), String> {
    let url = image.url.parse().map_err(|error| format!("{error}"))?;
    let answer = client
        .send(&Request::new(Method::GET, url))
        .await
        .map_err(|error| with_causes(&error))?;
    if !answer.status.is_success() {
        return Err(phrased!("the answer is {status}", status = answer.status));
    }
    // What a host makes of it on its way is its own affair; a page that says "not found" is none.
    let kind = content_type(&answer);
    match kind.starts_with("image/") {
        true => Ok(()),
        false => Err(phrased!("what comes is {kind}")),
    }
}

fn content_type(answer: &Response) -> &str {
    answer
        .headers
        .get("content-type")
        .and_then(|value| value.to_str().ok())
        .unwrap_or(phrase!("of no known type"))
}
