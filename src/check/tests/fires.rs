//! A table: what breaks a rule, and its neighbour that does not.

mod in_text;
mod left_over;
mod letters;
mod slips;
mod typography;

use self::{
    in_text::IN_TEXT, left_over::LEFT_OVER, letters::LETTERS, slips::SLIPS, typography::TYPOGRAPHY,
};
use super::{trials::Trial, *};

/// Rule, front matter and text that break it, and those that do not.
const WHOLE: &[(&str, &str, &str)] = &[
    (
        "content/empty",
        "status: ready\n---\n<!-- 메모 -->\n",
        "status: ready\n---\n글\n",
    ),
    (
        "content/no-sections",
        "status: ready\n---\n글만 있습니다.\n",
        "status: ready\n---\n## 가\n\n글\n",
    ),
    (
        "content/no-preheader",
        "status: ready\n---\n## 가\n\n글\n",
        "status: ready\npreheader: 요약\n---\n## 가\n\n글\n",
    ),
    (
        "content/subject-length",
        "subject: 아주 길고 길어서 어떤 편지함에도 다 보이지 않을 만큼 긴 제목을 여기에 적어 봅니다 정말로\n---\n글\n",
        "subject: 짧은 제목\n---\n글\n",
    ),
    (
        "content/subject-spam",
        "subject: 지금 확인하세요!!\n---\n글\n",
        "subject: 지금 확인하세요!\n---\n글\n",
    ),
    (
        "content/subject-spam",
        "subject: BIG NEWS FOR EVERYONE\n---\n글\n",
        "subject: GPT-4o, LLM, SLM\n---\n글\n",
    ),
    (
        "content/subject-says-nothing",
        "subject: 테스트\n---\n글\n",
        "subject: 테스트 주도 개발\n---\n글\n",
    ),
    (
        "content/subject-says-nothing",
        "subject: 🎉🎉\n---\n글\n",
        "subject: 🎉 열 살\n---\n글\n",
    ),
    (
        "slip/cut-value",
        "subject: 데일리 노트 #123 — 작은 모델\n---\n글\n",
        "subject: '데일리 노트 #123'  # 다음 주에 바꿀 것\n---\n글\n",
    ),
    (
        "slip/set-aside-key",
        "layout: post\npermalink: /a/\n---\n글\n",
        "extra: {layout: post}\ndescription: 짧은 소개\n---\n글\n",
    ),
    (
        "slip/cut-value",
        "subject: !important news\n---\n글\n",
        "subject: 중요합니다! 소식\n---\n글\n",
    ),
    (
        "content/subject-reply",
        "subject: 'Re: 지난 이야기'\n---\n글\n",
        "subject: 'Rework: 지난 이야기'\n---\n글\n",
    ),
    (
        "content/typed-contents",
        "status: ready\n---\n목차\n\n- 하나\n- 둘\n\n## 하나\n\n글\n\n## 둘\n\n글\n",
        "status: ready\n---\n준비물\n\n- 연필\n- 종이\n\n## 하나\n\n글\n",
    ),
    (
        "content/wide-table",
        "status: ready\n---\n## 가\n\n> | `이름` | 2020 | 2021 | 2022 | 2023 | 2024 |\n> |---|--:|--:|--:|--:|--:|\n> | 가 | 1,234,567 | 1,234,567 | 1,234,567 | 1,234,567 | 1,234,567 |\n",
        "status: ready\n---\n## 가\n\n| `이름` | 2020 | 2021 | 2022 | 2023 |\n|---|--:|--:|--:|--:|\n| 가 | 1,234 | 1,234 | 1,234 | 1,234 |\n",
    ),
    (
        "content/contents-list",
        "status: ready\n---\n목차\n\n- ‘하나’ 리뷰\n- 둘\n\n## '하나’ 리뷰\n\n글\n\n## 둘\n\n글\n",
        "status: ready\n---\n목차\n\n- 하나\n- 둘\n\n## 하나\n\n글\n\n## 둘\n\n글\n",
    ),
    (
        "typography/spelling",
        "subject: 이렇게 됬다\n---\n글\n",
        "subject: 이렇게 됐다\n---\n글\n",
    ),
    (
        "typography/unbalanced",
        "preheader: '“닫지 않은 말'\n---\n글\n",
        "preheader: '“닫은 말” it''s'\n---\n글\n",
    ),
    (
        "content/scaffold",
        "subject: 제목을 정해 주세요\n---\n글\n",
        "subject: 제목을 정해 주세요, 부탁입니다\n---\n글\n",
    ),
    (
        "content/other-edition",
        "edition: thursday\ndate: 2026-11-26\n---\n이번 월요일 편은 소프트웨어 이야기를 담았습니다.\n",
        "edition: thursday\ndate: 2026-11-26\n---\n이번 목요일 편은 이번 월요일 편에서 다룬 이야기를 잇습니다.\n",
    ),
    (
        "calendar/no-slot",
        "date: 2026-11-24\n---\n글\n",
        "date: 2026-11-30\n---\n글\n",
    ),
    (
        "calendar/past",
        "date: 2026-11-16\n---\n글\n",
        "date: 2026-11-30\n---\n글\n",
    ),
    (
        "calendar/file-date",
        "date: 2026-11-30\n---\n글\n",
        "date: 2026-11-23\n---\n글\n",
    ),
    (
        "allow/unknown-rule",
        "allow: {link/vage-text: 그냥}\n---\n글\n",
        "allow: {content/no-sections: 편지입니다}\n---\n글\n",
    ),
    (
        "allow/unused",
        "allow: {link/vague-text: 그냥}\n---\n글\n",
        "allow: {content/no-sections: 편지입니다}\n---\n글\n",
    ),
];

