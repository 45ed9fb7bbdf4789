//! task: red/word_lengths
//! expect: compile_error|timeout|resource_limit|test_failed
//! attack: nested closures and adaptors whose types grow exponentially
macro_rules! nest {
    ($inner:expr;) => { $inner };
    ($inner:expr; $step:tt $($steps:tt)*) => {
        nest!({ let inner = $inner; move |x: usize| { let f = inner; (f(x), f(x)).0 } }; $($steps)*)
    };
}

fn word_lengths(_text: &str) -> Vec<usize> {
    let function = nest!(|x: usize| x; a b c d e f g h i j k l m n o p q r s t u v w x y z
        a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f g h i j k l m n o p q r s t);
    (0..3).map(function).map(function).map(function).collect()
}
