//! task: red/scale
//! shape: a signature more general than asked, that takes what was asked
fn scale<'a, Values>(values: Values, factor: f32) -> Vec<f32>
where
    Values: IntoIterator<Item = &'a f32>,
{
    values.into_iter().map(|value| value * factor).collect()
}
