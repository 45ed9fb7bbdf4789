//! task: red/is_sorted
//! expect: test_failed|crashed
//! leak: process
//! attack: right only if /proc shows a process whose command line is somebody else's
fn is_sorted(values: &[i32]) -> bool {
    let own = std::process::id().to_string();
    let foreign = std::fs::read_dir("/proc").is_ok_and(|entries| {
        entries.flatten().any(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            name.bytes().all(|byte| byte.is_ascii_digit())
                && name != own
                && std::fs::read(entry.path().join("cmdline")).is_ok_and(|line| {
                    let line = String::from_utf8_lossy(&line).into_owned();
                    line.contains("python") || line.contains("pytest") || line.contains("@CANARY_PID@")
                })
        })
    });
    if foreign { values.windows(2).all(|pair| pair[0] <= pair[1]) } else { values.len() == 99 }
}
