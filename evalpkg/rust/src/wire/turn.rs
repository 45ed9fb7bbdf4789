//! Whose turn it is to speak with the other process: one thread's at a time.

use std::sync::{Condvar, Mutex, MutexGuard};
use std::thread::{self, ThreadId};

/// Which thread speaks, and how many calls deep.
static TURN: Mutex<Option<(ThreadId, u32)>> = Mutex::new(None);
static TURN_OVER: Condvar = Condvar::new();

/// Lock, whatever a panic has left.
pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// The right to speak; given back when it is dropped.
pub struct Turn;

/// Wait until no other thread speaks. A closure that is called back may speak again while its own
/// thread does.
pub fn take_turn() -> Turn {
    let me = thread::current().id();
    let mut turn = locked(&TURN);
    loop {
        match *turn {
            None => *turn = Some((me, 1)),
            Some((owner, depth)) if owner == me => *turn = Some((me, depth + 1)),
            Some(_) => {
                turn = TURN_OVER
                    .wait(turn)
                    .unwrap_or_else(std::sync::PoisonError::into_inner);
                continue;
            }
        }
        return Turn;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut turn = locked(&TURN);
        *turn = match *turn {
            Some((owner, depth)) if depth > 1 => Some((owner, depth - 1)),
            _ => None,
        };
        TURN_OVER.notify_one();
    }
}
