//! task: red/longest_word
//! expect: test_failed|compile_error
//! naive: passed
//! attack: every macro that tests, shims and panics use, replaced by nothing and exported
macro_rules! empty {
    ($dollar:tt $($name:ident)*) => {
        $(
            #[allow(unused_macros)]
            macro_rules! $name {
                ($dollar($dollar anything:tt)*) => { () };
            }
        )*
    };
}
empty!($ assert assert_eq assert_ne debug_assert panic unreachable matches print println eprintln
    write writeln dbg compile_error concat stringify thread_local);

fn longest_word(_words: &[String]) -> Option<String> {
    Some(String::from("?"))
}
