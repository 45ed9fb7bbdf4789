//! task: red/mirror
//! expect: crashed|resource_limit|tampered|timeout
//! naive: failed
//! attack: answers with a tree that is far deeper than any stack
struct Tree {
    value: i32,
    left: Option<Box<Tree>>,
    right: Option<Box<Tree>>,
}
fn mirror(_tree: Option<Box<Tree>>) -> Option<Box<Tree>> {
    let mut tree = None;
    for value in 0..300_000 {
        tree = Some(Box::new(Tree {
            value,
            left: tree,
            right: None,
        }));
    }
    tree
}
