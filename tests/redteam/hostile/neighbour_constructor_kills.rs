//! task: red/is_sorted
//! expect: tampered|crashed|test_failed
//! attack: a constructor that would end every process that loads the neighbours' shared library
extern "C" fn leave() {
    std::process::abort()
}

#[used]
#[unsafe(link_section = ".init_array")]
static LEAVE: extern "C" fn() = leave;

fn is_sorted(_values: &[i32]) -> bool {
    false
}
