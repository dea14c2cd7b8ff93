//! Every part of a mail in four languages, in Chromium at every width, with and without `<style>`: no
//! number broken, nothing to scroll sideways for, narrow gutters on a phone, Arabic and Hebrew mirrored;
//! and nothing that axe objects to.

use std::path::PathBuf;

use super::script;
use crate::support::TestPublication;

const PROGRAMS: [&str; 3] = ["node", "npm", "chromium"];

/// What stands in for words: long enough to fill lines, with marks at which lines could break.
const LANGUAGES: [(&str, &str); 5] = [
    (
        "en",
        "Small models do great things this season, at half the price and twice the speed",
    ),
    (
        "ko",
        "작은 모델이 큰 일을 하는 계절이 왔습니다. ‘절반’의 값으로 두 배를 합니다",
    ),
    (
        "ja",
        "小さなモデルが大きな仕事をする季節が来ました。値段は半分、速さは二倍です",
    ),
    (
        "ar",
        "النماذج الصغيرة تقوم بأعمال كبيرة هذا الموسم بنصف السعر وضعف السرعة",
    ),
    (
        "he",
        "מודלים קטנים עושים דברים גדולים בעונה הזאת בחצי המחיר ובמהירות כפולה",
    ),
];

/// Every block, and tables of two to nine columns.
pub(super) fn every_part(words: &str) -> String {
    let short: String = words
        .split_whitespace()
        .take(2)
        .collect::<Vec<_>>()
        .join(" ");
    let short: String = short.chars().take(12).collect();
    let tables: String = (2..=9).map(|columns| table(columns, &short)).collect();
    format!(
        "---\ntitle: {short}\nedition: monday\ndate: 2026-11-23\nstatus: ready\n---\n{words}.\n\n\
         ## {short}\n\n{words} [{short}](https://example.com/1)[^1] *{short}* **{short}** `code`.\n\n\
         https://example.com/a/very/long/address/that/no/phone/is/wide/enough/to/show/in/one/line\n\n\
         - {words}\n- {short}\n  1. {short}\n  2. {words}\n\n* [x] {words}\n* [ ] {short}\n\n\
         > {words}\n>\n> — {short}\n\n> [!NOTE]\n> {words}\n>\n> {}\n\n> [!WARNING] {short}\n> - {words}\n\n\
         ### {short}\n\n```rust\nfn add(a: u32, b: u32) -> u32 {{\n        a + b // {short} {short} {short}\n}}\n\
         // {words}, {words}\n{LONG_CODE}\n// {short}\n```\n\n{LONG_WORDS}\n\n\
         ![{words}](https://example.com/chart.png \"{words}\")\n\n\
         https://www.youtube.com/watch?v=aircAruvnKk\n\n---\n\n[{short}](https://example.com/2){{.button}}\n\n\
         ## {short} 2\n\n{tables}\n\n\
         | {short} | {words} |\n|---|---|\n| {short} | 12% |\n\n[^1]: {words}. [{short}](https://example.com/3)\n",
        table(4, &short).replace('\n', "\n> ")
    )
}

/// Nothing but what is longer than a line.
pub(super) fn long_lines() -> String {
    format!(
        "---\ntitle: Long\nedition: monday\ndate: 2026-11-23\nstatus: ready\n---\n{LONG_WORDS}\n\n\
         ## Donaudampfschiffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft\n\n```rust\n{LONG_CODE}\n```\n\n\
         > [!NOTE]\n> ```\n{}\n> ```\n\n## Words\n\nSee[^1].\n\n[^1]: {LONG_WORD}\n",
        LONG_CODE.replace("    ", "> ").replace('\n', "\n> ")
    )
}

/// Longer than a desktop's line, with places to break and without.
const LONG_CODE: &str = "    let answer = client.post(\"https://api.example.com/v1/newsletters/issues/2026-11-23\").header(\"Authorization\", token).send()?;\n\
    0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
