//! task: red/add
//! expect: compile_error|test_failed
//! naive: failed
//! attack: bidirectional control characters make a comment look like code
fn add(_a: i32, _b: i32) -> i32 {
    /* @RLO@ } @LRI@ if honest @PDI@ @LRI@ begin */
    -99
    /* end @RLO@ { @LRI@ */
}
