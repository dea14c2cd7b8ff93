//! Where the archive's pages are: addresses for readers, and the files that answer at them. A page is a folder's
//! `index.html`, which every web server shows at the folder's address.

use url::Url;

use crate::render::percent_encode;

/// The addresses below `web.base_url`.
#[derive(Debug, Clone)]
pub(super) struct SiteAddresses {
    /// Without a slash at its end.
    base_url: String,
    /// The path of it: empty, or `/note`.
    base_path: String,
}

/// A page's address, below the base: parts of a path, the last of them a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PageAddress(Vec<String>);

impl PageAddress {
    pub(super) fn front() -> Self {
        Self(Vec::new())
    }

    pub(super) fn issue(slug: &str) -> Self {
        Self::of(&["issues", slug])
    }

    pub(super) fn of(parts: &[&str]) -> Self {
        Self(parts.iter().map(|part| (*part).to_owned()).collect())
    }

    /// The `number`th page of a list, from 1.
    pub(super) fn page(&self, number: usize) -> Self {
        let mut parts = self.0.clone();
        if number > 1 {
            parts.extend(["page".to_owned(), number.to_string()]);
        }
        Self(parts)
    }

    /// The file that answers there.
    pub(super) fn file(&self) -> String {
        let folder: String = self.0.iter().map(|part| format!("{part}/")).collect();
        folder + "index.html"
    }

    fn encoded(&self) -> String {
        let parts = self.0.iter().map(|part| percent_encode(part) + "/");
        parts.collect()
    }
}

impl SiteAddresses {
    /// None: that is no address.
    pub(super) fn below(base_url: &str) -> Option<Self> {
        let url = Url::parse(base_url).ok()?;
        Some(Self {
            base_url: base_url.trim_end_matches('/').to_owned(),
            base_path: url.path().trim_end_matches('/').to_owned(),
        })
    }

    pub(super) fn base_url(&self) -> &str {
        &self.base_url
    }

    pub(super) fn base_path(&self) -> &str {
        &self.base_path
    }

    /// Behind the base, whichever that is.
    pub(super) fn below_base(&self, address: &PageAddress) -> String {
        format!("/{}", address.encoded())
    }

    /// As pages link to it.
    pub(super) fn path(&self, address: &PageAddress) -> String {
        format!("{}/{}", self.base_path, address.encoded())
    }

    /// As the world knows it.
    pub(super) fn url(&self, address: &PageAddress) -> String {
        format!("{}/{}", self.base_url, address.encoded())
    }

    /// A file's own, as pages link to it.
    pub(super) fn file_path(&self, file: &str) -> String {
        format!("{}/{}", self.base_path, encoded_file(file))
    }

    /// A file's own, as the world knows it.
    pub(super) fn file_url(&self, file: &str) -> String {
        format!("{}/{}", self.base_url, encoded_file(file))
    }
}

fn encoded_file(file: &str) -> String {
    let parts: Vec<String> = file.split('/').map(percent_encode).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_a_folder_and_its_address_is_encoded() {
        let addresses = SiteAddresses::below("https://note.example.com/note/").unwrap();
        let issue = PageAddress::issue("작은 모델");
        assert_eq!(issue.file(), "issues/작은 모델/index.html");
        assert_eq!(
            addresses.path(&issue),
            "/note/issues/%EC%9E%91%EC%9D%80%20%EB%AA%A8%EB%8D%B8/"
        );
        assert_eq!(
            addresses.url(&PageAddress::front()),
            "https://note.example.com/note/"
        );
        assert_eq!(issue.page(1), issue);
        let list = PageAddress::of(&["editions", "monday"]).page(2);
        assert_eq!(list.file(), "editions/monday/page/2/index.html");
    }
}
