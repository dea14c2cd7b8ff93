//! Bytes of a CSV file → UTF-8, whatever program wrote them: Excel's CP949, UTF-16 and UTF-8 with
//! a mark, and the separator that it used. Not: what the columns mean.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
};

use encoding_rs::{
    CoderResult, Decoder, EUC_KR, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252,
};

const CHUNK_BYTES: usize = 64 * 1024;

/// What the bytes of a file look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Text in this encoding.
    Text(&'static Encoding),
    /// A ZIP archive, which is also what an Excel workbook is.
    Archive,
    /// No encoding that we can tell.
    Unclear,
}

/// Looks at the whole file: a list may be ASCII for pages before the first Hangul name.
pub(super) fn look(file: &mut File) -> io::Result<Look> {
    file.seek(SeekFrom::Start(0))?;
    let mut start = [0; 4];
    let length = read_full(file, &mut start)?;
    let start = &start[..length];
    if start.starts_with(b"PK\x03\x04") {
        return Ok(Look::Archive);
    }
    if let Some((encoding, _)) = Encoding::for_bom(start) {
        return Ok(Look::Text(encoding));
    }
    match start {
        [0, _, 0, _] => return Ok(Look::Text(UTF_16BE)),
        [_, 0, _, 0] => return Ok(Look::Text(UTF_16LE)),
        _ => {}
    }
    if is_valid(file, UTF_8)? {
        return Ok(Look::Text(UTF_8));
    }
    // Hangul in CP949 is pairs of high bytes; accented letters in Windows-1252 stand alone.
    let (alone, paired) = high_runs(file)?;
    let likely = if alone > paired { WINDOWS_1252 } else { EUC_KR };
    Ok(if is_valid(file, likely)? {
        Look::Text(likely)
    } else {
        Look::Unclear
    })
}

fn is_valid(file: &mut File, encoding: &'static Encoding) -> io::Result<bool> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut output = vec![0; CHUNK_BYTES * 4];
    let mut is_valid = true;
    chunks(file, |chunk| {
        is_valid = !decoder
            .decode_to_utf8(chunk, &mut output, chunk.is_empty())
            .3;
        is_valid
    })?;
    Ok(is_valid)
}

/// Runs of bytes above ASCII of odd and of even length.
fn high_runs(file: &mut File) -> io::Result<(u64, u64)> {
    let (mut odd, mut even, mut run) = (0, 0, 0_u64);
    chunks(file, |chunk| {
        for byte in chunk {
            if byte.is_ascii() {
                match run {
                    0 => {}
                    run if run % 2 == 1 => odd += 1,
                    _ => even += 1,
                }
                run = 0;
            } else {
                run += 1;
            }
        }
        true
    })?;
    Ok((odd, even))
}

/// Hands over the file from its start, a chunk at a time and an empty one at its end, for as long
/// as `visit` wants more.
fn chunks(file: &mut File, mut visit: impl FnMut(&[u8]) -> bool) -> io::Result<()> {
    file.seek(SeekFrom::Start(0))?;
    let mut buffer = vec![0; CHUNK_BYTES];
    loop {
        let length = file.read(&mut buffer)?;
        if !visit(&buffer[..length]) || length == 0 {
            return Ok(());
        }
    }
}

fn read_full(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match file.read(&mut buffer[length..])? {
            0 => break,
            more => length += more,
        }
    }
    Ok(length)
}

/// A file as UTF-8 without its byte-order mark; malformed sequences become U+FFFD.
pub(super) struct Utf8Reader {
    file: File,
    decoder: Decoder,
    input: Vec<u8>,
    consumed: usize,
    is_last: bool,
    is_done: bool,
}

impl Utf8Reader {
    pub(super) fn new(mut file: File, encoding: &'static Encoding) -> io::Result<Self> {
        file.seek(SeekFrom::Start(0))?;
        Ok(Self {
            file,
            decoder: encoding.new_decoder_with_bom_removal(),
            input: Vec::with_capacity(CHUNK_BYTES),
            consumed: 0,
            is_last: false,
            is_done: false,
        })
    }
}

impl Read for Utf8Reader {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        if output.is_empty() || self.is_done {
            return Ok(0);
        }
        if output.len() < 4 {
            // The decoder wants room for a character; CSV is read by kilobytes.
            return Err(io::ErrorKind::InvalidInput.into());
        }
        loop {
            if self.consumed == self.input.len() && !self.is_last {
                self.input.resize(CHUNK_BYTES, 0);
                let length = self.file.read(&mut self.input)?;
                self.input.truncate(length);
                self.consumed = 0;
                self.is_last = length == 0;
            }
            let rest = &self.input[self.consumed..];
            let (result, read, written, _) =
                self.decoder.decode_to_utf8(rest, output, self.is_last);
            self.consumed += read;
            self.is_done = self.is_last && result == CoderResult::InputEmpty;
            if written > 0 || self.is_done {
                return Ok(written);
            }
        }
    }
}

/// The separator that stands most often in the header line outside quotation marks.
pub(super) fn separator(header: &str) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut is_quoted = false;
    for byte in header.bytes() {
        if byte == b'"' {
            is_quoted = !is_quoted;
        } else if !is_quoted && let Some(count) = counts.iter_mut().find(|(it, _)| *it == byte) {
            count.1 += 1;
        }
    }
    // The first of equals: a header of one column has none, and is as good as comma-separated.
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    counts
        .iter()
        .find(|(_, count)| *count == most)
        .map_or(b',', |(separator, _)| *separator)
}
