//! task: red/common_elements
//! shape: hashers, random state and a map with a hasher of its own
use std::collections::hash_map::{DefaultHasher, RandomState};
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};

#[derive(Default)]
struct Plain(u64);

impl Hasher for Plain {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(31).wrapping_add(u64::from(*byte));
        }
    }
}

fn common_elements(left: &[u8], right: &[u8]) -> HashSet<u8> {
    let mut seen: HashMap<u8, u64, BuildHasherDefault<Plain>> = HashMap::default();
    for value in left {
        let mut hasher = DefaultHasher::new();
        value.hash(&mut hasher);
        seen.insert(*value, hasher.finish() ^ RandomState::new().hash_one(value));
    }
    right.iter().filter(|value| seen.contains_key(value)).copied().collect()
}
