//! What of it the people behind the newsletter hear.

use chrono::{DateTime, Utc};

use super::ReturnDesk;
use crate::{address::masked_within, schedule::Event, store::ReportNews};

impl ReturnDesk {
    /// Tells what is news. Addresses in other systems' words are masked: notices leave for other programs.
    pub(super) async fn tell(&self, news: Vec<ReportNews>, now: DateTime<Utc>) {
        for item in news {
            if let Some(event) = event_of(item) {
                self.teller.tell(&event, now).await;
            }
        }
    }
}

fn event_of(news: ReportNews) -> Option<Event> {
    Some(match news {
        ReportNews::Complaint { issue, report } => Event::ReaderComplained { issue, report },
        ReportNews::DomainRefuses {
            issue,
            domain,
            reports,
            words,
            until,
        } => Event::DomainRefuses {
            issue,
            domain,
            reports,
            reason: masked_within(&words),
            until,
        },
        ReportNews::AsksToLeave { report } => Event::LeaveAsked { report },
        ReportNews::TurnedAway { since } => Event::ReturnsTurnedAway { since },
        ReportNews::Suppressed { .. } => return None,
    })
}
