//! task: red/parse_sum
//! shape: let-else, if-let chains by nesting, ranges, bindings and guards
fn parse_sum(text: &str) -> Result<i32, String> {
    let mut sum = 0i32;
    let mut rest = Some(text).filter(|text| !text.trim().is_empty());
    while let Some(text) = rest {
        let (field, after) = match text.split_once(',') {
            Some((field, after)) => (field, Some(after)),
            None => (text, None),
        };
        let Ok(number @ i32::MIN..=i32::MAX) = field.trim().parse::<i32>() else {
            return Err(field.trim().into());
        };
        sum += match number {
            n if n < 0 => -n.abs(),
            0 => 0,
            n => n,
        };
        rest = after;
    }
    Ok(sum)
}
