//! task: red/add
//! form: body
//! expect: compile_error|test_failed
//! naive: passed
//! attack: the same behind a comment on the closing brace's line
    -99
} /**/ #[cfg(any())]
