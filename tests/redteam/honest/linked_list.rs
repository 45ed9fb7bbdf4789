//! task: red/dedup_count
//! shape: a linked list of its own with Option<Box<Node>>
#[derive(Default)]
struct List {
    head: Option<Box<Node>>,
}

struct Node {
    value: i32,
    next: Option<Box<Node>>,
}

impl List {
    fn insert(&mut self, value: i32) -> bool {
        let mut place = &mut self.head;
        while let Some(node) = place {
            if node.value == value {
                return false;
            }
            place = &mut node.next;
        }
        *place = Some(Box::new(Node { value, next: None }));
        true
    }
}

fn dedup_count(values: &mut Vec<i32>) -> usize {
    let mut known = List::default();
    let before = values.len();
    values.retain(|value| known.insert(*value));
    before - values.len()
}
