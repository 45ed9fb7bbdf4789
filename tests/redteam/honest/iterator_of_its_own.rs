//! task: red/fibonacci
//! shape: a struct that implements Iterator and IntoIterator
struct Fibonacci {
    now: u64,
    next: u64,
}

impl Iterator for Fibonacci {
    type Item = u64;

    fn next(&mut self) -> Option<Self::Item> {
        let now = self.now;
        (self.now, self.next) = (self.next, self.now.wrapping_add(self.next));
        Some(now)
    }
}

struct Start;

impl IntoIterator for Start {
    type Item = u64;
    type IntoIter = Fibonacci;

    fn into_iter(self) -> Fibonacci {
        Fibonacci { now: 0, next: 1 }
    }
}

fn fibonacci(n: u64) -> u64 {
    Start.into_iter().nth(n as usize).unwrap()
}
