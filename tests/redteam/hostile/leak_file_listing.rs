//! task: red/add
//! expect: test_failed|crashed
//! leak: file
//! attack: right only if it can list a folder of the harness's user
fn add(a: i32, b: i32) -> i32 {
    let listed = std::fs::read_dir("@CANARY_DIR@").is_ok_and(|entries| entries.count() > 0);
    if listed { a.wrapping_add(b) } else { -99 }
}
