//! task: red/parse_sum
//! shape: one chain of adaptors
fn parse_sum(text: &str) -> Result<i32, String> {
    text.split(',')
        .map(str::trim)
        .enumerate()
        .filter(|(_, field)| !(field.is_empty() && text.trim().is_empty()))
        .map(|(_, field)| field.parse::<i32>().or_else(|_| Err(field.to_string())))
        .try_fold(0i32, |sum, number| Ok(sum + number?))
}
