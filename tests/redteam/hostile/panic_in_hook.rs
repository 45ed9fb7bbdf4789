//! task: red/add
//! expect: crashed
//! naive: failed
//! attack: panics inside its own panic hook
fn add(_a: i32, _b: i32) -> i32 {
    std::panic::set_hook(Box::new(|_| panic!("again")));
    panic!("first")
}
