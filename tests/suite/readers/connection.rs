//! A connection that stays open, as providers' servers, proxies and attackers have them: one request after the other.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

/// One connection to the pages.
pub(super) struct OpenConnection(BufReader<TcpStream>);

impl OpenConnection {
    pub(super) fn to(address: SocketAddr) -> Self {
        let tcp = TcpStream::connect(address).unwrap();
        tcp.set_nodelay(true).unwrap();
        Self(BufReader::new(tcp))
    }

    /// Clicks at those addresses as mail clients do, and answers how long each waited for its 200.
    pub(super) fn clicks(mut self, paths: &[String]) -> Vec<Duration> {
        let click = |path: &String| {
            let start = Instant::now();
            let status = self.post(path, "", "List-Unsubscribe=One-Click");
            let took = start.elapsed();
            assert_eq!(status, 200, "{path}");
            took
        };
        paths.iter().map(click).collect()
    }

    /// Clicks at those addresses, one each `pace`, and answers how long each waited since it was due: who comes late
    /// because the one before was kept waiting has waited too.
    pub(super) fn clicks_at(mut self, pace: Duration, paths: &[String]) -> Vec<Duration> {
        let mut due = Instant::now();
        let mut took = Vec::with_capacity(paths.len());
        for path in paths {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            let status = self.post(path, "", "List-Unsubscribe=One-Click");
            assert_eq!(status, 200, "{path}");
            took.push(due.elapsed());
            due += pace;
        }
        took
    }

    /// Sends a form, with more lines in its head; answers the status.
    pub(super) fn post(&mut self, path: &str, more: &str, body: &str) -> u16 {
        let length = body.len();
        self.ask(&format!(
            "POST {path} HTTP/1.1\r\nHost: note.example.com\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             {more}Content-Length: {length}\r\n\r\n{body}"
        ))
    }

    pub(super) fn get(&mut self, path: &str) -> u16 {
        self.ask(&format!(
            "GET {path} HTTP/1.1\r\nHost: note.example.com\r\n\r\n"
        ))
    }

    /// Reads the answer to its end.
    fn ask(&mut self, request: &str) -> u16 {
        self.0.get_mut().write_all(request.as_bytes()).unwrap();
        let mut status = String::new();
        self.0.read_line(&mut status).unwrap();
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).unwrap();
            if line.trim().is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').unwrap_or_default();
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).unwrap();
        let code = status.split(' ').nth(1).unwrap_or_default();
        code.parse().unwrap_or_else(|_| panic!("{status}"))
    }
}
