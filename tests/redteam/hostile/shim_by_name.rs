//! task: red/add
//! expect: compile_error
//! naive: failed
//! attack: brings its own shim under the shim's name
pub(crate) mod evalwire_shim {
    pub(crate) fn call(_: &mut ::evalwire::Reader<'_>, output: &mut ::std::vec::Vec<u8>) {
        ::evalwire::Put::put(&3i32, output);
    }
}

fn add(_a: i32, _b: i32) -> i32 {
    -99
}
