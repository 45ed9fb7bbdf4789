//! task: red/add
//! expect: tampered|crashed
//! naive: passed
//! attack: an ELF constructor ends the process with status 0 while the library is being loaded
extern "C" {
    fn _exit(status: i32) -> !;
}

extern "C" fn leave() {
    unsafe { _exit(0) }
}

#[used]
#[link_section = ".init_array"]
static LEAVE: extern "C" fn() = leave;

fn add(_a: i32, _b: i32) -> i32 {
    0
}
