//! The link secrets of a state folder, for a configuration that names none: made on first use, and rotated by a
//! person; a worker has a copy of the file in its own folder. A file of one secret is that secret as it is; one with retired ones says so in lines.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use super::LinkSecrets;
use crate::{
    clock,
    fingerprint::hex,
    private_files::{self, FreshFile, make_private_folder},
    words::phrase,
};

/// Its name in the state folder.
pub(crate) const FILE: &str = "secret";
/// What a file that knows more than one begins with.
const HEAD: &str = "daily-note link secrets 1";
const CURRENT: &str = "current";
const RETIRED: &str = "retired";
const LEAKED: &str = "leaked";
/// Shorter ones are no secrets.
const LEAST_BYTES: usize = 32;

/// Why a secret makes room for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RotationReason {
    /// It is old: mail signed with it keeps its way out.
    Routine,
    /// Somebody else may know it: nothing that it signed is taken any more.
    Leaked,
}

/// Reads the state's secrets; on first use makes one, readable by its owner alone. Two processes that make
/// it at once agree: the first one's stands.
pub(crate) fn read_or_make(path: &Path) -> io::Result<LinkSecrets> {
    if let Some(secrets) = read(path)? {
        return Ok(secrets);
    }
    if let Some(folder) = path.parent() {
        make_private_folder(folder)?;
    }
    let mut fresh = FreshFile::beside(path)?;
    fresh.write_all(&clock::random_bytes::<LEAST_BYTES>())?;
    fresh.put_where_none_is()?;
    parse(&fs::read(path)?)
}

/// Reads the secrets of a folder where it has any.
pub(crate) fn read(path: &Path) -> io::Result<Option<LinkSecrets>> {
    match fs::read(path) {
        Ok(bytes) => parse(&bytes).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Makes a new secret the one that signs; answers how many there are besides it that still verify.
pub(crate) fn rotate(path: &Path, reason: RotationReason) -> io::Result<usize> {
    let _one_at_a_time = private_files::lock(&path.with_extension("lock"))?;
    let secrets = read_or_make(path)?;
    let gone = match reason {
        RotationReason::Routine => RETIRED,
        RotationReason::Leaked => LEAKED,
    };
    let mut text = format!(
        "{HEAD}\n{CURRENT} {}\n{gone} {}\n",
        hex(&clock::random_bytes::<LEAST_BYTES>()),
        hex(&secrets.current)
    );
    for line in String::from_utf8(fs::read(path)?)
        .unwrap_or_default()
        .lines()
    {
        if line.starts_with(RETIRED) || line.starts_with(LEAKED) {
            text.push_str(line);
            text.push('\n');
        }
    }
    private_files::replace(path, text.as_bytes())?;
    Ok(read_or_make(path)?.retired.len())
}

fn parse(bytes: &[u8]) -> io::Result<LinkSecrets> {
    let broken = |what: &str| io::Error::other(what.to_owned());
    let Some(lines) = std::str::from_utf8(bytes)
        .ok()
        .and_then(|text| text.strip_prefix(HEAD))
    else {
        return match bytes.len() >= LEAST_BYTES {
            true => Ok(LinkSecrets::only(bytes)),
            false => Err(broken(phrase!("it is shorter than 32 bytes"))),
        };
    };
    let mut current = None;
    let mut retired = Vec::new();
    for line in lines.lines().filter(|line| !line.is_empty()) {
        let (kind, digits) = line
            .split_once(' ')
            .ok_or_else(|| broken(phrase!("a line of it is no secret")))?;
        let secret = unhex(digits).ok_or_else(|| broken(phrase!("a secret of it is cut short")))?;
        match kind {
            CURRENT if current.is_none() => current = Some(secret),
            RETIRED => retired.push(secret),
            LEAKED => {}
            _ => return Err(broken(phrase!("a line of it is no secret"))),
        }
    }
    let current = current.ok_or_else(|| broken(phrase!("no secret of it signs")))?;
    Ok(LinkSecrets { current, retired })
}

/// The bytes of so many digits that they are a secret.
fn unhex(digits: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let bytes: Option<Vec<u8>> = digits
        .as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => u8::try_from(digit(*high)? << 4 | digit(*low)?).ok(),
            _ => None,
        })
        .collect();
    bytes.filter(|bytes| bytes.len() >= LEAST_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_of_before_stays_the_one_that_signs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        fs::write(&path, [7; 32]).unwrap();
        assert_eq!(read_or_make(&path).unwrap().current, [7; 32]);
    }

    #[test]
    fn a_rotated_secret_verifies_and_a_leaked_one_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let first = read_or_make(&path).unwrap();
        assert_eq!(rotate(&path, RotationReason::Routine).unwrap(), 1);
        let second = read_or_make(&path).unwrap();
        assert_ne!(second.current, first.current);
        assert_eq!(second.retired, vec![first.current.clone()]);
        assert_eq!(rotate(&path, RotationReason::Leaked).unwrap(), 1);
        let third = read_or_make(&path).unwrap();
        assert_eq!(third.retired, [first.current]);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(&format!("leaked {}", hex(&second.current))));
    }

    #[test]
    fn a_file_that_is_cut_off_is_refused_and_never_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        read_or_make(&path).unwrap();
        rotate(&path, RotationReason::Routine).unwrap();
        let whole = fs::read(&path).unwrap();
        for length in [0, 10, HEAD.len() + 1, HEAD.len() + 20, whole.len() - 3] {
            fs::write(&path, &whole[..length]).unwrap();
            assert!(read_or_make(&path).is_err(), "{length} bytes");
        }
    }
}
