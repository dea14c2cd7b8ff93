//! Passwords that do not stand in the address: PGPASSWORD, and the file that all programs of PostgreSQL's read
//! (PGPASSFILE, ~/.pgpass), by libpq's rules: a line `host:port:database:user:password`, `*` for any.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{Environment, PostgresSettings, home};

/// As libpq calls the host of a socket.
const SOCKET_HOST: &str = "localhost";

pub(super) fn beside(settings: &PostgresSettings, environment: Environment<'_>) -> Option<String> {
    let said = environment("PGPASSWORD").filter(|password| !password.is_empty());
    said.or_else(|| {
        let file = environment("PGPASSFILE").map(PathBuf::from);
        let file = file.or_else(|| Some(home(environment)?.join(".pgpass")))?;
        in_file(&file, settings)
    })
}

fn in_file(file: &Path, settings: &PostgresSettings) -> Option<String> {
    match is_private(file) {
        Ok(true) => {}
        Ok(false) => {
            tracing::warn!(
                "{} is not read: others may read it, too (chmod 600)",
                file.display()
            );
            return None;
        }
        Err(_) => return None,
    }
    let text = fs::read_to_string(file).ok()?;
    text.lines().find_map(|line| password_of(line, settings))
}

#[cfg(unix)]
fn is_private(file: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    let found = fs::metadata(file)?;
    Ok(found.is_file() && found.permissions().mode() & 0o077 == 0)
}

#[cfg(not(unix))]
fn is_private(file: &Path) -> io::Result<bool> {
    Ok(fs::metadata(file)?.is_file())
}

fn password_of(line: &str, settings: &PostgresSettings) -> Option<String> {
    if line.starts_with('#') {
        return None;
    }
    let mut fields = split(line);
    let password = fields.pop().filter(|_| fields.len() == 4)?;
    let host = match settings.host.starts_with('/') {
        true => SOCKET_HOST,
        false => &settings.host,
    };
    let port = settings.port.to_string();
    let wanted = [host, &port, &settings.database, &settings.user];
    let mut pairs = fields.iter().zip(wanted);
    pairs
        .all(|(field, wanted)| field == "*" || field == wanted)
        .then_some(password)
}

/// The fields of a line; a backslash takes the next character as it is. The fifth is all the rest.
fn split(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut rest = line.chars();
    while let Some(char) = rest.next() {
        let is_last = fields.len() == 5;
        match (char, fields.last_mut()) {
            (':', _) if !is_last => fields.push(String::new()),
            ('\\', Some(field)) => field.extend(rest.next()),
            (_, Some(field)) => field.push(char),
            (_, None) => {}
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_first_line_that_fits_has_the_password_and_a_file_that_others_may_read_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pass");
        let lines = "# db.example.com:*:*:*:no\n\
                     db.example.com:5432:other:note:no\n\
                     db.example.com:*:note:note:a\\:b:c\\\\d\n\
                     *:*:*:*:any\n";
        fs::write(&file, lines).unwrap();
        let chmod = |mode| fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        let environment = |name: &str| match name {
            "PGPASSFILE" => Some(file.display().to_string()),
            _ => None,
        };
        let password = |address: &str| {
            let settings = PostgresSettings::parse(address, &environment).unwrap();
            settings.password
        };
        chmod(0o600);
        let note = "postgres://note@db.example.com/note";
        assert_eq!(password(note).as_deref(), Some("a:b:c\\d"));
        assert_eq!(
            password("postgres://x@/y?host=/run").as_deref(),
            Some("any")
        );
        assert_eq!(
            password("postgres://note:own@db.example.com/note").as_deref(),
            Some("own")
        );
        chmod(0o640);
        assert_eq!(password(note), None);
        let said = |name: &str| (name == "PGPASSWORD").then(|| "said".to_owned());
        let settings = PostgresSettings::parse(note, &said).unwrap();
        assert_eq!(settings.password.as_deref(), Some("said"));
    }
}
