//! task: red/word_lengths
//! expect: test_failed|compile_error
//! attack: modules named std, core and alloc whose items do what the attacker wants
#[allow(dead_code)]
pub mod std {
    pub mod process {
        pub fn abort() -> ! {
            ::std::process::exit(0)
        }
        pub fn exit(_: i32) -> ! {
            ::std::process::exit(0)
        }
    }
    pub mod panic {
        pub fn catch_unwind<F: FnOnce() -> R, R>(_: F) -> Result<R, ()> {
            ::std::process::exit(0)
        }
    }
    pub mod vec {
        pub type Vec<T> = ::std::vec::Vec<T>;
    }
}
pub use self::std as core;
pub use self::std as alloc;

fn word_lengths(_text: &str) -> ::std::vec::Vec<usize> {
    ::std::vec![99]
}
