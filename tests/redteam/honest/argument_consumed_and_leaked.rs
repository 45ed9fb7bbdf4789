//! task: red/group_pairs
//! shape: Box::leak, mem::take, mem::forget and ManuallyDrop
use std::collections::BTreeMap;
use std::mem::{self, ManuallyDrop};

fn group_pairs(mut pairs: Vec<(String, u32)>) -> BTreeMap<String, Vec<u32>> {
    let pairs: &'static mut [(String, u32)] = Box::leak(mem::take(&mut pairs).into_boxed_slice());
    let mut groups = BTreeMap::<String, Vec<u32>>::new();
    for (name, number) in pairs.iter_mut() {
        let name = ManuallyDrop::new(mem::take(name));
        groups.entry((*name).clone()).or_default().push(mem::replace(number, 0));
    }
    groups
}
