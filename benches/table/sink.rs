//! A relay that costs next to nothing: one process of one thread that reads every byte, answers as RFC 5321 and
//! 2920 have it, and throws the mail away. `smtp-sink` takes ten times as long for a message and hides what a sender
//! costs; this one is told to prove itself before anything is measured by it.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use memchr::memmem::Finder;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// With this argument the bench is the sink and nothing else.
const ROLE: &str = "--be-the-sink";
/// What is read at once; a message of 30 KB comes whole.
const BUFFER: usize = 256 * 1024;

/// The sink, running as a process of its own.
pub(crate) struct CheapSink {
    process: Child,
    pub(crate) addr: SocketAddr,
}

/// What came to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) messages: u64,
    /// Of the messages alone, as they stood on the wire, without the last line.
    pub(crate) bytes: u64,
    pub(crate) cpu: Duration,
}

impl CheapSink {
    pub(crate) fn start() -> Self {
        let own = std::env::current_exe().expect("this program");
        let mut process = Command::new(own)
            .arg(ROLE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the sink");
        let mut line = String::new();
        let said = process.stdout.as_mut().expect("its words");
        BufReader::new(said).read_line(&mut line).expect("a line");
        let addr = line.trim().parse().expect("where it listens");
        Self { process, addr }
    }

    /// Ends it and asks what it took.
    pub(crate) fn finish(mut self) -> Taken {
        drop(self.process.stdin.take());
        let mut account = String::new();
        let mut said = self.process.stdout.take().expect("its words");
        said.read_to_string(&mut account).expect("its account");
        let numbers: Vec<u64> = account
            .split_whitespace()
            .filter_map(|word| word.parse().ok())
            .collect();
        let [messages, bytes, nanoseconds] = numbers[..] else {
            panic!("not an account of the sink: {account}");
        };
        Taken {
            messages,
            bytes,
            cpu: Duration::from_nanos(nanoseconds),
        }
    }
}

impl Drop for CheapSink {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A message cut at every place must be read whole, counted whole, and answered once.
pub(crate) fn prove() {
    let message = b"Subject: x\r\n\r\n.\r.\n..\r\n\n.\n\r\n.x\r\nend\r\n.\r\n";
    let conversation = [
        &b"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n"[..],
        message,
        b"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n.\r\nQUIT\r\n",
    ]
    .concat();
    let sink = CheapSink::start();
    for cut in 1..conversation.len() {
        let mut stream = TcpStream::connect(sink.addr).expect("the sink");
        stream.set_nodelay(true).expect("no delay");
        stream.write_all(&conversation[..cut]).expect("a part");
        std::thread::sleep(Duration::from_micros(200));
        stream.write_all(&conversation[cut..]).expect("the rest");
        let mut replies = String::new();
        stream.read_to_string(&mut replies).expect("replies");
        let codes: Vec<&str> = replies.lines().map(|line| &line[..3]).collect();
        let wanted = [
            "220", "250", "250", "354", "250", "250", "250", "354", "250", "221",
        ];
        assert_eq!(codes, wanted, "cut at {cut}");
    }
    let rounds = conversation.len() as u64 - 1;
    let taken = sink.finish();
    let bytes = message.len() as u64 - 3;
    assert_eq!((taken.messages, taken.bytes), (2 * rounds, bytes * rounds));
}

/// Whether this process is to be the sink; it never comes back then.
pub(crate) fn take_the_role() {
    if !std::env::args().any(|argument| argument == ROLE) {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .expect("a runtime");
    let _ = runtime.block_on(listen());
    std::process::exit(1);
}

/// What all connections have brought.
#[derive(Default)]
struct Totals {
    messages: AtomicU64,
    bytes: AtomicU64,
}

async fn listen() -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("{}", listener.local_addr()?);
    io::stdout().flush()?;
    let totals = Arc::new(Totals::default());
    let counted = Arc::clone(&totals);
    std::thread::spawn(move || {
        let _ = io::stdin().read_to_end(&mut Vec::new());
        // The account of the process's first thread, which does the work.
        let cpu = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
        let cpu = cpu.split(' ').next().unwrap_or("0");
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        println!(
            "{} {} {cpu}",
            count(&counted.messages),
            count(&counted.bytes)
        );
        std::process::exit(0);
    });
    loop {
        let (stream, _) = listener.accept().await?;
        let totals = Arc::clone(&totals);
        tokio::spawn(async move { serve(stream, &totals).await });
    }
}

async fn serve(mut stream: tokio::net::TcpStream, totals: &Totals) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.write_all(b"220 sink.example.com ESMTP\r\n").await?;
    let mut conversation = Conversation::new();
    let (mut buffer, mut filled) = (vec![0; BUFFER], 0);
    let mut replies = Vec::new();
    while !conversation.is_over {
        let read = stream.read(&mut buffer[filled..]).await?;
        if read == 0 {
            return Ok(());
        }
        filled += read;
        let done = conversation.hear(&buffer[..filled], &mut replies, totals);
        buffer.copy_within(done..filled, 0);
        filled -= done;
        if !replies.is_empty() {
            stream.write_all(&replies).await?;
            replies.clear();
        }
    }
    stream.shutdown().await
}

/// Where a connection stands.
struct Conversation {
    end: Finder<'static>,
    /// Bytes of the message so far; None: it waits for a command.
    message: Option<u64>,
    is_over: bool,
}

impl Conversation {
    fn new() -> Self {
        Self {
            end: Finder::new(b"\r\n.\r\n"),
            message: None,
            is_over: false,
        }
    }

