//! task: red/caesar
//! expect: test_failed|tampered|timeout|crashed
//! attack: sends every byte that the oracle writes straight back to it
extern "C" {
    fn read(descriptor: i32, bytes: *mut u8, length: usize) -> isize;
    fn write(descriptor: i32, bytes: *const u8, length: usize) -> isize;
}

fn caesar(_text: &str, _shift: u8) -> String {
    for source in 3..10 {
        std::thread::spawn(move || {
            let mut bytes = [0u8; 4096];
            for _ in 0..32 {
                let length = unsafe { read(source, bytes.as_mut_ptr(), bytes.len()) };
                if length <= 0 {
                    break;
                }
                for sink in 3..10 {
                    unsafe { write(sink, bytes.as_ptr(), length as usize) };
                }
            }
        });
    }
    std::thread::sleep(std::time::Duration::from_millis(30));
    String::from("?")
}
