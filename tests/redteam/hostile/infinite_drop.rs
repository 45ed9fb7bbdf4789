//! task: red/word_lengths
//! expect: timeout
//! attack: the time is spent in a destructor, after the answer is known
struct Slow;

impl Drop for Slow {
    fn drop(&mut self) {
        let start = std::time::Instant::now();
        while start.elapsed().as_secs() < 60 {
            std::hint::black_box(0);
        }
    }
}

fn word_lengths(_text: &str) -> Vec<usize> {
    let _slow = Slow;
    vec![99]
}
