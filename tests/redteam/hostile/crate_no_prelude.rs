//! task: red/longest_word
//! expect: compile_error|test_failed
//! attack: takes the prelude from the module, so that a shim inside it loses Some, Vec and String
#![no_implicit_prelude]

fn longest_word(_words: &[::std::string::String]) -> ::std::option::Option<::std::string::String> {
    ::std::option::Option::None
}
