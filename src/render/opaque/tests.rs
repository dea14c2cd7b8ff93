//! What templates can do with a reader's value, what they cannot, and what they ask for.

use super::*;
use crate::render::Templates;

fn found(template: &str) -> Vec<(String, String)> {
    let templates = BTreeMap::from([("email/issue.html".to_owned(), template.to_owned())]);
    misuses_in(&templates)
        .into_iter()
        .map(|misuse| (misuse.value, misuse.by))
        .collect()
}

#[test]
fn printing_a_value_and_asking_whether_it_is_there_is_what_templates_can_do() {
    for template in [
        "{{ reader.name }}님, {{ reader.email }}",
        "{% if reader.name %}{{ reader.name }}{% else %}독자{% endif %}",
        "{%- if not reader.name and issue.ad == true -%}x{% endif %}",
        "{% if issue.number > 3 and reader.name %}x{% endif %}",
        "{% if (reader.name) and stories | length > 2 %}x{% endif %}",
        "{%- if reader.name -%}{{- reader.name -}}{%- endif -%}",
        "{{ reader.name or words.reader }}",
        "{{ reader?.name }}",
        "{{ reader.name | default(value=words.reader) | escape }}",
        "{{ reader.name | safe }}{{ reader.email | urlencode }}",
        "{{ \"안녕하세요, \" ~ reader.name ~ \"님\" }}",
        "{{ reader.name if reader.name else 'x' }}",
        "{% set who = reader.name or '독자' %}{{ who }}{% if who %}!{% endif %}",
        "{% set form = 'a' if reader.name else 'b' %}{% if form == 'a' %}!{% endif %}",
        "{% set who = reader.name %}{% set who = issue.title %}{{ who | upper }}",
        "{% if reader.links.unsubscribe is defined %}<a href=\"{{ reader.links.unsubscribe }}\">{% endif %}",
        "{% if reader.name is not undefined %}x{% endif %}",
        "{{<button url={reader.links.feedback} label=\"의견\" />}}",
        "{{<footer reader={reader} />}}{% component footer(reader) %}{{ reader.name }}{% endcomponent footer %}",
        "{% component button(url, label) %}{{ url }}{{ label | upper }}{% endcomponent button %}{{<button url={reader.links.feedback} label=\"의견\" />}}",
        "{{ words.greeting | replace(from=\"{name}\", to=reader.name) }}",
        "{{ words.contact | replace(from='{contact}', to=publication.contact) | wrapped }}{{ words.why | replace(from='{email}', to=reader.email) }}",
        "{# reader.name == 'x' #}{% raw %}{{ reader.name | upper }}{% endraw %}",
        "{% for story in stories %}{% if story.number == 1 %}{{ story.title | upper }}{% endif %}{% endfor %}",
        "{% filter upper %}{{ issue.title }}{% endfilter %}{{ reader.name }}",
        "{% for tag in reader.tags %}{{ tag | upper }}{% endfor %}",
        "{% if \"vip\" in reader.tags and reader.language == \"ko\" %}x{% endif %}",
        "{{ reader.links.web_version | upper }}",
    ] {
        assert_eq!(found(template), [], "{template}");
    }
}

#[test]
fn what_looks_into_a_value_or_changes_it_is_named() {
    for (template, value, by) in [
        ("{% if reader.name == \"민지\" %}", "reader.name", "=="),
        ("{% if \"민지\" != reader.name %}", "reader.name", "!="),
        (
            "{% if not (reader.name == \"민지\") %}",
            "reader.name",
            "==",
        ),
        (
            "{% if issue.ad and \"민지\" == (reader.name) %}",
            "reader.name",
            "==",
        ),
        ("{% if reader.email < \"m\" %}", "reader.email", "<"),
        (
            "{% if \"@naver.com\" in reader.email %}",
            "reader.email",
            "in",
        ),
        ("{% if reader.name in [\"a\"] %}", "reader.name", "in"),
        ("{% if reader.name not in [\"a\"] %}", "reader.name", "in"),
        ("{% for letter in reader.name %}", "reader.name", "in"),
        ("{{ reader.name | upper }}", "reader.name", "upper"),
        (
            "{{ reader.name | default(value=\"x\") | upper }}",
            "reader.name",
            "upper",
        ),
        ("{{ (reader.name or \"x\") | length }}", "", ""),
        ("{{ reader.name[0] }}", "reader.name", "["),
        ("{{ reader.name[:2] }}", "reader.name", "["),
        ("{{ reader.name.first }}", "reader.name", "."),
        (
            "{% if reader.links.feedback.url %}",
            "reader.links.feedback",
            ".",
        ),
        (
            "{{ reader.email is containing(\"@\") }}",
            "reader.email",
            "is containing",
        ),
        (
            "{{ reader.email is not matching(\"@\") }}",
            "reader.email",
            "is matching",
        ),
        ("{{ reader.name + 1 }}", "reader.name", "+"),
        (
            "{{ words.x | replace(from=reader.name, to=\"x\") }}",
            "reader.name",
            "from=",
        ),
        (
            "{% set who = reader.name %}{% if who == \"x\" %}",
            "who",
            "==",
        ),
        (
            "{% set who = reader.name or \"x\" %}{{ who | title }}",
            "who",
            "title",
        ),
        (
            "{% filter upper %}{{ reader.name }}{% endfilter %}",
            "reader.name",
            "upper",
        ),
        (
            "{% component hello(who) %}{{ who | upper }}{% endcomponent hello %}{{<hello who={reader.name} />}}",
            "who",
            "upper",
        ),
        (
            "{{<button label={reader.name | upper} />}}",
            "reader.name",
            "upper",
        ),
        ("{% set person = reader %}", "reader", "reader"),
        ("{{ reader[\"name\"] }}", "reader", "["),
    ] {
        let expected = match by {
            // What brackets hide is not told, and changes nothing.
            "" => vec![],
            by => vec![(value.to_owned(), by.to_owned())],
        };
        assert_eq!(found(template), expected, "{template}");
    }
}

#[test]
fn the_built_in_templates_want_no_more_than_they_can_have() {
    assert_eq!(Templates::built_in().misuses(), []);
}

#[test]
fn language_and_tags_are_asked_for_where_a_template_may_see_them() {
    let asked = |template: &str| {
        let asked = AskedOf::by(&BTreeMap::from([("a".to_owned(), template.to_owned())]));
        (asked.language, asked.tags)
    };
    for (template, expected) in [
        (
            "{{ reader.name }}{{ reader.links.feedback }}",
            (false, false),
        ),
        ("{% if reader.language == \"ko\" %}", (true, false)),
        ("{% for tag in reader.tags %}", (false, true)),
        ("{% if \"vip\" in reader.tags %}", (false, true)),
        ("{% set person = reader %}{{ person.tags }}", (true, true)),
        ("{{ reader[\"tags\"] }}", (true, true)),
        ("{{ __tera_context }}", (true, true)),
        ("{{<footer reader={reader} />}}", (true, true)),
    ] {
        assert_eq!(asked(template), expected, "{template}");
    }
}
