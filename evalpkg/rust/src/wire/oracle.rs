//! The oracle's half: run a task's tests against the subject and report how they ended.
//!
//! It runs outside the sandbox, in a process that never loads anything a model wrote.

use std::any::Any;
use std::ffi::{c_int, c_void};
use std::panic::{catch_unwind, panic_any, resume_unwind, AssertUnwindSafe};
use std::process::{ExitCode, Termination};
use std::sync::Mutex;

use crate::frames::Nonce;
use crate::turn::{locked, take_last_turn, take_turn};
use crate::vocabulary::Kind;
use crate::Put;

/// The connection to the fork-server, and the mark of this sample's frames.
#[derive(Clone, Copy)]
pub struct Line {
    pub to: i32,
    pub from: i32,
    pub nonce: Nonce,
}

static LINE: Mutex<Option<Line>> = Mutex::new(None);
static EXIT_FRAME: Mutex<Vec<u8>> = Mutex::new(Vec::new());
/// The reason why no further answer can come. It is kept here because a test may catch the
/// unwinding.
static ENDED: Mutex<Option<(Kind, String)>> = Mutex::new(None);
/// Tests that macros made, with their full paths.
static REGISTERED: Mutex<Vec<Test>> = Mutex::new(Vec::new());

/// The most characters of a message that a report keeps.
const LONGEST_MESSAGE: usize = 2000;

/// The text of the last panic of the program in this test.
static PANIC: Mutex<Option<String>> = Mutex::new(None);
/// The report to make if a test ends the process, and the test that runs.
static AT_EXIT: Mutex<Option<AtExit>> = Mutex::new(None);

/// The payload that unwinds out of a test: no answer can come any more, or the program panicked
/// with something that is not text.
struct Interrupted {
    kind: Kind,
    why: Option<String>,
}

/// The place of the report if a test ends the process.
#[derive(Clone, Copy)]
struct AtExit {
    report: Report,
    is_main: bool,
    test: &'static str,
}

/// Takes the report of a test run.
type Report = extern "C" fn(*const u8, usize);

extern "C" {
    fn on_exit(function: extern "C" fn(c_int, *mut c_void), argument: *mut c_void) -> c_int;
}

/// Panic as the program did: the tests find the same text, as the same type, in the payload and in
/// a hook. `said` is the text and whether it was a `String`; None if the panic had no text.
pub fn panic_of_the_program(said: Option<(String, bool)>) -> ! {
    let kind = Kind::Panicked;
    let Some((text, owned)) = said else {
        resume_unwind(Box::new(Interrupted { kind, why: None }))
    };
    *locked(&PANIC) = Some(text.clone());
    if owned {
        panic_any(text)
    }
    let lasting: &'static str = text.leak();
    panic_any(lasting)
}

/// Remember why no further answer can come, and unwind.
pub fn interrupt(kind: Kind, why: &str) -> ! {
    locked(&ENDED).get_or_insert((kind, why.to_string()));
    let why = Some(why.to_string());
    resume_unwind(Box::new(Interrupted { kind, why }))
}

/// Return why no further answer can come; None while answers can come.
pub fn ended() -> Option<(Kind, String)> {
    locked(&ENDED).clone()
}

/// Keep the frame about the end of the subject's process.
pub fn remember_exit(frame: Vec<u8>) {
    *locked(&EXIT_FRAME) = frame;
}

/// Return the connection of this test run.
pub fn line() -> Line {
    match *locked(&LINE) {
        Some(line) => line,
        None => interrupt(Kind::Gone, "no test run has begun"),
    }
}

/// A test function of the task.
pub struct Test {
    pub name: &'static str,
    pub run: fn(),
    /// The text that the expected panic must contain; None where the test expects no panic.
    pub panics: Option<&'static str>,
}

/// All tests of a task.
pub struct Plan {
    /// Path of the task's module; the names of tests that macros made begin with it.
    pub module: &'static str,
    pub tests: &'static [Test],
    /// Names of the tests that rustc lists; None where our parsing alone is certain.
    pub listed: Option<&'static [&'static str]>,
    /// True if the only test is a `fn main`, which may end its process.
    pub is_main: bool,
}

/// Add a test that a macro made; called while the oracle's library is loaded.
pub fn register(test: Test) {
    locked(&REGISTERED).push(test);
}

/// Check a test's result, as rustc's own harness does.
pub fn finish<T: Termination>(result: T) {
    assert!(
        result.report() == ExitCode::SUCCESS,
        "the test returned an error"
    );
}

/// Run the tests in order until one does not pass; the report goes to `report` as
/// `kind: u8, test name, message, exit frame, quiet: bool` (strings length-prefixed). It is not
/// quiet if a thread that the tests left behind is in the middle of a call.
pub fn run(line: Line, plan: &Plan, report: Report) {
    *locked(&LINE) = Some(line);
    locked(&EXIT_FRAME).clear();
    *locked(&ENDED) = None;
    *locked(&AT_EXIT) = Some(AtExit {
        report,
        is_main: plan.is_main,
        test: "",
    });
    // SAFETY: the function is there as long as this process; it takes nothing from the argument.
    unsafe { on_exit(a_test_ended_the_process, std::ptr::null_mut()) };
    let (kind, name, message) = match tests_of(plan) {
        Ok(tests) => run_each(&tests),
        Err(why) => (Kind::TestsMissing, "", why),
    };
    send_report(report, kind, name, &message, take_last_turn());
}

