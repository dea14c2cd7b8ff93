//! The public pages and their paths, once for whoever signs links and whoever routes them. The shapes stand
//! in people's mailboxes: none of them ever changes its meaning.

/// A page that readers, mail clients or relays ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PublicPage {
    /// What the publication is, the newest issues, the form.
    Front,
    /// Takes the form.
    Subscribe,
    /// Takes the same from programs.
    SubscribeApi,
    /// Asks somebody who subscribed for the one click that makes them a reader.
    Confirm,
    /// Asks who wants to leave for one click; POSTed to, it is RFC 8058's.
    Unsubscribe,
    /// Takes a departure back.
    Undo,
    /// Editions, name, language, time zone.
    Preferences,
    /// What a forwarded mail must not open: a new address, everything kept, erasure.
    Manage,
    /// Confirms a new address.
    Move,
    /// The old address takes a move back.
    MoveUndo,
    /// A reader's opinion on an issue.
    Feedback,
    /// The same from somebody without a link.
    OpenFeedback,
    /// An issue.
    Issue,
    /// An issue's picture, named by its content.
    Picture,
    /// What is kept of readers, and why.
    Privacy,
    /// Mails a fresh link to whoever names their address.
    FreshLink,
    /// The pages' style sheet.
    StyleSheet,
}

impl PublicPage {
    /// Every one.
    pub const ALL: [Self; 17] = [
        Self::Front,
        Self::Subscribe,
        Self::SubscribeApi,
        Self::Confirm,
        Self::Unsubscribe,
        Self::Undo,
        Self::Preferences,
        Self::Manage,
        Self::Move,
        Self::MoveUndo,
        Self::Feedback,
        Self::OpenFeedback,
        Self::Issue,
        Self::Picture,
        Self::Privacy,
        Self::FreshLink,
        Self::StyleSheet,
    ];

    /// Its path, with what differs in braces.
    #[must_use]
    pub const fn route(self) -> &'static str {
        match self {
            Self::Front => "/",
            Self::Subscribe => "/subscribe",
            Self::SubscribeApi => "/api/subscribe",
            Self::Confirm => "/confirm/{token}",
            Self::Unsubscribe => "/u/{token}",
            Self::Undo => "/undo/{token}",
            Self::Preferences => "/p/{token}",
            Self::Manage => "/m/{token}",
            Self::Move => "/move/{token}",
            Self::MoveUndo => "/move/undo/{token}",
            Self::Feedback => "/f/{issue}/{token}",
            Self::OpenFeedback => "/f/{issue}",
            Self::Issue => "/issues/{slug}",
            Self::Picture => "/images/{name}",
            Self::Privacy => "/privacy",
            Self::FreshLink => "/link",
            Self::StyleSheet => "/style.css",
        }
    }

    /// The path up to what differs.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        let route = self.route();
        &route[..route.find('{').unwrap_or(route.len())]
    }
}

/// Percent-encodes all but RFC 3986's unreserved characters.
pub(super) fn push_path_segment(text: &str, out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(DIGITS[usize::from(byte >> 4)]));
            out.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_page_has_a_path_of_its_own() {
        let routes: BTreeSet<_> = PublicPage::ALL.iter().map(|page| page.route()).collect();
        assert_eq!(routes.len(), PublicPage::ALL.len());
    }

    #[test]
    fn what_stands_in_mailboxes_stays_where_it_is() {
        let paths = [
            PublicPage::Unsubscribe,
            PublicPage::Preferences,
            PublicPage::Feedback,
            PublicPage::Issue,
            PublicPage::Picture,
        ]
        .map(PublicPage::prefix);
        assert_eq!(paths, ["/u/", "/p/", "/f/", "/issues/", "/images/"]);
    }
}
