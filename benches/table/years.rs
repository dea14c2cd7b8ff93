//! Years of issues of real length: 7,000 letters of Korean prose each, in stories, with a list, code, a table and a
//! photograph.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use chrono::{Days, NaiveDate};

use super::{Sizes, memory::photograph};

/// The newest issue's; the others came twice a week before it.
const NEWEST: NaiveDate = NaiveDate::from_ymd_opt(2026, 11, 26).expect("a date");
/// How much prose an issue has.
const LETTERS: usize = 6_400;
const CONFIGURATION: &str = "\
publication: {name: 작은 노트, language: ko, timezone: Asia/Seoul, from: note@example.com}
editions:
  monday: {title: 월요일 편, topic: 소프트웨어, day: mon, time: \"08:00\"}
  thursday: {title: 목요일 편, topic: 디자인, day: thu, time: \"08:00\"}
web: {base_url: https://note.example.com}
";

/// A publication that has them.
pub(crate) struct Years {
    folder: tempfile::TempDir,
    pub(crate) issues: usize,
}

/// Words and paragraphs that come in no order, and always the same.
struct Prose {
    paragraphs: Vec<&'static str>,
    words: Vec<&'static str>,
    state: u64,
}

impl Years {
    pub(crate) fn new(sizes: &Sizes, issues: usize, has_photographs: bool) -> Self {
        let folder = match &sizes.folder {
            Some(parent) => tempfile::tempdir_in(parent),
            None => tempfile::tempdir(),
        };
        let years = Self {
            folder: folder.expect("a folder"),
            issues,
        };
        fs::write(years.path("daily-note.yaml"), CONFIGURATION).expect("daily-note.yaml");
        let mut prose = Prose::new();
        for number in 0..issues {
            let folder = years.path("issues").join(years.name(number));
            fs::create_dir_all(&folder).expect("an issue's folder");
            if has_photographs {
                fs::write(folder.join("photo.jpg"), photograph(number)).expect("a photograph");
            }
            let text = prose.issue(number, has_photographs);
            fs::write(folder.join("index.md"), text).expect("an issue");
        }
        years
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The `number`th issue's folder, from the newest.
    pub(crate) fn name(&self, number: usize) -> String {
        format!("{}-{}", date(number), self.slug(number))
    }

    pub(crate) fn slug(&self, number: usize) -> String {
        format!("issue-{number}")
    }

    /// A save: the issue says another word than before.
    pub(crate) fn save(&self, number: usize, round: usize) -> String {
        let path: &Path = &self.path("issues").join(self.name(number)).join("index.md");
        let text = fs::read_to_string(path).expect("an issue");
        let kept = text.split("\n\n저장 ").next().unwrap_or(&text);
        let word = format!("{round}번째저장된글");
        fs::write(path, format!("{}\n\n저장 {word}\n", kept.trim_end())).expect("a save");
        word
    }
}

fn date(number: usize) -> NaiveDate {
    let (week, is_monday) = (number as u64 / 2, number % 2 == 1);
    NEWEST - Days::new(7 * week + if is_monday { 3 } else { 0 })
}

impl Prose {
    fn new() -> Self {
        let text = include_str!("../../docs/writing.ko.md");
        let is_prose = |paragraph: &&str| {
            let marks = ['#', '|', '<', '`', '-', '!', ' ', '>', '1'];
            paragraph.len() > 120
                && !paragraph.starts_with(marks)
                && !paragraph.contains(['[', '<', '{', '$', '\\'])
        };
        let is_word = |word: &&str| word.chars().all(|char| ('가'..='힣').contains(&char));
        let words = text.split_whitespace().filter(is_word);
        Self {
            paragraphs: text.split("\n\n").map(str::trim).filter(is_prose).collect(),
            words: words.collect(),
            state: 7,
        }
    }

    fn chance(&mut self) -> usize {
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.state >> 33) as usize
    }

    fn word(&mut self) -> &'static str {
        let at = self.chance() % self.words.len();
        self.words[at]
    }

    /// A paragraph of which each sixth word is another.
    fn paragraph(&mut self) -> String {
        let at = self.chance() % self.paragraphs.len();
        let words = self.paragraphs[at].split_whitespace();
        let words: Vec<&str> = words
            .map(|word| match self.state_is_sixth() {
                true => self.word(),
                false => word,
            })
            .collect();
        words.join(" ")
    }

    fn state_is_sixth(&mut self) -> bool {
        self.chance().is_multiple_of(6)
    }

    fn issue(&mut self, number: usize, has_photograph: bool) -> String {
        let edition = if number.is_multiple_of(2) {
            "thursday"
        } else {
            "monday"
        };
        let mut text = format!(
            "---\ntitle: {} {} 이야기 {number}\nedition: {edition}\ndate: {}\nstatus: ready\npreheader: {}에 대한 글입니다\n\
             tags: [태그{}, 주제{}]\n---\n\n",
            self.word(),
            self.word(),
            date(number),
            self.word(),
            self.chance() % 30,
            self.chance() % 30,
        );
        if has_photograph {
            text.push_str("![골목의 저녁](photo.jpg)\n\n");
        }
        let mut letters = 0;
        for at in 0.. {
            if letters > LETTERS {
                break;
            }
            if at % 4 == 0 {
                let _ = write!(text, "## {} {}\n\n", self.word(), self.word());
            }
            let mut paragraph = self.paragraph();
            letters += paragraph.chars().count();
            if at % 5 == 2 {
                paragraph = format!("- {}", paragraph.replace("다. ", "다.\n- "));
            }
            if at % 7 == 3 {
                let word = self.word();
                let _ = write!(
                    paragraph,
                    " [{word} 보기](https://example.com/{number}/{at}) **강조** `code_{at}`"
                );
            }
            text.push_str(&paragraph);
            text.push_str("\n\n");
        }
        text + "```rust\nfn main() {\n    let words: Vec<&str> = text.split_whitespace().collect();\n    \
                println!(\"{}\", words.len());\n}\n```\n\n| 이름 | 값 |\n|---|---|\n| 하나 | 1 |\n| 둘 | 2 |\n"
    }
}
