//! Link-rich issues of the kind that developers' weeklies are: some thirty kilobytes of Markdown, a
//! hundred and fifty links; each as daily-note's Markdown and as MJML of the same words. Drawn from a
//! seed: the same in every run.

use std::fmt::Write;

const WORDS: [&[&str]; 2] = [
    &[
        "compiler",
        "release",
        "the",
        "a",
        "new",
        "borrow",
        "checker",
        "faster",
        "with",
        "fewer",
        "allocations",
        "and",
        "tests",
        "in",
        "which",
        "teams",
        "share",
        "what",
        "they",
        "learned",
        "about",
        "queues",
        "of",
        "work",
        "under",
        "load",
        "design",
        "notes",
        "from",
        "an",
        "older",
        "archive",
        "is",
        "open",
        "for",
        "review",
        "until",
        "spring",
    ],
    &[
        "컴파일러가",
        "새",
        "판을",
        "냈습니다",
        "작은",
        "모델은",
        "빠르게",
        "자랐고",
        "우리는",
        "그",
        "까닭을",
        "살펴봅니다",
        "설계",
        "노트를",
        "다시",
        "읽으며",
        "줄을",
        "세었습니다",
        "시험은",
        "늘",
        "먼저",
        "옵니다",
        "큐가",
        "길어지면",
        "독자가",
    ],
];
/// What real addresses are made of.
const PATHS: [&str; 8] = [
    "https://github.com/rust-lang/rust/pull/",
    "https://blog.example.com/2026/11/",
    "https://www.example.org/articles/engineering/",
    "https://news.example.net/item?id=",
    "https://lists.example.org/archives/dev/2026-November/",
    "https://docs.example.io/en/latest/reference/",
    "https://youtu.be.example.com/watch?list=PL85&v=",
    "https://conf.example.dev/2026/talks/",
];

/// One issue, twice.
pub(super) struct Digest {
    pub(super) markdown: String,
    pub(super) mjml: String,
    dice: u64,
    words: &'static [&'static str],
    links: usize,
}

impl Digest {
    pub(super) fn drawn(seed: u64) -> Self {
        let mut digest = Self {
            markdown: format!(
                "---\ntitle: Digest {seed}\nedition: monday\ndate: 2026-11-23\nstatus: ready\npreheader: What the week brought\n---\n"
            ),
            mjml: format!(
                "<mjml><mj-head><mj-title>Digest {seed}</mj-title><mj-preview>What the week brought</mj-preview><mj-attributes>\
                 <mj-all font-family=\"-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif\" />\
                 <mj-text font-size=\"17px\" line-height=\"30px\" color=\"#1B1F24\" /></mj-attributes>\
                 <mj-style>a {{ color: #2447D8; }} h1, h2, h3 {{ margin: 0 0 16px; }}</mj-style></mj-head><mj-body background-color=\"#F4F2EE\">\
                 <mj-section background-color=\"#FFFFFF\"><mj-column><mj-text><h1>Digest {seed}</h1></mj-text></mj-column></mj-section>"
            ),
            dice: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
            words: WORDS[usize::from(seed % 4 == 3)],
            links: 0,
        };
        digest.stories(4 + seed % 7);
        digest.mjml.push_str(
            "<mj-section><mj-column><mj-text>You get this because reader@example.com is subscribed. \
             <a href=\"https://example.com/u/1\">Unsubscribe</a></mj-text></mj-column></mj-section></mj-body></mjml>",
        );
        digest
    }

