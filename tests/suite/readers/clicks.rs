//! Providers' servers that click for their users: one request after the other on a connection that stays open.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

/// One connection of a provider's.
pub(super) struct Clicker(BufReader<TcpStream>);

impl Clicker {
    pub(super) fn of(address: SocketAddr) -> Self {
        let tcp = TcpStream::connect(address).unwrap();
        tcp.set_nodelay(true).unwrap();
        Self(BufReader::new(tcp))
    }

    /// Clicks at those addresses, and answers how long each waited for its 200.
    pub(super) fn clicks(mut self, paths: &[String]) -> Vec<Duration> {
        paths.iter().map(|path| self.click(path)).collect()
    }

    fn click(&mut self, path: &str) -> Duration {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: note.example.com\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: 26\r\n\r\nList-Unsubscribe=One-Click"
        );
        let start = Instant::now();
        self.0.get_mut().write_all(request.as_bytes()).unwrap();
        let status = self.answer();
        let took = start.elapsed();
        assert!(status.starts_with("HTTP/1.1 200"), "{status}");
        took
    }

    /// Reads an answer to its end; answers its first line.
    fn answer(&mut self) -> String {
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
        status
    }
}
