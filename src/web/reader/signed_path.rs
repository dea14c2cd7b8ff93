//! The parts of an address that differ from reader to reader and from issue to issue, as far as they may be
//! any: what can be none is no such page, before anybody is asked.

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use super::{
    desk::Desk,
    fault::ReaderFault,
    service::{LinkFault, ReaderRefusal},
};

/// Longer than any token, whatever it says.
const MAX_TOKEN_BYTES: usize = 256;
/// Longer than the name of any issue's folder or of any picture.
const MAX_NAME_BYTES: usize = 255;

/// A reader's token.
pub(super) struct SignedPath(pub(super) String);

/// The name of an issue or of a picture.
pub(super) struct NamedPath(pub(super) String);

/// An issue's name and a reader's token.
pub(super) struct OpinionPath {
    pub(super) issue: String,
    pub(super) token: String,
}

impl FromRequestParts<Desk> for SignedPath {
    type Rejection = ReaderFault;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, ReaderFault> {
        Ok(Self(token(of_path(parts, desk).await?)?))
    }
}

impl FromRequestParts<Desk> for NamedPath {
    type Rejection = ReaderFault;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, ReaderFault> {
        Ok(Self(name(of_path(parts, desk).await?)?))
    }
}

impl FromRequestParts<Desk> for OpinionPath {
    type Rejection = ReaderFault;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, ReaderFault> {
        let (issue, signed): (String, String) = of_path(parts, desk).await?;
        Ok(Self {
            issue: name(issue)?,
            token: token(signed)?,
        })
    }
}

/// What stands in the braces of a route; what is no UTF-8 stands nowhere.
async fn of_path<T: DeserializeOwned + Send>(
    parts: &mut Parts,
    desk: &Desk,
) -> Result<T, ReaderFault> {
    let path = Path::<T>::from_request_parts(parts, desk).await;
    path.map(|Path(path)| path)
        .map_err(|_| ReaderFault::NOT_FOUND)
}

fn token(text: String) -> Result<String, ReaderFault> {
    let is_one = text.len() <= MAX_TOKEN_BYTES
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte));
    match is_one {
        true => Ok(text),
        false => Err(ReaderRefusal::Link(LinkFault::Broken).into()),
    }
}

fn name(text: String) -> Result<String, ReaderFault> {
    let is_one = text.len() <= MAX_NAME_BYTES
        && !text.starts_with('.')
        && !text.contains(|char: char| char.is_control() || matches!(char, '/' | '\\'));
    match is_one {
        true => Ok(text),
        false => Err(ReaderFault::NOT_FOUND),
    }
}
