//! A message → the slices that go onto the wire: dots doubled (RFC 5321 §4.5.2), the final dot
//! at the end. Copies nothing: a message without a line that begins with a dot is as many slices as it has parts.

use std::io::IoSlice;

/// A message as it stands in memory: what is the reader's own, and an end that it shares with others.
#[derive(Debug, Clone, Copy)]
pub struct MessageParts<'a> {
    /// From its first byte.
    pub own: &'a [u8],
    /// What follows; may be empty.
    pub shared: &'a [u8],
}

impl MessageParts<'_> {
    /// Bytes of both.
    #[must_use]
    pub fn len(&self) -> usize {
        self.own.len() + self.shared.len()
    }

    /// Whether there is nothing in either.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn ends_with_line_end(&self) -> bool {
        match self.shared {
            [] => self.own.ends_with(b"\r\n"),
            [b'\n'] => self.own.ends_with(b"\r"),
            shared => shared.ends_with(b"\r\n"),
        }
    }
}

impl<'a> From<&'a [u8]> for MessageParts<'a> {
    fn from(own: &'a [u8]) -> Self {
        Self { own, shared: &[] }
    }
}

/// A message cut at its leading dots, with its terminator.
pub(super) struct FramedMessage<'a> {
    slices: Vec<IoSlice<'a>>,
    length: usize,
    terminator: usize,
}

impl<'a> FramedMessage<'a> {
    /// Frames a message whose lines end in CRLF; adds the last CRLF where it is missing.
    pub(super) fn new(message: MessageParts<'a>) -> Self {
        let mut slices = Vec::with_capacity(4);
        push_part(message.own, b"\r\n", &mut slices);
        // The cut may go through a line end.
        let before = match message.own {
            [.., b'\r', b'\n'] | [] => &b"\r\n"[..],
            [.., b'\r'] => b"\r",
            _ => b"",
        };
        push_part(message.shared, before, &mut slices);
        let terminator: &[u8] = if message.is_empty() || message.ends_with_line_end() {
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

/// A part in slices, each up to the line end after which a dot follows; that dot is doubled. `before` is what of a line
/// end stands right before the part.
fn push_part<'a>(mut rest: &'a [u8], before: &[u8], slices: &mut Vec<IoSlice<'a>>) {
    let first_dot: Option<usize> = match (before, rest) {
        (b"\r\n", [b'.', ..]) => Some(0),
        (b"\r", [b'\n', b'.', ..]) => Some(1),
        _ => None,
    };
    let mut next_dot = first_dot.or_else(|| dot_after_line_end(rest));
    while let Some(at) = next_dot {
        let (line, after) = rest.split_at(at);
        if !line.is_empty() {
            slices.push(IoSlice::new(line));
        }
        slices.push(IoSlice::new(b"."));
        rest = after;
        next_dot = dot_after_line_end(rest);
    }
    if !rest.is_empty() {
        slices.push(IoSlice::new(rest));
    }
}

fn dot_after_line_end(text: &[u8]) -> Option<usize> {
    Some(memchr::memmem::find(text, b"\r\n.")? + 2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn framed(message: &[u8]) -> Vec<u8> {
        framed_in_two(message, &[])
    }

    fn framed_in_two(own: &[u8], shared: &[u8]) -> Vec<u8> {
        let mut framed = FramedMessage::new(MessageParts { own, shared });
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
        let mut framed = FramedMessage::new(b"Subject: a.b\r\n\r\nbody ...\r\n"[..].into());
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
            for at in 0..=message.len() {
                let (own, shared) = message.split_at(at);
                prop_assert_eq!(framed_in_two(own, shared), by_the_book(&message));
            }
        }
    }
}
