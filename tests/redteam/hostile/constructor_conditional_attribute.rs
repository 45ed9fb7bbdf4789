//! task: red/add
//! expect: tampered|crashed
//! naive: passed
//! attack: the constructor's attribute hides inside cfg_attr
#[cfg_attr(all(), used, link_section = ".init_array")]
static LEAVE: extern "C" fn() = {
    extern "C" fn leave() {
        std::process::exit(0)
    }
    leave
};

fn add(_a: i32, _b: i32) -> i32 {
    0
}
