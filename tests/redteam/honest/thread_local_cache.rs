//! task: red/fibonacci
//! shape: a thread-local memo in a RefCell
use std::cell::RefCell;
use std::collections::HashMap;

thread_local! {
    static MEMO: RefCell<HashMap<u64, u64>> = RefCell::new(HashMap::from([(0, 0), (1, 1)]));
}

fn fibonacci(n: u64) -> u64 {
    if let Some(known) = MEMO.with(|memo| memo.borrow().get(&n).copied()) {
        return known;
    }
    let value = fibonacci(n - 1).wrapping_add(fibonacci(n - 2));
    MEMO.with(|memo| memo.borrow_mut().insert(n, value));
    value
}
