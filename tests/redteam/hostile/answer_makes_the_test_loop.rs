//! task: red/span
//! expect: test_failed|timeout|resource_limit
//! attack: an answer over which the tests would loop for centuries
fn span(values: &[i64]) -> (i64, i64) {
    (i64::MIN + values.len() as i64, i64::MAX - 1)
}
