//! task: red/caesar
//! expect: test_failed|tampered
//! naive: passed
//! attack: a thread-local destructor ends the process while the failed test's thread unwinds
struct Leaver;

impl Drop for Leaver {
    fn drop(&mut self) {
        std::process::exit(0);
    }
}

thread_local! {
    static LEAVER: Leaver = const { Leaver };
}

fn caesar(_text: &str, _shift: u8) -> String {
    LEAVER.with(|_| String::from("?"))
}
