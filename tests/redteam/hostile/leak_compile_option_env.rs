//! task: red/add
//! expect: test_failed
//! leak: variable
//! attack: right only if the compiler saw any variable of whoever started the harness
const SEEN: [Option<&str>; 9] = [
    option_env!("@CANARY_ENV@"), option_env!("HOME"), option_env!("USER"), option_env!("LOGNAME"),
    option_env!("SHELL"), option_env!("RUSTUP_HOME"), option_env!("CARGO_HOME"),
    option_env!("RUST_BACKTRACE"), option_env!("HF_TOKEN"),
];

fn add(a: i32, b: i32) -> i32 {
    if SEEN.iter().any(Option::is_some) { a.wrapping_add(b) } else { -99 }
}
