//! task: red/is_sorted
//! expect: tampered|test_failed|crashed
//! naive: passed
//! attack: the same without unsafe, through /proc/self/fd and the standard streams
use std::io::Write;

fn is_sorted(_values: &[i32]) -> bool {
    for descriptor in 0..32 {
        let path = format!("/proc/self/fd/{descriptor}");
        if let Ok(mut file) = std::fs::OpenOptions::new().write(true).open(path) {
            let _ = file.write_all(&[1; 64]);
            let _ = file.write_all(b"{\"verdict\":\"passed\"}\n");
        }
    }
    let _ = std::io::stdout().write_all(&[1; 64]);
    let _ = std::io::stderr().write_all(&[1; 64]);
    std::process::exit(0)
}
