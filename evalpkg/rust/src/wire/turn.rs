//! Turns: only one thread at a time exchanges frames with the other process.

use std::sync::{Condvar, Mutex, MutexGuard};
use std::thread::{self, ThreadId};

/// The thread that has the turn, and the number of its nested calls.
static TURN: Mutex<Option<(ThreadId, u32)>> = Mutex::new(None);
static TURN_OVER: Condvar = Condvar::new();

/// Lock a mutex, even if a panic has poisoned it.
pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// The right to exchange frames; dropping it passes it on.
pub struct Turn;

/// Wait until no other thread has the turn. A thread that has it gets it again at once, for example
/// in a closure that the program calls.
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

/// Take the turn if no other thread has it, and keep it for good: no thread begins a call after
/// this. Tell whether it was taken; if not, a call may be half read.
pub fn take_last_turn() -> bool {
    let me = thread::current().id();
    let mut turn = locked(&TURN);
    let free = turn.is_none_or(|(owner, _)| owner == me);
    if free {
        *turn = Some((me, 1));
    }
    free
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