/// What a reader who copies it gets.
pub(super) const COPIED: [&str; 3] = [
    LONG_CODE,
    LONG_WORD,
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
];
const LONG_WORD: &str = "https://example.com/averylongaddressthatnodesktopiswideenoughforandnobodywritesbyhandeverandever?with=a&query=1";
/// Words longer than a line, in each place that words stand in.
const LONG_WORDS: &str = "https://example.com/averylongaddressthatnodesktopiswideenoughforandnobodywritesbyhandeverandever?with=a&query=1\n\n\
    Run `cargo_run_release_features_everything_that_there_is_and_then_something_more_of_it_without_a_space` now.\n\n\
    - taumatawhakatangihangakoauauotamateaturipukakapikimaungahoronukupokaiwhenuakitanatahutaumatawhakatangihanga\n\n\
    > [!TIP] Long\n> taumatawhakatangihangakoauauotamateaturipukakapikimaungahoronukupokaiwhenuakitanatahutaumatawhakatangihanga\n\n\
    > taumatawhakatangihangakoauauotamateaturipukakapikimaungahoronukupokaiwhenuakitanatahutaumatawhakatangihanga\n\n\
    ### taumatawhakatangihangakoauauotamateaturipukakapikimaungahoronukupokaiwhenuakitanatahu\n\n\
    | Name | Digest |\n|---|---|\n| a | `0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef` |";

fn table(columns: usize, word: &str) -> String {
    let row = |cell: &dyn Fn(usize) -> String| {
        let cells: Vec<String> = (0..columns).map(cell).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let head = row(&|at| {
        if at == 0 {
            word.to_owned()
        } else {
            format!("{word} {at}")
        }
    });
    let numbers = [
        "1,234,567",
        "202/0",
        "12,000.5%",
        "−3.4",
        "2026-11-23",
        "08:00",
        "1,750.0",
        "₩99,000",
    ];
    let numbers = row(&|at| {
        if at == 0 {
            word.to_owned()
        } else {
            numbers[(at + columns) % 8].to_owned()
        }
    });
    let long = row(&|at| match at {
        0 => format!("{word} {word} {word}"),
        1 => "https://example.com/one/long/address/of/2026/11/23".to_owned(),
        at => format!("{}", at * 1_000_003),
    });
    let rule = row(&|_| "---".to_owned());
    format!("{head}{rule}{numbers}{numbers}\n\n{head}{rule}{numbers}{long}\n\n")
}

fn pages() -> (TestPublication, Vec<PathBuf>) {
    pages_with("")
}

/// The same in a look of its own.
fn pages_with(look: &str) -> (TestPublication, Vec<PathBuf>) {
    let publication = TestPublication::new().without("issues/2026-11-23-quiet.md");
    let config = std::fs::read_to_string(publication.path("daily-note.yaml")).unwrap();
    let config = format!("{config}{look}");
    let mut publication = publication;
    let mut pages = Vec::new();
    for (language, words) in LANGUAGES {
        publication = publication
            .config(&config.replace("language: en", &format!("language: {language}")))
            .issue("2026-11-23-parts.md", every_part(words));
        publication
            .run(["render", "2026-11-23-parts", "--out", language])
            .exits(0);
        pages.push(publication.path(language).join("issue.html"));
    }
    (publication, pages)
}

#[test]
fn on_every_width_numbers_stay_whole_gutters_narrow_and_arabic_mirrored() {
    let (_publication, pages) = pages();
    script("clients.mjs", &PROGRAMS, &pages);
}

const LETTER: &str = "look: {theme: letter, font: serif, accent_fill: \"#FFF200\"}\n";

#[test]
fn a_letter_keeps_its_numbers_whole_too_and_is_mirrored() {
    let (_publication, pages) = pages_with(LETTER);
    script("clients.mjs", &PROGRAMS, &pages);
}

#[test]
fn axe_finds_nothing_in_a_letter() {
    let (_publication, pages) = pages_with(LETTER);
    script("look.mjs", &PROGRAMS, &pages);
}

#[test]
fn axe_finds_nothing_in_any_language() {
    let (_publication, pages) = pages();
    script("look.mjs", &PROGRAMS, &pages);
}
