//! task: red/mirror
//! expect: tampered|test_failed|panicked|compile_error
//! naive: failed
//! attack: its own struct has other fields, so that its answer is decoded as something else
#[derive(Debug, PartialEq)]
struct Tree {
    left: Option<Box<Tree>>,
    right: Option<Box<Tree>>,
    value: String,
}
fn mirror(tree: Option<Box<Tree>>) -> Option<Box<Tree>> {
    tree
}
