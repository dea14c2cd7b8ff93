//! What breaks a rule within a text, and its neighbour that does not.

/// Rule, a text that breaks it, one that does not.
pub(super) const IN_TEXT: &[(&str, &str, &str)] = &[
    // content
    (
        "content/repeated-heading",
        "글\n\n## 첫  이야기\n\n글",
        "글\n\n## 둘째 이야기\n\n글",
    ),
    (
        "content/empty-section",
        "글\n\n## 둘째\n\n## 셋째\n\n글",
        "글\n\n## 둘째\n\n> 인용",
    ),
    (
        "content/empty-heading",
        "글\n\n##\n\n글",
        "글\n\n## 말\n\n글",
    ),
    (
        "content/heading-level",
        "글\n\n#### 깊이\n\n글",
        "글\n\n### 깊이\n\n#### 더\n\n글",
    ),
    (
        "content/placeholder",
        "TODO: 그래프 넣기",
        "요즘 TODO 앱이 다시 유행입니다.",
    ),
    (
        "content/placeholder",
        "여기에 내용을 입력하세요",
        "여기에 내용을 더하면 길어집니다",
    ),
    (
        "content/placeholder",
        "담당: 홍길동 (연락처 추후 기재)",
        "담당: 홍길동 (연락처는 아래에)",
    ),
    (
        "content/placeholder",
        "사진 출처: <<이름을 넣으세요>>",
        "사진: <b>이름</b>",
    ),
    ("content/placeholder", "출처 [TK]", "TK 지역의 스타트업"),
    (
        "content/scaffold",
        "본문을 여기에 씁니다.",
        "본문을 여기에 씁니다. 그리고 저장합니다.",
    ),
    (
        "content/placeholder",
        "○○○님, 안녕하세요",
        "피해자 ○○○ 씨는 말을 아꼈다",
    ),
    (
        "content/placeholder",
        "여기에 링크를 넣어 주세요",
        "여기에 링크를 넣는 사람도 있고 넣지 않는 사람도 있다고 합니다.",
    ),
    (
        "content/template-tag",
        "안녕하세요, {{ first_name }}님",
        "중괄호 { }를 씁니다",
    ),
    (
        "content/template-tag",
        "안녕하세요, *|FNAME|*님",
        "별표 * 와 | 막대",
    ),
    (
        "content/wrong-weekday",
        "11월 24일(월)에 만나요",
        "11월 24일(화)에 만나요",
    ),
    (
        "content/wrong-weekday",
        "2026년 12월 1일 월요일",
        "2026년 12월 1일 화요일, 1963년 11월 22일 금요일. 그해 11월 25일 월요일",
    ),
    (
        "content/wrong-weekday",
        "오늘은 화요일입니다",
        "오늘은 월요일입니다. 그는 “오늘은 화요일이야”라고 했다.",
    ),
    (
        "content/wrong-weekday",
        "내일(수) 뵙겠습니다",
        "내일(화) 뵙겠습니다",
    ),
    (
        "content/wrong-weekday",
        "See you on Monday, November 24.",
        "See you on Tuesday, November 24, 2026.",
    ),
    (
        "content/wrong-weekday",
        "11/24(목) 마감",
        "24/7(월 구독) 1월 1일(일부 제외)",
    ),
    (
        "content/stale-date",
        "오늘(11월 16일) 열립니다",
        "오늘(11월 23일) 열립니다. “오늘(11월 16일)은”이라고 그는 썼다",
    ),
    (
        "content/stale-date",
        "다음 주 월요일(11월 23일)에 만나요",
        "다음 주 월요일(11월 30일)에 만나요. 다음 주, 11월 말",
    ),
    (
        "content/stale-date",
        "지난주(11월 2일~6일) 소식",
        "지난주(11월 16일~20일) 소식",
    ),
    (
        "content/stale-date",
        "Today (November 16) it opens.",
        "Today, November 23, it opens. Tomorrow, May we go?",
    ),
    (
        "content/wrong-weekday",
        "마감은 11월 24일 월요일입니다",
        "마감은 11월 24일 월요일이 아니라 화요일입니다. 오늘은 화요일이 아닙니다.",
    ),
    (
        "content/wrong-weekday",
        "양력으로는 11월 24일(월)입니다",
        "음력 11월 24일(토)에 태어났습니다. 혁명은 율리우스력 1917년 10월 25일 수요일의 일입니다.",
    ),
    (
        "content/wrong-weekday",
        "See you on Sun, November 24.",
        "The Sun, March 3, page 2. We meet not on Monday, November 24, but a day later.",
    ),
    (
        "content/wrong-weekday",
        "마감은 11/24 월요일까지",
        "일의 3/4 화요일까지 마칩니다",
    ),
    (
        "content/stale-date",
        "오늘(11/16) 열립니다",
        "오늘 1/3을 읽었고 지난주 3/4만큼 썼습니다. 오늘은 11월 16일이 아니라 23일입니다.",
    ),
    (
        "content/stale-date",
        "다음 주 화요일 11/24(화)에 만나요",
        "다음 주 1/2은 쉽니다. Today 3/4 of it is done.",
    ),
    // markdown
    (
        "markdown/html",
        "<video src=a.mp4>영상</video>",
        "줄<br>바꿈 <!-- 메모 --> <b>굵게</b> H<sub>2</sub>O <kbd>Ctrl</kbd>",
    ),
    (
        "markdown/html",
        "<table><tr><td>칸</td></tr></table>",
        "<details><summary>더 보기</summary>\n\n숨은 글\n\n</details>",
    ),
    (
        "markdown/bare-html",
        "<span style=\"color:red\">붉은</span> 글",
        "<span>붉은</span> 글",
    ),
    (
        "markdown/name-alone",
        "{{ name }}님, 반갑습니다",
        "{{ name | 여러분 }}은/는 어떻게 지내세요?",
    ),
    (
        "markdown/top-heading",
        "글\n\n# 제목\n\n글",
        "글\n\n## 제목\n\n글",
    ),
    (
        "markdown/unused-footnote",
        "글\n\n[^a]: 주석",
        "글[^a]\n\n[^a]: 주석",
    ),
    (
        "markdown/repeated-footnote",
        "글[^a]\n\n[^a]: 하나\n\n[^a]: 둘",
        "글[^a][^b]\n\n[^a]: 하나\n\n[^b]: 둘",
    ),
    (
        "markdown/missing-footnote",
        "글[^없음]입니다",
        "글[^a]\n\n[^a]: 주석",
    ),
    (
        "markdown/stray-button",
        "여기 [등록하기](https://example.com/a){.button} 를",
        "[등록하기](https://example.com/a){.button}",
    ),
    (
        "markdown/unknown-callout",
        "> [!INFO]\n> 글",
        "> [!NOTE]\n> 글",
    ),
    (
        "markdown/too-deep",
        "> > > > > > > > > > > > > > > > > > > > > > > > > > 글",
        "> > > 글",
    ),
    (
        "markdown/stray-mark",
        "이것은 ** 강조**입니다",
        "이것은 **강조**와 \\*\\*별\\*\\*, `**코드**`",
    ),
    (
        "markdown/broken-link",
        "[데일리] (https://example.com/a)",
        "[데일리](https://example.com/a) [1] (참고)",
    ),
    (
        "markdown/broken-link",
        "[데일리](https://example.com/a b)",
        "배열[0](호출)",
    ),
    (
        "markdown/broken-link",
        "[데일리][출처]",
        "[데일리][출처]\n\n[출처]: https://example.com/a",
    ),
    // links
    ("link/unknown-issue", "[[없는-글]]", "[[own]]"),
    (
        "link/unsafe",
        "[눌러요](javascript:alert(1))",
        "[메일](mailto:a@example.com)",
    ),
    (
        "link/malformed",
        "[눌러요](https://)",
        "[눌러요](https://example.com)",
    ),
    (
        "link/relative",
        "[소개](about.html)",
        "[소개](https://example.com/about.html)",
    ),
    (
        "link/relative",
        "[소개](example.com/about)",
        "[첫 이야기로](#s1)",
    ),
    ("link/unknown-anchor", "[끝](#s9)", "[첫 이야기로](#s1)"),
    (
        "link/unknown-anchor",
        "### 더 읽기\n\n[더](#더읽을거리)",
        "### 더 읽기\n\n[더](#더-읽기), [처음](#첫-이야기)",
    ),
    (
        "link/empty",
        "[](https://example.com/a)",
        "[값](https://example.com/a)",
    ),
    (
        "link/vague-text",
        "[여기](https://example.com/a)를 보세요",
        "[여기저기](https://example.com/a)를 보세요",
    ),
    (
        "link/vague-text",
        "[Click here!](https://example.com/a)",
        "[Click rates](https://example.com/a), [`<link>`](https://example.com/b)",
    ),
    (
        "link/same-text",
        "[보고서](https://example.com/a) [보고서](https://example.com/b)",
        "[보고서](https://example.com/a) [보고서](https://example.com/a)",
    ),
    (
        "link/same-url",
        "[가](https://example.com/a) [나](https://example.com/a)",
        "[가](https://example.com/a) [나](https://example.com/b)",
    ),
    (
        "link/same-url",
        "[가](https://www.example.com/a/) [나](http://example.com/a?utm_source=note)",
        "[가](https://www.example.com/a?page=1) [나](https://example.com/a?page=2)",
    ),
    (
        "link/mismatch",
        "[https://example.com](https://example.org/x)",
        "[https://example.com](https://www.example.com/x)",
    ),
    (
        "link/insecure",
        "[가](http://example.com)",
        "[가](https://example.com)",
    ),
    (
        "link/shortened",
        "https://bit.ly/3abc",
        "https://orbit.ly/3abc",
    ),
    (
        "link/private",
        "http://localhost:3000/a",
        "https://example.com",
    ),
    (
        "link/private",
        "[관리](https://192.168.0.1/)",
        "[관리](https://192.0.43.10/)",
    ),
    (
        "link/private",
        "[옛것](http://192.88.99.1/) [셋](https://[64:ff9b::10.0.0.1]/)",
        "[셋](https://[64:ff9b::8.8.8.8]/)",
    ),
    (
        "link/credentials",
        "[가](https://user:pw@example.com/)",
        "[가](https://example.com/@user)",
    ),
    (
        "link/tracking-parameter",
        "[가](https://example.com/?a=1&fbclid=xyz)",
        "[가](https://example.com/?a=1&utm_source=note)",
    ),
    (
        "link/mailto",
        "[메일](mailto:minji)",
        "[메일](mailto:minji@example.com?subject=안녕)",
    ),
    (
        "link/particle",
        "https://ko.wikipedia.org/wiki/러스트를 보면",
        "https://ko.wikipedia.org/wiki/가을 을 보면",
    ),
    // images
    (
        "image/missing",
        "![그래프](none.png)",
        "![그래프](https://example.com/a.png)",
    ),
    (
        "image/outside",
        "![그래프](../../secret.png)",
        "![그래프](https://example.com/a.png)",
    ),
    (
        "image/type",
        "![그래프](https://example.com/a.svg)",
        "![그래프](https://example.com/a.png?x=.svg)",
    ),
    (
        "image/alt",
        "![](https://example.com/a.png)",
        "![그래프](https://example.com/a.png)",
    ),
    (
        "image/alt-file-name",
        "![IMG_2031](https://example.com/IMG_2031.jpg)",
        "![노을 진 한강](https://example.com/IMG_2031.jpg)",
    ),
    (
        "image/insecure",
        "![그래프](http://example.com/a.png)",
        "![그래프](https://example.com/a.png)",
    ),
];
