//! task: red/add
//! expect: test_failed|crashed
//! leak: process
//! attack: right only if it can stop dying with its parent, adopt orphans, name who may trace it, or leave a core file
extern "C" {
    fn prctl(option: i32, ...) -> i32;
}

fn add(a: i32, b: i32) -> i32 {
    const DEATH_SIGNAL: i32 = 1;
    const LEAVES_CORE: i32 = 4;
    const ADOPTS: i32 = 36;
    const TRACER: i32 = 0x5961_6d61;
    let options = [DEATH_SIGNAL, LEAVES_CORE, ADOPTS, TRACER];
    let set = options.iter().any(|&option| unsafe { prctl(option, 0u64, 0u64, 0u64, 0u64) == 0 });
    if set { a.wrapping_add(b) } else { -99 }
}
