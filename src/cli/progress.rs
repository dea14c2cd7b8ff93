//! How far a run is: a bar on a terminal, a plain line now and then elsewhere.

use std::{sync::Arc, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};
use tokio::{sync::oneshot, task::JoinHandle};

use super::Output;
use crate::{clock::Stopwatch, delivery::Progress, words::say};

/// How often the bar moves.
const FRAME: Duration = Duration::from_millis(100);
/// How often a plain line is printed.
const LINE: Duration = Duration::from_secs(10);

/// A drawing in progress.
pub(crate) struct ProgressLine {
    done: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

/// Starts to draw.
pub(crate) fn draw(output: &Output, progress: Arc<Progress>, total: u64) -> ProgressLine {
    let (done, is_done) = oneshot::channel();
    let task = if output.draws_progress() {
        tokio::spawn(draw_bar(output.clone(), progress, total, is_done))
    } else {
        tokio::spawn(print_lines(output.clone(), progress, total, is_done))
    };
    ProgressLine { done, task }
}

impl ProgressLine {
    /// Clears the bar, so that the report has the screen.
    pub(crate) async fn finish(self) {
        let _ = self.done.send(());
        let _ = self.task.await;
    }
}

async fn draw_bar(
    output: Output,
    progress: Arc<Progress>,
    total: u64,
    mut is_done: oneshot::Receiver<()>,
) {
    let left = say!("{time} left", time = "{eta}");
    let template = format!(
        "{{bar:32}} {{pos}}/{{len}}  {{msg}}  {}",
        output.words(left)
    );
    let style = ProgressStyle::with_template(&template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("━╸─");
    let bar = ProgressBar::new(total).with_style(style);
    let started = Stopwatch::start();
    while tokio::time::timeout(FRAME, &mut is_done).await.is_err() {
        bar.set_position(progress.settled());
        bar.set_message(rate(&progress, started));
    }
    bar.finish_and_clear();
}

async fn print_lines(
    output: Output,
    progress: Arc<Progress>,
    total: u64,
    mut is_done: oneshot::Receiver<()>,
) {
    let started = Stopwatch::start();
    while tokio::time::timeout(LINE, &mut is_done).await.is_err() {
        output.note(format!(
            "{}/{total}  {}",
            progress.settled(),
            rate(&progress, started)
        ));
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people")]
fn rate(progress: &Progress, started: Stopwatch) -> String {
    let per_second = progress.settled() as f64 / started.elapsed().as_secs_f64().max(0.001);
    format!("{per_second:.0}/s")
}
