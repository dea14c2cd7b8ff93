//! `check --online`: other sites asked about an issue's links, politely. One question at a time to a
//! site and a pause after it, HEAD first and GET only where HEAD is not answered, a few sites beside
//! each other; nobody in a private network; answers are kept in the state folder.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use tokio::{sync::Semaphore, task::JoinSet};
use url::Url;

use crate::{
    app::App,
    check::{LinkAnswer, LinkAnswers, addresses},
    http::{Client, HttpError, Method, Reach, Request, RequestLimits, Response},
    issue::Issue,
    private_files::make_private_folder,
    words::phrased,
};

/// Sites that are asked beside each other.
const SITES: usize = 8;
/// Between two questions to one site.
const PAUSE: Duration = Duration::from_millis(500);
/// A page that is there today is there tomorrow; one that is gone may come back.
const KEPT_FOUND: TimeDelta = TimeDelta::days(7);
const KEPT_GONE: TimeDelta = TimeDelta::hours(1);

/// An answer and when it was given.
#[derive(Debug, Serialize, Deserialize)]
struct CachedAnswer {
    at: DateTime<Utc>,
    #[serde(flatten)]
    answer: LinkAnswer,
}

impl App {
    /// What other sites answer about these issues' links, as far as it is not known from before.
    pub(crate) async fn ask_online<'i>(
        &self,
        issues: impl IntoIterator<Item = &'i Issue>,
    ) -> LinkAnswers {
        let client = Client::new(
            Reach::Public,
            RequestLimits {
                connect: Duration::from_secs(5),
                total: Duration::from_secs(15),
                max_body_bytes: 1_024,
                max_redirects: 5,
            },
        );
        let urls: BTreeSet<String> = issues
            .into_iter()
            .flat_map(|issue| addresses(&issue.document))
            .map(|(url, _)| url.to_owned())
            .collect();
        let memory = self.publication.state_dir().join("links.json");
        ProbeOptions {
            client,
            pause: PAUSE,
            now: self.clock.now(),
            memory,
        }
        .ask(urls)
        .await
    }
}

/// How it is asked.
struct ProbeOptions {
    client: Client,
    pause: Duration,
    now: DateTime<Utc>,
    memory: PathBuf,
}

impl ProbeOptions {
    async fn ask(&self, urls: BTreeSet<String>) -> LinkAnswers {
        let mut kept = self.remembered();
        let known: LinkAnswers = urls
            .iter()
            .filter_map(|url| Some((url.clone(), kept.get(url)?.answer.clone())))
            .collect();
        let fresh = self
            .ask_sites(urls.into_iter().filter(|url| !known.contains_key(url)))
            .await;
        for (url, answer) in &fresh {
            let at = self.now;
            let answer = answer.clone();
            kept.insert(url.clone(), CachedAnswer { at, answer });
        }
        self.remember(&kept);
        known.into_iter().chain(fresh).collect()
    }

    async fn ask_sites(&self, urls: impl Iterator<Item = String>) -> LinkAnswers {
        let mut sites: BTreeMap<String, Vec<Url>> = BTreeMap::new();
        let mut asked: BTreeMap<Url, String> = BTreeMap::new();
        for url in urls {
            // What is no address has been told without asking.
            let Ok(mut parsed) = Url::parse(&url) else {
                continue;
            };
            parsed.set_fragment(None);
            let host = parsed.host_str().unwrap_or_default().to_owned();
            sites.entry(host).or_default().push(parsed.clone());
            asked.insert(parsed, url);
        }
        let room = std::sync::Arc::new(Semaphore::new(SITES));
        let mut tasks = JoinSet::new();
        for urls in sites.into_values() {
            let (room, client, pause) = (room.clone(), self.client.clone(), self.pause);
            tasks.spawn(async move {
                let _place = room.acquire_owned().await;
                let mut answers = Vec::new();
                for (index, url) in urls.into_iter().enumerate() {
                    if index > 0 {
                        tokio::time::sleep(pause).await;
                    }
                    let answer = ask(&client, &url, pause).await;
                    answers.push((url, answer));
                }
                answers
            });
        }
        let mut answers = LinkAnswers::new();
        while let Some(site) = tasks.join_next().await {
            for (url, answer) in site.unwrap_or_default() {
                if let Some(url) = asked.get(&url) {
                    answers.insert(url.clone(), answer);
                }
            }
        }
        answers
    }

    /// What is still good of the answers from before.
    fn remembered(&self) -> BTreeMap<String, CachedAnswer> {
        let text = fs::read_to_string(&self.memory).unwrap_or_default();
        let mut kept: BTreeMap<String, CachedAnswer> =
            serde_json::from_str(&text).unwrap_or_default();
        kept.retain(|_, kept| {
            let age = self.now - kept.at;
            let limit = match kept.answer {
                LinkAnswer::Found | LinkAnswer::Moved { .. } | LinkAnswer::Guarded => KEPT_FOUND,
                LinkAnswer::Gone { .. } => KEPT_GONE,
                LinkAnswer::Private | LinkAnswer::Unreachable { .. } => TimeDelta::zero(),
            };
            TimeDelta::zero() <= age && age < limit
        });
        kept
    }

    /// A memory that can't be written costs time, nothing else.
    fn remember(&self, kept: &BTreeMap<String, CachedAnswer>) {
        let Some(folder) = self.memory.parent() else {
            return;
        };
        let written = make_private_folder(folder)
            .map_err(serde_json::Error::io)
            .and_then(|()| serde_json::to_string_pretty(kept))
            .and_then(|text| fs::write(&self.memory, text).map_err(serde_json::Error::io));
        if let Err(error) = written {
            tracing::warn!("answers about links can't be kept: {error}");
        }
    }
}

async fn ask(client: &Client, url: &Url, pause: Duration) -> LinkAnswer {
    let head = client.send(&Request::new(Method::HEAD, url.clone())).await;
    // Many sites know HEAD badly; what they say to it counts only where it is good news.
    if let Ok(response) = &head
        && response.status.is_success()
    {
        return answer(Ok(response));
    }
    if let Err(error @ (HttpError::OutOfReach { .. } | HttpError::NoAddress { .. })) = &head {
        return answer(Err(error));
    }
    tokio::time::sleep(pause).await;
    let got = client.send(&Request::new(Method::GET, url.clone())).await;
    answer(got.as_ref())
}

fn answer(result: Result<&Response, &HttpError>) -> LinkAnswer {
    let response = match result {
        Ok(response) => response,
        Err(HttpError::OutOfReach { .. }) => return LinkAnswer::Private,
        Err(error) => {
            return LinkAnswer::Unreachable {
                why: error.to_string(),
            };
        }
    };
    match response.status.as_u16() {
        status @ (404 | 410) => LinkAnswer::Gone { status },
        200..=299 => match for_good(response) {
            Some(to) => LinkAnswer::Moved { to },
            None => LinkAnswer::Found,
        },
        // LinkedIn's 999 is a refusal too.
        401 | 402 | 403 | 405 | 406 | 429 | 451 | 999 => LinkAnswer::Guarded,
        status => LinkAnswer::Unreachable {
            why: phrased!("the site answers {status}"),
        },
    }
}

/// The address at the end of redirects that are all for good.
fn for_good(response: &Response) -> Option<String> {
    let all = response
        .redirects
        .iter()
        .all(|(status, _)| matches!(status.as_u16(), 301 | 308));
    let (_, to) = response.redirects.last().filter(|_| all)?;
    Some(to.to_string())
}

#[cfg(test)]
mod tests;
