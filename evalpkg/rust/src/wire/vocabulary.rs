//! The words in which the judge reports. Written by `scripts/write_vocabulary.py` from
//! `evalpkg/sandbox/vocabulary.py`, which says it for both sides; change that file instead.

/// The ends of a program's test run. The order is the number that the oracle reports.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Every test ran to its end and held.
    Passed = 0,
    /// An assert of the tests failed.
    TestFailed = 1,
    /// The program panicked where no test expects it.
    Panicked = 2,
    /// The program stopped answering; `Reason` and the exit status say how.
    Gone = 3,
    /// An answer was no value of the asked type.
    BadAnswer = 4,
    /// The oracle holds no test of the task.
    TestsMissing = 5,
    /// The answers kept the tests from ending.
    Exhausted = 6,
    /// The tests aborted their process; neither memory nor stack had run out.
    Aborted = 7,
    /// The program's library was built, but could not be loaded within the limits.
    NotLoaded = 8,
    /// The sandbox's server ended twice while this program alone was in it.
    ServerGone = 9,
    /// The sandbox or the harness failed before any code of the program was loaded.
    Infra = 10,
}

impl Kind {
    /// Every kind, at the index that is its number.
    pub const ALL: [Kind; 11] = [
        Kind::Passed,
        Kind::TestFailed,
        Kind::Panicked,
        Kind::Gone,
        Kind::BadAnswer,
        Kind::TestsMissing,
        Kind::Exhausted,
        Kind::Aborted,
        Kind::NotLoaded,
        Kind::ServerGone,
        Kind::Infra,
    ];

    /// The word in a report.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Passed => "passed",
            Kind::TestFailed => "test_failed",
            Kind::Panicked => "panicked",
            Kind::Gone => "gone",
            Kind::BadAnswer => "bad_answer",
            Kind::TestsMissing => "tests_missing",
            Kind::Exhausted => "exhausted",
            Kind::Aborted => "aborted",
            Kind::NotLoaded => "not_loaded",
            Kind::ServerGone => "server_gone",
            Kind::Infra => "infra",
        }
    }
}

/// The reason why a program's process is no longer there.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It ended by itself, or a signal ended it.
    Ended = 0,
    /// It neither answered nor computed in time.
    WallTimeout = 1,
    /// It announced an answer over the output limit.
    AnswerTooLong = 2,
    /// It closed its connection or wrote to it itself.
    BrokeProtocol = 3,
    /// The tests were over.
    Dismissed = 4,
}
