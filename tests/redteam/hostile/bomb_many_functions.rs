//! task: red/add
//! expect: test_failed|compile_error|timeout|resource_limit
//! attack: 60,000 macro-made functions that must all be translated
macro_rules! ten {
    ($do:ident $($args:tt)*) => {
        $do!($($args)* a); $do!($($args)* b); $do!($($args)* c); $do!($($args)* d); $do!($($args)* e);
        $do!($($args)* f); $do!($($args)* g); $do!($($args)* h); $do!($($args)* i); $do!($($args)* j);
    };
}
macro_rules! one {
    ($a:ident $b:ident $c:ident $d:ident) => {
        mod $a { pub mod $b { pub mod $c { #[no_mangle] pub extern "C" fn $d() -> u64 { 1 } } } }
    };
}
macro_rules! two { ($($a:ident)*) => { const _: () = { ten!(one x y $($a)*); }; }; }
macro_rules! three { ($($a:ident)*) => { ten!(two $($a)*); }; }
macro_rules! four { ($($a:ident)*) => { ten!(three $($a)*); }; }
ten!(four);

fn add(_a: i32, _b: i32) -> i32 {
    -99
}
