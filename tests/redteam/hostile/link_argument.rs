//! task: red/add
//! expect: compile_error|test_failed
//! attack: passes options to the linker through a library's name
#[link(name = "c", kind = "dylib", modifiers = "+verbatim")]
#[link(name = "-Wl,-init,redteam_start")]
extern "C" {}

#[no_mangle]
pub extern "C" fn redteam_start() {
    std::process::exit(0)
}

fn add(_a: i32, _b: i32) -> i32 {
    -99
}
