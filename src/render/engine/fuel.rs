//! How far a rendering may go: turns of loops and calls of components, bytes that these read and write, the
//! size of a value, and time. Counted on the thread that renders, by functions that [`super::metered`] puts
//! into templates.

use std::{cell::RefCell, time::Duration};

use tera::{Error, Kwargs, State, Tera, TeraResult, Value};

use crate::{
    clock::Stopwatch,
    words::{phrase, phrased},
};

/// Takes one turn; `weight` is what a turn reads of the template, in bytes.
pub(super) const TURN: &str = "__turn";
/// Takes one turn and hands on its `value`.
pub(super) const TURNED: &str = "__turned";
/// Counts the bytes of a `value`.
pub(super) const WEIGH: &str = "__weigh";

/// The longest issue turns loops thirty thousand times.
const MAX_TURNS: usize = 300_000;
/// Of the template's own text and of values, over all turns.
const MAX_BYTES: usize = 64 << 20;
/// Of one value.
const MAX_VALUE_BYTES: usize = 8 << 20;
/// Lists within lists within a value: letting go of them takes the stack.
const MAX_DEPTH: usize = 32;
/// Whatever filters do with large values in a condition.
const MAX_TIME: Duration = Duration::from_secs(20);
/// What a value in a list takes beside its own bytes.
const SLOT_BYTES: usize = 16;

/// What a counter prints where it stands.
const NOTHING: &str = "";

struct Fuel {
    turns: usize,
    bytes: usize,
    since: Stopwatch,
}

thread_local! {
    static FUEL: RefCell<Option<Fuel>> = const { RefCell::new(None) };
}

/// A rendering begins on this thread.
pub(super) fn fill() {
    FUEL.set(Some(Fuel {
        turns: MAX_TURNS,
        bytes: MAX_BYTES,
        since: Stopwatch::start(),
    }));
}

/// Makes the counters known to an engine.
pub(super) fn register(tera: &mut Tera) {
    tera.register_function(TURN, |arguments: Kwargs, _: &State| {
        spend(1, arguments.must_get::<usize>("weight")?).map(|()| NOTHING)
    });
    tera.register_function(TURNED, |arguments: Kwargs, _: &State| {
        let value = arguments.get::<Value>("value")?;
        spend(1, SLOT_BYTES)?;
        TeraResult::Ok(value.unwrap_or_else(Value::undefined))
    });
    tera.register_function(WEIGH, |arguments: Kwargs, _: &State| {
        let value = arguments.get::<Value>("value")?;
        let bytes = value.as_ref().map_or(Ok(0), |value| weight(value, 0))?;
        spend(0, bytes).map(|()| NOTHING)
    });
}

/// Whether a message is of those that are told here.
pub(super) fn is_told(message: &str) -> bool {
    message.to_lowercase().contains(TOLD)
}

const TOLD: &str = phrase!("the template goes too far");

fn too_far(why: &str) -> Error {
    Error::message(format!("{TOLD}: {why}"))
}

fn spend(turns: usize, bytes: usize) -> TeraResult<()> {
    FUEL.with_borrow_mut(|fuel| {
        let Some(fuel) = fuel else {
            return Ok(());
        };
        if fuel.turns < turns {
            return Err(too_far(&phrased!(
                "its loops and components take more than {most} turns",
                most = MAX_TURNS
            )));
        }
        if fuel.bytes < bytes {
            let megabytes = MAX_BYTES >> 20;
            return Err(too_far(&phrased!(
                "its loops go through more than {megabytes} MB of text"
            )));
        }
        if fuel.since.elapsed() > MAX_TIME {
            let seconds = MAX_TIME.as_secs();
            return Err(too_far(&phrased!("it takes more than {seconds} s")));
        }
        fuel.turns -= turns;
        fuel.bytes -= bytes;
        Ok(())
    })
}

/// The bytes of a value as it would be written, counted no further than they may be.
fn weight(value: &Value, depth: usize) -> TeraResult<usize> {
    if depth > MAX_DEPTH {
        return Err(too_far(&phrased!(
            "a value has more than {most} lists within one another",
            most = MAX_DEPTH
        )));
    }
    let mut bytes = SLOT_BYTES;
    if let Some(text) = value.as_str() {
        bytes += text.len();
    } else if let Some(list) = value.as_array() {
        for item in list {
            bytes += weight(item, depth + 1)?;
            refuse_heavy(bytes)?;
        }
    } else if let Some(map) = value.as_map() {
        for (key, item) in map {
            bytes += key.as_str().map_or(SLOT_BYTES, str::len) + weight(item, depth + 1)?;
            refuse_heavy(bytes)?;
        }
    }
    refuse_heavy(bytes)?;
    Ok(bytes)
}

fn refuse_heavy(bytes: usize) -> TeraResult<()> {
    match bytes > MAX_VALUE_BYTES {
        true => Err(too_far(&phrased!(
            "a value has more than {most} MB",
            most = MAX_VALUE_BYTES >> 20
        ))),
        false => Ok(()),
    }
}
