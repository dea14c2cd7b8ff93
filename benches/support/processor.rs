//! What processes have spent on all cores, as the system keeps account of it: steadier than the clock on a busy machine.
//! Linux.

use std::{fs, time::Duration};

/// Where a process stands in `/proc/N/stat`, after its name: its parent, its own time, and that of its ended children.
const PARENT: usize = 1;
const OWN: [usize; 2] = [11, 12];
const ENDED: [usize; 2] = [13, 14];

/// What this process has spent.
pub(crate) fn own() -> Duration {
    of("self")
}

/// What a process has spent by itself; nothing where it is gone.
pub(crate) fn of(process: &str) -> Duration {
    let fields = fields(process);
    ticks(&fields, OWN)
}

/// What a process and its children have spent, those that have ended among them.
pub(crate) fn of_family(parent: &str) -> Duration {
    let own = fields(parent);
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    let living = all.filter_map(|entry| {
        let fields = fields(&entry.file_name().into_string().ok()?);
        (fields.get(PARENT)? == parent).then(|| ticks(&fields, OWN))
    });
    ticks(&own, OWN) + ticks(&own, ENDED) + living.sum::<Duration>()
}

fn fields(process: &str) -> Vec<String> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // Its name may have blanks, and stands in brackets.
    let rest = stat.rsplit(") ").next().unwrap_or_default();
    rest.split(' ').map(str::to_owned).collect()
}

fn ticks(fields: &[String], at: [usize; 2]) -> Duration {
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok());
    let all = at.into_iter().filter_map(ticks).sum::<u64>();
    // The system counts in hundredths of a second.
    Duration::from_millis(10 * all)
}
