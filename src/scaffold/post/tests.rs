//! Posts in the shapes that each program documents come in with nothing lost: every word that its readers saw is in the
//! issue, the issue can be read, and what had to go is told.

use std::path::Path;

use super::*;
use crate::{issue::Issue, publication::Environment};

fn publication() -> Publication {
    let settings = "
publication:
  name: 데일리 노트
  timezone: Asia/Seoul
  from: 데일리 노트 <hello@example.com>
editions:
  monday: {title: 월요일 편, day: mon, time: \"08:00\"}
  thursday: {title: 목요일 편, day: thu, time: \"08:00\"}
";
    Publication::from_yaml(Path::new("/nowhere"), settings, &Environment::empty()).unwrap()
}

fn imported(name: &str, text: &str) -> Result<ImportedPost, NotAPost> {
    let file = PostFile {
        name,
        is_page: text.trim_start().starts_with("<"),
        text,
    };
    import(&publication(), &file, None)
}

/// Name, text, and what stands in the issue, piece by piece in this order.
const POSTS: &[(&str, &str, &[&str])] = &[
    // Hugo
    (
        "small-models",
        "+++\ntitle = '작은 모델'\ndate = 2026-11-23T08:00:00+09:00\ndraft = false\ntags = ['ai', '도구']\n[params]\n  math = true\n+++\n\n# 첫 이야기\n\n본문 {{< figure src=\"a.png\" alt=\"배 두 척\" caption=\"항구\" >}} 끝\n",
        &[
            "title: 작은 모델",
            "edition: monday",
            "date: 2026-11-23",
            "- ai",
            "- 도구",
            "params:",
            "## 첫 이야기",
            "![배 두 척](a.png \"항구\")",
            "끝",
        ],
    ),
    (
        "2026-11-26-grid",
        "---\ntitle: \"열두 단\"\ndate: 2026-11-26\nweight: 10\nlayout: single\n---\n\n{{< highlight rust >}}\nlet a = 1;\n{{< /highlight >}}\n\n[지난 글]({{< ref \"posts/old.md\" >}})과 {{< youtube w7Ft2ymGmfc >}}\n",
        &[
            "edition: thursday",
            "layout: single",
            "```rust\nlet a = 1;\n```",
            "[지난 글](",
            "https://www.youtube.com/watch?v=w7Ft2ymGmfc",
        ],
    ),
    (
        "json",
        "{\n \"title\": \"JSON 머리\",\n \"date\": \"2026-11-23\"\n}\n본문입니다.\n",
        &["title: JSON 머리", "본문입니다."],
    ),
    // Jekyll
    (
        "2026-11-23-hello-world",
        "---\nlayout: post\ntitle:  \"Hello World\"\ncategories: news update\n---\n\nHi.\n{: .lead }\n\n{% highlight ruby %}\nputs 'hi'\n{% endhighlight %}\n\n[About]({{ site.baseurl }}/about){:target=\"_blank\"} and {% raw %}{{ braces }}{% endraw %}\n",
        &[
            "title: Hello World",
            "date: 2026-11-23",
            "- news update",
            "layout: post",
            "Hi.",
            "```ruby\nputs 'hi'\n```",
            "[About](/about) and",
        ],
    ),
    (
        "2026-11-23-page-toc",
        "---\ntitle: 차례\n---\n* TOC\n{:toc}\n\n제목\n====\n\n글 하나\n\n소제목\n----\n\n글 둘\n",
        &["## 제목", "글 하나", "### 소제목", "글 둘"],
    ),
    // Zola
    (
        "zola",
        "+++\ntitle = \"Zola\"\ndate = 2026-11-23\n[taxonomies]\ntags = [\"rust\"]\n+++\nIntro.\n<!-- more -->\n{{ youtube(id=\"dQw4w9WgXcQ\") }}\n",
        &[
            "taxonomies:",
            "Intro.",
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        ],
    ),
    // Eleventy
    (
        "eleventy",
        "---\ntitle: Eleventy\ndate: 2026-11-23 09:00\ntags: [posts, web]\neleventyNavigation:\n  key: Home\n---\nText with ==marks== and `{{ code }}`.\n",
        &[
            "- posts",
            "- web",
            "eleventyNavigation:",
            "Text with **marks** and `{{ code }}`.",
        ],
    ),
    // Ghost
    (
        "ghost",
        "---\ntitle: Ghost\nslug: a-ghost\ndate_published: 2026-11-23\npublished_at: 2026-11-23T00:00:00.000Z\ncustom_excerpt: 한 줄 소개\ntags: [{name: News}]\nstatus: published\n---\n<figure class=\"kg-card\"><img src=\"https://example.com/a.png\" alt=\"배\"><figcaption>바다</figcaption></figure>\n\n본문\n",
        &[
            "preheader: 한 줄 소개",
            "- News",
            "![배](https://example.com/a.png)",
            "*바다*",
            "본문",
        ],
    ),
    (
        "2026-11-23-ghost-page",
        "<h1>유령 이야기</h1><p>첫 문단은 <strong>굵고</strong> <em>기울어</em> 있다.<br>둘째 줄</p><ul><li>하나</li><li>둘<ul><li>둘의 하나</li></ul></li></ul><blockquote><p>인용한 말</p></blockquote><pre><code class=\"language-js\">let a = 1 &lt; 2;</code></pre><hr><p>끝 &amp; 끝</p>",
        &[
            "title: 유령 이야기",
            "**굵고** *기울어* 있다.\\\n둘째 줄",
            "- 하나\n- 둘",
            "  - 둘의 하나",
            "> 인용한 말",
            "let a = 1 < 2;",
            "---",
            "끝 & 끝",
        ],
    ),
    // Buttondown
    (
        "buttondown",
        "---\nid: 1234\nsubject: 버튼 소식\nstatus: sent\nemail_type: public\nslug: button-news\npublish_date: 2026-11-23T08:00:00+00:00\n---\n\n안녕하세요, {{ subscriber.metadata.name }}님.\n\n![](https://example.com/a.png)\n",
        &[
            "title: 버튼 소식",
            "id: 1234",
            "안녕하세요, 님.",
            "![](https://example.com/a.png)",
        ],
    ),
    // Substack
    (
        "123456789.small-news",
        "---\ntitle: 작은 소식\npost_date: 2026-11-23\ndate: 2026-11-23\n---\n<p>Hello <a href=\"https://example.com\">there</a>.</p><div class=\"captioned-image-container\"><figure><a href=\"https://example.com/big.png\"><img src=\"https://example.com/s.png\" alt=\"\"></a></figure></div><p class=\"button-wrapper\"><a class=\"button\" href=\"https://example.com/subscribe\"><span>Subscribe</span></a></p>",
        &[
            "title: 작은 소식",
            "Hello [there](https://example.com).",
            "https://example.com/s.png",
            "[Subscribe](https://example.com/subscribe)",
        ],
    ),
    // Docusaurus, pandoc, Obsidian
    (
        "2026-11-23-callout",
        "---\ntitle: 알림\n---\n:::tip 좋은 말\n물을 마시자.\n:::\n\n## 제목 {#id}\n\n![[사진.png|바다]] ==형광==\n",
        &[
            "> [!TIP]\n> **좋은 말**\n>\n> 물을 마시자.",
            "## 제목\n",
            "![바다](<사진.png>) **형광**",
        ],
    ),
    // HTML within Markdown
    (
        "2026-11-23-html",
        "---\ntitle: 태그\n---\n물은 H<sub>2</sub>O, 넓이는 m<sup>2</sup>, <kbd>Ctrl</kbd>을 누른다. 1 < 2이고 <https://example.com>이다.\n\n<details><summary>더 보기</summary>\n\n숨은 **글**\n\n</details>\n\n<img src=\"a.png\" alt=\"배\" width=\"300\"/>\n\n<!-- 메모 -->\n\n`<b>코드</b>`\n",
        &[
            "H₂O, 넓이는 m², `Ctrl`을 누른다. 1 < 2이고 <https://example.com>이다.",
            "**더 보기**",
            "숨은 **글**",
            "![배](a.png)",
            "`<b>코드</b>`",
        ],
    ),
    (
        "2026-11-23-table",
        "---\ntitle: 표\n---\n<table><tr><th>이름</th><th>값</th></tr><tr><td>가</td><td>1 | 2</td></tr></table>\n",
        &["| 이름 | 값 |\n| --- | --- |\n| 가 | 1 \\| 2 |"],
    ),
    (
        "2026-11-23-frame",
        "---\ntitle: 틀\n---\n<iframe width=\"560\" src=\"https://www.youtube.com/embed/dQw4w9WgXcQ?rel=0\" allowfullscreen></iframe>\n\n<script>alert(1)</script>끝\n",
        &["https://www.youtube.com/watch?v=dQw4w9WgXcQ", "끝"],
    ),
    (
        "2026-11-23-merge",
        "---\ntitle: 합치기\n---\n*|FNAME|* 님, 안녕하세요.\n",
        &["님, 안녕하세요."],
    ),
    (
        "2026-11-23-no-head",
        "# 머리 없는 글\n\n본문뿐입니다.\n",
        &["title: 머리 없는 글", "본문뿐입니다."],
    ),
    (
        "2026-11-23-ordered",
        "<ol><li><p>하나</p></li><li><p>둘</p></li></ol><h1>제목</h1><p>글</p>",
        &["1. 하나\n2. 둘", "## 제목"],
    ),
    (
        "2026-11-23-fences",
        "---\ntitle: 코드\n---\n````md\n```\n# 제목 아님\n{{< figure >}}\n```\n````\n\n## 제목\n",
        &[
            "````md\n```\n# 제목 아님\n{{< figure >}}\n```\n````",
            "## 제목",
        ],
    ),
    (
        "2026-11-23-windows",
        "---\r\ntitle: 줄 끝\r\n---\r\n하나\r\n\r\n둘\r\n",
        &["하나\n\n둘"],
    ),
];

#[test]
fn every_word_that_readers_saw_comes_along() {
    let mut wrong = Vec::new();
    for (name, text, pieces) in POSTS {
        // A page without a title of its own has one in its file's head or its first heading.
        let text = match *name {
            "2026-11-23-ordered" => &format!("---\ntitle: 차례\n---\n{text}"),
            _ => *text,
        };
        let post = match imported(name, text) {
            Ok(post) => post,
            Err(error) => {
                wrong.push(format!("{name}: {error}"));
                continue;
            }
        };
        let mut at = 0;
        for piece in *pieces {
            match post.text[at..].find(piece) {
                Some(found) => at += found + piece.len(),
                None => wrong.push(format!("{name}: no `{piece}` in\n{}", post.text)),
            }
        }
        let path = Path::new("/nowhere/issues").join(format!("{}-{}.md", post.date, post.slug));
        if let Err(error) = Issue::parse(&publication(), &path, &post.text) {
            wrong.push(format!("{name}: {error:?} in\n{}", post.text));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn what_is_no_post_says_so_in_a_sentence() {
    assert_eq!(imported("a", " \n"), Err(NotAPost::Empty));
    assert_eq!(
        imported("a", "---\ntitle: 가\n---\n글\n"),
        Err(NotAPost::NoDate)
    );
    assert_eq!(imported("2026-11-23", "글\n"), Err(NotAPost::NoTitle));
    let open = imported("2026-11-23", "---\ntitle: 가\n글\n").unwrap_err();
    assert_eq!(
        open.to_string(),
        "its head can't be read: no second line of `---` closes it"
    );
    assert!(matches!(
        imported("2026-11-23", "+++\ntitle = \n+++\n글\n"),
        Err(NotAPost::Head(_))
    ));
}

#[test]
fn of_two_programs_heads_in_one_what_comes_first_is_taken_and_the_rest_is_kept() {
    let text = "---\ntitle: 하나\nsubject: 둘\ndate: 2026-11-23\npublish_date: 2026-11-30\npublished_at: never\ntags: [가]\ncategories: 나, 다\ndraft: true\npublished: true\nlayout: {deep: [1, {er: 2}]}\n---\n글\n";
    let post = imported("2026-12-07-b", text).unwrap();
    assert_eq!(post.date.to_string(), "2026-11-23");
    for line in [
        "title: 하나",
        "subject: 둘",
        "status: draft",
        "tags:\n- 가\n- 나\n- 다",
        "publish_date: 2026-11-30",
        "published_at: never",
        "er: 2",
    ] {
        assert!(post.text.contains(line), "{line}:\n{}", post.text);
    }
    let path = Path::new("/nowhere/issues/2026-11-23-b.md");
    Issue::parse(&publication(), path, &post.text).unwrap();
}

#[test]
fn what_could_not_be_kept_is_told_once() {
    let text = "---\ntitle: 가\nlayout: post\ndraft: false\n---\n{{< gallery >}} {{< gallery >}}\n\n<svg></svg>\n";
    let notes = imported("2026-11-23-a", text).unwrap().notes;
    assert_eq!(
        notes,
        [
            "`<svg>` was left out",
            "`layout` stands below `extra:` now, and says nothing",
            "it had come out; here it is a draft until you say `status: ready`",
            "the shortcode `gallery` was taken out; what it enclosed stays",
        ]
    );
}

proptest::proptest! {
    #[test]
    fn any_text_ends_in_an_issue_or_a_sentence(text in "[-+{<>%}|*=!\\[\\]()`#:a-z가\n \"/]{0,200}") {
        let _ = imported("2026-11-23-a", &text);
        let _ = imported("2026-11-23-a", &format!("<p>{text}"));
        let _ = imported("2026-11-23-a", &format!("---\ntitle: a\n---\n{text}"));
    }
}
