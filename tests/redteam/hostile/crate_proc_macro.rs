//! task: red/add
//! expect: compile_error|test_failed
//! attack: declares itself a procedural macro, which would run inside the compiler
#![crate_type = "proc-macro"]

extern crate proc_macro;

#[proc_macro]
pub fn run(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    std::process::exit(0)
}

fn add(_a: i32, _b: i32) -> i32 {
    -99
}
