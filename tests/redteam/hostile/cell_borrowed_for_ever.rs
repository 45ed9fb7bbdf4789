//! task: red/add_to_all
//! expect: panicked|test_failed|crashed
//! naive: failed
//! attack: leaves each cell borrowed, so that reading it back panics in the shim
use std::cell::RefCell;
use std::rc::Rc;
fn add_to_all(cells: &[Rc<RefCell<i32>>], _number: i32) {
    for cell in cells {
        std::mem::forget(cell.borrow_mut());
    }
}
