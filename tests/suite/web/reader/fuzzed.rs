//! Requests that were fine until somebody broke them: cut, bytes changed, put in, taken out, heads doubled.
//! Whatever comes, the pages go on serving, and nobody is erased or moved by noise.

use tokio::task::JoinSet;

use super::served::ServedPages;

/// How many.
const REQUESTS: u64 = 10_000;
/// How many at a time.
const AT_ONCE: u64 = 8;

const WELL: [&str; 8] = [
    "GET / HTTP/1.1\r\nHost: a\r\nAccept-Language: ko-KR,en;q=0.8\r\n\r\n",
    "GET /issues/2026-11-23-small-models?x=%ED%8E%B8 HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.1, 10.0.0.1\r\n\r\n",
    "GET /style.css?for=issue&in=ko&v=0 HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST /u/minji HTTP/1.1\r\nHost: a\r\nContent-Length: 26\r\n\r\nList-Unsubscribe=One-Click",
    "POST /subscribe HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 68\r\n\r\n\
     email=minji%40example.com&agree=yes&of_age=yes&opened=sealed&name=%C3",
    "POST /p/minji HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 66\r\n\r\n\
     --x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nMinji\r\n--x--\r\n",
    "POST /api/subscribe HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 55\r\n\r\n\
     {\"email\":\"minji@example.com\",\"agree\":true,\"of_age\":true}",
    "POST /f/2026-11-23-small-models/minji?choice=good HTTP/1.1\r\nHost: a\r\nContent-Length: 16\r\n\r\ntext=%EC%A2%8B&x",
];

/// A small generator: the same requests at every run (xorshift64*).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % sides.max(1)
    }
}

fn broken(number: u64) -> Vec<u8> {
    let mut dice = Dice((number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mut bytes = WELL[dice.roll(WELL.len())].as_bytes().to_vec();
    for _ in 0..=dice.roll(4) {
        let at = dice.roll(bytes.len());
        match dice.roll(5) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, dice.roll(256) as u8),
            2 if !bytes.is_empty() => bytes[at] = dice.roll(256) as u8,
            3 => {
                let piece = bytes[at..].iter().take(40).copied().collect::<Vec<u8>>();
                let to = dice.roll(bytes.len());
                bytes.splice(to..to, piece.repeat(dice.roll(5)));
            }
            _ => {
                let end = (at + dice.roll(12)).min(bytes.len());
                bytes.drain(at..end);
            }
        }
    }
    bytes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broken_requests_break_nothing() {
    let pages = ServedPages::of_the_house().await;
    let at = pages.at;
    let mut senders = JoinSet::new();
    for sender in 0..AT_ONCE {
        senders.spawn(async move {
            let mut answered = 0;
            for number in (sender..REQUESTS).step_by(AT_ONCE as usize) {
                let request = broken(number);
                let status = ServedPages::status(at, &request).await;
                assert!(
                    status.is_none_or(|status| status < 500),
                    "{number}: {status:?}: {:?}",
                    String::from_utf8_lossy(&request)
                );
                answered += u64::from(status.is_some());
            }
            answered
        });
    }
    let answered: u64 = senders.join_all().await.into_iter().sum();
    assert!(answered > REQUESTS / 2, "{answered} had an answer");
    let acts = pages.list.take_acts();
    let grave = ["erase", "ask_move", "confirm", "undo", "personal"];
    let is_grave = |act: &&String| grave.iter().any(|grave| act.starts_with(grave));
    assert_eq!(acts.iter().find(is_grave), None);
    assert_eq!(pages.get("/").await.status, 200);
}
