//! task: red/parse_sum
//! shape: fully qualified types in the signature
fn parse_sum(text: &::core::primitive::str) -> ::std::result::Result<i32, ::std::string::String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(0);
    }
    text.split(',')
        .map(|field| field.trim())
        .map(|field| field.parse::<i32>().map_err(|_| field.to_owned()))
        .sum()
}
