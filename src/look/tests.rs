//! Whatever colours a publication chooses, its mail can be read.

use proptest::prelude::*;

use super::{color::READABLE, *};

fn colour(tokens: &Value, key: &str) -> Color {
    let hex = tokens[key].as_str().unwrap().trim_start_matches('#');
    Color {
        rgb: u32::from_str_radix(hex, 16).unwrap(),
    }
}

/// What of a look with this accent can't be read.
fn unreadable(look: &Look, accent: Accent) -> Vec<String> {
    let tokens = look.accents(accent);
    let of = |key: &str| colour(&tokens, key);
    let mut pairs = Vec::new();
    for palette in [look.light(), look.dark()] {
        pairs.extend(palette.pairs());
    }
    let (light, dark) = (look.light(), look.dark());
    pairs.extend([
        ("accent on paper", of("accent"), light.paper),
        ("accent on a panel", of("accent"), light.panel),
        ("accent on its tint", of("accent"), of("tint")),
        ("ink on the tint", light.ink, of("tint")),
        ("a button", of("on_fill"), of("fill")),
        ("accent in the dark", of("dark_accent"), dark.paper),
        ("accent on a dark panel", of("dark_accent"), dark.panel),
        (
            "accent on its dark tint",
            of("dark_accent"),
            of("dark_tint"),
        ),
        ("ink on the dark tint", dark.ink, of("dark_tint")),
        ("an old button", of("on_accent"), of("accent")),
        (
            "an old button in the dark",
            of("dark_on_accent"),
            of("dark_accent"),
        ),
    ]);
    pairs
        .into_iter()
        .filter(|(_, text, ground)| contrast(*text, *ground) < READABLE)
        .map(|(name, text, ground)| format!("{name}: {text} on {ground}"))
        .collect()
}

#[test]
fn an_accent_that_reads_well_on_paper_is_kept_as_it_is() {
    let monday = Look::default().accents(Accent::from(Color::BLUE));
    assert_eq!(monday["accent"], "#2447D8");
    assert_eq!(monday["on_fill"], "#FFFFFF");
}

#[test]
fn a_yellow_button_stays_yellow_and_its_links_are_dark_enough() {
    let yellow = Color { rgb: 0xFF_F200 };
    let tokens = Look::default().accents(Accent::from(yellow));
    assert_eq!(tokens["fill"], "#FFF200");
    assert_eq!(tokens["on_fill"], "#1B1F24");
    assert!(contrast(colour(&tokens, "accent"), Color::WHITE) >= READABLE);
    assert_eq!(
        tokens["fill_line"], tokens["accent"],
        "yellow on white is hardly seen"
    );
    assert_eq!(tokens["dark_fill_line"], Value::Null);
}

proptest! {
    #[test]
    fn whatever_the_accent_all_can_be_read_and_the_fill_is_unchanged(rgb in 0u32..0x100_0000) {
        let accent = Accent::from(Color { rgb });
        for page in [BaseColors::PAGE, BaseColors::PAPER] {
            let look = Look { ground: BaseColors { page, ..BaseColors::default() }, ..Look::default() };
            prop_assert_eq!(unreadable(&look, accent), Vec::<String>::new());
            prop_assert_eq!(colour(&look.accents(accent), "fill"), accent.fill);
        }
    }

    #[test]
    fn whatever_paper_and_page_all_can_be_read_where_the_ink_can(
        paper in 0u32..0x100_0000, page in 0u32..0x100_0000, ink in 0u32..0x100_0000, accent in 0u32..0x100_0000,
    ) {
        let paper = Color { rgb: paper };
        let ink = Color { rgb: ink }.readable_on(&[paper]);
        prop_assume!(ink.is_readable_on(&[paper]));
        let ground = BaseColors { paper, page: Color { rgb: page }, ink };
        let look = Look { ground, ..Look::default() };
        prop_assert_eq!(unreadable(&look, Accent::from(Color { rgb: accent })), Vec::<String>::new());
    }
}

#[test]
fn the_dark_is_a_shade_of_the_publications_own_ink() {
    let brown = Color { rgb: 0x4A_2F1B };
    let ground = BaseColors {
        ink: brown,
        ..BaseColors::default()
    };
    let look = Look {
        ground,
        ..Look::default()
    };
    let (own, house) = (look.dark(), Look::default().dark());
    assert_ne!(own.paper, house.paper);
    let [_, red, _, blue] = own.paper.rgb.to_be_bytes();
    assert!(red > blue, "{} is no brown", own.paper);
    assert!(contrast(own.ink, own.paper) >= contrast(house.ink, house.paper));
    assert_eq!(house.paper, Color { rgb: 0x16_191D });
}

#[test]
fn a_page_has_the_colours_of_the_mail_as_custom_properties() {
    let sheet = Look::default().custom_properties("ko");
    for property in [
        "--paper:#FFFFFF;",
        "--hairline:#E3E0DA;",
        "--accent:#2447D8;",
        "--radius:8px;",
    ] {
        assert!(sheet.contains(property), "{property}: {sheet}");
    }
    let (light, dark) = sheet.split_once("@media").unwrap();
    assert!(light.contains("--ink:#1B1F24;") && dark.contains("--ink:#E8EAED;"));
}
