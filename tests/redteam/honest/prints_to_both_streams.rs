//! task: red/add
//! shape: prints what it does, to both streams, with dbg!
fn add(a: i32, b: i32) -> i32 {
    println!("adding {a} and {b}");
    eprintln!("DEBUG: a={:?} b={:?}", a, b);
    print!("no line end");
    dbg!(a + b)
}
