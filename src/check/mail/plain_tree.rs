//! The tree of a page that is written as a parser reads it: made of its pieces, in a third of the time that the parser
//! takes. Of any other page there is none here.

use html5ever::{
    Attribute, LocalName, QualName, ns,
    tendril::StrTendril,
    tree_builder::{ElementFlags, NodeOrText, TreeSink},
};
use scraper::{Html, HtmlTreeSink};

use crate::render::plain_page::{PlainAttribute, PlainHtml, PlainKind};

/// What the program writes for what can't stand as it is, and what the inliner does.
const ENTITIES: [(&str, &str); 6] = [
    ("&amp;", "&"),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&#39;", "'"),
    ("&nbsp;", "\u{a0}"),
];
const SHEET: &str = "<style>";
const SHEET_END: &str = "</style>";

/// The page as [`Html::parse_document`] would read it. None: it has to.
pub(super) fn tree_of(html: &str) -> Option<Html> {
    let page = PlainHtml::read(html)?;
    let sink = HtmlTreeSink::new(Html::new_document());
    let mut open = vec![sink.get_document()];
    for token in &page.tokens {
        let around = *open.last()?;
        match token.kind {
            PlainKind::Doctype => {
                let none = StrTendril::new;
                sink.append_doctype_to_document("html".into(), none(), none());
            }
            PlainKind::Open | PlainKind::Void => {
                let attributes = page.attributes(token).iter().map(attribute);
                let attributes = attributes.collect::<Option<Vec<_>>>()?;
                let name = element(token.name);
                let begun = sink.create_element(name, attributes, ElementFlags::default());
                sink.append(&around, NodeOrText::AppendNode(begun));
                if token.kind == PlainKind::Open {
                    open.push(begun);
                }
            }
            PlainKind::Close => drop(open.pop()),
            PlainKind::Text => sink.append(&around, NodeOrText::AppendText(decoded(token.text)?)),
            PlainKind::Comment => {
                let text = token.text.strip_prefix("<!--")?.strip_suffix("-->")?;
                let comment = sink.create_comment(text.into());
                sink.append(&around, NodeOrText::AppendNode(comment));
            }
            PlainKind::Sheet => {
                let rules = token.text.strip_prefix(SHEET)?.strip_suffix(SHEET_END)?;
                let name = element("style");
                let begun = sink.create_element(name, Vec::new(), ElementFlags::default());
                sink.append(&around, NodeOrText::AppendNode(begun));
                if !rules.is_empty() {
                    sink.append(&begun, NodeOrText::AppendText(rules.into()));
                }
            }
            PlainKind::Dropped => {}
        }
    }
    Some(sink.finish())
}

fn element(name: &str) -> QualName {
    QualName::new(None, ns!(html), LocalName::from(name))
}

fn attribute(own: &PlainAttribute<'_>) -> Option<Attribute> {
    Some(Attribute {
        name: QualName::new(None, ns!(), LocalName::from(own.name)),
        value: decoded(own.value)?,
    })
}

/// A text with its entities read. None: it has others.
fn decoded(text: &str) -> Option<StrTendril> {
    let mut decoded = StrTendril::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        let entity = &rest[before.len()..];
        let (name, meant) = ENTITIES.iter().find(|(name, _)| entity.starts_with(name))?;
        decoded.push_slice(before);
        decoded.push_slice(meant);
        rest = &after[name.len() - 1..];
    }
    decoded.push_slice(rest);
    Some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "<!DOCTYPE html><html lang=\"ko\"><head><title>a &amp; b</title><!--[if mso]><style>a{}</style><![endif]-->\
        <style>a &gt; b{}</style><style></style></head>\n<body>";

    fn page(body: &str) -> String {
        format!("{HEAD}{body}\n</body></html>\n")
    }

    #[test]
    fn the_tree_is_the_parser_s() {
        let html = page(
            "<!--c--><table role=\"none\"><tbody><tr><td title=\"&quot;&#39;&lt; a=&amp;amp;\" class=\"b a\" id=\"x\">글&nbsp;&lt;p&gt;<br>\
             <img src=\"a\" alt=\"\"><p>a<b>b</b></p></td></tr></tbody></table> b",
        );
        assert_eq!(tree_of(&html), Some(Html::parse_document(&html)));
    }

    #[test]
    fn what_only_a_parser_knows_is_left_to_it() {
        for body in [
            "&copy;",
            "&ampa",
            "<b title=\"&copy\"></b>",
            "<p><p></p>",
            "a > b",
        ] {
            assert!(tree_of(&page(body)).is_none(), "{body}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_tree_is_another_than_the_parser_s(
            body in "(<(p|b|div|table|tbody|tr|td|a)( class=\"a( b)?\")?>|</(p|b|div|table|tbody|tr|td|a)>|a|&amp;|&lt;|&x;|<br>| |\n){0,16}"
        ) {
            let html = page(&body);
            if let Some(tree) = tree_of(&html) {
                proptest::prop_assert_eq!(tree, Html::parse_document(&html));
            }
        }
    }
}
