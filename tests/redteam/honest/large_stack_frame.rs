//! task: red/common_elements
//! shape: one megabyte of arrays on the stack
use std::collections::HashSet;

fn common_elements(left: &[u8], right: &[u8]) -> HashSet<u8> {
    let mut seen = [[0u8; 1024]; 1024];
    for value in left {
        seen[*value as usize][0] |= 1;
    }
    for value in right {
        seen[*value as usize][1] |= 2;
    }
    (0..=255u8).filter(|value| seen[*value as usize][..2] == [1, 2]).collect()
}
