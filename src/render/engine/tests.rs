//! Templates that never end, and templates that only look so.

use proptest::prelude::*;

use super::*;

fn engine(template: &str) -> TemplateEngine {
    let templates = [("a.html".to_owned(), template.to_owned())];
    match TemplateEngine::new(&templates.into()) {
        Ok(engine) => engine,
        Err(error) => panic!("{error}: {template}"),
    }
}

fn filled(template: &str) -> Result<String, String> {
    let mut values = Context::new();
    values.insert("list", &[1, 2, 3]);
    values.insert("name", "<A>");
    values.insert("long", &"x".repeat(100_000));
    engine(template)
        .render("a.html", &values)
        .map_err(|error| match error {
            RenderError::Source(error) => {
                format!(
                    "{error} → {}",
                    error.hint().map_or_else(String::new, ToString::to_string)
                )
            }
            error => error.to_string(),
        })
}

/// Templates, and what is written for them.
const WRITTEN: [(&str, &str); 16] = [
    ("{% for a in list %}{{ a }}{% endfor %}", "123"),
    ("{% for a in list -%}  {{ a -}}   {%- endfor %} .", "123 ."),
    ("{% for a in list %} {{- a }} {% endfor %}", "1 2 3 "),
    ("{% set b = name -%}\n  {{ b }}\n", "&lt;A&gt;\n"),
    ("{% set b %}[{{ name }}]{% endset %}{{ b }}", "[&lt;A&gt;]"),
    ("{{ name | safe }}{{ name | upper -}}  x", "<A>&lt;A&gt;x"),
    ("{{ [a + 1 for a in list] }}", "[2, 3, 4]"),
    (
        "{% set b = [a for a in list if a > 1] %}{{ b | length }}",
        "2",
    ),
    ("{% for a in [] %}x{% else %}none{% endfor %}", "none"),
    (
        "{% if list %}{% for a in list %}{% if a == 2 %}{% break %}{% endif %}{{ a }}{% endfor %}{% endif %}",
        "1",
    ),
    ("{% raw %}{% for a in b %}{% endraw %}", "{% for a in b %}"),
    ("{# {% for a in list %} #}x", "x"),
    (
        "{% component box(of: string) %}({{ of }}){% endcomponent box %}{{ <box of={name} /> }}",
        "(&lt;A&gt;)",
    ),
    (
        "{% for a in list %}{{ loop.index }}{% if loop.last %}.{% endif %}{% endfor %}",
        "123.",
    ),
    ("{{ name ~ \"}}\" }}", "&lt;A&gt;}}"),
    (
        "{% filter upper %}{% for a in list %}x{% endfor %}{% endfilter %}",
        "XXX",
    ),
];

#[test]
fn counters_change_nothing_that_is_written() {
    for (template, wanted) in WRITTEN {
        assert_eq!(filled(template).as_deref(), Ok(wanted), "{template}");
    }
}

#[test]
fn what_never_ends_is_stopped_at_its_tag() {
    let range = "range(end=100000)";
    for (template, tag, why) in [
        (
            format!(
                "\n{{% for a in {range} %}}{{% for b in {range} %}}{{% endfor %}}{{% endfor %}}"
            ),
            "{% for b",
            "turns",
        ),
        (
            format!(
                "{{% set r = {range} %}}{{% for a in r %}}{{% for b in r %}}x{{% endfor %}}{{% endfor %}}"
            ),
            "{% for b",
            "turns",
        ),
        (
            format!("{{% set r = {range} %}}{{% set l = [[a for a in r] for b in r] %}}"),
            "{% set l",
            "turns",
        ),
        (
            "{% component c(n: integer) %}{% if n > 0 %}{{ <c n={n - 1} /> }}{{ <c n={n - 1} /> }}{% endif %}{% endcomponent c %}{{ <c n={19} /> }}".to_owned(),
            "{% component",
            "turns",
        ),
        (
            format!(
                "{{% set x = \"ab\" %}}{{% for a in {range} %}}{{% set_global x = x ~ x %}}{{% endfor %}}"
            ),
            "{% set_global",
            "8 MB",
        ),
        (
            format!(
                "{{% set x = [1] %}}{{% for a in {range} %}}{{% set_global x = [x] %}}{{% endfor %}}"
            ),
            "{% set_global",
            "lists within",
        ),
        (
            "{% set x = [1] %}{% for a in range(end=30) %}{% set_global x = [x, x] %}{% endfor %}{{ x }}"
                .to_owned(),
            "{% set_global",
            "8 MB",
        ),
        (
            format!(
                "{{% set s %}}{{% for a in {range} %}}{{{{ long }}}}{{% endfor %}}{{% endset %}}"
            ),
            "{{ long",
            "64 MB",
        ),
        (
            format!(
                "{{% set s %}}{{% for a in {range} %}}{}{{% endfor %}}{{% endset %}}",
                "text ".repeat(1_000)
            ),
            "{% for a",
            "64 MB",
        ),
    ] {
        let told = filled(&template).unwrap_err();
        let before = &template[..template.find(tag).unwrap()];
        let line = before.matches('\n').count() + 1;
        let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1;
        let start = format!("templates/a.html:{line}:{column}: the template goes too far: ");
        assert!(
            told.starts_with(&start) && told.contains(why),
            "{told}\n{template}"
        );
        assert!(told.contains("loop over what the issue has"), "{told}");
    }
}

