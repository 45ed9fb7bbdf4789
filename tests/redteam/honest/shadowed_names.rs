//! task: red/min_max
//! shape: variables and functions that shadow the prelude's and the shim's names
fn drop(values: &[i64]) -> usize {
    values.len()
}

fn call(input: &[i64]) -> Option<(i64, i64)> {
    let output = input.iter().min()?;
    let result = input.iter().max()?;
    let (a0, a1) = (*output, *result);
    Some((a0, a1))
}

fn min_max(input: Vec<i64>) -> Option<(i64, i64)> {
    let output = call(&input);
    let Some(result) = output else {
        assert_eq!(drop(&input), 0);
        return None;
    };
    let std = result.0;
    let core = result.1;
    Some((std, core))
}
