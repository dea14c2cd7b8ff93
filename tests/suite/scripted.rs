//! A scripted SMTP server: behaves as RFC 5321 asks, except where a test tells it not to.
//!
//! ```ignore
//! let server = ScriptedServer::new()
//!     .on(Rcpt, reply("550 5.1.1 No such user").to("gone@example.com"))
//!     .on(Dot, close().times(1))                         // takes one message, hangs up, says nothing
//!     .on(Mail, reply("421 4.3.2 Enough").then_close().message(101))
//!     .start();
//! // … send through server.relay() or server.url() …
//! assert_eq!(server.taken().len(), 20);
//! ```
//!
//! Plain threads and blocking sockets: it runs beside any runtime, also beside none. Dropping the
//! server fails the test where a client left a connection half-way (in the middle of a message,
//! without the script having disturbed it), left one open, pipelined unasked, or sent a bare LF.

mod conversation;
mod manners;
mod play;
mod stream;
mod tls;

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use daily_note::{
    publication::TlsMode,
    smtp::{Relay, Timeouts},
};

use conversation::Conversation;
use play::Script;
pub(crate) use play::{At, At::*, Play, close, raw, reply, stall};
use tls::Certificates;

/// How often it is looked, once the test is over, whether a client has ended its connections. It is the looks that are
/// counted and not the time: while the machine stands still, our own threads don't hear of an end either.
const LOOKS: u32 = 600;
const BETWEEN_LOOKS: Duration = Duration::from_millis(5);

/// A message that the server took: it read the final dot and did not refuse it.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    /// RCPT's address.
    pub(crate) recipient: String,
    /// MAIL's address.
    pub(crate) sender: String,
    /// The Message-ID header, with its brackets.
    pub(crate) message_id: String,
    /// The message, without doubled dots.
    pub(crate) bytes: Vec<u8>,
    /// Which connection brought it, from 1.
    pub(crate) connection: usize,
    /// What was answered; None where the script kept silent after the dot.
    pub(crate) answer: Option<String>,
}

/// A server to be: what it offers and how it misbehaves.
pub(crate) struct Plan {
    listen: SocketAddr,
    extensions: Vec<String>,
    offer: Offer,
    host: String,
    impostors: Vec<usize>,
    credentials: Option<(String, String)>,
    tokens: Option<Tokens>,
    script: Script,
    minds_abandonment: bool,
}

/// Whose token is taken, and how.
struct Tokens {
    user: String,
    mechanisms: String,
    valid: Arc<Mutex<String>>,
}

/// How TLS comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Offer {
    Clear,
    StartTls,
    Implicit,
}

/// A running server.
pub(crate) struct ScriptedServer {
    addr: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

/// What the threads of all connections share.
struct Shared {
    plan: Plan,
    certificates: Option<Certificates>,
    impostor: Option<Certificates>,
    taken: Mutex<Vec<Taken>>,
    connections: Mutex<Vec<Connection>>,
    is_over: AtomicBool,
}

/// What is known of one connection.
struct Connection {
    socket: TcpStream,
    transcript: Vec<String>,
    /// In the middle of what; None between messages.
    in_the_middle_of: Option<At>,
    /// The script has meddled with more than the words of an answer.
    is_disturbed: bool,
    has_ended: bool,
    violations: Vec<String>,
}

impl ScriptedServer {
    /// A well-behaved server on a loopback port, without TLS, that offers PIPELINING, SIZE,
    /// 8BITMIME and ENHANCEDSTATUSCODES.
    #[expect(clippy::new_ret_no_self, reason = "a test reads better so")]
    pub(crate) fn new() -> Plan {
        Plan {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            extensions: [
                "PIPELINING",
                "SIZE 104857600",
                "8BITMIME",
                "ENHANCEDSTATUSCODES",
            ]
            .map(str::to_owned)
            .into(),
            offer: Offer::Clear,
            host: "localhost".to_owned(),
            impostors: Vec::new(),
            credentials: None,
            tokens: None,
            script: Script::default(),
            minds_abandonment: true,
        }
    }

