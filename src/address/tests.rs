//! The policy, case by case, and what must hold for every text there is.

use proptest::prelude::*;

use super::*;

fn refused(text: &str) -> String {
    Address::parse(text)
        .expect_err("should be refused")
        .to_string()
}

#[test]
fn ordinary_addresses_are_kept_as_written_with_a_lower_case_domain() {
    for (text, kept) in [
        ("minji@example.com", "minji@example.com"),
        ("Min.Ji+news@EXAMPLE.Com", "Min.Ji+news@example.com"),
        (
            "o'brien!#$%&*/=?^_`{|}~-@example.co.kr",
            "o'brien!#$%&*/=?^_`{|}~-@example.co.kr",
        ),
        ("a@xn--9n2bp8q.com", "a@xn--9n2bp8q.com"),
    ] {
        assert_eq!(Address::parse(text).unwrap().as_str(), kept);
        assert_eq!(
            plain::parse(text).is_some(),
            !text.contains("xn--"),
            "{text}"
        );
    }
    let address = Address::parse("Minji@Example.com").unwrap();
    assert_eq!(
        (address.local(), address.domain()),
        ("Minji", "example.com")
    );
    assert_eq!(address.key(), "minji@example.com");
    assert_eq!(address.masked(), "M***@example.com");
}

#[test]
fn internationalised_and_emoji_domains_become_punycode() {
    for (text, kept) in [
        ("a@한글.com", "a@xn--bj0bj06e.com"),
        ("a@BÜCHER.example", "a@xn--bcher-kva.example"),
        ("a@💌.example", "a@xn--rr8h.example"),
        ("a@ｅｘａｍｐｌｅ。com", "a@example.com"),
    ] {
        assert_eq!(Address::parse(text).unwrap().as_str(), kept);
    }
}

