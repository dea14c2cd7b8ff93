//! Where pictures are made: on threads of their own, and no more of them at once than there is room for.
//!
//! A picture takes megabytes for a moment, and what is kept of it are a few words. Where one thread asks for both, the
//! words settle in the room that the megabytes had; the next picture does not fit between them any more, and an archive
//! of a thousand photographs leaves a thousand holes, gigabytes that nobody uses and the system doesn't get back. So
//! whatever is as large as a picture is asked for here, and gone when the thread is; only what is small goes home.

use std::{
    panic::resume_unwind,
    sync::{Condvar, Mutex, PoisonError},
    thread,
};

/// For the pixels of all pictures that are being made: two of a large camera's. A larger one is made alone.
static ROOM: PictureRoom = PictureRoom::of(320 << 20);

/// Beside the pixels as they are read stands what the decoder has of them, or the same turned upright.
const TIMES_ITS_PIXELS: u64 = 2;

/// Does that on a thread that nobody else asks for memory on. What comes back is to be small, or copied by whoever keeps
/// it.
pub(super) fn in_workshop<T: Send>(make: impl Fn() -> T + Sync) -> T {
    let made = thread::scope(|scope| {
        let worker = thread::Builder::new().spawn_scoped(scope, &make).ok()?;
        Some(worker.join())
    });
    match made {
        Some(Ok(made)) => made,
        Some(Err(panic)) => resume_unwind(panic),
        // The system gives no thread: then here.
        None => make(),
    }
}

/// Waits until there is room for a picture of which so many bytes of pixels are read.
pub(super) fn room_for(pixel_bytes: u64) -> RoomShare<'static> {
    ROOM.share(pixel_bytes.saturating_mul(TIMES_ITS_PIXELS))
}

/// Memory that is asked for before it is taken.
#[derive(Debug)]
struct PictureRoom {
    bytes: u64,
    taken: Mutex<u64>,
    given_back: Condvar,
    /// One waits for room at a time, the others for their turn: or small pictures would go before a large one for ever.
    turn: Mutex<()>,
}

/// A part of it; given back on drop.
#[derive(Debug)]
pub(super) struct RoomShare<'r> {
    room: &'r PictureRoom,
    bytes: u64,
}

impl PictureRoom {
    const fn of(bytes: u64) -> Self {
        Self {
            bytes,
            taken: Mutex::new(0),
            given_back: Condvar::new(),
            turn: Mutex::new(()),
        }
    }

    /// Who wants more than there is gets all of it.
    fn share(&self, bytes: u64) -> RoomShare<'_> {
        let bytes = bytes.min(self.bytes);
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = |taken: &mut u64| *taken + bytes > self.bytes;
        let mut taken = self
            .given_back
            .wait_while(taken, is_full)
            .unwrap_or_else(PoisonError::into_inner);
        *taken += bytes;
        RoomShare { room: self, bytes }
    }
}

impl Drop for RoomShare<'_> {
    fn drop(&mut self) {
        let taken = self.room.taken.lock();
        *taken.unwrap_or_else(PoisonError::into_inner) -= self.bytes;
        self.room.given_back.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::{
        panic::catch_unwind,
        sync::atomic::{AtomicU64, Ordering},
        time::Duration,
    };

    use super::*;

    #[test]
    fn no_more_is_taken_at_once_than_there_is_and_everybody_gets_some() {
        let room = PictureRoom::of(100);
        let (now, most, done) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
        thread::scope(|scope| {
            for number in 0..40 {
                let (room, now, most, done) = (&room, &now, &most, &done);
                scope.spawn(move || {
                    // One in eight asks for more than there is.
                    let bytes = [10, 30, 50, 60, 20, 40, 70, 1_000][number % 8];
                    let share = room.share(bytes);
                    let taken = now.fetch_add(share.bytes, Ordering::SeqCst) + share.bytes;
                    most.fetch_max(taken, Ordering::SeqCst);
                    thread::sleep(Duration::from_millis(1));
                    now.fetch_sub(share.bytes, Ordering::SeqCst);
                    done.fetch_add(1, Ordering::SeqCst);
                });
            }
        });
        assert_eq!(done.into_inner(), 40);
        assert_eq!(most.into_inner(), 100);
        assert_eq!(*room.taken.lock().unwrap(), 0);
    }

    #[test]
    fn it_is_made_elsewhere_and_a_panic_there_is_one_here() {
        let here = thread::current().id();
        assert_ne!(in_workshop(|| thread::current().id()), here);
        let panicked = catch_unwind(|| in_workshop(|| assert_ne!(1, 1)));
        assert!(panicked.is_err());
    }
}
