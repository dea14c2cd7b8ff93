//! A line to a relay that is far away, made on this machine: every byte arrives half a round trip
//! later, however many are under way. And it notes when the first message was announced on it.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};

/// What a line saw.
#[derive(Debug, Default)]
struct Seen {
    announced: usize,
    first: Option<Instant>,
}

/// The near end of a line.
pub(crate) struct Line {
    pub(crate) addr: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

impl Line {
    /// A line to `far`, so long that an answer takes `round_trip`. It lives as long as the bench.
    pub(crate) fn start(far: SocketAddr, round_trip: Duration) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let addr = listener.local_addr().expect("its address");
        let seen = Arc::new(Mutex::new(Seen::default()));
        let watched = Arc::clone(&seen);
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let watched = Arc::clone(&watched);
                // Connecting costs a round trip too.
                thread::sleep(round_trip);
                if let Ok(far) = TcpStream::connect(far) {
                    let _ = join(&near, &far, round_trip / 2, watched);
                }
            }
        });
        Self { addr, seen }
    }

    /// Waits until so many messages were announced on it; None where that takes too long.
    pub(crate) fn wait_for(&self, messages: usize, within: Duration) -> Option<Instant> {
        let start = Instant::now();
        while start.elapsed() < within {
            let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            if seen.announced >= messages {
                return seen.first;
            }
            drop(seen);
            thread::sleep(Duration::from_millis(1));
        }
        None
    }
}

fn join(
    near: &TcpStream,
    far: &TcpStream,
    delay: Duration,
    seen: Arc<Mutex<Seen>>,
) -> io::Result<()> {
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    carry(near.try_clone()?, far.try_clone()?, delay, Some(seen));
    carry(far.try_clone()?, near.try_clone()?, delay, None);
    Ok(())
}

/// Bytes and when they are due at the other end.
type Parcel = (Instant, Vec<u8>);

fn carry(mut from: TcpStream, mut to: TcpStream, delay: Duration, seen: Option<Arc<Mutex<Seen>>>) {
    let (parcels, due) = mpsc::channel::<Parcel>();
    thread::spawn(move || {
        for (at, bytes) in due {
            thread::sleep(at.saturating_duration_since(Instant::now()));
            if to.write_all(&bytes).is_err() {
                return;
            }
        }
        let _ = to.shutdown(std::net::Shutdown::Write);
    });
    thread::spawn(move || {
        let mut chunk = vec![0; 256 * 1024];
        while let Ok(length @ 1..) = from.read(&mut chunk) {
            let now = Instant::now();
            if let Some(seen) = &seen {
                note(seen, &chunk[..length], now);
            }
            if parcels
                .send((now + delay, chunk[..length].to_vec()))
                .is_err()
            {
                return;
            }
        }
    });
}

/// The commands of a message come in one write, so DATA is never in two.
fn note(seen: &Mutex<Seen>, bytes: &[u8], now: Instant) {
    let announced = memchr::memmem::find_iter(bytes, b"\r\nDATA\r\n").count();
    if announced > 0 {
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.announced += announced;
        seen.first.get_or_insert(now);
    }
}