    /// Where it listens.
    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// For `smtp.url`, without credentials.
    pub(crate) fn url(&self) -> String {
        let port = self.addr.port();
        match self.shared.plan.offer {
            Offer::Clear => format!("smtp://127.0.0.1:{port}?tls=none"),
            Offer::StartTls => format!("smtp://localhost:{port}"),
            Offer::Implicit => format!("smtps://localhost:{port}"),
        }
    }

    /// For a session, with timeouts of five seconds.
    pub(crate) fn relay(&self) -> Relay {
        let tls = match self.shared.plan.offer {
            Offer::Clear => TlsMode::None,
            Offer::StartTls => TlsMode::Required,
            Offer::Implicit => TlsMode::Implicit,
        };
        let relay = Relay::new("localhost", self.addr.port(), tls)
            .with_timeouts(Timeouts::all(Duration::from_secs(5)));
        match &self.shared.certificates {
            Some(_) => relay.with_ca_file(self.ca_file()),
            None => relay,
        }
    }

    /// Whether it speaks TLS.
    pub(crate) fn has_tls(&self) -> bool {
        self.shared.certificates.is_some()
    }

    /// The authority that signed its certificate, for `smtp.ca_file`.
    pub(crate) fn ca_file(&self) -> &Path {
        let certificates = self.shared.certificates.as_ref();
        certificates.expect("a server with TLS").ca_file()
    }

    /// What it holds, in the order of arrival.
    pub(crate) fn taken(&self) -> Vec<Taken> {
        self.shared.taken.lock().unwrap().clone()
    }

    /// The recipients of what it holds, in the order of arrival.
    pub(crate) fn recipients(&self) -> Vec<String> {
        let taken = self.shared.taken.lock().unwrap();
        taken.iter().map(|taken| taken.recipient.clone()).collect()
    }

    /// How many connections there have been.
    pub(crate) fn connections(&self) -> usize {
        self.shared.connections.lock().unwrap().len()
    }

    /// What was said on a connection (from 1): `C: MAIL FROM:<…>`, `S: 250 2.1.0 OK`. Messages
    /// themselves are one line: `C: (1234 bytes)`.
    pub(crate) fn transcript(&self, connection: usize) -> Vec<String> {
        let connections = self.shared.connections.lock().unwrap();
        connections[connection - 1].transcript.clone()
    }

    /// How often a line stands in the transcripts of all connections.
    pub(crate) fn heard_times(&self, line: &str) -> usize {
        let connections = self.shared.connections.lock().unwrap();
        let lines = connections.iter().flat_map(|it| &it.transcript);
        lines.filter(|it| *it == line).count()
    }

    /// Stops listening and cuts every connection, as a machine that dies. What it holds stays
    /// readable; `Plan::listen` brings another up in its place.
    pub(crate) fn die(&mut self) {
        let mut connections = self.shared.connections.lock().unwrap();
        for connection in &mut *connections {
            connection.is_disturbed = true;
        }
        drop(connections);
        self.close();
    }

    fn close(&mut self) {
        let Some(acceptor) = self.acceptor.take() else {
            return;
        };
        self.shared.is_over.store(true, Ordering::SeqCst);
        // The acceptor sleeps in accept(): wake it.
        let _ = TcpStream::connect(self.addr);
        for connection in &*self.shared.connections.lock().unwrap() {
            let _ = connection.socket.shutdown(std::net::Shutdown::Both);
        }
        let _ = acceptor.join();
    }

    /// Waits for clients to end what they have open, and says what they did wrong.
    fn complaints(&self) -> Vec<String> {
        let is_settled = |c: &Connection| c.has_ended || c.is_disturbed;
        for _ in 0..LOOKS {
            if self
                .shared
                .connections
                .lock()
                .unwrap()
                .iter()
                .all(is_settled)
            {
                break;
            }
            thread::sleep(BETWEEN_LOOKS);
        }
        let connections = self.shared.connections.lock().unwrap();
        (1..)
            .zip(&*connections)
            .flat_map(|(number, connection)| connection.complaints(number))
            .collect()
    }
}

impl Connection {
    fn complaints(&self, number: usize) -> Vec<String> {
        let mut complaints = self.violations.clone();
        if !self.has_ended && !self.is_disturbed {
            complaints.push("was left open".to_owned());
        }
        if let Some(at) = self.in_the_middle_of.filter(|_| !self.is_disturbed) {
            complaints.push(format!("was left half-way, at {at:?}"));
        }
        let last: Vec<_> = self.transcript.iter().rev().take(6).rev().collect();
        complaints
            .into_iter()
            .map(|complaint| format!("connection {number} {complaint}; last said: {last:?}"))
            .collect()
    }
}

impl Drop for ScriptedServer {
    fn drop(&mut self) {
        let complaints = if thread::panicking() || !self.shared.plan.minds_abandonment {
            Vec::new()
        } else {
            self.complaints()
        };
        self.close();
        assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    }
}

impl Plan {
    /// A fault: see [`play`] for what can be played and when.
    pub(crate) fn on(mut self, at: At, play: Play) -> Self {
        self.script.add(at, play);
        self
    }

