//! task: red/add
//! expect: compile_error|timeout|resource_limit
//! attack: a macro that doubles its tokens twenty-two times
macro_rules! double {
    ([] $($token:tt)*) => { [$($token)*].len() as i32 };
    ([$step:tt $($steps:tt)*] $($token:tt)*) => { double!([$($steps)*] $($token)* $($token)*) };
}

fn add(_a: i32, _b: i32) -> i32 {
    double!([a b c d e f g h i j k l m n o p q r s t u v] 1,)
}
