//! Where links within an issue may lead: its headings, by the names under which writers know them.

use super::url;

/// A heading that a link may lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeadingPlace {
    /// The id that it has in the mail.
    pub anchor: String,
    /// Its words.
    pub title: String,
    /// The name that its writer gave it: `## Title {#name}`.
    pub id: Option<String>,
}

impl HeadingPlace {
    /// `A Small Model!` → `a-small-model`: what GitHub and most generators call it.
    pub(crate) fn slug(&self) -> String {
        let mut slug = String::new();
        for char in self.title.trim().to_lowercase().chars() {
            match char {
                ' ' => slug.push('-'),
                char if char.is_alphanumeric() || matches!(char, '-' | '_') => slug.push(char),
                _ => {}
            }
        }
        slug
    }
}

/// The place that a link's `#fragment` means: an id of the mail, a name that the writer gave, or a heading's words as
/// other programs spell them (`#a-small-model`, a second one `#a-small-model-1`).
pub(super) fn meant<'p>(places: &'p [HeadingPlace], fragment: &str) -> Option<&'p HeadingPlace> {
    let wanted = url::decode_path(fragment);
    let named = places
        .iter()
        .find(|place| place.anchor == wanted || place.id.as_deref() == Some(wanted.as_str()));
    named
        .or_else(|| nth_called(places, &loose(&wanted), 0))
        .or_else(|| {
            let (words, number) = wanted.rsplit_once('-')?;
            nth_called(places, &loose(words), number.parse().ok()?)
        })
}

fn nth_called<'p>(places: &'p [HeadingPlace], name: &str, nth: usize) -> Option<&'p HeadingPlace> {
    let mut called = places
        .iter()
        .filter(|place| !name.is_empty() && loose(&place.title) == name);
    called.nth(nth)
}

/// Programs differ in hyphens, marks and case; letters and digits are what they keep.
fn loose(text: &str) -> String {
    let text = crate::source::composed(text);
    text.chars()
        .filter(|char| char.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_is_known_by_each_name_that_programs_give_it() {
        let place = |anchor: &str, title: &str, id: Option<&str>| HeadingPlace {
            anchor: anchor.to_owned(),
            title: title.to_owned(),
            id: id.map(str::to_owned),
        };
        let places = [
            place("s1-gpt-4", "GPT-4, 작은 모델!", None),
            place("s2", "마치며", Some("end")),
            place("h1", "더 읽기", None),
            place("h2", "더 읽기", None),
        ];
        for (fragment, anchor) in [
            ("s1-gpt-4", Some("s1-gpt-4")),
            ("gpt-4-작은-모델", Some("s1-gpt-4")),
            ("gpt4작은모델", Some("s1-gpt-4")),
            ("%EB%A7%88%EC%B9%98%EB%A9%B0", Some("s2")),
            ("end", Some("s2")),
            ("더-읽기", Some("h1")),
            ("더-읽기-1", Some("h2")),
            ("더-읽기-2", None),
            ("", None),
            ("-", None),
        ] {
            let found = meant(&places, fragment);
            assert_eq!(
                found.map(|place| place.anchor.as_str()),
                anchor,
                "{fragment}"
            );
        }
        assert_eq!(places[0].slug(), "gpt-4-작은-모델");
    }
}
