//! Which encoding a table is in. UTF-8 and UTF-16 tell it themselves, others only where the header has a
//! column that we know in them; elsewhere people are asked, with the names as each would read them. A
//! file that is UTF-8 but for a few bytes is told their places.

use std::{
    fs::File,
    io::{self, Seek, SeekFrom},
};

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, MACINTOSH, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE,
    WINDOWS_1250, WINDOWS_1251, WINDOWS_1252,
};

use super::{
    names,
    text::{CHUNK_BYTES, chunks, read_full},
};
use crate::{
    source::SourceError,
    words::{phrase, phrased},
};

/// Those that lists come in, and the word for each; single bytes last, since these take any file.
const CANDIDATES: [(&Encoding, &str); 9] = [
    (EUC_KR, "cp949"),
    (SHIFT_JIS, "shift_jis"),
    (GB18030, "gb18030"),
    (BIG5, "big5"),
    (EUC_JP, "euc-jp"),
    (WINDOWS_1252, "windows-1252"),
    (WINDOWS_1250, "windows-1250"),
    (WINDOWS_1251, "windows-1251"),
    (MACINTOSH, "macintosh"),
];
const SHOWN_NAMES: usize = 3;
const SHOWN_PLACES: usize = 3;
const LINE_BYTES: usize = 16 * 1024;

/// The encoding of a file, as told or by its bytes.
pub(super) fn of_file(
    file: &mut File,
    told: Option<&str>,
    name: &str,
) -> Result<&'static Encoding, SourceError> {
    let unreadable = |error: io::Error| SourceError::new(phrased!("{name} can't be read: {error}"));
    let mut start = [0; 4];
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    let length = read_full(file, &mut start).map_err(unreadable)?;
    let start = &start[..length];
    if start.starts_with(b"PK\x03\x04") || start == b"\xD0\xCF\x11\xE0" {
        return Err(SourceError::new(phrased!(
            "{name} is a ZIP archive or an Excel workbook, not a CSV file"
        ))
        .with_hint(phrase!("unpack it, or save the sheet as “CSV UTF-8”")));
    }
    if let Some(label) = told {
        return of_label(label);
    }
    if let Some((encoding, _)) = Encoding::for_bom(start) {
        return Ok(encoding);
    }
    match start {
        [0, _, 0, _] => return Ok(UTF_16BE),
        [_, 0, _, 0] => return Ok(UTF_16LE),
        _ => {}
    }
    let utf8 = Utf8Places::look(file).map_err(unreadable)?;
    if utf8.damaged == 0 {
        Ok(UTF_8)
    } else if utf8.whole > 2 * utf8.damaged {
        Err(utf8.told(name))
    } else {
        of_header(file, name).map_err(unreadable)?
    }
}

/// The word for an encoding in reports.
pub(super) fn word(encoding: &'static Encoding) -> &'static str {
    if encoding == EUC_KR {
        "CP949"
    } else {
        encoding.name()
    }
}

fn of_label(label: &str) -> Result<&'static Encoding, SourceError> {
    let known = match label.to_ascii_lowercase().as_str() {
        "cp949" | "uhc" => Some(EUC_KR),
        "macroman" | "mac-roman" => Some(MACINTOSH),
        "cp932" => Some(SHIFT_JIS),
        "cp1250" => Some(WINDOWS_1250),
        _ => Encoding::for_label(label.as_bytes()),
    };
    known.ok_or_else(|| {
        SourceError::new(phrased!("there is no encoding `{label}`")).with_hint(phrase!(
            "write utf-8, cp949, utf-16le, shift_jis, windows-1252 …"
        ))
    })
}

/// How much of a file is UTF-8, and where it is not.
#[derive(Default)]
struct Utf8Places {
    /// Characters beyond ASCII.
    whole: u64,
    damaged: u64,
    /// The first damaged places: line, column, bytes.
    places: Vec<(u64, u64, Vec<u8>)>,
    line: u64,
    column: u64,
    carried: Vec<u8>,
}

impl Utf8Places {
    fn look(file: &mut File) -> io::Result<Self> {
        let mut seen = Self {
            line: 1,
            column: 1,
            ..Self::default()
        };
        chunks(file, |chunk| {
            seen.take(chunk);
            true
        })?;
        Ok(seen)
    }

    /// The next bytes; none at the end.
    fn take(&mut self, chunk: &[u8]) {
        if self.carried.is_empty() && chunk.is_ascii() {
            return self.count(std::str::from_utf8(chunk).unwrap_or_default());
        }
        let mut bytes = std::mem::take(&mut self.carried);
        bytes.extend_from_slice(chunk);
        let mut rest = bytes.as_slice();
        loop {
            let error = match simdutf8::compat::from_utf8(rest) {
                Ok(text) => return self.count(text),
                Err(error) => error,
            };
            let (whole, from) = rest.split_at(error.valid_up_to());
            self.count(std::str::from_utf8(whole).unwrap_or_default());
            let damaged = match error.error_len() {
                Some(length) => length,
                // The rest of the character comes with the next chunk, unless this was the last.
                None if !chunk.is_empty() => {
                    self.carried = from.to_vec();
                    return;
                }
                None => from.len(),
            };
            self.damaged += 1;
            if self.places.len() < SHOWN_PLACES {
                let bytes = from[..damaged].to_vec();
                self.places.push((self.line, self.column, bytes));
            }
            self.column += 1;
            rest = &from[damaged..];
        }
    }

