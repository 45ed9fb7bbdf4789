//! The oracle's half: forward a call to the subject, decode its answer, run the tests.
//!
//! Runs outside the sandbox, in a process that never loads anything a model wrote. Frames are
//! `tag: u8, length: u32, payload`; see `evalbox/serve.rs` for the other end.

use std::fs::File;
use std::io::{self, Read, Write};
use std::mem::ManuallyDrop;
use std::os::fd::FromRawFd;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, MutexGuard};

use crate::{Get, Put, Reader};

static TO_SUBJECT: AtomicI32 = AtomicI32::new(-1);
static FROM_SUBJECT: AtomicI32 = AtomicI32::new(-1);
static EXIT_FRAME: Mutex<Vec<u8>> = Mutex::new(Vec::new());
/// Set once no further answer can come; outlives whatever a test does with the unwinding.
static ENDED: Mutex<Option<(Outcome, String)>> = Mutex::new(None);

/// How a sample's tests ended; the first byte of a report.
#[derive(Clone, Copy)]
pub enum Outcome {
    Passed = 0,
    TestFailed = 1,
    SubjectPanicked = 2,
    SubjectGone = 3,
    BadAnswer = 4,
}

/// Unwinds out of a test: the subject panicked, or no answer can come any more.
struct Interrupted(Outcome, String);

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poison| poison.into_inner())
}

/// No further answer can come: remember why, and unwind.
fn interrupt(outcome: Outcome, why: &str) -> ! {
    locked(&ENDED).get_or_insert((outcome, why.to_string()));
    resume_unwind(Box::new(Interrupted(outcome, why.to_string())))
}

fn file(fd: i32) -> ManuallyDrop<File> {
    ManuallyDrop::new(unsafe { File::from_raw_fd(fd) })
}

pub fn write_frame(fd: i32, tag: u8, payload: &[u8]) -> io::Result<()> {
    let mut head = [tag; 5];
    head[1..].copy_from_slice(&(payload.len() as u32).to_le_bytes());
    file(fd).write_all(&head)?;
    file(fd).write_all(payload)
}

pub fn read_frame(fd: i32) -> io::Result<(u8, Vec<u8>)> {
    let mut head = [0u8; 5];
    file(fd).read_exact(&mut head)?;
    let mut payload = vec![0; u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize];
    file(fd).read_exact(&mut payload)?;
    Ok((head[0], payload))
}

/// One call of the entry point, under construction.
#[derive(Default)]
pub struct Call {
    bytes: Vec<u8>,
}

impl Call {
    pub fn new() -> Self {
        Call::default()
    }

    pub fn arg<T: Put + ?Sized>(&mut self, value: &T) {
        value.put(&mut self.bytes);
    }

    /// Send the arguments and wait for the answer.
    pub fn invoke(self) -> Answer {
        let ended = locked(&ENDED).clone();
        if let Some((outcome, why)) = ended {
            interrupt(outcome, &why);
        }
        let sent = write_frame(TO_SUBJECT.load(Ordering::Relaxed), b'C', &self.bytes);
        let answer = sent.and_then(|()| read_frame(FROM_SUBJECT.load(Ordering::Relaxed)));
        match answer {
            Ok((b'A', payload)) if payload.first() == Some(&b'R') => Answer { payload, used: 1 },
            Ok((b'A', payload)) if payload.first() == Some(&b'P') => {
                let message = String::from_utf8_lossy(&payload[1..]).into_owned();
                resume_unwind(Box::new(Interrupted(Outcome::SubjectPanicked, message)))
            }
            Ok((b'A', _)) => bad_answer("an answer of an unknown kind"),
            Ok((b'E', payload)) => {
                *locked(&EXIT_FRAME) = payload;
                interrupt(Outcome::SubjectGone, "")
            }
            Ok(_) | Err(_) => interrupt(Outcome::SubjectGone, "the sandbox is gone"),
        }
    }
}

fn bad_answer(what: &str) -> ! {
    interrupt(Outcome::BadAnswer, what)
}

/// The bytes that came back: the result, then every `&mut` argument in order.
pub struct Answer {
    payload: Vec<u8>,
    used: usize,
}

impl Answer {
    fn decode<T: Get>(&mut self) -> T {
        let mut reader = Reader::new(&self.payload[self.used..]);
        match T::get(&mut reader) {
            Ok(value) => {
                self.used = self.payload.len() - reader.left();
                value
            }
            Err(_) => bad_answer("an answer that does not encode a value of the asked type"),
        }
    }

    pub fn result<T: Get>(&mut self) -> T {
        self.decode()
    }

    pub fn write_back<T: Get>(&mut self, target: &mut T) {
        *target = self.decode();
    }

    pub fn write_back_slice<T: Get>(&mut self, target: &mut [T]) {
        let values: Vec<T> = self.decode();
        if values.len() != target.len() {
            bad_answer("a slice that changed its length");
        }
        for (slot, value) in target.iter_mut().zip(values) {
            *slot = value;
        }
    }

    pub fn done(self) {
        if self.used != self.payload.len() {
            bad_answer("an answer with bytes left over");
        }
    }
}

/// A test function of the task.
pub struct Test {
    pub name: &'static str,
    pub run: fn(),
    pub should_panic: bool,
}

/// Run the tests in order until one does not pass; the report goes to `report` as
/// `outcome: u8, tests passed: u32, test name, message, exit frame` (strings length-prefixed).
pub fn run(to: i32, from: i32, tests: &[Test], report: extern "C" fn(*const u8, usize)) {
    TO_SUBJECT.store(to, Ordering::Relaxed);
    FROM_SUBJECT.store(from, Ordering::Relaxed);
    locked(&EXIT_FRAME).clear();
    *locked(&ENDED) = None;
    let mut passed = 0u32;
    let mut failure = None;
    for test in tests {
        match judge(test) {
            Ok(()) => passed += 1,
            Err((outcome, message)) => {
                failure = Some((outcome, test.name, message));
                break;
            }
        }
    }
    let (outcome, name, message) = match failure {
        Some(found) => found,
        None if passed == 0 => (Outcome::TestFailed, "", "the task has no tests".to_string()),
        None => (Outcome::Passed, "", String::new()),
    };
    let mut bytes = vec![outcome as u8];
    passed.put(&mut bytes);
    name.put(&mut bytes);
    message.put(&mut bytes);
    locked(&EXIT_FRAME).put(&mut bytes);
    report(bytes.as_ptr(), bytes.len());
}

fn judge(test: &Test) -> Result<(), (Outcome, String)> {
    let ended = catch_unwind(AssertUnwindSafe(test.run));
    if let Some(end) = locked(&ENDED).clone() {
        return Err(end);
    }
    let Err(payload) = ended else {
        return if test.should_panic {
            Err((
                Outcome::TestFailed,
                "expected a panic, none came".to_string(),
            ))
        } else {
            Ok(())
        };
    };
    match payload.downcast::<Interrupted>() {
        Ok(interrupted) => match *interrupted {
            Interrupted(Outcome::SubjectPanicked, _) if test.should_panic => Ok(()),
            Interrupted(outcome, message) => Err((outcome, message)),
        },
        Err(_) if test.should_panic => Ok(()),
        Err(payload) => Err((Outcome::TestFailed, crate::panic_message(&*payload))),
    }
}