#[test]
fn a_refusal_says_which_part_and_why() {
    let long_local = format!("{}@example.com", "a".repeat(65));
    let long_label = format!("a@{}.com", "b".repeat(64));
    let long_whole = format!(
        "{}@{}.com",
        "a".repeat(64),
        vec!["b".repeat(61); 4].join(".")
    );
    let refusals: Vec<String> = [
        "",
        "minji",
        "@example.com",
        "minji@",
        "min ji@example.com",
        "minji@example.com\r\nBcc: x",
        "민지@example.com",
        "\"minji\"@example.com",
        "a..b@example.com",
        ".a@example.com",
        "a,b@example.com",
        "a@b@example.com",
        "a@b",
        "user@localhost",
        "a@b..com",
        "a@.com",
        "a@example.com.",
        "a@[127.0.0.1]",
        "a@127.0.0.1",
        "a@-example.com",
        "a@exa_mple.com",
        "a@ex%61mple.com",
        "a@xn--zzzzzzz9999.com",
        &long_local,
        &long_label,
        &long_whole,
    ]
    .map(|text| {
        let shown: String = text.escape_debug().to_string().chars().take(40).collect();
        let reason = Address::parse(text)
            .map_or_else(|error| error.to_string(), |a| format!("TAKEN as {a}"));
        format!("{shown}: {reason}")
    })
    .into();
    insta::assert_snapshot!(refusals.join("\n"), @r#"
    : the address is empty: write it like name@example.com
    minji: the address has no @: write it like name@example.com
    @example.com: nothing stands before the @
    minji@: nothing stands after the @
    min ji@example.com: the address has a space in it
    minji@example.com\r\nBcc: x: the address has a control character in it (a line break, a tab)
    민지@example.com: the part before the @ has `민` in it: only letters a–z, digits and a few signs can stand there
    \"minji\"@example.com: the part before the @, `"minji"`, is quoted: few servers take such addresses, and we don't
    a..b@example.com: the part before the @, `a..b`, has a dot at its start or end, or two in a row
    .a@example.com: the part before the @, `.a`, has a dot at its start or end, or two in a row
    a,b@example.com: the part before the @ has `,` in it, which can't stand there
    a@b@example.com: the part before the @ has `@` in it, which can't stand there
    a@b: the domain `b` has no dot: write it like example.com
    user@localhost: the domain `localhost` has no dot: write it like example.com
    a@b..com: the domain `b..com` has a dot at its start or end, or two in a row
    a@.com: the domain `.com` has a dot at its start or end, or two in a row
    a@example.com.: the domain `example.com.` has a dot at its start or end, or two in a row
    a@[127.0.0.1]: `[127.0.0.1]` is a network address: we mail to domain names only
    a@127.0.0.1: `127.0.0.1` looks like a network address: we mail to domain names only
    a@-example.com: `-example.com` is not a domain name (letters, digits and hyphens, at most 63 in a part and 253 in all)
    a@exa_mple.com: `exa_mple.com` is not a domain name (letters, digits and hyphens, at most 63 in a part and 253 in all)
    a@ex%61mple.com: `ex%61mple.com` is not a domain name (letters, digits and hyphens, at most 63 in a part and 253 in all)
    a@xn--zzzzzzz9999.com: `xn--zzzzzzz9999.com` is not a domain name (letters, digits and hyphens, at most 63 in a part and 253 in all)
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: the part before the @ is 65 bytes long; mail allows 64
    a@bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: `bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.com` is not a domain name (letters, digits and hyphens, at most 63 in a part and 253 in all)
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: the address is 316 bytes long; mail allows 254
    "#);
}

#[test]
fn a_mailbox_is_read_in_all_its_spellings() {
    let read = |text: &str| {
        let mailbox = Mailbox::parse(text).unwrap();
        (
            mailbox.name.unwrap_or_default(),
            mailbox.address.to_string(),
        )
    };
    let address = "hello@example.com".to_owned();
    assert_eq!(read("hello@example.com"), (String::new(), address.clone()));
    assert_eq!(
        read("<hello@example.com>"),
        (String::new(), address.clone())
    );
    assert_eq!(
        read("데일리 노트 <hello@example.com>"),
        ("데일리 노트".into(), address.clone())
    );
    assert_eq!(
        read(r#""Notes, \"Daily\"" < hello@example.com >"#),
        ("Notes, \"Daily\"".into(), address.clone())
    );
    assert_eq!(
        read("Evil\r\nBcc: x\u{202e} \u{0}<hello@example.com>"),
        ("Evil Bcc: x".into(), address)
    );
    assert_eq!(
        Mailbox::parse("x <a@example.com").unwrap_err().to_string(),
        "a `>` is missing after the address"
    );
    assert_eq!(
        Mailbox::parse("a@example.com>").unwrap_err().to_string(),
        "a `<` is missing before the address"
    );
}

#[test]
fn emoji_made_of_several_characters_stay_whole_in_names() {
    assert_eq!(clean_name(" 민지  👩‍💻 ").as_deref(), Some("민지 👩‍💻"));
    assert_eq!(clean_name("\r\n\t \u{85}"), None);
}

#[test]
fn an_error_of_a_deserialised_address_is_the_policy_s_own() {
    let error = serde_json::from_str::<Address>("\"minji\"").unwrap_err();
    assert!(error.to_string().contains(&refused("minji")));
}

proptest! {
    #[test]
    fn whatever_is_taken_reads_back_the_same(text in "(?s)[a-zA-Z0-9.+_'\"<>한💌ß\r\n\t -]{0,20}@[a-zA-Z0-9.한💌ßİ。_-]{0,30}") {
        if let Ok(address) = Address::parse(&text) {
            prop_assert!(address.as_str().is_ascii());
            prop_assert!(address.as_str().bytes().all(|byte| byte > b' ' && byte != 0x7f));
            prop_assert_eq!(Address::parse(&address.to_string()).unwrap(), address);
        }
    }

    #[test]
    fn what_is_read_in_one_pass_is_what_the_policy_makes_of_it(
        local in "[a-zA-Z0-9.+_'\"한 -]{0,6}",
        domain in "([a-zA-Z0-9-]{0,5}\\.){0,4}[a-zA-Z0-9-]{0,4}|(xn--[a-z0-9]{1,8}\\.){1,2}com|[a-zA-Z0-9.한_-]{0,30}",
        is_long in proptest::bool::weighted(0.2),
        lengths in (55_usize..70, 55_usize..70, 1_usize..5),
    ) {
        let (letters, label, labels) = lengths;
        let text = match is_long {
            false => format!("{local}@{domain}"),
            true => format!("{}@{}com", "x".repeat(letters), format!("{}.", "y".repeat(label)).repeat(labels)),
        };
        if let Some(plain) = plain::parse(&text) {
            prop_assert_eq!(Ok(plain), Address::judge(&text));
        }
    }

    #[test]
    fn a_name_that_is_clean_stays_as_it_is(name in "([a-z가-힣1-9'.\u{a0}\u{2028}\u{7f}-]{0,3} {0,2}){0,3}") {
        if mailbox::is_clean(&name) {
            prop_assert_eq!(mailbox::tidied(&name), Some(name));
        }
    }

    #[test]
    fn whatever_name_a_mailbox_has_it_reads_back_the_same(name in "(?s).{0,30}") {
        let name = clean_name(&name);
        if let Some(name) = &name {
            prop_assert!(!name.chars().any(char::is_control));
        }
        let mailbox = Mailbox { name, address: Address::parse("a@example.com").unwrap() };
        prop_assert_eq!(Mailbox::parse(&mailbox.to_string()).unwrap(), mailbox);
    }

    #[test]
    fn no_text_makes_either_parser_panic(text in "(?s).{0,60}") {
        let _ = Address::parse(&text);
        let _ = Mailbox::parse(&text);
    }
}

#[test]
fn no_address_within_a_text_is_shown_whole() {
    for (text, masked) in [
        (
            "550 5.1.1 <minji@example.com>: unknown",
            "550 5.1.1 <m***@example.com>: unknown",
        ),
        (
            "minji@example.com,tom@example.org",
            "m***@example.com,t***@example.org",
        ),
        ("to=minji+a@example.com", "t***@example.com"),
        ("민지@예시.한국은 없습니다", "민***@예시.한국은 없습니다"),
        ("a@b@example.com", "a***@example.com"),
        ("@ alone, @home and end@", "@ alone, @home and end@"),
        (
            r"to minji@example.com\nto hannah@example.org\n@ all",
            r"to m***@example.com\nto h***@example.org\n@ all",
        ),
        ("nothing here", "nothing here"),
        ("", ""),
    ] {
        assert_eq!(masked_within(text), masked);
    }
}

#[test]
fn people_read_a_domain_in_its_own_script() {
    for (address, shown) in [
        (
            "anyoung@xn--bj0bj06e.example.com",
            "anyoung@한글.example.com",
        ),
        ("a@xn--bcher-kva.example", "a@bücher.example"),
        ("minji@example.com", "minji@example.com"),
        ("Minji@Example.com", "Minji@example.com"),
        // What decodes to nothing, or to what no domain may hold, is not guessed at.
        ("a@xn--zzzzzzz9999.com", "a@xn--zzzzzzz9999.com"),
        ("undisclosed-recipients", "undisclosed-recipients"),
    ] {
        assert_eq!(readable(address), shown);
    }
}

#[test]
fn names_of_tests_and_examples_are_known() {
    for name in [
        "example.com",
        "note.example.org",
        "a.test",
        "localhost",
        "EXAMPLE.net",
    ] {
        assert!(is_reserved_name(name), "{name}");
    }
    for name in [
        "example.de",
        "myexample.com",
        "test.com",
        "latest",
        "example.com.evil.de",
    ] {
        assert!(!is_reserved_name(name), "{name}");
    }
}