    fn count(&mut self, text: &str) {
        // A letter beyond ASCII begins with such a byte.
        self.whole += text.bytes().filter(|byte| *byte >= 0xC0).count() as u64;
        match memchr::memrchr(b'\n', text.as_bytes()) {
            Some(last) => {
                self.line += memchr::memchr_iter(b'\n', text.as_bytes()).count() as u64;
                self.column = 1 + text[last + 1..].chars().count() as u64;
            }
            None => self.column += text.chars().count() as u64,
        }
    }

    fn told(&self, name: &str) -> SourceError {
        let places: Vec<String> = self
            .places
            .iter()
            .map(|(line, column, bytes)| {
                let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
                phrased!(
                    "line {line}, column {column} ({bytes})",
                    bytes = bytes.join(" ")
                )
            })
            .collect();
        let more = self.damaged - places.len() as u64;
        let more = match more {
            0 => String::new(),
            more => phrased!(", and {more} more"),
        };
        SourceError::new(phrased!(
            "{name} is UTF-8, but not all of it: {places}{more}",
            places = places.join("; ")
        ))
        .with_hint(phrase!(
            "fix these places; or say --encoding utf-8: names with such a place are then left out, \
             and rows whose address or status has one are refused"
        ))
    }
}

/// By the names of columns that only one encoding makes of the header; else people are asked.
fn of_header(file: &mut File, name: &str) -> io::Result<Result<&'static Encoding, SourceError>> {
    let lines = SampleLines::look(file)?;
    let mut possible = Vec::new();
    for (encoding, label) in CANDIDATES {
        if is_possible(file, encoding)? {
            possible.push((encoding, label));
        }
    }
    let is_told = |encoding: &'static Encoding| {
        lines
            .header_cells(encoding)
            .iter()
            .any(|cell| is_known_column(cell))
    };
    let mut told = possible.iter().filter(|(encoding, _)| is_told(encoding));
    if let (Some((encoding, _)), None) = (told.next(), told.next()) {
        return Ok(Ok(encoding));
    }
    if lines.are_accented() {
        // Letters of one byte each, among ASCII ones.
        possible.sort_by_key(|(encoding, _)| !encoding.is_single_byte());
    }
    let shown: Vec<String> = possible
        .iter()
        .map(|(encoding, label)| format!("  --encoding {label:<13} {}", lines.names(encoding)))
        .collect();
    let question = phrase!("say which of these reads right, or save the file as “CSV UTF-8”:");
    Ok(Err(SourceError::new(phrased!(
        "{name} is not UTF-8, and nothing in it tells for certain what it is"
    ))
    .with_hint(format!("{question}\n{}", shown.join("\n")))))
}

fn is_known_column(cell: &str) -> bool {
    !cell.is_ascii() && names::of_any(&names::normal(cell)).is_some()
}

fn is_possible(file: &mut File, encoding: &'static Encoding) -> io::Result<bool> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut output = vec![0; CHUNK_BYTES * 4];
    let mut is_possible = true;
    chunks(file, |chunk| {
        let (_, _, written, has_errors) =
            decoder.decode_to_utf8(chunk, &mut output, chunk.is_empty());
        let text = std::str::from_utf8(&output[..written]).unwrap_or_default();
        // What Windows does not use is a control character in the standard's tables.
        let is_noise = |c: char| matches!(c, '\u{80}'..='\u{9f}' | '\u{e000}'..='\u{f8ff}');
        is_possible = !has_errors && !text.contains(is_noise);
        is_possible
    })?;
    Ok(is_possible)
}

/// The header, and the first lines that are not ASCII.
#[derive(Default)]
struct SampleLines {
    header: Vec<u8>,
    others: Vec<Vec<u8>>,
}

impl SampleLines {
    fn look(file: &mut File) -> io::Result<Self> {
        let (mut lines, mut line, mut is_first) = (Self::default(), Vec::new(), true);
        chunks(file, |chunk| {
            for byte in chunk {
                if !matches!(byte, b'\n' | b'\r') {
                    if line.len() < LINE_BYTES {
                        line.push(*byte);
                    }
                    continue;
                }
                lines.add(std::mem::take(&mut line), &mut is_first);
            }
            if chunk.is_empty() {
                lines.add(std::mem::take(&mut line), &mut is_first);
            }
            lines.others.len() < SHOWN_NAMES
        })?;
        Ok(lines)
    }

    fn add(&mut self, line: Vec<u8>, is_first: &mut bool) {
        if std::mem::take(is_first) {
            self.header = line;
        } else if !line.is_ascii() && self.others.len() < SHOWN_NAMES {
            self.others.push(line);
        }
    }

    fn header_cells(&self, encoding: &'static Encoding) -> Vec<String> {
        cells(&decoded(encoding, &self.header))
    }

    /// The cells that are not ASCII, as that encoding reads them.
    fn names(&self, encoding: &'static Encoding) -> String {
        let header = cells(&decoded(encoding, &self.header));
        let others = self.others.iter();
        let others = others.flat_map(|line| cells(&decoded(encoding, line)));
        let names = others.chain(header).filter(|cell| !cell.is_ascii());
        names.take(SHOWN_NAMES).collect::<Vec<_>>().join(", ")
    }

    /// Whether bytes above ASCII mostly stand alone.
    fn are_accented(&self) -> bool {
        let bytes = self.others.concat();
        let runs = bytes.split(u8::is_ascii).filter(|run| !run.is_empty());
        let (odd, even): (Vec<&[u8]>, Vec<&[u8]>) = runs.partition(|run| run.len() % 2 == 1);
        odd.len() > even.len()
    }
}

fn decoded(encoding: &'static Encoding, bytes: &[u8]) -> String {
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

fn cells(line: &str) -> Vec<String> {
    line.split([',', ';', '\t', '|'])
        .map(|cell| cell.trim_matches(['"', ' ']).to_owned())
        .collect()
}
