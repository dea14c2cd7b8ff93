//! One part of the message, encoded once an issue; once a reader only its holes are.
//!
//! The result is byte for byte what `message::transfer` makes of the filled text. In base64 a fixed
//! piece is kept in three encodings, one for each number of bytes (0, 1, 2) that the hole before it
//! borrows to come out at a multiple of three. In quoted-printable the lines without holes are
//! kept encoded.

use crate::render::{CutText, Hole};

use super::{
    fields::ReaderFields,
    header::push_base64,
    transfer::{
        BASE64_LINE, BASE64_LINE_BYTES, HOLE_GAP, TransferEncoding, push_base64_lines,
        push_quoted_line, push_quoted_printable,
    },
};

/// A part ready to be filled.
#[derive(Debug)]
pub(crate) enum CompiledPart {
    Base64(Vec<Base64Step>),
    QuotedPrintable(Vec<QuotedStep>),
}

/// Text in base64: pieces and runs of holes take turns.
#[derive(Debug)]
pub(crate) enum Base64Step {
    Piece(Box<PhasedPiece>),
    Run(Vec<TextStretch>),
}

/// A stretch of text with holes in it.
#[derive(Debug)]
pub(crate) enum TextStretch {
    Text(String),
    Hole(Hole),
}

/// A fixed piece of text in its three phases.
#[derive(Debug)]
pub(crate) struct PhasedPiece {
    /// The first two bytes, for the hole before.
    lent: Vec<u8>,
    phases: [Phase; 3],
    is_last: bool,
}

/// A piece without its first 0, 1 or 2 bytes, from the start of a line on.
#[derive(Debug)]
struct Phase {
    encoded: Vec<u8>,
    /// The column after `encoded`.
    column: usize,
    /// 0–2 bytes at the end that wait for the next hole.
    rest: Vec<u8>,
}

/// Text in quoted-printable, line by line.
#[derive(Debug)]
pub(crate) enum QuotedStep {
    Encoded(Vec<u8>),
    Line(Vec<TextStretch>),
}

impl CompiledPart {
    /// Encodes the pieces.
    pub(crate) fn new(cut: &CutText, encoding: TransferEncoding) -> Self {
        match encoding {
            TransferEncoding::Base64 => Self::Base64(base64_steps(cut)),
            TransferEncoding::QuotedPrintable => Self::QuotedPrintable(quoted_steps(cut)),
        }
    }

    /// Appends the part as this reader gets it. `scratch` is anything; it spares an allocation.
    pub(crate) fn push(&self, values: &ReaderFields, scratch: &mut Vec<u8>, out: &mut Vec<u8>) {
        match self {
            Self::Base64(steps) => push_base64_steps(steps, values, scratch, out),
            Self::QuotedPrintable(steps) => push_quoted_steps(steps, values, out),
        }
    }

    /// What it begins with, whoever gets it.
    pub(crate) fn beginning(&self) -> &[u8] {
        let beginning = match self {
            Self::Base64(steps) => steps.first().and_then(|step| match step {
                Base64Step::Piece(piece) => Some(&piece.phases[0].encoded),
                Base64Step::Run(_) => None,
            }),
            Self::QuotedPrintable(steps) => steps.first().and_then(|step| match step {
                QuotedStep::Encoded(encoded) => Some(encoded),
                QuotedStep::Line(_) => None,
            }),
        };
        beginning.map_or(&[], Vec::as_slice)
    }

    /// Bytes of a message that are the same whoever gets it.
    pub(crate) fn fixed_bytes(&self) -> usize {
        match self {
            Self::Base64(steps) => steps
                .iter()
                .map(|step| match step {
                    Base64Step::Piece(piece) => piece.phases[0].encoded.len(),
                    Base64Step::Run(_) => 0,
                })
                .sum(),
            // Nothing of it is kept more than once.
            Self::QuotedPrintable(_) => self.weight_bytes(),
        }
    }

    /// Bytes of memory that it takes, about.
    pub(crate) fn weight_bytes(&self) -> usize {
        match self {
            Self::Base64(steps) => steps
                .iter()
                .map(|step| match step {
                    Base64Step::Piece(piece) => piece.phases.iter().map(|p| p.encoded.len()).sum(),
                    Base64Step::Run(_) => 0,
                })
                .sum(),
            Self::QuotedPrintable(steps) => steps
                .iter()
                .map(|step| match step {
                    QuotedStep::Encoded(bytes) => bytes.len(),
                    QuotedStep::Line(_) => 0,
                })
                .sum(),
        }
    }
}

fn base64_steps(cut: &CutText) -> Vec<Base64Step> {
    let last = cut.pieces.len() - 1;
    let mut steps = Vec::new();
    for (index, piece) in cut.pieces.iter().enumerate() {
        let is_gap = index > 0 && index < last && piece.len() < HOLE_GAP;
        let hole = cut.holes.get(index).copied().map(TextStretch::Hole);
        match steps.last_mut() {
            Some(Base64Step::Run(run)) if is_gap => {
                run.push(TextStretch::Text(piece.clone()));
                run.extend(hole);
            }
            _ => {
                steps.push(Base64Step::Piece(Box::new(PhasedPiece::new(
                    piece,
                    index == last,
                ))));
                steps.extend(hole.map(|hole| Base64Step::Run(vec![hole])));
            }
        }
    }
    steps
}

