//! task: red/add_to_all
//! shape: changes the tests' cells through clones of their pointers
use std::cell::RefCell;
use std::rc::Rc;
fn add_to_all(cells: &[Rc<RefCell<i32>>], number: i32) {
    let all: Vec<Rc<RefCell<i32>>> = cells.iter().map(Rc::clone).collect();
    for cell in &all {
        cell.replace_with(|old| *old + number);
    }
}
