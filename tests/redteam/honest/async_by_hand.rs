//! task: red/add
//! shape: an async function driven by a small executor of its own
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

struct Unpark(std::thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

async fn sum(a: i32, b: i32) -> i32 {
    let left = async { a };
    let right = std::future::ready(b);
    left.await.wrapping_add(right.await)
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker: Waker = Arc::new(Unpark(std::thread::current())).into();
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}

fn add(a: i32, b: i32) -> i32 {
    block_on(sum(a, b))
}
