//! A publication and an issue in memory.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use chrono::{NaiveDate, NaiveTime, Weekday};

use crate::{
    address::{Address, Mailbox},
    issue::*,
    publication::*,
    render::{
        Composition, ImagePolicy, LinkedIssue, PrepareInput, ReaderLinks, ReaderView, Templates,
    },
    source::Source,
};

pub(super) fn reader() -> ReaderView {
    ReaderView {
        name: Some("민지".into()),
        email: "minji@example.com".into(),
        language: "ko".into(),
        tags: vec![],
        links: ReaderLinks {
            unsubscribe: Some("https://daily-note.example.com/u/token".into()),
            preferences: Some("https://daily-note.example.com/p/token".into()),
            feedback: Some("https://daily-note.example.com/f/token".into()),
            web_version: Some("https://daily-note.example.com/w/token".into()),
        },
    }
}

pub(super) fn publication() -> Publication {
    let edition = |key: &str, title: &str, topic: &str, day, rgb| Edition {
        key: key.into(),
        title: title.into(),
        topic: topic.into(),
        day,
        time: NaiveTime::from_hms_opt(8, 0, 0).unwrap(),
        accent_color: Some(Color { rgb }),
    };
    Publication {
        root: PathBuf::from("/nowhere"),
        name: "데일리 노트".into(),
        tagline: Some("Transcend Borders: Software & Design".into()),
        motto: Some("멀리 보고, 짧게 씁니다.".into()),
        about: Some("소프트웨어와 디자인의 경계를 넘나드는 뉴스레터입니다.".into()),
        url: Some("https://daily-note.example.com".into()),
        language: "ko".into(),
        timezone: chrono_tz::Asia::Seoul,
        from: Mailbox {
            name: Some("데일리 노트".into()),
            address: Address::parse("hello@daily-note.example.com").unwrap(),
        },
        reply_to: None,
        postal_address: Some("서울특별시 성동구 연무장길 1".into()),
        contact: Some("hello@daily-note.example.com".into()),
        unsubscribe_email: None,
        logo: None,
        accent_color: Color { rgb: 0x24_47d8 },
        editions: vec![
            edition(
                "monday",
                "월요일 편",
                "소프트웨어 & 비즈니스",
                Weekday::Mon,
                0x24_47d8,
            ),
            edition(
                "thursday",
                "목요일 편",
                "디자인 & 아이디어",
                Weekday::Thu,
                0xc8_371b,
            ),
        ],
        smtp: SmtpSettings {
            target: SmtpTarget::Inbox,
            connections: 1,
            messages_per_connection: 1,
            rate: None,
            per_domain: BTreeMap::new(),
            helo_name: None,
            ca_file: None,
            bounce_domain: None,
            dkim: None,
        },
        delivery: DeliverySettings {
            unknown: UnknownPolicy::Hold,
            backoff_first: Duration::ZERO,
            backoff_max: Duration::ZERO,
            give_up: Duration::ZERO,
            relay_backoff_first: Duration::ZERO,
            relay_backoff_max: Duration::ZERO,
        },
        storage: Storage::Sqlite,
        schedule: ScheduleSettings {
            late: Duration::ZERO,
            by_reader_timezone: false,
        },
        web: WebSettings {
            listen: None,
            base_url: Some("https://daily-note.example.com".into()),
            secret: None,
        },
        tracking: Tracking::None,
        law: LawSettings {
            korea: true,
            us: false,
            eu: false,
        },
        audience: AudienceSettings { max_removal: 0.2 },
    }
}

fn text(text: &str) -> Vec<Inline> {
    vec![Inline::Text(text.into())]
}

fn paragraph(content: &str) -> Block {
    Block::Paragraph(text(content))
}

fn link(content: &str, url: &str) -> Inline {
    Inline::Link {
        target: LinkTarget::Url(url.into()),
        content: text(content),
    }
}

fn item(is_checked: Option<bool>, blocks: Vec<Block>) -> ListItem {
    ListItem { is_checked, blocks }
}

fn image() -> Image {
    Image {
        location: "https://daily-note.example.com/chart.png".into(),
        alt: "막대그래프".into(),
        caption: Some("문맥 길이가 늘어난 다섯 해".into()),
    }
}

