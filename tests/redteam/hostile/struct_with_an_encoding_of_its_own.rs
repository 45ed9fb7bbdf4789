//! task: red/mirror
//! expect: compile_error
//! naive: failed
//! attack: writes the encoding of its struct itself
struct Tree {
    value: i32,
    left: Option<Box<Tree>>,
    right: Option<Box<Tree>>,
}
impl evalwire::Put for Tree {
    fn put(&self, _: &mut Vec<u8>) {
        std::process::exit(0)
    }
}
fn mirror(_tree: Option<Box<Tree>>) -> Option<Box<Tree>> {
    None
}
