//! Files read up to a bound, and files alone: a pipe would be waited for, a device never ends.

use crate::words::{phrase, phrased};
use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

/// Opens a file.
///
/// # Errors
/// Where it can't be opened, or is a pipe, a socket or a device.
pub fn open_file(path: &Path) -> io::Result<File> {
    let kind = fs::metadata(path)?.file_type();
    if !kind.is_file() && !kind.is_dir() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            phrase!("it is a pipe or a device, no file"),
        ));
    }
    File::open(path)
}

/// All of a file.
///
/// # Errors
/// As [`open_file`]; and where it has more than `max_bytes`, none of which is kept.
pub fn read_file(path: &Path, max_bytes: u64) -> io::Result<Vec<u8>> {
    let file = open_file(path)?;
    let too_large = |bytes: u64| {
        io::Error::new(
            io::ErrorKind::FileTooLarge,
            phrased!(
                "it has {size} KB; the limit is {most} KB",
                size = bytes.div_ceil(1024),
                most = max_bytes / 1024
            ),
        )
    };
    let length = file.metadata()?.len();
    if length > max_bytes {
        return Err(too_large(length));
    }
    // It may grow meanwhile; one more, so that the end is seen without more room.
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default() + 1);
    file.take(max_bytes + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 {
        length if length > max_bytes => Err(too_large(length)),
        _ => Ok(bytes),
    }
}

/// All of a text file.
///
/// # Errors
/// As [`read_file`]; and where it is no UTF-8.
pub fn read_text_file(path: &Path, max_bytes: u64) -> io::Result<String> {
    String::from_utf8(read_file(path, max_bytes)?)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.utf8_error()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_bound_and_nothing_else_is_opened() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        fs::write(&path, "가나").unwrap();
        assert_eq!(read_text_file(&path, 6).unwrap(), "가나");
        let error = read_text_file(&path, 5).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        // Sparse: it takes no room.
        File::create(&path).unwrap().set_len(1 << 40).unwrap();
        let error = read_file(&path, 1 << 20).unwrap_err();
        assert_eq!(
            error.to_string(),
            "it has 1073741824 KB; the limit is 1024 KB"
        );
        let error = read_file(Path::new("/dev/zero"), 1 << 20).unwrap_err();
        assert_eq!(error.to_string(), "it is a pipe or a device, no file");
        fs::write(&path, b"\xff").unwrap();
        let error = read_text_file(&path, 5).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        assert!(read_file(folder.path(), 5).is_err());
    }
}
