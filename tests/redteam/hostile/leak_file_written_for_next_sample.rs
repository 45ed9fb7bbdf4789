//! task: red/add
//! expect: test_failed|crashed
//! leak: file
//! repeat: 2
//! attack: leaves a mark of two bytes in any folder that can be written, and is right if it finds one
fn add(a: i32, b: i32) -> i32 {
    let mut found = false;
    let home = std::env::var("HOME").unwrap_or_else(|_| String::from("/root"));
    for folder in [".", "/tmp", "/var/tmp", "/dev/shm", "/run", home.as_str()] {
        let path = format!("{folder}/@MARKER@");
        found |= std::fs::read(&path).is_ok_and(|bytes| bytes == b"v1");
        let _ = std::fs::write(&path, b"v1");
    }
    if found { a.wrapping_add(b) } else { -99 }
}
