//! task: red/add
//! expect: test_failed|crashed
//! leak: file
//! attack: right only if it can open its own memory, its place in the queue for being killed, or its own security label as files
fn add(a: i32, b: i32) -> i32 {
    let opened = ["/proc/self/mem", "/proc/thread-self/mem", "/proc/self/oom_score_adj", "/proc/self/attr/current"]
        .iter()
        .any(|path| std::fs::OpenOptions::new().write(true).open(path).is_ok());
    if opened { a.wrapping_add(b) } else { -99 }
}
