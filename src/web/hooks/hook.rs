//! What a provider's hook is: a way to tell whether the provider sent a request, and what its events say. The next
//! provider is a file beside this one with a type that is a [`ReportHook`], and a line in the settings.

use async_trait::async_trait;
use axum::{
    body::Bytes,
    http::{HeaderMap, StatusCode},
};
use chrono::{DateTime, TimeDelta, Utc};

use crate::bounce::{HookProvider, ReturnedMail};

/// How far a sender's clock may be ahead of ours.
pub(super) const AHEAD: TimeDelta = TimeDelta::minutes(5);

/// A request to a hook, as it came.
#[derive(Debug)]
pub struct HookRequest {
    /// Its head.
    pub headers: HeaderMap,
    /// Its body, byte for byte: signatures are over these.
    pub body: Bytes,
    /// When it came.
    pub now: DateTime<Utc>,
}

impl HookRequest {
    /// The value of a header, where it is there once and is text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next()?.to_str().ok()?;
        values.next().is_none().then_some(value)
    }

    /// Refuses a signed moment that is too long ago, or ahead of our clock.
    pub(super) fn in_time(
        &self,
        moment: DateTime<Utc>,
        oldest: TimeDelta,
    ) -> Result<(), HookFault> {
        match self.now - moment <= oldest && moment - self.now <= AHEAD {
            true => Ok(()),
            false => Err(HookFault::OutOfTime),
        }
    }

    /// The same of a timestamp in seconds.
    pub(super) fn stamped_in_time(
        &self,
        seconds: &str,
        oldest: TimeDelta,
    ) -> Result<(), HookFault> {
        let moment = seconds
            .parse()
            .ok()
            .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
            .ok_or(HookFault::Malformed("a timestamp that is none"))?;
        self.in_time(moment, oldest)
    }
}

/// What a hook told: proved by its provider.
#[derive(Debug, Clone, PartialEq)]
pub struct HookEvent {
    /// The provider's id: told twice, it counts once.
    pub id: String,
    /// What it says.
    pub report: ReturnedMail,
}

/// Why a request tells nothing. Says nothing that would help to forge one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HookFault {
    /// There is no such hook, or who asks has no password for it.
    #[error("there is no such hook here")]
    NotFound,
    /// The provider did not sign it.
    #[error("the request is not signed by the provider: {0}")]
    Forged(&'static str),
    /// Signed, and too long ago or in the future.
    #[error("the request's time is too far from this machine's clock")]
    OutOfTime,
    /// Not what the provider documents.
    #[error("the request is not what the provider documents: {0}")]
    Malformed(&'static str),
    /// Too large, or too slow.
    #[error("the request is larger or slower than a hook's")]
    TooMuch,
    /// It can't be recorded, or the provider's certificate not be fetched, now.
    #[error("it can't be taken in now")]
    Unavailable,
}

impl HookFault {
    /// What the provider is answered: a 5xx makes it try again, everything else does not.
    #[must_use]
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forged(_) | Self::OutOfTime => StatusCode::FORBIDDEN,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::TooMuch => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// A provider's way to tell what became of mail.
#[async_trait]
pub trait ReportHook: Send + Sync {
    /// Whose hook it is.
    fn provider(&self) -> HookProvider;

    /// What the request tells, once it is proved to be the provider's. Events that say nothing of a delivery – opens,
    /// clicks – are left out.
    ///
    /// # Errors
    /// A request that is not the provider's, not of now, or not what it documents.
    async fn events(&self, request: &HookRequest) -> Result<Vec<HookEvent>, HookFault>;
}
