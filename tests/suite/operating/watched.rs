//! Health, readiness, metrics, logs, and what systemd hears.

use std::{
    io::{BufRead, BufReader},
    os::unix::net::UnixDatagram,
    process::Stdio,
    time::Duration,
};

use super::Daemon;
use crate::support::TestPublication;

#[test]
fn a_daemon_is_well_ready_and_counted() {
    let publication = TestPublication::new();
    let daemon = Daemon::start(&publication, &["--at", "2026-11-23T08:00:01Z"], &[]);
    let page = daemon.wait_for("/metrics", |_, page| {
        page.contains("{issue=\"monday-2026-11-23\",edition=\"monday\",state=\"accepted\"} 2\n")
            && page.contains("state=\"finished\"} 1\n")
    });
    for line in [
        "daily_note_keeps_calendar 1\n",
        "daily_note_configuration_ok 1\n",
        "daily_note_queue 0\n",
        "daily_note_batch_audience{issue=\"monday-2026-11-23\",edition=\"monday\"} 2\n",
        "daily_note_next_slot_timestamp_seconds{edition=\"monday\"} 1796025600\n",
        "# TYPE daily_note_deliveries gauge\n",
    ] {
        assert!(page.contains(line), "no {line} in {page}");
    }
    let beat = page.lines().find_map(|line| {
        let beat = line.strip_prefix("daily_note_last_beat_timestamp_seconds ")?;
        beat.parse::<i64>().ok()
    });
    assert!(beat.unwrap() >= 1_795_420_801, "{page}");
    assert_eq!(
        daemon.get("/healthz"),
        (200, "{\"ok\":true,\"ails\":[]}".to_owned())
    );
    assert_eq!(daemon.get("/readyz").0, 200);
    assert_eq!(daemon.get("/").0, 404);
}

#[test]
fn a_configuration_that_breaks_under_it_makes_it_unready_and_not_unwell() {
    let publication = TestPublication::new();
    let daemon = Daemon::start(&publication, &["--at", "2026-11-20T08:00:00Z"], &[]);
    daemon.wait_for("/readyz", |status, _| status == 200);
    let config = std::fs::read_to_string(publication.path("daily-note.yaml")).unwrap();
    let publication = publication.config("publication: {name: 1");
    let ails = daemon.wait_for("/readyz", |status, _| status == 503);
    assert!(ails.contains("the configuration can't be read"), "{ails}");
    assert_eq!(daemon.get("/healthz").0, 200);
    assert!(
        daemon
            .get("/metrics")
            .1
            .contains("daily_note_configuration_ok 0\n")
    );
    let _publication = publication.config(&config);
    daemon.wait_for("/readyz", |status, _| status == 200);
}

#[test]
fn a_second_daemon_is_well_and_waits() {
    let publication = TestPublication::new();
    let first = Daemon::start(&publication, &["--at", "2026-11-20T08:00:00Z"], &[]);
    first.wait_for("/metrics", |_, page| {
        page.contains("daily_note_keeps_calendar 1\n")
    });
    let second = Daemon::start(&publication, &["--at", "2026-11-20T08:00:00Z"], &[]);
    assert_eq!(second.get("/healthz").0, 200);
    assert!(
        second
            .get("/metrics")
            .1
            .contains("daily_note_keeps_calendar 0\n")
    );
    drop(first);
    second.wait_for("/metrics", |_, page| {
        page.contains("daily_note_keeps_calendar 1\n")
    });
}

#[test]
fn an_address_that_is_taken_is_a_clear_word() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ran = TestPublication::new()
        .run([
            "--at",
            "2026-11-20T08:00:00Z",
            "serve",
            "--listen",
            &address,
        ])
        .exits(3);
    assert!(
        ran.stderr.contains("can't be listened on"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("choose another --listen"),
        "{}",
        ran.stderr
    );
}

