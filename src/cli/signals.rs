//! Ctrl-C, SIGTERM and SIGHUP (a terminal or an ssh session that closes): the first lets messages in
//! flight finish, the second ends at once.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{Failure, Output};
use crate::{delivery::StopSignal, words::say};

/// Exit code of a process that a signal ended at once (128 + SIGINT).
const ENDED_AT_ONCE: i32 = 130;

/// What SIGHUP means to a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HangupMeaning {
    /// The terminal or the ssh session has closed: the end is asked for, as by SIGTERM.
    Ends,
    /// Read the files again, as daemons do; somebody else listens.
    Reloads,
}

/// The signals by which a person, a service manager or a closing terminal asks for the end.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Option<Signal>,
}

impl Signals {
    fn listen(hangup: HangupMeaning) -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: match hangup {
                HangupMeaning::Ends => Some(signal(SignalKind::hangup())?),
                HangupMeaning::Reloads => None,
            },
        })
    }

    async fn next(&mut self) {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = hangup => {}
        }
    }
}

/// Watches for signals as long as the program runs.
pub(crate) fn drain_on(stop: StopSignal, output: Output, hangup: HangupMeaning) {
    tokio::spawn(async move {
        // Without handlers the default action ends the process, which loses nothing either.
        let Ok(mut signals) = Signals::listen(hangup) else {
            return;
        };
        signals.next().await;
        stop.request();
        output.note(say!(
            "\nFinishing the messages in flight; once more to stop at once."
        ));
        signals.next().await;
        std::process::exit(ENDED_AT_ONCE);
    });
}

/// Returns when the end is asked for.
pub(crate) async fn asked_to_stop() -> Result<(), Failure> {
    Signals::listen(HangupMeaning::Ends)?.next().await;
    Ok(())
}
