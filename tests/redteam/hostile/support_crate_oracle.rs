//! task: red/add
//! expect: compile_error|test_failed|tampered|panicked|timeout|resource_limit
//! naive: failed
//! attack: plays the oracle, through the crate that the shim was given: frames, a report, a passed test
fn nothing() {}

extern "C" fn report(bytes: *const u8, length: usize) {
    let bytes = unsafe { std::slice::from_raw_parts(bytes, length) };
    for descriptor in 0..8 {
        let _ = ::evalwire::frames::write_frame(descriptor, b'E', bytes);
        let _ = ::evalwire::frames::write_frame(descriptor, b'A', bytes);
    }
}

fn add(_a: i32, _b: i32) -> i32 {
    const TEST: ::evalwire::oracle::Test =
        ::evalwire::oracle::Test { name: "add", run: nothing, panics: None };
    let plan = ::evalwire::oracle::Plan { module: "", tests: &[TEST], listed: None, is_main: false };
    ::evalwire::oracle::run(::evalwire::oracle::Line { to: 3, from: 3, nonce: [0; 8] }, &plan, report);
    -99
}
