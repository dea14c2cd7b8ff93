//! Ctrl-C and SIGTERM: the first lets messages in flight finish, the second ends at once.

use tokio::signal::unix::{SignalKind, signal};

use super::{Failure, Output};
use crate::delivery::Stop;

/// Exit code of a process that a signal ended at once (128 + SIGINT).
const ENDED_AT_ONCE: i32 = 130;

/// Watches for signals as long as the program runs.
pub(crate) fn drain_on(stop: Stop, output: Output) {
    tokio::spawn(async move {
        // Without handlers the default action ends the process, which loses nothing either.
        let (Ok(mut interrupt), Ok(mut terminate)) = (
            signal(SignalKind::interrupt()),
            signal(SignalKind::terminate()),
        ) else {
            return;
        };
        let mut is_second = false;
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if is_second {
                std::process::exit(ENDED_AT_ONCE);
            }
            is_second = true;
            stop.request();
            output.note("\nFinishing the messages in flight; once more to stop at once.");
        }
    });
}

/// Returns at Ctrl-C or SIGTERM.
pub(crate) async fn asked_to_stop() -> Result<(), Failure> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}