    /// Answers how many of these bytes it is done with.
    fn hear(&mut self, bytes: &[u8], replies: &mut Vec<u8>, totals: &Totals) -> usize {
        let mut at = 0;
        loop {
            let rest = &bytes[at..];
            let used = match self.message {
                Some(before) => self.read_message(rest, before, replies, totals),
                None => self.obey(rest, replies),
            };
            if used == 0 {
                return at;
            }
            at += used;
        }
    }

    fn read_message(
        &mut self,
        rest: &[u8],
        before: u64,
        replies: &mut Vec<u8>,
        totals: &Totals,
    ) -> usize {
        let (bytes, used) = match self.end.find(rest) {
            _ if before == 0 && rest.starts_with(b".\r\n") => (0, 3),
            // The line end before the dot is the message's own.
            Some(at) => (before + at as u64 + 2, at + 5),
            None => {
                // What may be the beginning of the end is looked at again with what follows.
                let used = rest.len().saturating_sub(4);
                self.message = Some(before + used as u64);
                return used;
            }
        };
        totals.messages.fetch_add(1, Ordering::Relaxed);
        totals.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.message = None;
        replies.extend_from_slice(b"250 2.0.0 taken\r\n");
        used
    }

    fn obey(&mut self, rest: &[u8], replies: &mut Vec<u8>) -> usize {
        let Some(end) = memchr::memchr(b'\n', rest) else {
            return 0;
        };
        let verb: [u8; 4] = rest.get(..4).map_or([0; 4], |verb| {
            std::array::from_fn(|at| verb[at].to_ascii_uppercase())
        });
        let reply: &[u8] = match &verb {
            b"EHLO" => b"250-sink.example.com\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n",
            b"HELO" | b"MAIL" | b"RCPT" | b"RSET" | b"NOOP" => b"250 2.0.0 yes\r\n",
            b"DATA" => {
                self.message = Some(0);
                b"354 go on\r\n"
            }
            b"QUIT" => {
                self.is_over = true;
                b"221 2.0.0 bye\r\n"
            }
            _ => b"500 5.5.1 what?\r\n",
        };
        replies.extend_from_slice(reply);
        end + 1
    }
}
