//! The relaxed canonical forms (RFC 6376 §3.4.2, §3.4.4), which forgive white space.

use aws_lc_rs::digest;
use memchr::{memchr, memchr2, memrchr};

/// SHA-256 of the canonical form of a body in two parts, fed to the hash stretch by stretch.
pub(super) fn body_hash(own: &[u8], shared: &[u8], begun: Option<&BegunBody>) -> digest::Digest {
    let rest = begun.and_then(|begun| Some((begun, own.strip_prefix(&*begun.lines)?)));
    let (mut context, own) = match rest {
        // Where nothing but space follows, the lines before it end the body.
        Some((begun, rest)) if !(is_blank(rest) && is_blank(shared)) => {
            (begun.context.clone(), rest)
        }
        _ => (digest::Context::new(&digest::SHA256), own),
    };
    body_stretches(own, shared, |stretch| context.update(stretch));
    context.finish()
}

/// What many bodies begin with, hashed once for all of them.
pub struct BegunBody {
    /// Whole lines.
    lines: Vec<u8>,
    context: digest::Context,
}

impl BegunBody {
    /// Of as many whole lines as these bytes are.
    pub(crate) fn new(mut beginning: Vec<u8>) -> Self {
        beginning.truncate(memrchr(b'\n', &beginning).map_or(0, |at| at + 1));
        let mut context = digest::Context::new(&digest::SHA256);
        push_stretches(&beginning, &mut |stretch| context.update(stretch));
        Self {
            lines: beginning,
            context,
        }
    }
}

impl std::fmt::Debug for BegunBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BegunBody({} bytes)", self.lines.len())
    }
}

fn is_blank(part: &[u8]) -> bool {
    part.iter().all(is_blank_byte)
}

fn is_blank_byte(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Each run of white space becomes a space, those at line ends go, and so do empty lines at the end.
/// The body's lines end in CRLF; it may be cut in two anywhere.
fn body_stretches(own: &[u8], shared: &[u8], mut emit: impl FnMut(&[u8])) {
    // The line that the cut goes through is put together: what its end makes of its beginning is known then.
    let (own, begun) = own.split_at(memrchr(b'\n', own).map_or(0, |at| at + 1));
    let (ended, shared) = shared.split_at(memchr(b'\n', shared).map_or(shared.len(), |at| at + 1));
    let joined = [begun, ended].concat();
    let parts = [own, &joined, shared];
    let last = |part: &[u8]| part.iter().rposition(|byte| !is_blank_byte(byte));
    let Some((at, end)) = (0..parts.len())
        .rev()
        .find_map(|at| Some((at, last(parts[at])?)))
    else {
        return;
    };
    for part in &parts[..at] {
        push_stretches(part, &mut emit);
    }
    push_stretches(&parts[at][..=end], &mut emit);
    emit(b"\r\n");
}

/// Whole lines; the last may do without its end.
fn push_stretches(lines: &[u8], emit: &mut impl FnMut(&[u8])) {
    let mut start = 0;
    let mut from = 0;
    while let Some(found) = memchr2(b' ', b'\t', &lines[from..]) {
        let at = from + found;
        let run = lines[at..]
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count();
        let end = at + run;
        let is_at_line_end = lines[end..].starts_with(b"\r\n");
        if is_at_line_end {
            emit(&lines[start..at]);
            start = end;
        } else if run > 1 || lines[at] == b'\t' {
            emit(&lines[start..at]);
            emit(b" ");
            start = end;
        }
        from = end;
    }
    emit(&lines[start..]);
}

/// The canonical form of the named headers, in the order of their names. Of several with one name
/// the last comes first; a name with no header left adds nothing (RFC 6376 §5.4.2).
pub(super) fn headers(header: &[u8], names: &[&str]) -> Vec<u8> {
    let fields = fields(header);
    let mut used = vec![false; fields.len()];
    let mut canonical = Vec::with_capacity(header.len() + 1024);
    for name in names {
        let found = fields
            .iter()
            .enumerate()
            .rev()
            .find(|(index, field)| !used[*index] && has_name(field, name));
        if let Some((index, field)) = found {
            used[index] = true;
            push_header(field, &mut canonical);
            canonical.extend_from_slice(b"\r\n");
        }
    }
    canonical
}

/// One header's canonical form, without a line end: name in lower case, no white space around the
/// colon or at the end, one space for each run of it.
pub(super) fn push_header(field: &[u8], out: &mut Vec<u8>) {
    let colon = memchr(b':', field).unwrap_or(field.len());
    let (name, value) = field.split_at(colon);
    out.extend(name.trim_ascii().iter().map(u8::to_ascii_lowercase));
    out.push(b':');
    let start = out.len();
    let mut is_space = false;
    for byte in value.iter().skip(1) {
        if matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
            is_space = true;
            continue;
        }
        if is_space && out.len() > start {
            out.push(b' ');
        }
        is_space = false;
        out.push(*byte);
    }
}

