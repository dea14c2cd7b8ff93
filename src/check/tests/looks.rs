//! Whatever a publication's colours and theme, nothing of its mail is hard to read.

use super::*;

const ISSUE: &str = "---\ntitle: Thirty colours\nedition: monday\ndate: 2026-11-23\nauthor: Minji Kim\nnext: What a compiler forgets\n---\nA paragraph that leads in, with a [link](https://example.com).\n\n\
## One\n\nText with *emphasis*, `code`, a [link](https://example.com/a) and a note[^1].\n\n> [!QUOTE]\n> Pulled out.\n\n> Quoted.\n>\n> — Somebody\n\n> [!NOTE]\n> A note with a [link](https://example.com/b).\n\n> [!TIP]\n> A tip.\n\n> [!IMPORTANT]\n> Important.\n\n> [!WARNING]\n> A warning.\n\n> [!CAUTION]\n> A caution.\n\n\
## Two\n\n```rust\n// said\nfn add(a: u32) -> &'static str { \"text\" }\n```\n\n| A | B |\n|---|---|\n| a | 1 |\n\n- [x] done\n\n[Press](https://example.com/c){.button}\n\nhttps://www.youtube.com/watch?v=aircAruvnKk\n\n[^1]: A note.\n";

/// Thirty colours from all over, the loudest and the faintest among them.
fn colours() -> Vec<String> {
    let mut dice: u32 = 0x9E37_79B9;
    let drawn = std::iter::repeat_with(|| {
        dice ^= dice << 13;
        dice ^= dice >> 17;
        dice ^= dice << 5;
        dice & 0xFF_FFFF
    });
    let known = [0xFF_F200, 0xFF_FFFF, 0, 0x77_7777, 0x1B_1F24, 0x16_191D];
    let all = known.into_iter().chain(drawn.take(24));
    all.map(|rgb| format!("#{rgb:06X}")).collect()
}

#[test]
fn thirty_brand_colours_can_be_read_in_both_themes_and_their_fill_is_unchanged() {
    for theme in ["paper", "letter"] {
        for colour in colours() {
            let look = format!("look: {{theme: {theme}, accent_fill: \"{colour}\"}}\n");
            let desk = Desk::with_settings(&look);
            let mail = desk.rendered(ISSUE);
            let fill = format!("background-color:{colour}");
            assert!(mail.html.contains(&fill), "{theme} {colour}: no {fill}");
            let found = desk.check_rendered(ISSUE, Some(&mail));
            let unreadable: Vec<_> = found
                .iter()
                .filter(|finding| finding.rule().id.contains("contrast"))
                .map(|finding| finding.message())
                .collect();
            assert_eq!(unreadable, Vec::<&str>::new(), "{theme} {colour}");
        }
    }
}

#[test]
fn a_brands_paper_and_page_can_be_read_too() {
    for look in [
        "paper: \"#FFFDF7\", page: \"#F1EBDD\", ink: \"#22201C\"",
        "page: \"#0B1F4B\"",
        "page: \"#FFF200\"",
        "paper: \"#14181F\", page: \"#0B0D10\", ink: \"#EDEFF2\", accent_fill: \"#FF5A36\"",
    ] {
        let desk = Desk::with_settings(&format!("look: {{{look}}}\n"));
        let mail = desk.rendered(ISSUE);
        let found = desk.check_rendered(ISSUE, Some(&mail));
        let unreadable: Vec<_> = found
            .iter()
            .filter(|finding| finding.rule().id.contains("contrast"))
            .map(|finding| finding.message())
            .collect();
        assert_eq!(unreadable, Vec::<&str>::new(), "{look}");
    }
}
