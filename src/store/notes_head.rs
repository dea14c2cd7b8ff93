//! The head of a file of notes, by which it is believed: it names what it belongs to, the running of the machine that it
//! was written in, and which file it was then. After a power cut, in a copy or on another machine it is another's.

use std::{
    fs::{self, File},
    io,
};

/// Where the kernel says which running of the machine this is.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";
/// The head's end is filled with spaces.
pub(super) const NAME_BYTES: usize = 248;

/// Which running of the machine this is; None: the system does not say, and no notes can be believed.
pub(super) fn boot_id() -> Option<String> {
    let id = fs::read_to_string(BOOT_ID).ok()?;
    Some(id.trim().to_owned()).filter(|id| !id.is_empty())
}

/// The head of such a file, of that kind and belonging to that.
#[cfg(unix)]
pub(super) fn head(kind: &str, owner: &str, boot: &str, file: &File) -> io::Result<String> {
    use std::os::unix::fs::MetadataExt;
    let own = file.metadata()?;
    let (device, inode) = (own.dev(), own.ino());
    Ok(format!("{kind} 1 {owner} {boot} {device} {inode}"))
}

#[cfg(not(unix))]
pub(super) fn head(_: &str, _: &str, _: &str, _: &File) -> io::Result<String> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether a file's first bytes are that head.
pub(super) fn is_headed(name: &[u8], head: &str) -> bool {
    std::str::from_utf8(name).is_ok_and(|name| name.trim_end() == head)
}

/// When the system last saw anything of the file change, in nanoseconds since 1970; nobody can set it.
#[cfg(unix)]
pub(super) fn touched_at(file: &File) -> Option<i64> {
    use std::os::unix::fs::MetadataExt;
    let own = file.metadata().ok()?;
    let seconds = own.ctime().checked_mul(1_000_000_000)?;
    seconds.checked_add(own.ctime_nsec())
}

#[cfg(not(unix))]
pub(super) fn touched_at(_: &File) -> Option<i64> {
    None
}

#[cfg(unix)]
pub(super) fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

#[cfg(not(unix))]
pub(super) fn write_at(_: &File, _: &[u8], _: u64) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
