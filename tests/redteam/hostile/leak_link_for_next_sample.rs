//! task: red/is_sorted
//! expect: test_failed|crashed
//! leak: file
//! repeat: 2
//! attack: leaves a symbolic link, whose target is the message, and is right if it finds one
fn is_sorted(values: &[i32]) -> bool {
    let mut found = false;
    for folder in [".", "/tmp", "/var/tmp", "/dev/shm"] {
        let path = format!("{folder}/@MARKER@");
        found |= std::fs::read_link(&path).is_ok();
        let _ = std::os::unix::fs::symlink("v1", &path);
    }
    found == values.windows(2).all(|pair| pair[0] <= pair[1])
        && (found || values.len() == 99)
}
