//! task: red/longest_word
//! expect: test_failed|crashed|tampered|compile_error
//! attack: a global allocator that ends the process once the harness allocates
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, Ordering};

static ARMED: AtomicBool = AtomicBool::new(false);

struct Trap;

unsafe impl GlobalAlloc for Trap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if ARMED.load(Ordering::Relaxed) {
            std::process::exit(0);
        }
        System.alloc(layout)
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        System.dealloc(block, layout)
    }
}

#[global_allocator]
static TRAP: Trap = Trap;

fn longest_word(_words: &[String]) -> Option<String> {
    ARMED.store(true, Ordering::Relaxed);
    None
}
