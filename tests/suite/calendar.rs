//! `schedule` from outside: the table, the calendar file that a real parser reads, the JSON.

mod exported;
mod table;

use crate::support::TestPublication;

const CONFIGURATION: &str = "\
publication:
  name: 데일리 노트
  language: ko
  timezone: Asia/Seoul
  from: 데일리 노트 <hello@note.example.com>
  unsubscribe_email: leave@note.example.com
editions:
  monday: {title: 월요일 편, topic: 소프트웨어 & 비즈니스, day: mon, time: \"08:00\"}
  thursday: {title: 목요일 편, topic: 디자인 & 아이디어, day: thu, time: \"08:00\"}
schedule:
  skip: [2026-12-10]
  breaks: [{from: 2026-12-24, to: 2026-12-31, why: 겨울 쉼}]
";

/// Tuesday afternoon in Seoul.
const NOW: &str = "2026-11-24T15:20:00+09:00";

/// Four weeks with something of everything.
fn publication() -> TestPublication {
    let issue = |title: &str, edition: &str, date: &str, status: &str| {
        format!(
            "---\ntitle: {title}\nedition: {edition}\ndate: {date}\nstatus: {status}\n---\n\
             안녕하세요.\n\n## 첫 이야기\n\n본문입니다.\n"
        )
    };
    TestPublication::new()
        .config(CONFIGURATION)
        .without("issues/2026-11-23-quiet.md")
        .issue(
            "2026-11-23-small.md",
            issue("작은 모델의 시대", "monday", "2026-11-23", "ready"),
        )
        .issue(
            "2026-11-26-twelve.md",
            issue(
                "열두 칸, 다시; 그리드의 규칙",
                "thursday",
                "2026-11-26",
                "draft",
            ),
        )
        .issue(
            "2026-11-30-a.md",
            issue("하나", "monday", "2026-11-30", "ready"),
        )
        .issue(
            "2026-11-30-b.md",
            issue("둘", "monday", "2026-11-30", "draft"),
        )
        .issue(
            "2026-12-03-long.md",
            issue(
                "제목이 아주 길어서 한 줄에 다 담기지 않는 호, 그래도 표는 흐트러지지 않습니다",
                "thursday",
                "2026-12-03",
                "ready",
            ),
        )
        .issue(
            "2026-12-08-beside.md",
            issue("화요일에 쓴 글", "monday", "2026-12-08", "draft"),
        )
        .issue("2026-12-07-broken.md", "---\ntitle: 닫히지 않은\n")
}
