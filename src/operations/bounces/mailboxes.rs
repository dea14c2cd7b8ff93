//! Mails in files, one after the other: an mbox, a Maildir, a folder of .eml files, a pipe. Read as streams; what is
//! too long is cut, and the rest of it skipped.

use std::{
    collections::VecDeque,
    fs::{self, File},
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

/// No mail is taken longer than this.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// Lines are read in pieces of this.
const PIECE_BYTES: u64 = 64 * 1024;

/// Where mails come from.
pub(super) struct MailFiles {
    files: VecDeque<PathBuf>,
    open: Option<MailboxStream>,
}

impl MailFiles {
    /// The mails of a file, or of a folder: a Maildir's `new` and `cur`, or all files in it.
    ///
    /// # Errors
    /// Where it can't be read.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let files = match fs::metadata(path)?.is_dir() {
            true => files_of(path)?,
            false => VecDeque::from([path.to_owned()]),
        };
        Ok(Self { files, open: None })
    }

    /// The mails of a stream.
    pub(super) fn of_stream(input: impl Read + Send + 'static) -> Self {
        Self {
            files: VecDeque::new(),
            open: Some(MailboxStream::new(Box::new(BufReader::new(input)))),
        }
    }

    /// The next mail; None after the last.
    ///
    /// # Errors
    /// The file that can't be read, and why.
    pub(super) fn next(&mut self) -> Result<Option<Vec<u8>>, (PathBuf, io::Error)> {
        loop {
            if let Some(stream) = &mut self.open {
                let name = self.files.front().cloned().unwrap_or_else(|| "-".into());
                match stream.next().map_err(|error| (name, error))? {
                    Some(mail) => return Ok(Some(mail)),
                    None => self.open = None,
                }
            }
            let Some(path) = self.files.pop_front() else {
                return Ok(None);
            };
            let file = File::open(&path).map_err(|error| (path, error))?;
            self.open = Some(MailboxStream::new(Box::new(BufReader::new(file))));
        }
    }
}

/// The files of a folder in the order of their names, which is that of their arrival in a Maildir.
fn files_of(folder: &Path) -> io::Result<VecDeque<PathBuf>> {
    let parts = ["cur", "new"].map(|part| folder.join(part));
    let folders: Vec<PathBuf> = match parts.iter().any(|part| part.is_dir()) {
        true => parts.into_iter().filter(|part| part.is_dir()).collect(),
        false => vec![folder.to_owned()],
    };
    let mut files = Vec::new();
    for folder in folders {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_file() && !name.starts_with('.') {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files.into())
}

/// An mbox, or one mail.
struct MailboxStream {
    input: Box<dyn BufRead + Send>,
    /// What it turned out to be.
    is_mbox: Option<bool>,
    is_over: bool,
}

impl MailboxStream {
    fn new(input: Box<dyn BufRead + Send>) -> Self {
        Self {
            input,
            is_mbox: None,
            is_over: false,
        }
    }

    fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        if self.is_over {
            return Ok(None);
        }
        let mut mail = Vec::new();
        if self.is_mbox.is_none() {
            let first = self.piece()?;
            let is_mbox = is_separator(&first);
            self.is_mbox = Some(is_mbox);
            if !is_mbox {
                push(&mut mail, &first);
            }
        }
        let is_mbox = self.is_mbox == Some(true);
        let (mut is_line_start, mut is_after_blank) = (true, false);
        loop {
            let piece = self.piece()?;
            if piece.is_empty() {
                self.is_over = true;
                break;
            }
            if is_mbox && is_line_start {
                if is_after_blank && is_separator(&piece) {
                    break;
                }
                is_after_blank = matches!(&piece[..], b"\n" | b"\r\n");
                push(&mut mail, unquoted(&piece));
            } else {
                push(&mut mail, &piece);
            }
            is_line_start = piece.ends_with(b"\n");
        }
        Ok((!mail.is_empty() || !self.is_over).then_some(mail))
    }

    /// The next line, or as much of it as is read at once; empty at the end.
    fn piece(&mut self) -> io::Result<Vec<u8>> {
        let mut piece = Vec::new();
        let mut input = (&mut self.input).take(PIECE_BYTES);
        input.read_until(b'\n', &mut piece)?;
        Ok(piece)
    }
}

fn push(mail: &mut Vec<u8>, piece: &[u8]) {
    let room = MOST_BYTES.saturating_sub(mail.len());
    mail.extend_from_slice(&piece[..piece.len().min(room)]);
}

/// `From MAILER-DAEMON Mon Nov 30 08:00:01 2026` (RFC 4155): a sentence that begins with the word names no hour.
fn is_separator(line: &[u8]) -> bool {
    let is_clock = |at: &[u8]| {
        matches!(at, [a, b, b':', c, d]
            if [a, b, c, d].iter().all(|digit| digit.is_ascii_digit()))
    };
    line.starts_with(b"From ") && line.windows(5).any(is_clock)
}

/// A line of a mail that began with `From `, without the mark that keeps it from being a separator.
fn unquoted(line: &[u8]) -> &[u8] {
    let marks = line.iter().take_while(|byte| **byte == b'>').count();
    match marks > 0 && line[marks..].starts_with(b"From ") {
        true => &line[1..],
        false => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mails(text: &[u8]) -> Vec<String> {
        let mut files = MailFiles::of_stream(io::Cursor::new(text.to_vec()));
        let mut all = Vec::new();
        while let Some(mail) = files.next().unwrap() {
            all.push(String::from_utf8(mail).unwrap());
        }
        all
    }

    #[test]
    fn an_mbox_is_its_mails_and_anything_else_is_one() {
        let mbox = b"From MAILER-DAEMON Mon Nov 30 08:00:01 2026\nSubject: a\n\n>From here\nFrom now on: this\n\n\
            From x@example.com Mon Nov 30 08:00:02 2026\nSubject: b\n\nb\n";
        let read = mails(mbox);
        assert_eq!(read.len(), 2, "{read:?}");
        assert_eq!(read[0], "Subject: a\n\nFrom here\nFrom now on: this\n\n");
        assert_eq!(read[1], "Subject: b\n\nb\n");
        assert_eq!(
            mails(b"Subject: a\n\nFrom b 10:00\n"),
            ["Subject: a\n\nFrom b 10:00\n"]
        );
    }

    #[test]
    fn nothing_is_no_mail_and_a_line_without_an_end_is_cut() {
        assert!(mails(b"").is_empty());
        let endless = vec![b'a'; MOST_BYTES + 70_000];
        assert_eq!(mails(&endless)[0].len(), MOST_BYTES);
    }

    #[test]
    fn a_maildir_is_read_in_both_its_folders() {
        let folder = tempfile::tempdir().unwrap();
        for (part, name) in [("new", "2"), ("cur", "1:2,S"), ("tmp", "3")] {
            fs::create_dir_all(folder.path().join(part)).unwrap();
            fs::write(folder.path().join(part).join(name), name).unwrap();
        }
        let mut files = MailFiles::open(folder.path()).unwrap();
        let mut read = Vec::new();
        while let Some(mail) = files.next().unwrap() {
            read.push(String::from_utf8(mail).unwrap());
        }
        assert_eq!(read, ["1:2,S", "2"]);
    }
}
