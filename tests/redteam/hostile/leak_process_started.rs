//! task: red/add
//! expect: test_failed|crashed
//! leak: process
//! attack: right only if it can start another program
fn add(a: i32, b: i32) -> i32 {
    let started = ["/bin/true", "/usr/bin/true", "/bin/sh", "rustc"].into_iter().any(|program| {
        std::process::Command::new(program).arg("--version").output().is_ok()
    });
    if started { a.wrapping_add(b) } else { -99 }
}