    fn draw(&mut self, sides: u64) -> u64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        self.dice % sides
    }

    fn phrase(&mut self, at_least: u64, spread: u64) -> String {
        let words = self.words;
        // A Korean word has three bytes a syllable, and says more.
        let count = at_least + self.draw(spread);
        let count = if words == WORDS[1] {
            count.div_ceil(2)
        } else {
            count
        };
        let drawn: Vec<&str> = (0..count)
            .map(|_| words[usize::try_from(self.draw(words.len() as u64)).unwrap()])
            .collect();
        drawn.join(" ")
    }

    /// A link in Markdown and in HTML.
    fn link(&mut self) -> (String, String) {
        self.links += 1;
        let path = PATHS[usize::try_from(self.draw(PATHS.len() as u64)).unwrap()];
        let (name, number) = (self.phrase(2, 5), self.draw(1_000_000));
        let url = format!(
            "{path}{number}-{}",
            "release-notes-and-more".split_at(8 + self.links % 14).0
        );
        let html = url.replace('&', "&amp;");
        (
            format!("[{name}]({url})"),
            format!("<a href=\"{html}\">{name}</a>"),
        )
    }

    fn stories(&mut self, count: u64) {
        let per_story = 150 / count;
        let opening = self.phrase(30, 20);
        let _ = write!(self.markdown, "{opening}\n\n");
        let _ = write!(
            self.mjml,
            "<mj-section background-color=\"#FFFFFF\"><mj-column><mj-text><p>{opening}</p></mj-text></mj-column></mj-section>"
        );
        for _ in 0..count {
            let title = self.phrase(3, 4);
            let _ = write!(self.markdown, "## {title}\n\n");
            let _ = write!(
                self.mjml,
                "<mj-section background-color=\"#FFFFFF\"><mj-column><mj-text><h2>{title}</h2>"
            );
            let until = self.links + usize::try_from(per_story).unwrap();
            while self.links < until {
                match self.draw(10) {
                    0..5 => self.items(),
                    5..8 => self.paragraph(),
                    8 => self.quotation(),
                    _ => self.table(),
                }
            }
            self.mjml.push_str("</mj-text></mj-column></mj-section>");
        }
    }

    fn paragraph(&mut self) {
        let (before, between) = (self.phrase(20, 25), self.phrase(6, 12));
        let (one, two) = (self.link(), self.link());
        let _ = write!(
            self.markdown,
            "{before} {} {between} **bold** {} `cargo test`.\n\n",
            one.0, two.0
        );
        let _ = write!(
            self.mjml,
            "<p>{before} {} {between} <strong>bold</strong> {} <code>cargo test</code>.</p>",
            one.1, two.1
        );
    }

    fn items(&mut self) {
        self.mjml.push_str("<ul>");
        for _ in 0..4 + self.draw(6) {
            let (link, words) = (self.link(), self.phrase(8, 20));
            let _ = writeln!(self.markdown, "- {} – {words}", link.0);
            let _ = write!(self.mjml, "<li>{} – {words}</li>", link.1);
        }
        self.markdown.push('\n');
        self.mjml.push_str("</ul>");
    }

    fn quotation(&mut self) {
        let (words, link) = (self.phrase(20, 15), self.link());
        let _ = write!(self.markdown, "> {words}\n>\n> — {}\n\n", link.0);
        let _ = write!(
            self.mjml,
            "<blockquote style=\"margin:0 0 20px;padding:0 0 0 20px;border-left:3px solid #2447D8\"><p>{words}</p><p>— {}</p></blockquote>",
            link.1
        );
    }

    fn table(&mut self) {
        self.markdown
            .push_str("| Crate | Version | Downloads |\n|---|---|---|\n");
        self.mjml.push_str("</mj-text><mj-table><tr><th align=\"left\">Crate</th><th align=\"left\">Version</th><th align=\"right\">Downloads</th></tr>");
        for _ in 0..3 {
            let (link, version, downloads) = (self.link(), self.draw(40), self.draw(90_000));
            let _ = writeln!(self.markdown, "| {} | 0.{version} | {downloads} |", link.0);
            let _ = write!(
                self.mjml,
                "<tr><td>{}</td><td>0.{version}</td><td align=\"right\">{downloads}</td></tr>",
                link.1
            );
        }
        self.markdown.push('\n');
        self.mjml.push_str("</mj-table><mj-text>");
    }
}
