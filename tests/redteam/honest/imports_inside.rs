//! task: red/common_elements
//! form: body
//! shape: imports inside the body
    use std::collections::BTreeSet;
    use std::iter::FromIterator;
    let left = BTreeSet::from_iter(left.iter().copied());
    let right = BTreeSet::from_iter(right.iter().copied());
    left.intersection(&right).copied().collect()
}