#[test]
fn systemd_hears_that_it_is_ready_lives_and_stops() {
    let publication = TestPublication::new();
    let path = publication.path("notify");
    let manager = UnixDatagram::bind(&path).unwrap();
    manager
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let mut daemon = publication
        .command(["--at", "2026-11-20T08:00:00Z", "serve"])
        .env("NOTIFY_SOCKET", &path)
        .env("WATCHDOG_USEC", "200000")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut heard = Vec::new();
    let listen_for = |what: &str, heard: &mut Vec<String>| {
        let mut buffer = [0; 500];
        while heard.iter().filter(|it| it.starts_with(what)).count() == 0 {
            let length = manager
                .recv(&mut buffer)
                .unwrap_or_else(|_| panic!("no {what} in {heard:?}"));
            heard.push(String::from_utf8_lossy(&buffer[..length]).into_owned());
        }
    };
    listen_for("READY=1", &mut heard);
    listen_for("WATCHDOG=1", &mut heard);
    listen_for(
        "STATUS=keeping the calendar; next monday of 2026-11-23",
        &mut heard,
    );
    heard.clear();
    listen_for("WATCHDOG=1", &mut heard);
    let pid = daemon.id().to_string();
    let killed = std::process::Command::new("kill")
        .args(["-TERM", &pid])
        .status()
        .unwrap();
    assert!(killed.success());
    listen_for("STOPPING=1", &mut heard);
    assert_eq!(daemon.wait().unwrap().code(), Some(0));
}

#[test]
fn a_log_for_programs_is_json_and_holds_no_whole_address() {
    let publication =
        TestPublication::new().list("- email: minji@example.com\n- email: minji@example.com\n");
    let ran = publication.run([
        "--at",
        "2026-11-23T08:00:01Z",
        "--log-format",
        "json",
        "-vv",
        "send",
        "--due",
    ]);
    assert!(!ran.stderr.contains("minji@"), "{}", ran.stderr);

    let publication = TestPublication::new();
    let mut daemon = publication
        .command([
            "--at",
            "2026-11-23T08:00:01Z",
            "--log-format",
            "json",
            "serve",
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let pid = daemon.id().to_string();
    let mut log = String::new();
    for line in BufReader::new(daemon.stderr.take().unwrap()).lines() {
        let line = line.unwrap();
        log.push_str(&format!("{line}\n"));
        if line.contains("batch_ended") {
            let kill = ["-TERM", &pid];
            let killed = std::process::Command::new("kill").args(kill).status();
            assert!(killed.unwrap().success());
        }
    }
    daemon.wait().unwrap();
    // Every line, also what a person would be told at the end.
    let lines: Vec<serde_json::Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")))
        .collect();
    let ended = lines.iter().find(|line| line["event"] == "batch_ended");
    assert_eq!(ended.unwrap()["counts"]["accepted"], 2, "{log}");
    let london = lines.last().unwrap()["timestamp"].as_str().unwrap();
    assert!(
        london.ends_with('Z') || london.ends_with("+01:00"),
        "{london}"
    );
    let events: Vec<&str> = lines
        .iter()
        .filter_map(|line| line["event"].as_str())
        .collect();
    assert!(
        events.contains(&"batch_began") && events.contains(&"batch_ended"),
        "{log}"
    );
    assert!(
        lines
            .iter()
            .all(|line| line["timestamp"].is_string() && line["level"].is_string())
    );
    assert!(!log.contains("minji@") && !log.contains("tom@"), "{log}");
}

#[test]
fn a_log_in_a_pipe_has_no_colours_no_other_crate_s_lines_and_the_publications_zone() {
    let publication = TestPublication::new();
    let config = std::fs::read_to_string(publication.path("daily-note.yaml")).unwrap();
    let publication = publication.config(&config.replace("Europe/London", "Asia/Seoul"));
    let at = "2026-11-23T08:00:01+09:00";
    for level in [&[][..], &["-v"], &["-vv"]] {
        let arguments = ["--at", at, "send", "--due"];
        let ran = publication.run(level.iter().chain(&arguments).copied());
        assert!(!ran.stderr.contains('\u{1b}'), "{}", ran.stderr);
        let is_log = |line: &&str| {
            [" INFO ", " WARN ", "DEBUG "]
                .iter()
                .any(|it| line.contains(it))
        };
        for line in ran.stderr.lines().filter(is_log) {
            assert!(line.contains("+09:00 "), "{line}");
        }
    }
    let arguments = ["--log-format", "json", "send", "no-such-issue", "--yes"];
    let ran = publication.run(arguments);
    for line in ran.stderr.lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect(line);
        assert_eq!(line["level"], "ERROR");
    }
}
