//! A Maildir that the mail system delivers into: what is in `new` is taken in, and then moved to `cur`. What a kill
//! leaves between the two is known the next time.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use super::{GROUP, ReturnDesk};
use crate::{
    bounce::{Arrival, Door, ReportIntake, TakenIn},
    delivery::StopSignal,
};

/// How often it is looked at.
const GLANCE: Duration = Duration::from_secs(2);
/// How long it rests where the state, or the folder, can't be used.
const AFTER_A_FAULT: Duration = Duration::from_secs(15);
/// How often it is written down that it was read, where nothing came.
const NOTED: chrono::TimeDelta = chrono::TimeDelta::hours(1);
/// As much mail is read before it is taken in.
const GROUP_BYTES: u64 = 32 * 1024 * 1024;
/// No mail is taken longer than this.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// Takes in what comes into the folder until `stop`.
pub(super) async fn watch(desk: Arc<ReturnDesk>, folder: PathBuf, stop: StopSignal) {
    let mut noted_at = None;
    let mut is_told = false;
    while !stop.is_requested() {
        let now = desk.clock.now();
        let wait = match take_new(&desk, &folder).await {
            Ok(true) => Duration::ZERO,
            Ok(false) => {
                is_told = false;
                if noted_at.is_none_or(|at| now - at >= NOTED)
                    && desk.door_was_read(Door::Maildir, now).await.is_ok()
                {
                    noted_at = Some(now);
                }
                GLANCE
            }
            Err(why) => {
                if !std::mem::replace(&mut is_told, true) {
                    let folder = folder.display();
                    tracing::error!("{folder} can't be read for what came back: {why}; retrying");
                }
                AFTER_A_FAULT
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = stop.requested() => {}
        }
    }
}

/// Takes in some of what is new; false: there is nothing.
async fn take_new(desk: &ReturnDesk, folder: &Path) -> Result<bool, String> {
    let new = folder.join("new");
    let reading = tokio::task::spawn_blocking(move || read_some(&new));
    let read = reading.await.map_err(|panicked| panicked.to_string())?;
    let read = read.map_err(|error| error.to_string())?;
    if read.is_empty() {
        return Ok(false);
    }
    let (paths, mails): (Vec<PathBuf>, Vec<Arrival>) = read.into_iter().unzip();
    let now = desk.clock.now();
    let taken = desk.take_in(Door::Maildir, mails, now).await;
    let taken = taken.map_err(|error| error.to_string())?;
    let cur = folder.join("cur");
    fs::create_dir_all(&cur).map_err(|error| error.to_string())?;
    for (path, taken) in paths.iter().zip(taken) {
        // Seen; flagged where a person has to look at it.
        let flags = match taken {
            TakenIn::KeptAside | TakenIn::TurnedAway => ":2,FS",
            TakenIn::New | TakenIn::SeenBefore => ":2,S",
        };
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.split(":2,").next().unwrap_or_default().to_owned();
        match fs::rename(path, cur.join(name + flags)) {
            // Another process of ours was quicker.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            moved => moved.map_err(|error| error.to_string())?,
        }
    }
    Ok(true)
}

/// The first of what is new, as much as goes together. One that can't be read keeps nobody from the others.
fn read_some(new: &Path) -> io::Result<Vec<(PathBuf, Arrival)>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(new)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !name.starts_with('.') && path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    let (mut mails, mut bytes) = (Vec::new(), 0);
    let mut fault = None;
    for path in paths {
        if mails.len() >= GROUP || bytes >= GROUP_BYTES {
            break;
        }
        match read_one(&path) {
            Ok(mail) => {
                bytes += mail.len() as u64;
                mails.push((path, Arrival::Mail(mail)));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => fault = Some(error),
        }
    }
    match fault {
        Some(error) if mails.is_empty() => Err(error),
        _ => Ok(mails),
    }
}

fn read_one(path: &Path) -> io::Result<Vec<u8>> {
    use std::io::Read as _;
    let mut mail = Vec::new();
    fs::File::open(path)?
        .take(MOST_BYTES)
        .read_to_end(&mut mail)?;
    Ok(mail)
}
