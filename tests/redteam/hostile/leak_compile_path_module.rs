//! task: red/add
//! expect: compile_error
//! leak: file
//! attack: takes a module from a file outside the program's own folder
#[path = "@CANARY_DIR@/module.rs"]
mod elsewhere;

fn add(a: i32, b: i32) -> i32 {
    elsewhere::sum(a, b)
}
