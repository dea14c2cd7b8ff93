//! Looks that are, and looks that can't be.

use std::path::Path;

use crate::{
    look::{Font, OptionalPart, Theme},
    publication::{Environment, Publication},
};

const HEAD: &str = "publication:\n  name: Leaf\n  timezone: Europe/London\n  url: https://leaf.example.com\n  from: Leaf <leaf@example.com>\neditions:\n  weekly: {title: Weekly, day: mon, time: \"08:00\"}\n";

fn load(look: &str) -> Result<Publication, String> {
    let text = format!("{HEAD}{look}");
    Publication::from_yaml(Path::new("/nowhere"), &text, &Environment::empty()).map_err(|errors| {
        let told = errors.iter().map(|error| {
            let place = error.place().map(|(_, position)| position.to_string());
            format!(
                "{} {error}\n  {}\n",
                place.unwrap_or_default(),
                error.hint().map_or_else(String::new, ToString::to_string)
            )
        });
        told.collect()
    })
}

#[test]
fn ten_lines_make_another_newsletters_look() {
    let look = load(
        "look:\n  theme: letter\n  font: [Lora, serif]\n  accent_fill: \"#FFF200\"\n  accent_text: \"#7A5C00\"\n  paper: \"#FFFDF7\"\n  ink: \"#22201C\"\n  radius: 0\n  logo: {file: logo.png, dark: logo-dark.png, width: 160, alone: true}\n  hide: [numbers, teaser]\n",
    )
    .unwrap()
    .look;
    assert_eq!(look.theme, Theme::Letter);
    assert_eq!(
        look.font,
        Font::Stack {
            names: vec!["Lora".into()],
            is_serif: true
        }
    );
    let logo = look.logo.as_ref().unwrap();
    assert!(logo.is_alone && logo.width == 160);
    assert_eq!(logo.link.as_deref(), Some("https://leaf.example.com"));
    assert_eq!(look.pictures().count(), 2);
    let (source, span) = logo.file.place.clone().unwrap();
    assert_eq!(&source.text()[span], "logo.png");
    assert!(look.hidden.contains(&OptionalPart::Numbers));
    assert_eq!(
        look.ground.page, look.ground.paper,
        "a letter lies on nothing"
    );
}

#[test]
fn a_look_that_cant_be_is_told_at_its_line_with_what_works() {
    let refused = [
        "look:\n  theme: leter\n",
        "look:\n  ink: \"#999999\"\n",
        "look:\n  paper: \"#101010\"\n",
        "look:\n  paper: \"#777777\"\n  ink: \"#808080\"\n",
        "look:\n  accent_text: \"#FFF200\"\n",
        "look:\n  font: [serif, Lora]\n",
        "look:\n  font: \"Lora, serif\"\n",
        "look:\n  font: \"x'; color: red\"\n",
        "look:\n  radius: 90\n",
        "look:\n  logo: {file: logo.png, width: 900}\n",
        "look:\n  logo: {dark: logo.png}\n",
        "look:\n  hide: [numbers, taeser]\n",
        "look:\n  paper: cream\n",
    ];
    let told: Vec<String> = refused
        .iter()
        .map(|look| load(look).expect_err(look))
        .collect();
    insta::assert_snapshot!(told.concat());
}

#[test]
fn a_logo_is_named_once() {
    let text = HEAD.replace("  name: Leaf\n", "  name: Leaf\n  logo: a.png\n");
    let load = |look: &str| {
        let text = format!("{text}{look}");
        Publication::from_yaml(Path::new("/nowhere"), &text, &Environment::empty())
    };
    let look = load("").unwrap().look;
    assert_eq!(look.logo.unwrap().file.location, "a.png");
    let errors = load("look: {logo: {file: b.png}}\n").unwrap_err();
    assert!(errors[0].to_string().contains("twice"), "{}", errors[0]);
}
