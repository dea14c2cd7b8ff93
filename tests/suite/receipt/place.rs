//! A publication whose receipts leave, the relay that takes them, and what is read out of both.

use std::{
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use daily_note::{
    address::Address,
    app::ReceiptSender,
    audience::{
        SubscriberId,
        membership::signup::{ConsentWording, SignupAsk},
    },
    clock::Clock,
    delivery::StopSignal,
    links::{LinkSecrets, LinkSigner, ListMark},
    live::LivePublication,
    publication::{Environment, Publication},
    store::{AskOutcome, Member, Realm, ReceiptTurn, SignupLimits, Store, sqlite::SqliteStore},
};
use mail_parser::{Message, MessageParser};
use rusqlite::{Connection, OptionalExtension, types::FromSql};
use tokio::{task::JoinHandle, time::sleep};

use crate::{
    scripted::{ScriptedServer, Taken},
    support::TestPublication,
};

const SECRET: &str = "a secret of the tests, as long as one has to be";

/// A publication whose state is open, and who sends from it.
pub(super) struct Place {
    pub(super) publication: TestPublication,
    pub(super) live: Arc<LivePublication>,
    pub(super) store: Arc<dyn Store>,
}

pub(super) fn now() -> DateTime<Utc> {
    Clock::System.now()
}

/// A sender under way.
pub(super) struct Sending {
    pub(super) sender: Arc<ReceiptSender>,
    pub(super) stop: StopSignal,
    pub(super) task: JoinHandle<()>,
}

impl Place {
    pub(super) async fn new(relay: &str, more: &str) -> Self {
        let publication = TestPublication::new().and_config(&format!(
            "smtp: {{url: '{relay}'{more}}}\n\
             web: {{base_url: 'https://note.example.com', secret: '{SECRET}'}}\n"
        ));
        Self::of(
            publication,
            if relay == "inbox" {
                Realm::Rehearsal
            } else {
                Realm::Real
            },
        )
        .await
    }

    pub(super) async fn of(publication: TestPublication, realm: Realm) -> Self {
        let root = publication.path("");
        let read = Publication::load(&root, &Environment::empty()).unwrap();
        let store = SqliteStore::open(&read.state_dir()).await.unwrap();
        Self {
            live: LivePublication::start(Arc::new(read)).await,
            store: Arc::new(store.in_realm(realm)),
            publication,
        }
    }

    pub(super) fn sender(&self) -> Sending {
        let sender = ReceiptSender::of(&self.live, Clock::System);
        let stop = StopSignal::default();
        let (own, until) = (Arc::clone(&sender), stop.clone());
        let task = tokio::spawn(async move { own.run(&until).await });
        Sending { sender, stop, task }
    }

    /// A form is sent.
    pub(super) async fn asks(&self, email: &str) {
        let ask = SignupAsk {
            email: Address::parse(email).unwrap(),
            name: Some("Buy at https://advert.example".to_owned()),
            editions: None,
            language: Some("ko".to_owned()),
            timezone: None,
            wording: ConsentWording::new("I agree.", "en"),
            agreed_to_ads: None,
            page: None,
            network: None,
            prefix: email.to_owned(),
            is_hurried: false,
        };
        let limits = SignupLimits::default();
        let asked = self.store.ask(&ask, &limits, now());
        assert!(
            matches!(asked.await.unwrap(), AskOutcome::Queued),
            "{email}"
        );
    }

    pub(super) async fn signer(&self) -> LinkSigner {
        let mark = ListMark::new(&self.store.mark().await.unwrap());
        LinkSigner::new(&LinkSecrets::only(SECRET.as_bytes()), &mark, None)
    }

    pub(super) async fn member(&self, reader: SubscriberId) -> Member {
        self.store.member(reader).await.unwrap().unwrap()
    }

    pub(super) async fn next(&self) -> Option<DateTime<Utc>> {
        self.store.next_receipt(ReceiptTurn::Awaited).await.unwrap()
    }

    /// Runs SQL on the state's database, which answers one value.
    pub(super) fn value<T: FromSql>(&self, sql: &str) -> Option<T> {
        let database = self.publication.path(".daily-note/daily-note.sqlite");
        let database = Connection::open(database).unwrap();
        database
            .query_row(sql, [], |row| row.get(0))
            .optional()
            .unwrap()
    }

    /// In how many seconds the one receipt is tried again, once it was tried so often.
    pub(super) async fn due_after(&self, tries: u32) -> i64 {
        loop {
            let sql = format!("SELECT due_at FROM receipts WHERE attempts = {tries}");
            match self.value::<i64>(&sql) {
                // Not the lease of a try under way.
                Some(due) if due - now().timestamp_millis() < 200_000 => {
                    return (due - now().timestamp_millis()) / 1_000;
                }
                _ => sleep(Duration::from_millis(20)).await,
            }
        }
    }

    /// Whether some file of the state has these bytes.
    pub(super) fn state_has(&self, text: &str) -> bool {
        holds(&self.publication.path(".daily-note"), text.as_bytes())
    }
}

pub(super) fn holds(folder: &Path, wanted: &[u8]) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return holds(&path, wanted);
        }
        let bytes = fs::read(&path).unwrap_or_default();
        bytes.windows(wanted.len()).any(|part| part == wanted)
    })
}

impl Sending {
    pub(super) async fn stopped(self) {
        self.stop.request();
        self.task.await.unwrap();
    }
}

/// Waits for so many messages, and answers how long that took.
pub(super) async fn taken(
    server: &ScriptedServer,
    count: usize,
    within: Duration,
) -> (Vec<Taken>, Duration) {
    let since = Instant::now();
    while server.taken().len() < count && since.elapsed() < within {
        sleep(Duration::from_millis(10)).await;
    }
    let taken = server.taken();
    assert_eq!(taken.len(), count, "after {:?}", since.elapsed());
    (taken, since.elapsed())
}

pub(super) fn parsed(taken: &Taken) -> Message<'_> {
    MessageParser::new().parse(&taken.bytes).unwrap()
}

/// The token behind a path in the text part.
pub(super) fn token(message: &Message<'_>, path: &str) -> String {
    let text = message.body_text(0).unwrap();
    let (_, rest) = text
        .split_once(path)
        .unwrap_or_else(|| panic!("no {path}: {text}"));
    rest.split_whitespace().next().unwrap().to_owned()
}

pub(super) fn header(message: &Message<'_>, name: &str) -> Option<String> {
    message.header_raw(name).map(|raw| raw.trim().to_owned())
}
