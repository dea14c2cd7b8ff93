//! A message → the slices that go onto the wire: dots doubled (RFC 5321 §4.5.2), the final dot
//! at the end. Copies nothing: a message without a line that begins with a dot is one slice.

use std::io::IoSlice;

/// A message cut at its leading dots, with its terminator.
pub(super) struct FramedMessage<'a> {
    slices: Vec<IoSlice<'a>>,
    length: usize,
    terminator: usize,
}

impl<'a> FramedMessage<'a> {
    /// Frames a message whose lines end in CRLF; adds the last CRLF where it is missing.
    pub(super) fn new(message: &'a [u8]) -> Self {
        let mut slices = Vec::with_capacity(3);
        let mut rest = message;
        if rest.first() == Some(&b'.') {
            slices.push(IoSlice::new(b"."));
        }
        // Each slice ends with the line end after which a dot follows; that dot is doubled.
        while let Some(at) = memchr::memmem::find(rest, b"\r\n.") {
            let (line, after) = rest.split_at(at + 2);
            slices.push(IoSlice::new(line));
            slices.push(IoSlice::new(b"."));
            rest = after;
        }
        if !rest.is_empty() {
            slices.push(IoSlice::new(rest));
        }
        let terminator: &[u8] = if message.is_empty() || message.ends_with(b"\r\n") {
            b".\r\n"
        } else {
            b"\r\n.\r\n"
        };
        slices.push(IoSlice::new(terminator));
        Self {
            length: slices.iter().map(|slice| slice.len()).sum(),
            terminator: terminator.len(),
            slices,
        }
    }

    /// Adds commands that may follow the message in the same write (RFC 2920 §3.1).
    pub(super) fn followed_by(&mut self, commands: &'a [u8]) {
        self.slices.push(IoSlice::new(commands));
    }

    /// How many bytes may leave before the first byte of the terminator does.
    pub(super) fn harmless_bytes(&self) -> usize {
        self.length - self.terminator
    }

    /// The slices in their order.
    pub(super) fn slices(&mut self) -> &mut [IoSlice<'a>] {
        &mut self.slices
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn framed(message: &[u8]) -> Vec<u8> {
        let mut framed = FramedMessage::new(message);
        let bytes: Vec<u8> = framed
            .slices()
            .iter()
            .flat_map(|slice| slice.iter().copied())
            .collect();
        assert!(bytes[framed.harmless_bytes()..].ends_with(b".\r\n"));
        bytes
    }

    /// What RFC 5321 §4.5.2 says, line by line.
    fn by_the_book(message: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut at_line_start = true;
        for (at, byte) in message.iter().enumerate() {
            if at_line_start && *byte == b'.' {
                out.push(b'.');
            }
            out.push(*byte);
            at_line_start = *byte == b'\n' && at > 0 && message[at - 1] == b'\r';
        }
        if !message.is_empty() && !message.ends_with(b"\r\n") {
            out.extend(b"\r\n");
        }
        out.extend(b".\r\n");
        out
    }

    #[test]
    fn a_message_without_leading_dots_is_one_slice_and_its_end() {
        let mut framed = FramedMessage::new(b"Subject: a.b\r\n\r\nbody ...\r\n");
        assert_eq!(framed.slices().len(), 2);
    }

    #[test]
    fn leading_dots_are_doubled_wherever_they_stand() {
        assert_eq!(framed(b".a\r\n..b\r\n.\r\n"), b"..a\r\n...b\r\n..\r\n.\r\n");
        assert_eq!(framed(b"a\r\n."), b"a\r\n..\r\n.\r\n");
        assert_eq!(framed(b""), b".\r\n");
        assert_eq!(framed(b"\r\n.\r\n"), b"\r\n..\r\n.\r\n");
    }

    proptest! {
        #[test]
        fn framing_is_what_the_rfc_says(message in prop::collection::vec(prop::sample::select(b".\r\nab".to_vec()), 0..60)) {
            prop_assert_eq!(framed(&message), by_the_book(&message));
        }
    }
}
