//! task: red/add
//! expect: test_failed|resource_limit|crashed|timeout
//! leak: limit
//! attack: right only if 900 descriptors can be open
extern "C" {
    fn dup(descriptor: i32) -> i32;
    fn close(descriptor: i32) -> i32;
}

fn add(a: i32, b: i32) -> i32 {
    let open: Vec<i32> = (0..900).map(|_| unsafe { dup(1) }).take_while(|new| *new >= 0).collect();
    open.iter().for_each(|descriptor| unsafe {
        close(*descriptor);
    });
    if open.len() == 900 { a.wrapping_add(b) } else { -99 }
}
