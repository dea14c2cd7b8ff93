//! Whether what comes back – bounces, complaints – finds its way to us.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::report::{CheckTopic, ReportLine};
use crate::words::{Said, say};

/// What became of a probe through the return path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReturnProof {
    /// Mail stays on this machine.
    NotAsked,
    /// Mail has no return-paths of its own: what comes back goes to the sender's address.
    NoDomain,
    /// Nobody reads what comes back.
    NoDoor,
    /// It comes by providers' hooks alone, which no mail goes through; when one told something last.
    OnlyHooks(Option<DateTime<Utc>>),
    /// The mailbox of `bounces.imap` can't be read.
    MailboxShut(String),
    /// The relay did not take it.
    NotSent(String),
    /// It came back.
    CameBack(Duration),
    /// It lies in the mailbox of `bounces.imap`, from which nobody has taken it yet.
    InMailbox(Duration),
    /// It did not, within that time.
    Lost(Duration),
}

/// What a proof means; `takes_opinions`: mail names addresses there that readers write to.
pub(super) fn judge(proof: &ReturnProof, takes_opinions: bool) -> Option<ReportLine> {
    let why = match takes_opinions {
        true => {
            say!(
                "opinions that readers mail (`web.feedback.by_mail`) are lost, dead addresses and readers who complain stay on the list"
            )
        }
        false => {
            say!(
                "addresses that are dead and readers who complain stay on the list, and providers block who mails them"
            )
        }
    };
    let doors = say!(
        "open a door: `bounces: {{maildir: …}}` or `bounces: {{listen: …}}` (docs/bounces.md)"
    );
    let topic = CheckTopic::Returns;
    Some(match proof {
        ReturnProof::NotAsked | ReturnProof::NoDomain => return None,
        ReturnProof::NoDoor => {
            ReportLine::care(topic, say!("nobody reads what comes back to the return-paths"))
                .because(why)
                .fix(doors)
        }
        ReturnProof::OnlyHooks(_) if takes_opinions => {
            ReportLine::care(topic, say!("providers' hooks are the only doors, and no mail comes by them"))
                .because(why)
                .fix(doors)
        }
        ReturnProof::OnlyHooks(told_at) => only_hooks(*told_at),
        ReturnProof::MailboxShut(reason) => ReportLine::care(topic, Said::heard(reason))
            .because(why)
            .fix(say!("`bounces.imap` in daily-note.yaml says where it is and who logs in (docs/bounces.md)")),
        ReturnProof::NotSent(reply) => {
            let what = say!("a probe to a return-path of our own could not be sent: {reply}", reply = Said::heard(reply));
            ReportLine::care(topic, what)
                .because(why)
                .fix(say!("the domain of `smtp.bounce_domain` wants an MX that takes mail for it"))
        }
        ReturnProof::CameBack(after) => ReportLine::good(
            topic,
            say!("a probe through the return path came back after {seconds} s", seconds = format!("{:.1}", after.as_secs_f64())),
        ),
        ReturnProof::InMailbox(after) => ReportLine::good(
            topic,
            say!("a probe through the return path lay in the mailbox of bounces.imap after {seconds} s, for `serve` to take in", seconds = format!("{:.1}", after.as_secs_f64())),
        ),
        ReturnProof::Lost(after) => {
            let what = say!("a probe through the return path did not come back within {seconds} s", seconds = after.as_secs());
            ReportLine::care(topic, what).because(why).fix(
                say!("is `daily-note serve` running? does the MX of `smtp.bounce_domain` lead to its door? (docs/bounces.md)"),
            )
        }
    })
}

/// Nothing is wrong, and nothing proved.
fn only_hooks(told_at: Option<DateTime<Utc>>) -> ReportLine {
    let told = match told_at {
        Some(at) => say!(
            "one told something last at {at}",
            at = at.format("%Y-%m-%d %H:%M UTC")
        ),
        None => say!("none has told anything yet"),
    };
    let what = say!(
        "the only doors are providers' hooks, which no probe can go through; {told}",
        told
    );
    ReportLine::unknown(CheckTopic::Returns, what).fix(say!(
        "send an issue, or the provider's test event, and look at `daily-note bounces status`"
    ))
}
