//! task: red/panics_last
//! shape: panics where the task asks for it, with a payload that is no text
#[derive(Debug)]
struct Empty;

fn panics_last(values: &[u16]) -> u16 {
    match values {
        [.., last] => *last,
        [] => std::panic::panic_any(Empty),
    }
}
