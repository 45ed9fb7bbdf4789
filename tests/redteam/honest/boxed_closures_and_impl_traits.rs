//! task: red/add
//! shape: impl Trait in and out, boxed closures, a trait object behind a reference
fn total(numbers: impl IntoIterator<Item = i32>) -> i32 {
    numbers.into_iter().fold(0, |sum, number| sum.wrapping_add(number))
}

fn adder(a: i32) -> impl Fn(i32) -> i32 {
    move |b| total([a, b])
}

fn boxed(a: i32) -> Box<dyn Fn(i32) -> i32> {
    Box::new(move |b| total(vec![a, b]))
}

fn apply(f: &dyn Fn(i32) -> i32, b: i32) -> i32 {
    f(b)
}

fn add(a: i32, b: i32) -> i32 {
    let (first, second) = (apply(&adder(a), b), apply(&*boxed(a), b));
    assert_eq!(first, second);
    first
}
