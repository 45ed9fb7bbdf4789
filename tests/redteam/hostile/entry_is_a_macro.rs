//! task: red/add
//! expect: compile_error|no_code
//! naive: failed
//! attack: a macro under the function's name
#[allow(unused_macros)]
macro_rules! add {
    ($a:expr, $b:expr) => {
        $a + $b
    };
}