#[test]
fn what_writes_without_end_is_stopped() {
    let told = filled("{% for a in range(end=1000) %}{{ long }}{% endfor %}").unwrap_err();
    assert!(told.starts_with("`a.html` writes more than 8 MB"), "{told}");
    // Tera's own bounds.
    let told = filled("{% for a in range(end=10000000000) %}{% endfor %}").unwrap_err();
    assert!(
        told.contains("templates/a.html:1:13") && told.contains("100000"),
        "{told}"
    );
    let told = filled("{% component c() %}{{ <c /> }}{% endcomponent c %}{{ <c /> }}").unwrap_err();
    assert!(
        told.starts_with("components call one another without end"),
        "{told}"
    );
}

#[test]
fn each_rendering_begins_anew() {
    let engine = engine("{% for a in range(end=100000) %}{% endfor %}x");
    for _ in 0..5 {
        assert_eq!(engine.render("a.html", &Context::new()).unwrap(), "x");
    }
}

#[test]
fn a_place_behind_counters_is_told_as_it_is_in_the_file() {
    let told =
        filled("{% for a in list %}{{ a }}{% endfor %}\n{{ name }} {{ nobody.x }}").unwrap_err();
    assert!(
        told.starts_with("templates/a.html:2:15: variable `nobody` is not defined"),
        "{told}"
    );
    let told = filled("{{ [a.b.c for a in list] }} ").unwrap_err();
    assert!(told.starts_with("templates/a.html:1:"), "{told}");
}

#[test]
fn the_built_in_templates_can_be_counted() {
    crate::render::Templates::built_in().engine().unwrap();
}

/// What a slip of the hand puts into a template.
const SLIPS: [&str; 24] = [
    "",
    " ",
    "{{",
    "}}",
    "{%",
    "%}",
    "-",
    "\"",
    "'",
    "[",
    "]",
    "(",
    ")",
    "{",
    "}",
    ",",
    "=",
    "|",
    "~",
    " a",
    " if ",
    " in ",
    " for ",
    "{% endfor %}",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn counters_make_no_broken_template_whole(
        of in 0..WRITTEN.len(),
        at in any::<prop::sample::Index>(),
        lost in 0..6_usize,
        slips in prop::collection::vec(prop::sample::select(&SLIPS[..]), 0..3),
    ) {
        let whole: Vec<char> = WRITTEN[of].0.chars().collect();
        let at = at.index(whole.len());
        let behind = whole.iter().skip(at + lost);
        let broken: String = whole[..at].iter().copied().chain(slips.concat().chars()).chain(behind.copied()).collect();
        let templates = BTreeMap::from([("a.html".to_owned(), broken)]);
        if let Err(error) = parse_plain(&templates) {
            let told = TemplateEngine::new(&templates).map(|_| ()).map_err(|error| error.to_string());
            prop_assert_eq!(told, Err(error.to_string()));
        }
    }
}
