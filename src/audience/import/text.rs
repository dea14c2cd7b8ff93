//! A file's bytes as UTF-8, a chunk at a time, whatever their encoding. Not: which it is (`encoding`).

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
};

use encoding_rs::{CoderResult, Decoder, Encoding};

pub(super) const CHUNK_BYTES: usize = 64 * 1024;

/// Hands over the file from its start, a chunk at a time and an empty one at its end, for as long
/// as `visit` wants more.
pub(super) fn chunks(file: &mut File, mut visit: impl FnMut(&[u8]) -> bool) -> io::Result<()> {
    file.seek(SeekFrom::Start(0))?;
    let mut buffer = vec![0; CHUNK_BYTES];
    loop {
        let length = file.read(&mut buffer)?;
        if !visit(&buffer[..length]) || length == 0 {
            return Ok(());
        }
    }
}

pub(super) fn read_full(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
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
