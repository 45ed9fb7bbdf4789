//! task: red/add
//! shape: crate:: paths to helpers of its own
mod helpers {
    pub fn sum(a: i32, b: i32) -> i32 {
        crate::identity(a) + b
    }
}

fn identity(value: i32) -> i32 {
    value
}

fn add(a: i32, b: i32) -> i32 {
    crate::helpers::sum(a, b)
}
