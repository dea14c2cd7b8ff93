//! One small issue with every block, rendered whole.

mod fixture;

use proptest::prelude::*;

use super::*;
use fixture::{composition, reader};

#[test]
fn an_issue_with_every_block_renders_to_this_html() {
    let rendered = composition().renderer().unwrap().render(&reader()).unwrap();
    insta::assert_snapshot!("every_block_html", rendered.html);
}

#[test]
fn an_issue_with_every_block_renders_to_this_text() {
    let rendered = composition().renderer().unwrap().render(&reader()).unwrap();
    insta::assert_snapshot!("every_block_text", rendered.text);
}

#[test]
fn a_frozen_composition_renders_the_same() {
    let composition = composition();
    let thawed = Composition::from_bytes(&composition.to_bytes().unwrap()).unwrap();
    assert_eq!(thawed, composition);
    assert_eq!(thawed.hash().unwrap(), composition.hash().unwrap());
    let render = |of: &Composition| of.renderer().unwrap().render(&reader()).unwrap();
    assert_eq!(render(&thawed), render(&composition));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    /// What the compiled message rests on.
    #[test]
    fn exchanging_a_token_equals_rendering_with_the_value(
        name in "[a-zA-Z가-힣<>&\"'\u{a0}🙂;#0-9]{1,12}( [가-힣&'\"]{1,4})?",
        token in "[a-zA-Z0-9]{24}",
    ) {
        let renderer = composition().renderer().unwrap();
        let with = |name: &str, link: &str| {
            let mut reader = reader();
            reader.name = Some(name.to_owned());
            reader.links.feedback = Some(link.to_owned());
            renderer.render(&reader).unwrap()
        };
        let link = format!("https://example.com/f?a=1&b={}", name.replace(' ', "+"));
        let link_token = format!("L{token}");
        let cut = with(&token, &link_token);
        let whole = with(&name, &link);
        prop_assert_eq!(
            cut.html.replace(&link_token, &escape_html(&link)).replace(&token, &escape_html(&name)),
            whole.html
        );
        prop_assert_eq!(cut.text.replace(&link_token, &link).replace(&token, &name), whole.text);
    }
}
