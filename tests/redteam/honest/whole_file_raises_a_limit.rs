//! task: red/add
//! shape: a macro that recurses deeply, and the attribute of the crate that lets it
#![recursion_limit = "512"]

macro_rules! count {
    () => { 0 };
    ($first:tt $($rest:tt)*) => { 1 + count!($($rest)*) };
}

macro_rules! times_five {
    ($($item:tt)*) => { count!($($item)* $($item)* $($item)* $($item)* $($item)*) };
}

const STEPS: i32 = times_five!(a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f g h i j);

fn add(a: i32, b: i32) -> i32 {
    a.wrapping_add(b).wrapping_add(STEPS - 180)
}
