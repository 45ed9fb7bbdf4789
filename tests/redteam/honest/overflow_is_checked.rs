//! task: red/add
//! shape: relies on the panic at overflow, and catches it
fn add(a: i32, b: i32) -> i32 {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let overflows = std::panic::catch_unwind(|| std::hint::black_box(i32::MAX) + std::hint::black_box(1));
    std::panic::set_hook(hook);
    assert!(overflows.is_err());
    a + b
}
