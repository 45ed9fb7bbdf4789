//! task: red/is_sorted
//! expect: tampered|crashed|compile_error
//! naive: passed
//! attack: a constructor from global assembly: no unsafe, no attribute, the macro a raw identifier
use core::arch as a;

a::r#global_asm!(
    ".pushsection .init_array,\"aw\"",
    ".quad redteam_leave_{name}",
    ".popsection",
    ".pushsection .text",
    "redteam_leave_{name}:",
    "mov edi, 0",
    "mov eax, 231",
    "syscall",
    ".popsection",
    name = const 1,
);

fn is_sorted(_values: &[i32]) -> bool {
    false
}
