//! task: red/rotate_left
//! shape: a guard whose destructor does the last step
struct Reverse<'a>(&'a mut [i32]);

impl Drop for Reverse<'_> {
    fn drop(&mut self) {
        self.0.reverse();
    }
}

fn rotate_left(values: &mut [i32], by: usize) {
    if values.is_empty() {
        return;
    }
    let by = by % values.len();
    drop(Reverse(&mut values[..by]));
    drop(Reverse(&mut values[by..]));
    let _last = Reverse(values);
}
