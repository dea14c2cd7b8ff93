//! The program as an operator meets it: watched over, logged, backed up, installed.

mod backup;
mod damage;
mod deploy;
mod hangup;
mod package;
mod retired;
mod watched;

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::Duration,
};

use crate::support::TestPublication;

/// A `serve` that listens, killed at the end.
pub(crate) struct Daemon {
    child: Child,
    address: String,
}

impl Daemon {
    /// Starts it with these arguments before `serve`, and waits until it answers.
    pub(crate) fn start(publication: &TestPublication, before: &[&str], after: &[&str]) -> Self {
        let listen = ["serve", "--listen", "127.0.0.1:0"];
        let arguments: Vec<&str> = before.iter().chain(&listen).chain(after).copied().collect();
        Self::spawn(&mut publication.command(arguments))
    }

    /// The same with a command of the test's own.
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = lines.find_map(|line| {
            let line = line.unwrap();
            Some(
                line.strip_prefix("health and metrics at http://")?
                    .to_owned(),
            )
        });
        // What it says later must find somebody who reads.
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            child,
            address: address.expect("it ended without a word of where it listens"),
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Status and body of a page.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        // Between a listener and the next one nobody is there for a moment.
        let mut tries = 0;
        let mut stream = loop {
            match TcpStream::connect(&self.address) {
                Ok(stream) => break stream,
                Err(_) if tries < 100 => tries += 1,
                Err(error) => panic!("{}: {error}", self.address),
            }
            std::thread::sleep(Duration::from_millis(50));
        };
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, body.to_owned())
    }

    /// Asks until the page is as wanted.
    #[track_caller]
    pub(crate) fn wait_for(&self, path: &str, is_wanted: impl Fn(u16, &str) -> bool) -> String {
        for _ in 0..400 {
            let (status, body) = self.get(path);
            if is_wanted(status, &body) {
                return body;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("{path} stays {:?}", self.get(path));
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
