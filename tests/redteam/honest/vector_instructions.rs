//! task: red/scale
//! shape: vector instructions, chosen at run time
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx")]
unsafe fn scale_wide(values: &[f32], factor: f32, out: &mut Vec<f32>) {
    use std::arch::x86_64::*;
    let factors = _mm256_set1_ps(factor);
    for chunk in values.chunks_exact(8) {
        let mut block = [0f32; 8];
        let product = _mm256_mul_ps(_mm256_loadu_ps(chunk.as_ptr()), factors);
        _mm256_storeu_ps(block.as_mut_ptr(), product);
        out.extend_from_slice(&block);
    }
}

fn scale(values: &[f32], factor: f32) -> Vec<f32> {
    let mut out = Vec::with_capacity(values.len());
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx") {
        unsafe { scale_wide(values, factor, &mut out) };
    }
    for value in &values[out.len()..] {
        out.push(value * factor);
    }
    out
}
