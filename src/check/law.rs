//! What the law of the countries that the publication names asks of a mail. Rules on what only a
//! running service can do (answering a withdrawal within fourteen days, erasing somebody) are not
//! here: no text shows it.

mod advertising;
mod body;
mod recipients;
mod statutes;

use self::body::BodyWords;
pub use self::recipients::ConsentTally;
pub(super) use self::statutes::RULES;
use super::{CheckSubject, Findings};

pub(super) fn check(proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    let law = &proof.publication.law;
    if !law.is_any() {
        return;
    }
    advertising::sponsor(proof, findings);
    let body = match (proof.rendering, findings.seen_in_mail.take()) {
        (Some(Ok(rendered)), Some(seen)) => Some(BodyWords::of(&seen, &rendered.text)),
        _ => None,
    };
    if law.korea {
        advertising::label(proof, findings);
        if proof.issue.front_matter.ad {
            if let Some(body) = &body {
                body::korea(body, proof, findings);
            }
            recipients::korea(proof, findings);
        }
    }
    if law.us {
        body::us_headers(proof, findings);
        if let Some(body) = &body {
            body::us(body, proof, findings);
        }
    }
    if law.eu {
        if let Some(body) = &body {
            body::eu(body, proof, findings);
        }
        recipients::eu(proof, findings);
    }
}
