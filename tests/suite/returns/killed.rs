//! Power that goes out while mail comes back, by each of the doors: nothing of it is lost, nothing counts twice.

use std::{
    fs::{self, File},
    process::Stdio,
    thread,
    time::Duration,
};

use super::{
    doors::Caller,
    dovecot::{Dovecot, Way},
    harness::*,
    hooks,
};
use crate::{postfix::free_port, support::TestPublication};

/// Kills of a test run; `RETURN_ROUNDS` says how many for the long programme.
const ROUNDS: usize = 5;

fn rounds() -> usize {
    let rounds = std::env::var("RETURN_ROUNDS").ok();
    rounds.and_then(|it| it.parse().ok()).unwrap_or(ROUNDS)
}

/// Reports on mail of many readers, one each.
fn prepared() -> (TestPublication, Vec<(String, Vec<u8>)>) {
    let names: Vec<String> = (0..rounds() * 8)
        .map(|n| format!("r{n}@d{n}.example.com"))
        .collect();
    let readers: Vec<&str> = names.iter().map(String::as_str).collect();
    let (publication, taken) = sent(&readers);
    let full = |reader: &&str| {
        let mail = mail_to(&taken, reader);
        (
            mail.sender.clone(),
            report(mail, "5.2.2", "552 5.2.2 Mailbox full"),
        )
    };
    let reports = readers.iter().map(full).collect();
    (publication, reports)
}

fn is_each_counted_once(publication: &TestPublication, count: usize) {
    assert_eq!(reports(publication), count);
    assert_eq!(returned(publication)["counted"], count);
}

#[test]
fn a_maildir_s_mail_is_counted_once_however_often_the_power_goes_out() {
    let (publication, reports) = prepared();
    let publication = publication.and_config("bounces: {maildir: back}\n");
    for folder in ["back/new", "back/cur", "back/tmp"] {
        fs::create_dir_all(publication.path(folder)).unwrap();
    }
    let left =
        |publication: &TestPublication| fs::read_dir(publication.path("back/new")).unwrap().count();
    for (round, group) in reports.chunks(8).enumerate() {
        for (n, (_, report)) in group.iter().enumerate() {
            fs::write(publication.path(&format!("back/new/{round}-{n}")), report).unwrap();
        }
        let served = Served::start(&publication);
        // At another moment each time, from before the first look to after the last rename.
        thread::sleep(Duration::from_millis(30 * (round as u64 % 12)));
        served.kill();
    }
    let _served = Served::start(&publication);
    wait_until("the Maildir is not read", || left(&publication) == 0);
    is_each_counted_once(&publication, reports.len());
}

#[test]
fn what_our_own_door_answered_for_is_there_once_however_often_the_power_goes_out() {
    for (protocol, hello) in [("lmtp", "LHLO"), ("smtp", "EHLO")] {
        our_own_door_is_killed(protocol, hello);
    }
}

fn our_own_door_is_killed(protocol: &str, hello: &str) {
    let (publication, reports) = prepared();
    let address = free_port();
    let publication =
        publication.and_config(&format!("bounces: {{listen: '{protocol}://{address}'}}\n"));
    // A relay that did not hear the answer brings it again.
    let mut unheard: Vec<usize> = Vec::new();
    for round in 0..rounds() {
        let served = Served::start(&publication);
        let mut caller = Caller::to(address);
        caller.say(&format!("{hello} relay.example.test"));
        unheard.extend(round * 8..(round + 1) * 8);
        let power = Duration::from_millis(4 * (round as u64 % 25));
        let killer = thread::spawn(move || {
            thread::sleep(power);
            served.kill();
        });
        unheard.retain(|number| !caller.brings(&reports[*number]));
        killer.join().unwrap();
    }
    let served = Served::start(&publication);
    let mut caller = Caller::to(address);
    caller.say(&format!("{hello} relay.example.test"));
    for number in unheard {
        assert!(caller.brings(&reports[number]));
    }
    served.kill();
    is_each_counted_once(&publication, reports.len());
}

#[test]
fn a_pipe_that_is_killed_loses_nothing_and_counts_nothing_twice() {
    let (publication, reports) = prepared();
    for (round, (_, report)) in reports.iter().enumerate().take(rounds() * 2) {
        let one = publication.path("one.eml");
        fs::write(&one, report).unwrap();
        // A mail system hands it in, or a person names the file.
        let mut import = publication.command(["bounces", "import"]);
        match round % 2 {
            0 => import.arg("-").stdin(File::open(&one).unwrap()),
            _ => import.arg(&one),
        };
        let mut child = import
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(20 * (round as u64 % 10)));
        let _ = child.kill();
        let _ = child.wait();
        // As the mail system does that saw no exit code of 0.
        publication.run(["bounces", "import", "one.eml"]).exits(0);
    }
    is_each_counted_once(&publication, rounds() * 2);
}

#[test]
fn a_mailbox_s_mail_is_counted_once_however_often_the_power_goes_out() {
    let Some(dovecot) = Dovecot::start(Way::Tls) else {
        return;
    };
    let (publication, reports) = prepared();
    let publication = dovecot.configured(publication);
    for (round, group) in reports.chunks(8).enumerate() {
        for (n, (_, report)) in group.iter().enumerate() {
            dovecot.deliver(&format!("{round}-{n}"), report);
        }
        let served = Served::start(&publication);
        // At another moment each time, from before the login to after the last move.
        thread::sleep(Duration::from_millis(150 + 60 * (round as u64 % 12)));
        served.kill();
    }
    let _served = Served::start(&publication);
    wait_until("the mailbox is not emptied", || dovecot.count("") == 0);
    is_each_counted_once(&publication, reports.len());
}

#[test]
fn what_a_hook_answered_for_is_there_once_however_often_the_power_goes_out() {
    let (publication, reports) = prepared();
    let address = free_port();
    let publication = publication.and_config(&hooks::setting(address));
    let event = |number: usize| hooks::bounce(number, &reports[number].1);
    // What a provider did not hear a 200 for, it tells again.
    let mut unheard: Vec<usize> = Vec::new();
    let mut next = 0;
    for round in 0..rounds() {
        let served = Served::start(&publication);
        hooks::wait_for(address);
        unheard.extend(next..next + 8);
        next += 8;
        let (power, lives) = (Duration::from_millis(4 * (round as u64 % 25)), served);
        let killer = thread::spawn(move || {
            thread::sleep(power);
            lives.kill();
        });
        unheard.retain(|number| hooks::told(address, &event(*number)) != Some(200));
        killer.join().unwrap();
    }
    let _served = Served::start(&publication);
    hooks::wait_for(address);
    for number in unheard {
        assert_eq!(hooks::told(address, &event(number)), Some(200));
    }
    is_each_counted_once(&publication, reports.len());
}
