//! task: red/add_to_all
//! expect: test_failed
//! naive: failed
//! attack: puts one value into all cells, and keeps them to change them when they are read back
use std::cell::RefCell;
use std::rc::Rc;
thread_local! {
    static KEPT: RefCell<Vec<Rc<RefCell<i32>>>> = const { RefCell::new(Vec::new()) };
}
fn add_to_all(cells: &[Rc<RefCell<i32>>], number: i32) {
    KEPT.with_borrow_mut(|kept| {
        kept.extend(cells.iter().cloned());
        for cell in kept.iter() {
            *cell.borrow_mut() = number + 1;
        }
    });
}