/// The header's fields, folded lines with theirs, without the last line end.
fn fields(header: &[u8]) -> Vec<&[u8]> {
    let mut fields = Vec::with_capacity(24);
    let mut start = 0;
    let mut from = 0;
    while let Some(found) = memchr(b'\n', &header[from..]) {
        from += found + 1;
        let goes_on = matches!(header.get(from), Some(b' ' | b'\t'));
        if !goes_on {
            fields.push(&header[start..from - 2]);
            start = from;
        }
    }
    fields
}

fn has_name(field: &[u8], name: &str) -> bool {
    field.len() > name.len()
        && field[name.len()] == b':'
        && field[..name.len()].eq_ignore_ascii_case(name.as_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn canonical(own: &[u8], shared: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        body_stretches(own, shared, |stretch| out.extend_from_slice(stretch));
        out
    }

    fn canonical_body(body: &str) -> String {
        String::from_utf8(canonical(body.as_bytes(), b"")).unwrap()
    }

    proptest! {
        #[test]
        fn where_a_body_is_cut_in_two_changes_nothing(
            lines in prop::collection::vec(prop::sample::select(vec!["a", " ", "\t", "\r\n", "\r\n", "."]), 0..40),
            at in 0.0..1.0,
        ) {
            let body = lines.concat().into_bytes();
            let (own, shared) = body.split_at((body.len() as f64 * at) as usize);
            prop_assert_eq!(canonical(own, shared), canonical(&body, b""));
        }

        #[test]
        fn what_was_hashed_before_changes_nothing(
            lines in prop::collection::vec(prop::sample::select(vec!["a", " ", "\t", "\r\n", "\r\n", "."]), 0..40),
            begun in 0.0..1.0,
            at in 0.0..1.0,
        ) {
            let body = lines.concat().into_bytes();
            let place = |share: f64| (body.len() as f64 * share) as usize;
            let (own, shared) = body.split_at(place(at));
            let begun = BegunBody::new(body[..place(begun)].to_vec());
            let other = BegunBody::new(b"another\r\n".to_vec());
            let [plain, behind, unlike] = [None, Some(&begun), Some(&other)]
                .map(|begun| body_hash(own, shared, begun).as_ref().to_vec());
            prop_assert_eq!(&behind, &plain);
            prop_assert_eq!(&unlike, &plain);
        }
    }

    #[test]
    fn the_rfcs_own_example_comes_out_as_the_rfc_says() {
        // RFC 6376 §3.4.5.
        let header = b"A: X\r\nB : Y\t\r\n\tZ  \r\n";
        assert_eq!(headers(header, &["a"]), b"a:X\r\n");
        let mut b = Vec::new();
        push_header(fields(header)[1], &mut b);
        assert_eq!(b, b"b:Y Z");
        assert_eq!(canonical_body(" C \r\nD \t E\r\n\r\n\r\n"), " C\r\nD E\r\n");
    }

    #[test]
    fn a_body_of_nothing_but_space_is_empty() {
        assert_eq!(canonical_body(""), "");
        assert_eq!(canonical_body(" \t\r\n\r\n"), "");
    }

    #[test]
    fn a_name_asked_twice_takes_the_last_header_first() {
        let header = b"To: a\r\nTo: b\r\n";
        assert_eq!(headers(header, &["to", "to", "to"]), b"to:b\r\nto:a\r\n");
    }
}
