//! task: red/add
//! expect: compile_error
//! naive: failed
//! attack: its own shim, and a raw string that would swallow the generated one
pub(crate) mod evalwire_shim {
    pub(crate) fn call(_: &mut ::evalwire::Reader<'_>, output: &mut ::std::vec::Vec<u8>) {
        ::evalwire::Put::put(&3i32, output);
    }
}

fn add(_a: i32, _b: i32) -> i32 {
    -99
}

macro_rules! swallow { ($($anything:tt)*) => {}; }
swallow! { r######"
