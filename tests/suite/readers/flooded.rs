//! A flood of forms at the served pages, from a thousand networks as a proxy names them, and people beside it.
//! `FLOOD` says how many forms (`just flood`: ten thousand); a thousand with the other tests.

use std::{
    env, thread,
    time::{Duration, Instant},
};

use super::{
    connection::OpenConnection,
    harness::{ServedPages, form, mail_by_reader, publication},
};

const PEOPLE: usize = 20;
/// Further forms on one connection would outlast it.
const A_CONNECTION: usize = 500;

/// How a flood spells the mailboxes that it has: each in as many ways as it can.
fn spelled(number: usize, mailboxes: usize) -> String {
    let mailbox = number % mailboxes;
    match number / mailboxes % 3 {
        0 => format!("flood.{mailbox}@example.com"),
        1 => format!("flood{mailbox}+{number}@example.com"),
        _ => format!("f.lood{mailbox}@example.com"),
    }
}

/// A form from that network, as the proxy on this machine says.
fn sent(open: &mut OpenConnection, network: &str, fields: &[(&str, &str)]) -> u16 {
    let from = format!("X-Forwarded-For: {network}\r\n");
    open.post("/subscribe", &from, &form(fields))
}

/// That many forms to so many mailboxes; answers how many of the flood's and of people's mails left, and what
/// the pages had of memory.
fn flood(forms: usize, mailboxes: usize) -> (usize, usize, String) {
    let publication = publication();
    let pages = ServedPages::start(&publication);
    // People open the form, and take their time.
    let seal = || pages.get("/subscribe").is(200).field("opened").unwrap();
    let seals: Vec<String> = (0..PEOPLE).map(|_| seal()).collect();
    thread::sleep(Duration::from_millis(3_200));
    let before = pages.memory_mib();
    let hasty = seal();
    let mut open = OpenConnection::to(pages.address);
    let mut came = 0;
    for number in 0..forms {
        if number % A_CONNECTION == 0 {
            open = OpenConnection::to(pages.address);
        }
        let network = number % (forms / 10);
        let network = format!("10.{}.{}.9", network / 250, network % 250);
        let email = spelled(number, mailboxes);
        let mut fields = vec![
            ("email", email.as_str()),
            ("edition", "monday"),
            ("sure", "yes"),
        ];
        // Some of them bring a seal from a form that nobody can have filled in meanwhile.
        if number % 7 == 0 {
            fields.push(("opened", &hasty));
        }
        let status = sent(&mut open, &network, &fields);
        assert!([200, 422, 429].contains(&status), "{email}: {status}");
        if number % (forms / PEOPLE) == forms / (2 * PEOPLE) {
            let email = format!("person{came}@example.org");
            let network = format!("203.0.{came}.7");
            let fields = [
                ("email", email.as_str()),
                ("edition", "monday"),
                ("opened", seals[came].as_str()),
            ];
            assert_eq!(sent(&mut open, &network, &fields), 200);
            came += 1;
        }
    }
    let after = pages.memory_mib();
    assert_eq!(came, PEOPLE);
    let count = || {
        let mail = mail_by_reader(&publication);
        let people = mail.keys().filter(|to| to.starts_with("person")).count();
        (mail.len() - people, people)
    };
    let waited = Instant::now();
    while count().1 < PEOPLE && waited.elapsed() < Duration::from_secs(20) {
        thread::sleep(Duration::from_millis(200));
    }
    let (hostile, people) = count();
    assert!(after <= before + 64, "memory: {before} MiB, then {after}");
    (
        hostile,
        people,
        format!("{before} MiB before, {after} after"),
    )
}

#[test]
fn a_flood_of_forms_gets_few_mails_out_and_people_beside_it_get_theirs() {
    let forms = env::var("FLOOD").ok().and_then(|it| it.parse().ok());
    let forms: usize = forms.unwrap_or(1_000);
    for mailboxes in [100, forms] {
        let (hostile, people, memory) = flood(forms, mailboxes);
        println!(
            "{forms} forms to {mailboxes} mailboxes: {hostile} confirmations left, {people} of {PEOPLE} people got theirs; \
             {memory}"
        );
        assert!(hostile <= 50 && people >= 19, "{hostile}, {people}");
    }
}
