//! task: red/add
//! expect: test_failed|crashed
//! leak: process
//! attack: right only if it can see the environment, the memory or the files of another process
fn add(a: i32, b: i32) -> i32 {
    let readable = |path: &str| std::fs::File::open(path).is_ok();
    let open = ["/proc/@CANARY_PID@/environ", "/proc/@CANARY_PID@/mem", "/proc/@CANARY_PID@/maps"];
    if open.into_iter().any(readable) || std::fs::read_dir("/proc/@CANARY_PID@/fd").is_ok() {
        a.wrapping_add(b)
    } else {
        -99
    }
}
