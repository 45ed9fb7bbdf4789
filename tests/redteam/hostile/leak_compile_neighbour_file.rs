//! task: red/add
//! expect: compile_error
//! attack: includes likely names of neighbours, of the shim and of the oracle in its own folder
mod s0;
mod s1;
mod shim;
mod oracle;

fn add(a: i32, b: i32) -> i32 {
    s0::add(a, b) + s1::add(a, b) - s0::add(a, b)
}
