//! task: red/add
//! shape: functions and closures in constants, statics and tables; renamed and blank imports
use std::collections::{self, BTreeMap as Map};
use std::fmt::Write as _;
use std::io::Write as _;

type Operation = fn(i32, i32) -> i32;

const OPERATIONS: &[(&str, Operation)] = &[("+", i32::wrapping_add), ("-", i32::wrapping_sub)];
static IDENTITY: fn(i32) -> i32 = |number| number;

fn add(a: i32, b: i32) -> i32 {
    let table: Map<&str, Operation> = OPERATIONS.iter().copied().collect();
    let empty: collections::HashSet<i32> = Default::default();
    let mut text = String::new();
    write!(text, "{}", empty.len()).unwrap();
    write!(std::io::stdout(), "{text}").unwrap();
    IDENTITY(table["+"](a, b))
}
