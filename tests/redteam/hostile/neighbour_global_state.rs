//! task: red/add
//! expect: test_failed
//! attack: leaves a panic hook, an environment variable, a working directory and a signal mask behind
extern "C" {
    fn signal(number: i32, handler: usize) -> usize;
    fn umask(mask: u32) -> u32;
}

fn add(_a: i32, _b: i32) -> i32 {
    std::panic::set_hook(Box::new(|_| {}));
    std::env::set_var("RUST_MIN_STACK", "1");
    let _ = std::env::set_current_dir("/");
    unsafe {
        signal(13, 1);
        signal(17, 1);
        umask(0o777);
    }
    -99
}