    /// Offers these extensions instead of the usual ones.
    pub(crate) fn offering(mut self, extensions: &[&str]) -> Self {
        self.extensions = extensions.iter().map(|&word| word.to_owned()).collect();
        self
    }

    /// Offers STARTTLS with a certificate for localhost from an authority of its own.
    pub(crate) fn starttls(mut self) -> Self {
        self.offer = Offer::StartTls;
        self
    }

    /// Speaks TLS from the first byte.
    pub(crate) fn implicit_tls(mut self) -> Self {
        self.offer = Offer::Implicit;
        self
    }

    /// Shows a certificate for another host.
    pub(crate) fn certificate_for(mut self, host: &str) -> Self {
        self.host = host.to_owned();
        self
    }

    /// Shows a certificate for another host on these connections, from 1.
    pub(crate) fn impostor_on(mut self, connections: impl IntoIterator<Item = usize>) -> Self {
        self.impostors.extend(connections);
        self
    }

    /// Offers AUTH PLAIN LOGIN, wants it before MAIL, and takes these alone.
    pub(crate) fn credentials(mut self, user: &str, password: &str) -> Self {
        self.credentials = Some((user.to_owned(), password.to_owned()));
        self
    }

    /// Offers these mechanisms, wants AUTH before MAIL, and takes that user's token alone: the one in
    /// the cell, which may be renewed.
    pub(crate) fn tokens(
        mut self,
        user: &str,
        mechanisms: &str,
        valid: &Arc<Mutex<String>>,
    ) -> Self {
        self.tokens = Some(Tokens {
            user: user.to_owned(),
            mechanisms: mechanisms.to_owned(),
            valid: Arc::clone(valid),
        });
        self
    }

    /// Listens there instead of on any free port: a server that comes back.
    pub(crate) fn listen(mut self, addr: SocketAddr) -> Self {
        self.listen = addr;
        self
    }

    /// Takes no offence at clients that vanish: for tests that kill them.
    pub(crate) fn forgiving(mut self) -> Self {
        self.minds_abandonment = false;
        self
    }

    /// Starts listening.
    pub(crate) fn start(self) -> ScriptedServer {
        let listener = TcpListener::bind(self.listen).unwrap();
        let addr = listener.local_addr().unwrap();
        let certificates = (self.offer != Offer::Clear).then(|| Certificates::for_host(&self.host));
        let impostor =
            (!self.impostors.is_empty()).then(|| Certificates::for_host("elsewhere.example.com"));
        let shared = Arc::new(Shared {
            plan: self,
            certificates,
            impostor,
            taken: Mutex::default(),
            connections: Mutex::default(),
            is_over: AtomicBool::new(false),
        });
        let acceptor = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || accept(&listener, &shared))
        };
        ScriptedServer {
            addr,
            shared,
            acceptor: Some(acceptor),
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    let mut threads = Vec::new();
    while let Ok((socket, _)) = listener.accept() {
        if shared.is_over.load(Ordering::SeqCst) {
            break;
        }
        let mut connections = shared.connections.lock().unwrap();
        connections.push(Connection {
            socket: socket.try_clone().unwrap(),
            transcript: Vec::new(),
            in_the_middle_of: None,
            is_disturbed: false,
            has_ended: false,
            violations: Vec::new(),
        });
        let number = connections.len();
        drop(connections);
        let shared = Arc::clone(shared);
        threads.push(thread::spawn(move || {
            Conversation::run(&shared, number, socket);
        }));
    }
    for thread in threads {
        let _ = thread.join();
    }
}
