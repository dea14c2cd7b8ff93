//! Which keys the messages of a frozen issue are made with, so that a machine that has others makes none: links that the
//! pages don't take, and mail without its signature, can't be called back. The keys themselves are frozen nowhere.

use serde::{Deserialize, Serialize};

use crate::{
    links::LinkSigner,
    publication::DkimSettings,
    words::{Said, say},
};

/// What a frozen issue says of its keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenKeys {
    /// By what the key of the readers' links is known.
    links: String,
    /// The domain that signs; None: the relay does, or nobody.
    dkim: Option<String>,
}

/// A key that a machine lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MissingKey {
    /// Its links would not be taken by the pages.
    Links,
    /// Its mail would not be signed by that domain.
    Dkim {
        /// Which.
        domain: String,
    },
}

impl FrozenKeys {
    /// Those that a machine has.
    #[must_use]
    pub fn of(links: &LinkSigner, dkim: Option<&DkimSettings>) -> Self {
        Self {
            links: links.fingerprint(),
            dkim: dkim.map(|dkim| dkim.domain.clone()),
        }
    }

    /// The first that a machine with these lacks. A new selector of the same domain is as good.
    #[must_use]
    pub fn missing(&self, links: &LinkSigner, dkim: Option<&DkimSettings>) -> Option<MissingKey> {
        if !links.knows(&self.links) {
            return Some(MissingKey::Links);
        }
        let domain = self.dkim.as_ref()?;
        let has_it = dkim.is_some_and(|dkim| dkim.domain == *domain);
        (!has_it).then(|| MissingKey::Dkim {
            domain: domain.clone(),
        })
    }
}

impl MissingKey {
    /// What is missing, and what a person does about it.
    #[must_use]
    pub(crate) fn message(&self) -> Said {
        match self {
            Self::Links => say!(
                "its readers' links are signed with another secret: set web.secret to the publication's"
            ),
            Self::Dkim { domain } => say!(
                "it is to be signed by {domain}: set smtp.dkim with a key of that domain",
                domain
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        links::{LinkSecrets, ListMark},
        publication::KeySource,
    };

    fn signer(secrets: &LinkSecrets, list: &str) -> LinkSigner {
        LinkSigner::new(secrets, &ListMark::new(list), None)
    }

    fn dkim(domain: &str) -> DkimSettings {
        DkimSettings {
            domain: domain.to_owned(),
            selector: "mail".to_owned(),
            key: KeySource::Pem(String::new()),
            ed25519: None,
            sign_date: true,
        }
    }

    #[test]
    fn another_secret_and_another_list_are_not_the_one_and_a_retired_secret_is() {
        let old = LinkSecrets::only(b"old");
        let frozen = FrozenKeys::of(&signer(&old, "list"), None);
        assert_eq!(frozen.missing(&signer(&old, "list"), None), None);
        let rotated = LinkSecrets {
            current: b"new".to_vec(),
            retired: vec![b"old".to_vec()],
        };
        assert_eq!(frozen.missing(&signer(&rotated, "list"), None), None);
        for other in [
            signer(&LinkSecrets::only(b"new"), "list"),
            signer(&old, "another list"),
        ] {
            assert_eq!(frozen.missing(&other, None), Some(MissingKey::Links));
        }
        assert!(!format!("{frozen:?}").contains("old"));
    }

    #[test]
    fn a_machine_without_the_domain_s_key_lacks_it_and_one_with_more_does_not() {
        let links = signer(&LinkSecrets::only(b"secret"), "list");
        let own = dkim("example.com");
        let signed = FrozenKeys::of(&links, Some(&own));
        let missing = MissingKey::Dkim {
            domain: "example.com".to_owned(),
        };
        assert_eq!(signed.missing(&links, Some(&own)), None);
        assert_eq!(signed.missing(&links, None), Some(missing.clone()));
        let other = dkim("example.org");
        assert_eq!(signed.missing(&links, Some(&other)), Some(missing));
        assert_eq!(
            FrozenKeys::of(&links, None).missing(&links, Some(&own)),
            None
        );
    }
}
