//! A relay that takes everything and counts, a little slow at the dot so that kills find something
//! on the wire. It can die and come back, or fall silent.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

#[derive(Debug, Default)]
struct Shared {
    taken: Mutex<HashMap<String, u32>>,
    /// How many that is.
    count: AtomicUsize,
    open: AtomicUsize,
    /// What is waited before the answer to a dot, in microseconds.
    delay: AtomicU64,
    /// Every connection that is open, to be cut.
    sockets: Mutex<HashMap<u64, TcpStream>>,
    connected: AtomicU64,
    dead_until: Mutex<Option<Instant>>,
    is_silent: AtomicBool,
    /// Connections that wait for a greeting which never comes.
    waiting: AtomicUsize,
}

/// A running relay.
pub(crate) struct Relay {
    port: u16,
    shared: Arc<Shared>,
}

impl Relay {
    pub(crate) fn start(delay: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared::default());
        shared
            .delay
            .store(delay.as_micros() as u64, Ordering::SeqCst);
        let of_acceptor = Arc::clone(&shared);
        // Ends with the test process; a listener that nobody calls costs nothing.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&of_acceptor);
                if shared.is_dead() {
                    continue;
                }
                if shared.is_silent.load(Ordering::SeqCst) {
                    shared.waiting.fetch_add(1, Ordering::SeqCst);
                    shared.hold(stream);
                    continue;
                }
                let held = shared.hold(stream.try_clone().unwrap());
                shared.open.fetch_add(1, Ordering::SeqCst);
                thread::spawn(move || {
                    // A client that was killed leaves errors behind; what it sent is counted.
                    let _ = converse(stream, &shared);
                    shared.sockets.lock().unwrap().remove(&held);
                    shared.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { port, shared }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Whether that reader's message was taken.
    pub(crate) fn has_taken(&self, reader: &str) -> bool {
        self.shared.taken.lock().unwrap().contains_key(reader)
    }

    /// Messages taken so far.
    pub(crate) fn count(&self) -> usize {
        self.shared.count.load(Ordering::SeqCst)
    }

    /// Cuts every connection, and takes none for so long.
    pub(super) fn die_for(&self, time: Duration) {
        *self.shared.dead_until.lock().unwrap() = Some(Instant::now() + time);
        self.cut();
    }

    /// Cuts every connection, and greets nobody who comes.
    pub(super) fn fall_silent(&self) {
        self.shared.is_silent.store(true, Ordering::SeqCst);
        self.cut();
    }

    /// How many wait for its greeting.
    pub(super) fn waiting(&self) -> usize {
        self.shared.waiting.load(Ordering::SeqCst)
    }

    /// Greets again.
    pub(super) fn come_back(&self) {
        self.cut();
        self.shared.is_silent.store(false, Ordering::SeqCst);
    }

    /// Answers at once from now on.
    pub(crate) fn quicken(&self) {
        self.shared.delay.store(100, Ordering::SeqCst);
    }

    fn cut(&self) {
        for (_, socket) in self.shared.sockets.lock().unwrap().drain() {
            let _ = socket.shutdown(Shutdown::Both);
        }
    }

    /// Waits for the last conversations and answers how often each recipient was taken.
    pub(crate) fn finish(self) -> HashMap<String, u32> {
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

impl Shared {
    /// Keeps a connection to be cut; answers its number.
    fn hold(&self, socket: TcpStream) -> u64 {
        let number = self.connected.fetch_add(1, Ordering::SeqCst);
        self.sockets.lock().unwrap().insert(number, socket);
        number
    }

    fn is_dead(&self) -> bool {
        let dead_until = *self.dead_until.lock().unwrap();
        dead_until.is_some_and(|until| Instant::now() < until)
    }

    /// Waits before an answer, and no longer than it still has to.
    fn rest(&self) {
        let started = Instant::now();
        let left = || {
            let delay = Duration::from_micros(self.delay.load(Ordering::SeqCst));
            delay.saturating_sub(started.elapsed())
        };
        while !left().is_zero() {
            thread::sleep(left().min(Duration::from_millis(50)));
        }
    }
}

fn converse(stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
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
                shared.count.fetch_add(1, Ordering::SeqCst);
                shared.rest();
                out.write_all(b"250 2.0.0 OK\r\n")?;
            }
            "QUIT" => return out.write_all(b"221 2.0.0 Bye\r\n"),
            _ => out.write_all(b"250 2.0.0 OK\r\n")?,
        }
    }
}
