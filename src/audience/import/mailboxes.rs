//! Addresses as they stand in cells.

use std::borrow::Cow;

use crate::{
    address::{Address, Mailbox},
    audience::field,
};

/// The addresses of a cell: bare, in brackets behind a name, in quotation marks, as a link; several with
/// commas, semicolons or spaces between them.
pub(super) fn mailboxes(cell: &str) -> Result<Vec<Mailbox>, String> {
    let cell = visible(cell);
    // Nearly all of them: nothing that is taken off an address can stand in one.
    if let Ok(address) = Address::parse(&cell) {
        let name = None;
        return Ok(vec![Mailbox { name, address }]);
    }
    let one = mailbox(&cell);
    if one.is_ok() || cell.matches('@').count() < 2 {
        return one.map(|mailbox| vec![mailbox]);
    }
    let parts: Vec<&str> = cell
        .split([',', ';', '/', ' ', '\n', '\r', '\t'])
        .filter(|part| part.contains('@'))
        .collect();
    let several: Result<Vec<Mailbox>, String> = parts.iter().map(|part| mailbox(part)).collect();
    // What can't be read as a list is told as one address that is wrong.
    match several {
        Ok(several) if several.len() > 1 => Ok(several),
        _ => one.map(|mailbox| vec![mailbox]),
    }
}

fn mailbox(text: &str) -> Result<Mailbox, String> {
    let text = text.trim();
    let link = text
        .get(..7)
        .filter(|start| start.eq_ignore_ascii_case("mailto:"));
    let text = match link {
        Some(_) => text[7..].split('?').next().unwrap_or_default(),
        None => text,
    };
    if text.contains('<') && text.matches('@').count() == 1 {
        return Mailbox::parse(text).map_err(|error| wrong(text, &error.to_string()));
    }
    let text = unquoted(text);
    // A full stop or comma of the sentence that the address stood in.
    let bare = text.trim_end_matches(['.', ',', ';']);
    let address = field::email(bare).map_err(|fault| fault.message)?;
    Ok(Mailbox {
        name: None,
        address,
    })
}

/// Without quotation marks around all of it.
fn unquoted(text: &str) -> &str {
    const MARKS: [(char, char); 5] = [('\'', '\''), ('"', '"'), ('‘', '’'), ('“', '”'), ('`', '`')];
    let inner = |(open, close): &(char, char)| text.strip_prefix(*open)?.strip_suffix(*close);
    MARKS.iter().find_map(inner).unwrap_or(text)
}

fn wrong(text: &str, why: &str) -> String {
    format!("{}: {why}", field::quoted(text))
}

/// Without the marks that nobody sees and that programs leave around an address.
fn visible(cell: &str) -> Cow<'_, str> {
    // None of them is in ASCII.
    if cell.is_ascii() {
        return cell.trim().into();
    }
    let is_seen = |c: &char| !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}');
    let spaced = |c: char| {
        if matches!(c, '\u{a0}' | '\u{3000}') {
            ' '
        } else {
            c
        }
    };
    cell.chars()
        .filter(is_seen)
        .map(spaced)
        .collect::<String>()
        .trim()
        .to_owned()
        .into()
}

/// Whether a cell is an address and nothing else.
pub(super) fn is_address(cell: &str) -> bool {
    cell.contains('@') && Address::parse(&visible(cell)).is_ok() || {
        let is_bracketed = cell.trim_end().ends_with('>');
        is_bracketed && mailbox(&visible(cell)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cell: &str) -> Vec<String> {
        match mailboxes(cell) {
            Ok(all) => all.iter().map(ToString::to_string).collect(),
            Err(why) => vec![format!("! {why}")],
        }
    }

    #[test]
    fn addresses_are_read_as_they_stand_in_cells() {
        for (cell, address) in [
            ("ada@example.com", "ada@example.com"),
            ("Ada Byron <ada@example.com>", "Ada Byron <ada@example.com>"),
            (
                "\"Byron, Ada\" <ada@example.com>",
                "\"Byron, Ada\" <ada@example.com>",
            ),
            ("<ada@example.com>", "ada@example.com"),
            ("mailto:ada@example.com?subject=x", "ada@example.com"),
            ("'ada@example.com'", "ada@example.com"),
            ("“ada@example.com”", "ada@example.com"),
            ("ada@example.com.", "ada@example.com"),
            ("ada@example.com,", "ada@example.com"),
            ("\u{200b}ada@example.com\u{a0}", "ada@example.com"),
            ("o'brien@example.com", "o'brien@example.com"),
        ] {
            assert_eq!(read(cell), [address], "{cell}");
        }
    }

    #[test]
    fn several_addresses_in_a_cell_are_told_apart() {
        for cell in [
            "a@example.com, b@example.com",
            "a@example.com;b@example.com",
            "a@example.com / b@example.com",
        ] {
            assert_eq!(read(cell), ["a@example.com", "b@example.com"], "{cell}");
        }
    }

    #[test]
    fn what_is_no_address_is_none() {
        for cell in [
            "ada",
            "ada@",
            "a b@example.com",
            "\"Adam\" <\"<adam\"@example.com>>",
            "a@b@example.com",
            "<ada@example.com",
            "ada@example.com>",
            "a@example.com b",
            "a@example.com, b@",
            "@",
        ] {
            assert!(read(cell)[0].starts_with('!'), "{cell}: {:?}", read(cell));
        }
    }
}
