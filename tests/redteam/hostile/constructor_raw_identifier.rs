//! task: red/transpose
//! expect: tampered|crashed|compile_error
//! attack: the constructor's attribute spelt as a raw identifier, to pass a lexer that compares text
unsafe extern "C" {
    fn _exit(status: i32) -> !;
}

extern "C" fn leave() {
    unsafe { _exit(0) }
}

#[used]
#[unsafe(r#link_section = ".init_array")]
static LEAVE: extern "C" fn() = leave;

fn transpose(_matrix: &[Vec<i32>]) -> Vec<Vec<i32>> {
    Vec::new()
}
