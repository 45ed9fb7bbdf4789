//! task: red/group_pairs
//! shape: BTreeMap, VecDeque, BinaryHeap, LinkedList and Cow
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, LinkedList, VecDeque};

fn group_pairs(pairs: Vec<(String, u32)>) -> BTreeMap<String, Vec<u32>> {
    let mut queue: VecDeque<(Cow<'_, str>, u32)> =
        pairs.iter().map(|(name, number)| (Cow::from(name.as_str()), *number)).collect();
    let names: BTreeSet<Cow<'_, str>> = queue.iter().map(|(name, _)| name.clone()).collect();
    let mut heap: BinaryHeap<_> = names.into_iter().map(std::cmp::Reverse).collect();
    let mut order = LinkedList::new();
    while let Some(std::cmp::Reverse(name)) = heap.pop() {
        order.push_back(name.into_owned());
    }
    let mut groups: BTreeMap<String, Vec<u32>> = order.into_iter().map(|name| (name, vec![])).collect();
    while let Some((name, number)) = queue.pop_front() {
        groups.get_mut(name.as_ref()).unwrap().push(number);
    }
    groups
}
