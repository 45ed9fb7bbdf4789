//! task: red/add
//! expect: test_failed
//! naive: passed
//! attack: a wrong answer, and an ELF destructor that makes the status 0
extern "C" {
    fn _exit(status: i32) -> !;
}

extern "C" fn forgive() {
    unsafe { _exit(0) }
}

#[used]
#[link_section = ".fini_array"]
static FORGIVE: extern "C" fn() = forgive;

fn add(_a: i32, _b: i32) -> i32 {
    -99
}
