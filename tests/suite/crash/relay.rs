//! A relay that takes everything and counts, a little slow at the dot so that kills find something
//! on the wire.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

#[derive(Debug, Default)]
struct Shared {
    taken: Mutex<HashMap<String, u32>>,
    open: AtomicUsize,
}

/// A running relay.
pub(super) struct Relay {
    port: u16,
    shared: Arc<Shared>,
}

impl Relay {
    pub(super) fn start(delay: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared::default());
        let of_acceptor = Arc::clone(&shared);
        // Ends with the test process; a listener that nobody calls costs nothing.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&of_acceptor);
                shared.open.fetch_add(1, Ordering::SeqCst);
                thread::spawn(move || {
                    // A client that was killed leaves errors behind; what it sent is counted.
                    let _ = converse(stream, delay, &shared);
                    shared.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { port, shared }
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Messages taken so far.
    pub(super) fn count(&self) -> usize {
        self.shared
            .taken
            .lock()
            .unwrap()
            .values()
            .map(|times| *times as usize)
            .sum()
    }

    /// Waits for the last conversations and answers how often each recipient was taken.
    pub(super) fn finish(self) -> HashMap<String, u32> {
        let started = Instant::now();
        while self.shared.open.load(Ordering::SeqCst) > 0 {
            assert!(
                started.elapsed() < Duration::from_secs(20),
                "a conversation never ends"
            );
            thread::sleep(Duration::from_millis(5));
        }
        self.shared.taken.lock().unwrap().clone()
    }
}

fn converse(stream: TcpStream, delay: Duration, shared: &Shared) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut out = stream.try_clone()?;
    let mut input = BufReader::new(stream);
    out.write_all(b"220 relay.example.com ESMTP\r\n")?;
    let (mut line, mut recipient) = (String::new(), String::new());
    loop {
        line.clear();
        if input.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => {
                out.write_all(b"250-relay.example.com\r\n250-PIPELINING\r\n250 8BITMIME\r\n")?
            }
            "RCPT" => {
                let start = line.find('<').unwrap_or_default() + 1;
                let end = line.find('>').unwrap_or(line.len());
                recipient = line[start..end].to_owned();
                out.write_all(b"250 2.1.5 OK\r\n")?;
            }
            "DATA" => {
                out.write_all(b"354 Go ahead\r\n")?;
                let mut body = Vec::new();
                loop {
                    body.clear();
                    if input.read_until(b'\n', &mut body)? == 0 {
                        return Ok(());
                    }
                    if body == b".\r\n" {
                        break;
                    }
                }
                // From here on the message is the relay's, whoever hears of it.
                *shared
                    .taken
                    .lock()
                    .unwrap()
                    .entry(recipient.clone())
                    .or_default() += 1;
                thread::sleep(delay);
                out.write_all(b"250 2.0.0 OK\r\n")?;
            }
            "QUIT" => return out.write_all(b"221 2.0.0 Bye\r\n"),
            _ => out.write_all(b"250 2.0.0 OK\r\n")?,
        }
    }
}
