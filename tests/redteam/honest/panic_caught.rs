//! task: red/parse_sum
//! shape: a panic caught inside, with AssertUnwindSafe and a payload
use std::panic::{catch_unwind, AssertUnwindSafe};

fn parse_sum(text: &str) -> Result<i32, String> {
    if text.is_empty() {
        return Ok(0);
    }
    let mut sum = 0;
    for field in text.split(',') {
        let mut number = 0;
        let field = field.trim();
        catch_unwind(AssertUnwindSafe(|| number = field.parse::<i32>().expect("a number")))
            .map_err(|payload| {
                assert!(payload.downcast_ref::<String>().is_some());
                field.to_string()
            })?;
        sum += number;
    }
    Ok(sum)
}
