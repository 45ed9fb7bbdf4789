//! task: red/spell_digits
//! shape: a hundred and fifty lines that are not needed
@REPEAT:150:// Digits are spelt one at a time, from the most significant to the least significant.
@const NAMES: [&str; 10] =
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

fn spell_digits(number: u64) -> String {
    let mut names = Vec::new();
    let mut rest = number;
    loop {
        names.insert(0, NAMES[(rest % 10) as usize]);
        rest /= 10;
        if rest == 0 {
            break format!("in digits: {}", names.join("-"));
        }
    }
}
