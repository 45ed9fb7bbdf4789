//! task: red/parse_sum
//! shape: an alias named Result, as many crates have
type Result<T> = std::result::Result<T, String>;

fn number(field: &str) -> Result<i32> {
    field.parse().map_err(|_| field.to_string())
}

fn parse_sum(text: &str) -> Result<i32> {
    let mut sum = 0;
    if !text.trim().is_empty() {
        for field in text.split(',') {
            sum += number(field.trim())?;
        }
    }
    Ok(sum)
}
