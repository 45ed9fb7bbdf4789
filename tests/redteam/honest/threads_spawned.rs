//! task: red/add
//! shape: two threads and their results
use std::thread;

fn add(a: i32, b: i32) -> i32 {
    let left = thread::spawn(move || a);
    let right = thread::spawn(move || b);
    left.join().unwrap() + right.join().unwrap()
}
