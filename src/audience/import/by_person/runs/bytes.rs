//! Lengths and texts within the bytes of a run: written, and taken off again.

/// Four bytes: no record is longer than `table::RECORD_BYTES`.
pub(super) fn push_length(out: &mut Vec<u8>, length: usize) {
    out.extend_from_slice(&(length as u32).to_le_bytes());
}

pub(super) fn push_text(out: &mut Vec<u8>, text: &[u8]) {
    push_length(out, text.len());
    out.extend_from_slice(text);
}

/// The text that was pushed there; empty where none was.
pub(super) fn text_at(bytes: &[u8], start: usize) -> &[u8] {
    let mut rest = bytes.get(start..).unwrap_or_default();
    take_text(&mut rest).unwrap_or_default()
}

pub(super) fn take<'b>(rest: &mut &'b [u8], length: usize) -> Option<&'b [u8]> {
    let (taken, left) = rest.split_at_checked(length)?;
    *rest = left;
    Some(taken)
}

pub(super) fn take_length(rest: &mut &[u8]) -> Option<usize> {
    let length = take(rest, 4)?.try_into().ok()?;
    usize::try_from(u32::from_le_bytes(length)).ok()
}

pub(super) fn take_text<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = take_length(rest)?;
    take(rest, length)
}
