//! task: red/scale
//! shape: type aliases in the signature
type Float = f32;
type Floats = Vec<Float>;

fn scale(values: &[Float], factor: Float) -> Floats {
    values.iter().map(|value| value * factor).collect()
}