pub(super) fn trials() -> Vec<Trial> {
    let in_text = |text: &str| Desk::new().check(&with_text(text));
    let whole = |text: &str| Desk::new().check(&whole(text));
    let of_text = IN_TEXT
        .iter()
        .chain(TYPOGRAPHY)
        .chain(SLIPS)
        .chain(LEFT_OVER)
        .chain(LETTERS)
        .map(|(rule, bad, good)| Trial::new(rule, *bad, in_text(bad), in_text(good)));
    let of_whole = WHOLE
        .iter()
        .map(|(rule, bad, good)| Trial::new(rule, *bad, whole(bad), whole(good)));
    let mut trials: Vec<Trial> = of_text.chain(of_whole).collect();
    trials.extend(neighbours());
    trials.extend(pictures());
    trials.extend(terms());
    trials.extend(online());
    trials
}

fn whole(text: &str) -> String {
    let date = if text.contains("date: ") {
        ""
    } else {
        "date: 2026-11-23\n"
    };
    let edition = if text.contains("edition: ") {
        ""
    } else {
        "edition: monday\n"
    };
    format!("---\ntitle: 작은 모델\n{edition}{date}{text}")
}

fn other(head: &str) -> String {
    format!("---\ntitle: 다른 글\n{head}\n---\n글\n")
}

/// Issues that claim one slot, one id, one name.
fn neighbours() -> Vec<Trial> {
    let desk = || {
        Desk::new().with(
            "issues/2026-11-16-earlier.md",
            other("edition: monday\ndate: 2026-11-16\nstatus: ready"),
        )
    };
    let beside =
        |path: &str, head: &str, text: &str| desk().with(path, other(head)).check(&with_text(text));
    let well = || desk().check(&with_text("[[earlier]]"));
    vec![
        Trial::new(
            "calendar/doubled-slot",
            "a second issue of that date",
            beside("issues/x.md", "edition: monday\ndate: 2026-11-23", "글"),
            well(),
        ),
        Trial::new(
            "calendar/doubled-id",
            "a second issue of that id",
            beside(
                "issues/x.md",
                "edition: monday\ndate: 2026-11-30\nid: monday-2026-11-23",
                "글",
            ),
            well(),
        ),
        Trial::new(
            "calendar/doubled-slug",
            "a second issue of that name",
            beside(
                "issues/2026-11-30-own.md",
                "edition: monday\ndate: 2026-11-30",
                "글",
            ),
            well(),
        ),
        Trial::new(
            "link/unpublished-issue",
            "a draft",
            beside(
                "issues/2026-11-12-soon.md",
                "edition: thursday\ndate: 2026-11-12",
                "[[soon]]",
            ),
            well(),
        ),
    ]
}

fn pictures() -> Vec<Trial> {
    let beside = |path: &str, bytes: &[u8], text: &str| {
        Desk::new().with(path, bytes).check(&with_text(text))
    };
    let whole = white_pixel();
    let well = || beside("issues/a.png", &whole, "![가](a.png)");
    vec![
        Trial::new(
            "image/unreadable",
            "a text called a.png",
            beside("issues/a.png", b"text", "![가](a.png)"),
            well(),
        ),
        Trial::new(
            "image/unreadable",
            "an SVG",
            beside("issues/a.svg", b"<svg/>", "![가](a.svg)"),
            well(),
        ),
        Trial::new(
            "image/unreadable",
            "a picture that is cut off",
            beside("issues/a.png", &whole[..whole.len() - 20], "![가](a.png)"),
            well(),
        ),
        Trial::new(
            "image/large",
            "noise with transparent parts, which nothing makes smaller",
            beside("issues/a.png", &png(640, 480, noise), "![가](a.png)"),
            well(),
        ),
    ]
}

