//! What of an archive holds in the one after it. An archive is made again at every save, of which nearly all issues are
//! what they were, and say of each other what they said.

use std::sync::{Arc, OnceLock};

use super::{
    content::SiteContent, issue_card::IssueCard, known_of_issue::KnownOfIssue,
    ready_issue::ReadyIssue,
};

impl SiteContent {
    /// What of that can be taken over from an archive of the same design, an issue each.
    pub(super) fn known_of_issues(&self, before: &Self) -> Vec<KnownOfIssue> {
        let has_same_tags = self.has_same_tag_names(before);
        let issues = self.issues.iter().enumerate();
        let known = issues.map(|(at, ready)| {
            let last = before.by_slug(&ready.public.slug);
            // Their links may lead elsewhere by now.
            let is_same = |last: &usize| {
                Arc::ptr_eq(&before.issues[*last], ready)
                    && before.linked_pages(ready) == self.linked_pages(ready)
            };
            let Some(last) = last.filter(is_same) else {
                return KnownOfIssue::default();
            };
            let known = &before.known[last];
            let stands_where_it_stood =
                has_same_tags && self.is_amid_the_same(at, ready, before, last);
            KnownOfIssue {
                feed_text: known.feed_text.clone(),
                texts: known.texts.clone(),
                page: match stands_where_it_stood {
                    true => known.page.clone(),
                    false => OnceLock::new(),
                },
            }
        });
        known.collect()
    }

    /// Whether its page says the same around its text: of the issues beside it, and of what readers said.
    fn is_amid_the_same(&self, at: usize, ready: &ReadyIssue, before: &Self, last: usize) -> bool {
        self.opinions(ready) == before.opinions(ready)
            && self.cards_beside(at) == before.cards_beside(last)
    }

    fn cards_beside(&self, at: usize) -> [Option<&IssueCard>; 2] {
        [at.checked_sub(1), Some(at + 1)].map(|at| self.card(at?))
    }

    fn has_same_tag_names(&self, before: &Self) -> bool {
        let (now, last) = (self.tags.iter(), before.tags.iter());
        now.map(|(key, tagged)| (key, &tagged.name))
            .eq(last.map(|(key, tagged)| (key, &tagged.name)))
    }

    /// Whether every list of issues, and the front page, shows what it showed.
    pub(super) fn has_same_lists(&self, before: &Self) -> bool {
        Arc::ptr_eq(&self.design, &before.design)
            && self.issues.len() == before.issues.len()
            && self.tags == before.tags
            && self.issues.iter().zip(&before.issues).all(|(now, last)| {
                Arc::ptr_eq(now, last)
                    || now.card == last.card
                        && now.front_matter().edition == last.front_matter().edition
                        && now.front_matter().date == last.front_matter().date
            })
    }
}
