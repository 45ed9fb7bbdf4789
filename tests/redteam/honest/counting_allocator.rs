//! task: red/add
//! shape: a global allocator that counts, used honestly
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

struct Counting;
static ALLOCATED: AtomicUsize = AtomicUsize::new(0);

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.fetch_add(layout.size(), Relaxed);
        System.alloc(layout)
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        System.dealloc(block, layout)
    }
}

#[global_allocator]
static GLOBAL: Counting = Counting;

fn add(a: i32, b: i32) -> i32 {
    let numbers = vec![a, b];
    numbers.iter().fold(0, |sum, next| sum.wrapping_add(*next))
}
