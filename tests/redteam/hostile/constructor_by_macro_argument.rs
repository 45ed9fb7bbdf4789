//! task: red/add
//! expect: tampered|crashed
//! naive: passed
//! attack: the constructor's attribute is put together by a macro
macro_rules! at_start {
    ($where:ident, $what:expr) => {
        #[used]
        #[$where = $what]
        static LEAVE: extern "C" fn() = leave;
    };
}

extern "C" fn leave() {
    std::process::exit(0)
}

at_start!(link_section, ".init_array");

fn add(_a: i32, _b: i32) -> i32 {
    0
}
