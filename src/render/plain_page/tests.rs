//! What is read of a plain page is what a parser reads of it.

use scraper::{ElementRef, Html, Node};

use super::*;

/// Elements, their attributes, words and comments in their order.
fn plainly(page: &PlainHtml<'_>) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    for token in &page.tokens {
        match token.kind {
            PlainKind::Doctype => seen.push("!doctype html".to_owned()),
            PlainKind::Open | PlainKind::Void => {
                let mut attributes = page.attributes(token).to_vec();
                attributes.sort_by_key(|one| one.name);
                seen.push(format!(
                    "<{}{}>",
                    token.name,
                    shown(attributes.iter().map(|one| (one.name, one.value)))
                ));
                if token.kind == PlainKind::Void {
                    seen.push(format!("</{}>", token.name));
                }
            }
            PlainKind::Close => seen.push(format!("</{}>", token.name)),
            PlainKind::Text => push_text(&mut seen, token.text),
            PlainKind::Comment => seen.push(format!("!{}", &token.text[4..token.text.len() - 3])),
            PlainKind::Sheet => {
                let (tag, rest) = token.text.split_once('>').unwrap();
                seen.push(format!("{}>", tag.replace('"', "")));
                let sheet = rest.strip_suffix("</style>").unwrap();
                if !sheet.is_empty() {
                    push_text(&mut seen, sheet);
                }
                seen.push("</style>".to_owned());
            }
            PlainKind::Dropped => {}
        }
    }
    seen
}

fn shown<'a>(attributes: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    attributes
        .map(|(name, value)| format!(" {name}={value}"))
        .collect()
}

fn push_text(seen: &mut Vec<String>, text: &str) {
    match seen.last_mut() {
        Some(last) if last.starts_with('\'') => last.push_str(text),
        _ => seen.push(format!("'{text}")),
    }
}

/// The same by a parser.
fn parsed(html: &str) -> Vec<String> {
    let mut seen = Vec::new();
    let page = Html::parse_document(html);
    for node in page.tree.root().children() {
        match node.value() {
            Node::Doctype(doctype) => seen.push(format!("!doctype {}", doctype.name())),
            Node::Element(_) => push_element(&mut seen, ElementRef::wrap(node).unwrap()),
            other => seen.push(format!("{other:?}")),
        }
    }
    seen
}

fn push_element(seen: &mut Vec<String>, element: ElementRef<'_>) {
    let name = element.value().name();
    let mut attributes: Vec<_> = element.value().attrs().collect();
    attributes.sort_unstable();
    seen.push(format!("<{name}{}>", shown(attributes.into_iter())));
    for node in element.children() {
        match node.value() {
            Node::Text(text) => push_text(seen, text),
            Node::Comment(comment) => seen.push(format!("!{}", &**comment)),
            _ => push_element(seen, ElementRef::wrap(node).unwrap()),
        }
    }
    seen.push(format!("</{name}>"));
}

fn page(body: &str) -> String {
    format!(
        "\n<!DOCTYPE html>\n<html lang=\"ko\">\n <head>\n<meta charset=\"utf-8\"><title>제목 {{}}</title>\
         <!--[if mso]><style>.a{{b:c}}</style><![endif]-->\n<style>.p {{ a: b }}</style></head>\n<body class=\"body\">{body}</body>\n</html>\n"
    )
}

#[test]
fn a_mail_is_plain_and_read_as_a_parser_reads_it() {
    let html = page(
        "<table role=\"none\">\n<!--[if !mso]><!-->\n<tr><td>a<p>b<br>c</p><ul><li>d<ol><li>e</li></ol></li></ul></td></tr>\n</table> f",
    );
    let plain = PlainHtml::read(&html).unwrap();
    assert_eq!(plainly(&plain), parsed(&html));
    let sections = plain.tokens.iter().filter(|token| token.name == "tbody");
    assert_eq!(sections.count(), 2, "one that nobody wrote");
}

#[test]
fn whatever_a_parser_would_read_otherwise_is_not_plain() {
    for body in [
        "<p>a<p>b</p></p>",
        "<p><table></table></p>",
        "<ul><li>a<li>b</li></li></ul>",
        "<a href=\"a\"><b><a href=\"b\"></a></b></a>",
        "<b><i></b></i>",
        "<table>a</table>",
        "<table><td></td></table>",
        "<table><tr><p></p></tr></table>",
        "<div",
        "<div>",
        "</div>",
        "<br/>",
        "<DIV></DIV>",
        "<div class=a></div>",
        "<div class='a'></div>",
        "<div a=\"b\" a=\"c\"></div>",
        "<div hidden></div>",
        "<h2><h3></h3></h2>",
        "<pre>\na</pre>",
        "<select><option>a</option></select>",
        "<svg></svg>",
        "a > b",
        "a < b",
        "a\r\nb",
        "a\0",
        "<!-->-->",
        "<!--a--!>b-->",
        "<body></body>",
        "</body>a",
        "<script>a</script>",
        "<style>.a{}</style>",
    ] {
        assert!(PlainHtml::read(&page(body)).is_none(), "{body}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(500))]
    #[test]
    fn no_page_is_read_otherwise_than_by_a_parser(pieces in proptest::collection::vec(piece(), 0..24)) {
        let html = page(&pieces.concat());
        if let Some(plain) = PlainHtml::read(&html) {
            proptest::prop_assert_eq!(plainly(&plain), parsed(&html), "{}", html);
        }
    }
}

/// A piece of a body: whole elements more often than their beginnings and ends alone.
pub(in crate::render) fn piece() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    let name = || {
        prop::sample::select(vec![
            "p",
            "div",
            "a",
            "b",
            "em",
            "span",
            "ul",
            "ol",
            "li",
            "h2",
            "h3",
            "table",
            "tbody",
            "thead",
            "tr",
            "td",
            "th",
            "blockquote",
            "pre",
            "code",
            "font",
            "q",
            "section",
        ])
    };
    let class = || {
        prop::sample::select(vec![
            "",
            " class=\"p\"",
            " class=\"li apart\"",
            " class=\"td last\" id=\"x\"",
            " style=\"color:red\"",
        ])
    };
    let word = || {
        prop::sample::select(vec![
            "",
            " ",
            "\n",
            "글",
            "a",
            "<br>",
            "<hr class=\"hr\">",
            "<img src=\"a\" class=\"image\">",
            "<!--c-->",
        ])
    };
    let leaf = prop_oneof![
        4 => word().prop_map(str::to_owned),
        1 => name().prop_map(|name| format!("<{name}>")),
        1 => name().prop_map(|name| format!("</{name}>")),
        1 => Just("<table><tr><td class=\"td\">a</td>\n<td class=\"td\">b</td></tr></table>".to_owned()),
        1 => Just("<ul class=\"list\"><li class=\"li\">a</li></ul>".to_owned()),
    ];
    leaf.prop_recursive(5, 24, 4, move |inner| {
        (name(), class(), prop::collection::vec(inner, 0..4)).prop_map(|(name, class, inside)| {
            format!("<{name}{class}>{}</{name}>", inside.concat())
        })
    })
}
