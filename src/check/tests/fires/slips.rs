//! Accidents of the source and of copying, and their neighbours that were meant.

/// Rule, a text that breaks it, one that does not.
pub(super) const SLIPS: &[(&str, &str, &str)] = &[
    // slip
    (
        "slip/conflict-marker",
        "- 내 항목\n>>>>>>> origin/main",
        "```\n<<<<<<< HEAD\n```",
    ),
    (
        "slip/heading-space",
        "##붙여 쓴 제목",
        "#태그 하나 #태그 둘",
    ),
    (
        "slip/heading-space",
        "> ###붙여 쓴 제목",
        "`##제목`처럼 쓰면 안 됩니다",
    ),
    (
        "slip/heading-space",
        "### ### 당번이 할 일",
        "## #58 — 느린 질의\n\n글\n\n### C # 언어",
    ),
    (
        "slip/list-space",
        "1)Write the confirmation first.",
        "1)a 와 2)b, f(1)Go",
    ),
    (
        "slip/list-space",
        "• 고르기 • 나누기 • 합치기",
        "고르기 • 나누기 • 합치기",
    ),
    (
        "slip/open-mark",
        "Bad messages *blame the reader, good ones do not.",
        "10% off *some items excluded* and 할인 *일부 제외",
    ),
    (
        "slip/foreign-markup",
        ".. note:: Ask three people.",
        "… note: ask three people. `.. note::`",
    ),
    (
        "slip/foreign-markup",
        "++가장 중요한 낱말++",
        "C++와 g++, i++ and j++",
    ),
    (
        "slip/ragged-table",
        "| 하나 | 둘 | 셋 |\n|---|---|---|\n| 1 | 2 |",
        "| 하나 | 둘 | 셋 |\n|---|---|---|\n| 1 | 2 | |",
    ),
    (
        "markdown/stray-mark",
        "\\*\\*Please share the map.\\*\\*",
        "\\*\\* 표시는 예상입니다. 별은 \\*\\*\\*\\*입니다.",
    ),
    (
        "slip/year-list",
        "1986. 그해에 모든 것이 달라졌다.",
        "1986. 첫해\n1987. 이듬해\n\n글에서 1986. 을 쓰고 1986년이라 읽는다.\n1986. 이어진 줄\n\n3. 셋째",
    ),
    ("slip/list-space", "-붙여 쓴 항목", "-3℃까지 내려갑니다"),
    ("slip/list-space", "1.붙여 쓴 항목", "3.1운동을 기억합니다"),
    ("slip/list-space", "*붙여 쓴 항목", "*기울인 말*입니다"),
    ("slip/list-space", "- [ ]할 일", "- [ ] 할 일"),
    ("slip/list-space", "• 하나\n•둘", "1. 첫째\n2. 둘째"),
    (
        "slip/date-list",
        "2026. 11. 30. 월요일에 열립니다.",
        "2026년 11월 30일 월요일에 열립니다. 값은 2026. 11. 30. 기준입니다.",
    ),
    (
        "slip/date-list",
        "2026. 11. 30(월)에 만나요",
        "2026. 첫 해의 이야기",
    ),
    (
        "slip/rule-heading",
        "첫 문단이 여기서 끝납니다.\n---\n다음 문단",
        "첫 문단이 여기서 끝납니다.\n\n---\n\n다음 문단",
    ),
    (
        "slip/open-fence",
        "```rust\nlet a = 1;",
        "```rust\nlet a = 1;\n```",
    ),
    ("slip/heading-space", "＃＃ 다음 주", "번호 ＃1"),
    ("slip/list-space", "• 하나\n• 둘", "• 하나만 적습니다"),
    (
        "slip/list-space",
        "-one thing\n-two things",
        "-rf is an option\nof the program",
    ),
    (
        "slip/open-fence",
        "<!-- 나중에\n\n글",
        "<!-- 나중에 -->\n\n글",
    ),
    (
        "slip/foreign-markup",
        "기뻤습니다 :tada:",
        "시간은 10:30:00, std::vec::Vec",
    ),
    (
        "slip/foreign-markup",
        "식은 $$a_1$$ 입니다",
        "값은 $$ 같은 표시",
    ),
    (
        "slip/foreign-markup",
        "[gallery ids=\"1,2\"]",
        "배열 [first]와 [last]",
    ),
    ("slip/foreign-markup", "차 &amp;amp; 과자", "차 &amp; 과자"),
    (
        "slip/table-rule-line",
        "｜ 가 ｜ 나 ｜\n｜ 1 ｜ 2 ｜",
        "가 ｜ 나",
    ),
    ("slip/open-mark", "`닫지 않은 코드", "`닫은 코드`와 l`été"),
    ("slip/open-mark", "여기에 ~~닫지 않은 줄", "좋아요~~ 10~~20"),
    (
        "slip/open-mark",
        "![닫지 않은 그림](a.png",
        "배열은 arr![0]처럼 씁니다",
    ),
    (
        "slip/underscores",
        "_강조_입니다",
        "_강조_ 입니다, snake_case_name",
    ),
    (
        "slip/underscores",
        "__굵게__는 이렇습니다",
        "__init__은 파이썬입니다",
    ),
    (
        "slip/foreign-markup",
        "[버튼 글자](https://example.com){ .button }",
        "집합 {1, 2}와 {가, 나}",
    ),
    (
        "slip/foreign-markup",
        "[새 창 링크](https://example.com){:target=\"_blank\"}",
        "함수 { return x }",
    ),
    ("slip/foreign-markup", "본문 {#id}", "### 제목 {#id}"),
    (
        "slip/foreign-markup",
        ":::note",
        "시간은 10:::20처럼 쓰지 않는다",
    ),
    ("slip/foreign-markup", "[TOC]", "[목차 이야기]"),
    ("slip/foreign-markup", "==형광== 표시", "a == b == c"),
    (
        "slip/table-rule-line",
        "| 이름 | 값 |\n| 가 | 1 |",
        "| 이름 | 값 |\n|---|---|\n| 가 | 1 |",
    ),
    (
        "slip/table-rule-line",
        "| 이름 | 값 | 비고 |\n|---|---|\n| 가 | 1 | 2 |",
        "|x| + |y| ≥ |x + y|",
    ),
    (
        "slip/ragged-table",
        "| 이름 | 값 |\n|---|---|\n| 가 | 1 | 2 |",
        "| 이름 | 값 |\n|---|---|\n| 가 | 1\\|2 |\n| 나 |",
    ),
    (
        "slip/table-tail",
        "| 이름 | 값 |\n|---|---|\n| 가 | 1 |\n표 아래의 글입니다.",
        "| 이름 | 값 |\n|---|---|\n| 가 | 1 |\n\n표 아래의 글입니다.",
    ),
    // content
    ("content/template-tag", "*|FNAME|* 님", "절댓값 |x|와 |y|"),
    (
        "markdown/broken-link",
        "[전화](tel:02 123 4567)",
        "[전화](tel:021234567)",
    ),
    (
        "content/template-tag",
        "안녕하세요, %recipient.name% 님",
        "10%, 20%, 30%",
    ),
    (
        "content/template-tag",
        "안녕하세요, <%= name %> 님",
        "`<%= name %>`처럼 씁니다",
    ),
    (
        "content/template-tag",
        "안녕하세요, %%name%% 님",
        "100%% 확실하다, 200%%",
    ),
    (
        "content/template-tag",
        "안녕하세요, ${name} 님",
        "값은 $30, {가}",
    ),
    (
        "content/template-tag",
        "안녕하세요, {$name} 님",
        "중괄호 {이름}",
    ),
    ("content/placeholder", "[이름] 님께", "[사진] 서울의 밤"),
    (
        "content/placeholder",
        "[확인 필요]",
        "(확인이 필요한 까닭은 많다)",
    ),
    (
        "content/placeholder",
        "XX월 XX일에 엽니다",
        "신입 00명 모집",
    ),
    (
        "content/template-tag",
        "{이름}님, 안녕하세요",
        "<name>과 {name}이라는 자리표시",
    ),
    (
        "content/template-tag",
        "Dear %first_name%, good morning",
        "50% of 20% is 10%",
    ),
    (
        "content/secret",
        "비밀번호: hunter2024",
        "비밀번호: 여덟 자 이상",
    ),
    (
        "content/repeated-paragraph",
        "골목 끝 책방은 매주 화요일 저녁에 낭독회를 엽니다. 누구나 올 수 있습니다.\n\n골목 끝 책방은 매주 화요일 저녁에 낭독회를 엽니다. 누구나 올 수 있습니다.",
        "골목 끝 책방은 매주 화요일 저녁에 낭독회를 엽니다. 누구나 올 수 있습니다.\n\n골목 끝 책방은 매주 수요일 저녁에 낭독회를 엽니다. 누구나 올 수 있습니다.",
    ),
    (
        "content/stale-date",
        "11월 10일까지 신청하세요",
        "11월 10일까지 신청한 사람은 열 명",
    ),
    (
        "content/stale-date",
        "Register by November 10",
        "He had to register by November 10",
    ),
    (
        "content/impossible-date",
        "2027년 2월 29일에",
        "2028년 2월 29일에",
    ),
    (
        "content/impossible-date",
        "문은 19:75에 닫습니다",
        "25:23으로 이겼다, 시편 1:80에",
    ),
    (
        "content/impossible-date",
        "It closes on 31 June.",
        "It closes on 30 June.",
    ),
    (
        "content/wrong-weekday",
        "2026-12-03 (Fri)",
        "2026-12-03 (Thu)",
    ),
    ("content/placeholder", "취재 OOO 기자", "OOO의 법칙"),
    (
        "content/secret",
        "키는 AKIAIOSFODNN7EXAMPLE 입니다",
        "AKIA로 시작하는 키를 씁니다",
    ),
    (
        "content/secret",
        "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
        "ghp_로 시작합니다",
    ),
    (
        "content/personal-number",
        "주민등록번호 900101-1234567",
        "주문번호 201234-5678901234",
    ),
    (
        "content/personal-number",
        "카드 4111 1111 1111 1111",
        "ISBN 978-89-364-3426-7, 4111 1111 1111 1112",
    ),
    (
        "content/impossible-date",
        "2월 30일에 만나요",
        "2월 29일, 12월 40일간",
    ),
    (
        "content/impossible-date",
        "오후 19시에 시작",
        "오후 7시, 19시, 25시간",
    ),
    (
        "content/impossible-date",
        "See you on November 31.",
        "November 30, and November 2026",
    ),
    (
        "content/wrong-weekday",
        "Friday, 3 December 2026",
        "Thursday, 3 December 2026",
    ),
    (
        "content/wrong-weekday",
        "Dec 3 (Fri) it opens",
        "Dec 3 (Thu) it opens",
    ),
    (
        "content/wrong-weekday",
        "마감은 2026. 12. 3.(금)",
        "마감은 2026. 12. 3.(목)",
    ),
    // link
    (
        "link/malformed",
        "[글 제목](https://https://example.com/a)",
        "[글 제목](https://example.com/https://example.org)",
    ),
    (
        "link/malformed",
        "[글 제목](https://example)",
        "[글 제목](https://example.com)",
    ),
    (
        "link/malformed",
        "[글 제목](https://example.com:99999/)",
        "[글 제목](https://example.com:8443/)",
    ),
    (
        "link/workplace",
        "[글 제목](https://docs.google.com/document/d/1abc/edit)",
        "[글 제목](https://docs.google.com/document/d/e/1abc/pub)",
    ),
    (
        "link/look-alike",
        "[글 제목](https://аpple.com/)",
        "[글 제목](https://한글.한국/)",
    ),
    (
        "link/vague-text",
        "[👉](https://example.org/a)",
        "[👉 발표 자료](https://example.org/a)",
    ),
    // image
    (
        "image/alt-says-nothing",
        "![그림 1](https://example.org/a.png)",
        "![그림을 그리는 아이](https://example.org/a.png)",
    ),
    (
        "image/alt-says-nothing",
        "![IMG_2034](https://example.org/a.png)",
        "![이미지 센서의 단면](https://example.org/a.png)",
    ),
];