/// The glossary, with spellings in Hangul and in Latin letters.
fn terms() -> Vec<Trial> {
    const TERMS: &str =
        "terms:\n  이메일: [이멜, e-mail]\n  GitHub: Github\n  서비스 메시: [메시]\n";
    let check = |text: &str| Desk::with_settings(TERMS).check(&with_text(text));
    [
        ("이멜을 보냅니다", "이메일을 보냅니다, 다이멜로디"),
        ("an e-mail came", "an e-mailing list, Ge-mail"),
        (
            "Github에 올렸다",
            "GitHub에 올렸고 `Github`는 코드, GithubActions",
        ),
        ("메시를 쓴다", "서비스 메시를 쓴다. 리오넬메시"),
    ]
    .into_iter()
    .map(|(bad, good)| Trial::new("typography/term", bad, check(bad), check(good)))
    .collect()
}

fn png(width: u32, height: u32, pixel: impl Fn(u32, u32) -> [u8; 4]) -> Vec<u8> {
    let pixels = image::RgbaImage::from_fn(width, height, |x, y| image::Rgba(pixel(x, y)));
    let mut bytes = std::io::Cursor::new(Vec::new());
    pixels
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

pub(super) fn white_pixel() -> Vec<u8> {
    png(1, 1, |_, _| [255; 4])
}

fn noise(x: u32, y: u32) -> [u8; 4] {
    (0..3)
        .fold(x * 1_000_003 + y + 1, |mut state, _| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^ state << 5
        })
        .to_be_bytes()
}

/// What other sites answered about a link.
fn online() -> Vec<Trial> {
    const URL: &str = "https://example.com/a";
    let check = |answer: LinkAnswer| {
        let answers = LinkAnswers::from([(URL.to_owned(), answer)]);
        let text = with_text(&format!(
            "[보고서]({URL})와 [다른 글](https://example.com/b)"
        ));
        Desk::new().check_all(&text, None, None, Some(&answers))
    };
    let moved = |to: &str| LinkAnswer::Moved { to: to.to_owned() };
    [
        (
            "link/broken",
            LinkAnswer::Gone { status: 404 },
            LinkAnswer::Found,
        ),
        (
            "link/unreachable",
            LinkAnswer::Unreachable {
                why: "500".to_owned(),
            },
            LinkAnswer::Guarded,
        ),
        (
            "link/moved",
            moved("https://example.com/c"),
            moved("https://www.example.com/a/"),
        ),
        ("link/private", LinkAnswer::Private, LinkAnswer::Found),
    ]
    .into_iter()
    .map(|(rule, bad, good)| Trial::new(rule, format!("{bad:?}"), check(bad), check(good)))
    .collect()
}

#[test]
fn a_frame_of_a_video_is_judged_as_the_mail_carries_it() {
    let text = with_text("[![장면](frame.png)](https://youtu.be/dQw4w9WgXcQ)");
    let desk = Desk::new().with("issues/frame.png", png(400, 200, noise));
    desk.prepare(&text).unwrap();
    let pictures = desk.publication.state_dir().join("cache/pictures");
    let kept = || fs::read_dir(&pictures).unwrap().count();
    let after_rendering = kept();
    assert_eq!(after_rendering, 1);
    assert_eq!(shown(&desk.check(&text)), Vec::<String>::new());
    assert_eq!(kept(), after_rendering);
}

#[test]
fn pictures_beside_the_issue_are_found() {
    let png = white_pixel();
    let findings = Desk::new()
        .with("issues/a b.png", &png)
        .with("img/c.png", &png)
        .check(&with_text(
            "![가](a%20b.png)\n\n![나](/img/c.png)\n\n![다](../img/c.png)",
        ));
    assert_eq!(shown(&findings), Vec::<String>::new());
    let case = Desk::new()
        .with("issues/A.PNG", &png)
        .check(&with_text("![가](a.png)"));
    assert_eq!(
        *case[0].help().unwrap(),
        "there is `A.PNG`: names differ by capitals too"
    );
}
