//! What is due and must wait all the same: a job that rests after a failure; an issue whose files
//! somebody is changing, which people hear of when it lasts.

use std::{collections::BTreeSet, time::Duration};

use super::{
    Server,
    settling::{ALARM_AFTER, FilesVerdict, HoldReason, TOLD_AFTER},
};
use crate::schedule::{BeatPlan, DueJob, Event};

impl Server {
    /// Leaves out of a plan what has to wait, and remembers how soon to look again.
    pub(super) async fn hold_back(&mut self, plan: &mut BeatPlan) {
        let now = self.clock.now();
        self.alike.clear();
        let mut held = BTreeSet::new();
        let mut jobs = Vec::new();
        for job in std::mem::take(&mut plan.jobs) {
            let issue = job.issue();
            if let Some(until) = self.backoffs.until(issue, self.reading.snapshot.files, now) {
                plan.wake(until);
                if self.backoffs.is_a_look(issue) {
                    held.insert(issue.to_owned());
                    self.look_again_in((until - now).to_std().unwrap_or_default());
                }
                continue;
            }
            let DueJob::Begin { .. } = &job else {
                jobs.push(job);
                continue;
            };
            // Nothing new is begun from files that can't be read.
            if self.reading.trouble.is_some() {
                continue;
            }
            let (parts, looks, at_work) = self.reading.look_at(issue).await;
            let unit = self.pace.quiet;
            let verdict = self
                .settling
                .judge(issue, &parts, &looks, at_work.as_ref(), unit);
            match verdict {
                FilesVerdict::Quiet => jobs.push(job),
                FilesVerdict::Alike => {
                    self.alike.insert(issue.to_owned());
                    jobs.push(job);
                }
                FilesVerdict::Hold(hold) => {
                    held.insert(issue.to_owned());
                    self.hold(&job, hold).await;
                }
            }
        }
        self.held.retain(|issue, _| held.contains(issue));
        plan.jobs = jobs;
    }

    /// Holds an issue back. It is told once that has lasted, and again as an alarm, after which a daemon
    /// alone goes on waiting.
    async fn hold(&mut self, job: &DueJob, hold: HoldReason) {
        let DueJob::Begin { slot, issue, until } = job else {
            return;
        };
        let (held, unit) = (self.settling.held(issue), self.pace.quiet);
        let is_alarm = held >= unit * ALARM_AFTER;
        if !is_alarm {
            self.look_again_in(hold.rest);
        }
        if held >= unit * TOLD_AFTER {
            self.held.insert(issue.clone(), hold.why.clone());
            let event = Event::IssueHeld {
                slot: slot.clone(),
                issue: issue.clone(),
                why: hold.why,
                until: *until,
                is_alarm,
            };
            self.tell(event).await;
        }
    }

    fn look_again_in(&mut self, rest: Duration) {
        self.again = Some(self.again.map_or(rest, |again| again.min(rest)));
    }
}