impl PhasedPiece {
    fn new(text: &str, is_last: bool) -> Self {
        let bytes = text.as_bytes();
        let phase = |lent: usize| {
            let own = bytes.get(lent..).unwrap_or_default();
            let whole = if is_last {
                own.len()
            } else {
                own.len() / 3 * 3
            };
            let mut encoded = Vec::new();
            push_base64_lines(&own[..whole], &[], &mut encoded);
            let in_last_line = match whole % BASE64_LINE_BYTES {
                0 if whole > 0 => BASE64_LINE_BYTES,
                bytes => bytes,
            };
            Phase {
                encoded,
                column: in_last_line.div_ceil(3) * 4,
                rest: own[whole..].to_vec(),
            }
        };
        Self {
            lent: bytes[..bytes.len().min(2)].to_vec(),
            phases: [phase(0), phase(1), phase(2)],
            is_last,
        }
    }
}

fn push_base64_steps(
    steps: &[Base64Step],
    values: &ReaderFields,
    scratch: &mut Vec<u8>,
    out: &mut Vec<u8>,
) {
    let mut borrowed = 0;
    let mut column = 0;
    scratch.clear();
    for (index, step) in steps.iter().enumerate() {
        match step {
            Base64Step::Piece(piece) => {
                let phase = &piece.phases[borrowed];
                out.extend_from_slice(&phase.encoded);
                column = phase.column;
                scratch.clear();
                scratch.extend_from_slice(&phase.rest);
            }
            Base64Step::Run(items) => {
                push_items(items, values, scratch);
                let Some(Base64Step::Piece(next)) = steps.get(index + 1) else {
                    continue;
                };
                borrowed = (3 - scratch.len() % 3) % 3;
                scratch.extend_from_slice(&next.lent[..borrowed.min(next.lent.len())]);
                column = push_wrapped_base64(scratch, column, out);
                let goes_on = !next.is_last || !next.phases[borrowed].encoded.is_empty();
                if goes_on && column > 0 {
                    out.extend_from_slice(b"\r\n");
                }
            }
        }
    }
}

/// Base64 on from a column, with a line break before each further line. Returns the column.
fn push_wrapped_base64(mut bytes: &[u8], mut column: usize, out: &mut Vec<u8>) -> usize {
    while !bytes.is_empty() {
        if column == BASE64_LINE {
            out.extend_from_slice(b"\r\n");
            column = 0;
        }
        let room = (BASE64_LINE - column) / 4 * 3;
        let (line, rest) = bytes.split_at(room.min(bytes.len()));
        push_base64(line, out);
        column += line.len().div_ceil(3) * 4;
        bytes = rest;
    }
    column
}

fn push_items(items: &[TextStretch], values: &ReaderFields, out: &mut Vec<u8>) {
    for item in items {
        match item {
            TextStretch::Text(text) => out.extend_from_slice(text.as_bytes()),
            TextStretch::Hole(hole) => hole.push(values.get(hole.field), out),
        }
    }
}

fn quoted_steps(cut: &CutText) -> Vec<QuotedStep> {
    let mut steps = Vec::new();
    let mut line = Vec::new();
    let mut encoded = Vec::new();
    for (index, piece) in cut.pieces.iter().enumerate() {
        // The text up to the first line end belongs to a line that a hole began, if there is one;
        // the text after the last belongs to a line that the next hole goes on with.
        let mut rest = piece.as_str();
        if !line.is_empty() {
            match rest.split_once("\r\n") {
                Some((end, after)) => {
                    line.push(TextStretch::Text(end.to_owned()));
                    steps.push(QuotedStep::Line(std::mem::take(&mut line)));
                    encoded.extend_from_slice(b"\r\n");
                    rest = after;
                }
                None => {
                    line.push(TextStretch::Text(rest.to_owned()));
                    line.extend(cut.holes.get(index).copied().map(TextStretch::Hole));
                    continue;
                }
            }
        }
        match cut.holes.get(index) {
            Some(hole) => {
                let start = rest.rfind("\r\n").map_or(0, |at| at + 2);
                push_quoted_printable(&rest[..start], &mut encoded);
                steps.push(QuotedStep::Encoded(std::mem::take(&mut encoded)));
                line = vec![
                    TextStretch::Text(rest[start..].to_owned()),
                    TextStretch::Hole(*hole),
                ];
            }
            None => push_quoted_printable(rest, &mut encoded),
        }
    }
    if !line.is_empty() {
        steps.push(QuotedStep::Line(line));
    }
    steps.push(QuotedStep::Encoded(encoded));
    steps
}

fn push_quoted_steps(steps: &[QuotedStep], values: &ReaderFields, out: &mut Vec<u8>) {
    let mut line = Vec::new();
    for step in steps {
        match step {
            QuotedStep::Encoded(encoded) => out.extend_from_slice(encoded),
            QuotedStep::Line(items) => {
                line.clear();
                push_items(items, values, &mut line);
                push_quoted_line(&line, out);
            }
        }
    }
}