pub(super) fn document() -> Document {
    let first = vec![
        Block::Paragraph(vec![
            Inline::Text("숫자 하나를 물어보면 ".into()),
            Inline::Strong(text("자릿수")),
            Inline::Text("를 먼저 세는 사람과 ".into()),
            Inline::Emphasis(text("모양")),
            Inline::Text("을 먼저 보는 사람이 있습니다".into()),
            Inline::FootnoteReference(1),
            Inline::Text(". ".into()),
            Inline::Strikethrough(text("어제의 정답")),
            Inline::Text("은 오늘의 질문이 되고, ".into()),
            Inline::Code("a < b".into()),
            Inline::Text("라는 식은 ".into()),
            link("트랜스포머 논문", "https://arxiv.org/abs/1706.03762"),
            Inline::Text("에서 다시 시작합니다. 앞선 이야기는 ".into()),
            Inline::Link {
                target: LinkTarget::Issue("first-steps".into()),
                content: text("first-steps"),
            },
            Inline::Text("에 있습니다.".into()),
        ]),
        Block::List {
            start: None,
            is_tight: true,
            items: vec![
                item(None, vec![paragraph("읽는 법을 먼저 정합니다.")]),
                item(
                    None,
                    vec![
                        paragraph("묻는 법을 다음에 정합니다."),
                        Block::List {
                            start: Some(1),
                            is_tight: true,
                            items: vec![
                                item(None, vec![paragraph("짧게 묻습니다.")]),
                                item(None, vec![paragraph("다시 묻습니다.")]),
                            ],
                        },
                    ],
                ),
            ],
        },
        Block::List {
            start: None,
            is_tight: true,
            items: vec![
                item(Some(true), vec![paragraph("초고 쓰기")]),
                item(Some(false), vec![paragraph("소리 내어 읽기")]),
            ],
        },
        Block::Quote(vec![paragraph(
            "도구는 생각의 모양을 바꾼다. 그래서 도구를 고르는 일은 생각을 고르는 일이다.",
        )]),
        Block::Callout {
            kind: CalloutKind::Note,
            title: None,
            blocks: vec![paragraph(
                "이 글의 숫자는 모두 공개된 자료에서 가져왔습니다.",
            )],
        },
        Block::Callout {
            kind: CalloutKind::Warning,
            title: Some("잠깐".into()),
            blocks: vec![paragraph("표본이 작습니다.")],
        },
        Block::Table {
            alignments: vec![Alignment::None, Alignment::None, Alignment::Left],
            head: vec![text("모델"), text("매개변수"), text("쓰임")],
            rows: vec![
                vec![
                    text("작은 모델"),
                    text("3.8"),
                    text("휴대전화에서 혼자 돕니다"),
                ],
                vec![
                    text("큰 모델"),
                    text("1,750.0"),
                    text("여럿이 나누어 씁니다"),
                ],
            ],
        },
    ];
    let second = vec![
        Block::Heading {
            level: 3,
            content: text("작은 제목"),
        },
        Block::Code {
            language: Some("rust".into()),
            text: "// 두 수를 더한다\nfn add(a: u32, b: u32) -> u32 {\n    a + b\n}\n".into(),
        },
        Block::Figure(image()),
        Block::Video {
            url: "https://www.youtube.com/watch?v=aircAruvnKk".into(),
            title: "신경망이란 무엇인가".into(),
            thumbnail: None,
        },
        Block::Video {
            url: "https://vimeo.com/1".into(),
            title: "강연".into(),
            thumbnail: Some(image()),
        },
        Block::Rule,
        Block::Button {
            label: "원문 읽기".into(),
            url: "https://example.com/?a=1&b=2".into(),
        },
    ];
    let section = |number: usize, title: &str, anchor: &str, blocks| Section {
        number,
        heading: text(title),
        title: title.into(),
        anchor: anchor.into(),
        blocks,
        span: 0..0,
    };
    Document {
        introduction: vec![paragraph(
            "이번 주에는 숫자를 읽는 두 가지 방법을 이야기합니다.",
        )],
        sections: vec![
            section(1, "숫자를 읽는 법", "숫자를-읽는-법", first),
            section(2, "더하기의 모양 & 순서", "더하기의-모양", second),
        ],
        footnotes: vec![Footnote {
            number: 1,
            label: "a".into(),
            blocks: vec![paragraph("물론 둘 다인 사람도 있습니다.")],
        }],
        links: vec![],
        images: vec![],
    }
}

pub(super) fn issue() -> Issue {
    Issue {
        path: PathBuf::from("/nowhere/issues/2026-11-23-numbers.md"),
        id: "monday-2026-11-23".into(),
        slug: "numbers".into(),
        front_matter: FrontMatter {
            title: "숫자를 읽는 두 가지 방법".into(),
            subject: None,
            edition: "monday".into(),
            date: NaiveDate::from_ymd_opt(2026, 11, 23).unwrap(),
            status: Status::Ready,
            preheader: None,
            ad: false,
            tags: vec![],
            spans: BTreeMap::new(),
        },
        document: document(),
        source: Source::new("issues/2026-11-23-numbers.md", ""),
    }
}

pub(super) fn composition() -> Composition {
    Composition::prepare(&PrepareInput {
        publication: &publication(),
        issue: &issue(),
        linked_issue: &|slug| {
            (slug == "first-steps").then(|| LinkedIssue {
                title: "첫걸음".into(),
                url: Some("https://daily-note.example.com/issues/first-steps".into()),
            })
        },
        templates: &Templates::built_in(),
        images: ImagePolicy::Inline,
    })
    .unwrap()
}
