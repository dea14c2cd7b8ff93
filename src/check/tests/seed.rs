//! An issue with the slips of a real one: what a careful editor would mark, and nothing else.

use super::*;

const ISSUE: &str = r#"---
title: 책 읽는 기계
edition: monday
date: 2026-11-23
status: ready
---

이번 월요일 편은 "소프트웨어 & 비즈니스" 이야기입니다.

목차

- 책 읽는 기계
- ‘왜 느린 팀이 먼저 도착하는가’ 서평

다가오는 목요일 편은 “디자인 & 아이디어” 이야기입니다.

## 책 읽는 기계

- 숫자 4.11과 4.9 가운데 무엇이 클까요?
- 기계는 이렇게 답했습니다. “소수점 아래를 왼쪽부터 읽으면 11이 9보다 크니, 4.11이 더 큽니다.
- 지능(Intelligence)은 능력(Skills)과 다릅니다.

방학이 끝나기 하루 전 서점에 가서 갑니다. 책을 한 권 삽니다.

## '왜 느린 팀이 먼저 도착하는가’ 서평

- “패턴 브레이커”라는 책을 읽었습니다. 신기술(ex. LLM), 규제 (ex. 국경 간 서비스) 등을 다룹니다.
- (i) 언제 올지 모르는 택시
- (ii) 모르는 동네의 요금
"#;

#[test]
fn a_real_issues_slips_are_found_and_nothing_else() {
    insta::assert_snapshot!(shown(&Desk::new().check(ISSUE)).join("\n"), @r#"
    content/typed-contents: 책 읽는 기계
    content/contents-list: ‘왜 느린 팀이 먼저 도착하는가’ 서평
    typography/unbalanced: “
    typography/doubled-word: 가서 갑니다
    typography/mixed-quotes: '왜 느린 팀이 먼저 도착하는가’
    "#);
}
