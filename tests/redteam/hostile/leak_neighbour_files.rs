//! task: red/add
//! expect: test_failed|crashed
//! leak: file
//! attack: right only if other programs' sources or libraries lie beside its own library, or above it
use std::ffi::CStr;
use std::path::Path;

#[repr(C)]
struct Info {
    file: *const i8,
    rest: [usize; 3],
}

extern "C" {
    fn dladdr(address: usize, info: *mut Info) -> i32;
}

fn add(a: i32, b: i32) -> i32 {
    let mut info = Info { file: std::ptr::null(), rest: [0; 3] };
    let here = add as fn(i32, i32) -> i32 as usize;
    if unsafe { dladdr(here, &mut info) } == 0 || info.file.is_null() {
        return -99;
    }
    let own = unsafe { CStr::from_ptr(info.file) }.to_string_lossy().into_owned();
    let foreign = |folder: &Path| {
        std::fs::read_dir(folder).is_ok_and(|entries| {
            entries.flatten().any(|entry| {
                let name = entry.file_name().to_string_lossy().into_owned();
                !own.ends_with(&name)
                    && [".rs", ".so", ".rlib", ".d", ".jsonl"].iter().any(|end| name.ends_with(end))
            })
        })
    };
    if Path::new(&own).ancestors().skip(1).take(3).any(foreign) { a.wrapping_add(b) } else { -99 }
}