/// Report how the tests ended the process: with the status that `rustc --test` would pass on.
///
/// A `main` that exits with status 0 has held. A `#[test]` that does so keeps others from running.
extern "C" fn a_test_ended_the_process(status: c_int, _argument: *mut c_void) {
    // Until another thread's call is over, nothing else may be read from the line.
    let _turn = take_turn();
    let Some(AtExit {
        report,
        is_main,
        test,
    }) = *locked(&AT_EXIT)
    else {
        return;
    };
    let (kind, message) = match (ended(), status) {
        (Some(end), _) => end,
        (None, 0) if is_main => (Kind::Passed, String::new()),
        _ => (
            Kind::TestFailed,
            format!("the test ended the process with status {status}"),
        ),
    };
    send_report(report, kind, test, &message, true);
}

fn send_report(report: Report, kind: Kind, name: &str, message: &str, quiet: bool) {
    let message: String = message.chars().take(LONGEST_MESSAGE).collect();
    let mut bytes = vec![kind as u8];
    name.put(&mut bytes);
    message.put(&mut bytes);
    locked(&EXIT_FRAME).put(&mut bytes);
    quiet.put(&mut bytes);
    report(bytes.as_ptr(), bytes.len());
}

type Named = (&'static str, fn(), Option<&'static str>);

/// Return the tests to run: those of the source, then those that macros made.
fn tests_of(plan: &Plan) -> Result<Vec<Named>, String> {
    let mut made: Vec<Named> = locked(&REGISTERED)
        .iter()
        .filter_map(|test| {
            let path = test.name.strip_prefix(plan.module)?.strip_prefix("::")?;
            Some((path, test.run, test.panics))
        })
        .collect();
    made.sort_unstable_by_key(|test| test.0);
    let own = plan.tests.iter();
    let mut tests: Vec<Named> = own.map(|test| (test.name, test.run, test.panics)).collect();
    tests.append(&mut made);
    if tests.is_empty() {
        return Err("the task has no tests".into());
    }
    if let Some(listed) = plan.listed {
        compare(&tests, listed)?;
    }
    Ok(tests)
}

/// Check that the tests are exactly those that rustc lists.
fn compare(tests: &[Named], listed: &[&str]) -> Result<(), String> {
    let mut ours: Vec<String> = tests.iter().map(|test| test.0.replace("r#", "")).collect();
    let mut theirs: Vec<String> = listed.iter().map(|&name| name.into()).collect();
    ours.sort_unstable();
    theirs.sort_unstable();
    if ours == theirs {
        return Ok(());
    }
    let lost: Vec<_> = theirs.iter().filter(|name| !ours.contains(name)).collect();
    let more: Vec<_> = ours.iter().filter(|name| !theirs.contains(name)).collect();
    Err(format!(
        "rustc runs {} tests and {} can be run here; it alone runs {lost:?}, and does not run \
         {more:?}. Write them as '#[test]' functions, or in the definition of a macro",
        theirs.len(),
        ours.len()
    ))
}

fn run_each(tests: &[Named]) -> (Kind, &'static str, String) {
    for &(name, run, panics) in tests {
        if let Some(exit) = locked(&AT_EXIT).as_mut() {
            exit.test = name;
        }
        *locked(&PANIC) = None;
        if let Err((kind, message)) = judge(run, panics) {
            return (kind, name, message);
        }
    }
    (Kind::Passed, "", String::new())
}

fn judge(run: fn(), panics: Option<&str>) -> Result<(), (Kind, String)> {
    let outcome = catch_unwind(AssertUnwindSafe(run));
    if let Some(end) = ended() {
        return Err(end);
    }
    match (outcome, panics) {
        (Ok(()), None) => Ok(()),
        (Ok(()), Some(_)) => Err((Kind::TestFailed, "expected a panic, none came".into())),
        (Err(payload), None) => Err(describe(&*payload)),
        (Err(payload), Some("")) if is_panic(&*payload) => Ok(()),
        (Err(payload), Some(wanted)) => {
            let (kind, text) = describe(&*payload);
            if text.contains(wanted) && is_panic(&*payload) && said(&*payload).is_some() {
                return Ok(());
            }
            let kind = if is_panic(&*payload) {
                Kind::TestFailed
            } else {
                kind
            };
            let why = format!("expected a panic with '{wanted}' in its message, got: {text}");
            Err((kind, why))
        }
    }
}

/// Tell whether a panic of the program, or of the test itself, ended the test.
fn is_panic(payload: &(dyn Any + Send)) -> bool {
    payload
        .downcast_ref::<Interrupted>()
        .is_none_or(|end| end.kind == Kind::Panicked)
}

fn said(payload: &(dyn Any + Send)) -> Option<String> {
    match payload.downcast_ref::<Interrupted>() {
        Some(interrupted) => interrupted.why.clone(),
        None => crate::panic_text(payload),
    }
}

fn describe(payload: &(dyn Any + Send)) -> (Kind, String) {
    let text = said(payload);
    let kind = match payload.downcast_ref::<Interrupted>() {
        Some(interrupted) => interrupted.kind,
        // It let a panic of the program through.
        None if text.is_some() && text == *locked(&PANIC) => Kind::Panicked,
        None => Kind::TestFailed,
    };
    (
        kind,
        text.unwrap_or_else(|| "a panic without a message".into()),
    )
}
