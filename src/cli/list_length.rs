//! How much of a long list is printed: nobody wants a million lines who did not ask for them. What programs read (`--json`)
//! is always whole.

use super::Output;
use crate::words::many;

/// Lines that are printed where nothing else is said.
const USUAL: u64 = 1_000;

/// How much of a list is printed.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct ListLength {
    /// Print so many lines at most
    #[arg(long, value_name = "N", default_value_t = USUAL, conflicts_with = "all")]
    limit: u64,
    /// Print all of it, however long it is
    #[arg(long)]
    all: bool,
}

impl ListLength {
    /// How many more lines are printed behind so many.
    pub(crate) fn room_behind(self, printed: u64) -> usize {
        let room = match self.all {
            true => u64::MAX,
            false => self.limit.saturating_sub(printed),
        };
        usize::try_from(room).unwrap_or(usize::MAX)
    }

    /// Says what was not printed of so many lines.
    pub(crate) fn tell_rest(self, lines: u64, output: &Output) {
        let rest = match self.all || output.is_json() {
            true => 0,
            false => lines.saturating_sub(self.limit),
        };
        if rest > 0 {
            output.note(many!(
                rest,
                "1 more is not shown: --all shows it",
                "{n} more are not shown: --all shows them all"
            ));
        }
    }
}
