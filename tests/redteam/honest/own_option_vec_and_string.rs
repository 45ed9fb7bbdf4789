//! task: red/add
//! shape: types of its own called Option, Vec, String and Result
enum Option<T> {
    Some(T),
    None,
}
use Option::{None, Some};

#[derive(Debug, Clone, PartialEq)]
struct String(i32);

type Result<T> = std::result::Result<T, String>;

struct Vec {
    items: [i32; 4],
    len: usize,
}

impl Vec {
    fn new() -> Self {
        Vec { items: [0; 4], len: 0 }
    }

    fn push(&mut self, item: i32) -> Result<()> {
        let slot = self.items.get_mut(self.len).ok_or(String(item))?;
        *slot = item;
        self.len += 1;
        Ok(())
    }

    fn pop(&mut self) -> Option<i32> {
        if self.len == 0 {
            return None;
        }
        self.len -= 1;
        Some(self.items[self.len])
    }
}

fn add(a: i32, b: i32) -> i32 {
    let mut numbers = Vec::new();
    numbers.push(a).unwrap();
    numbers.push(b).unwrap();
    let mut sum = 0i32;
    while let Some(number) = numbers.pop() {
        sum = sum.wrapping_add(number);
    }
    sum
}
