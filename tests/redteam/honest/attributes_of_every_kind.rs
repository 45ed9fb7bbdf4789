//! task: red/min_max
//! shape: derives, lints, inlining, documentation and conditional compilation
#![allow(clippy::needless_return)]

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
struct Bounds {
    #[doc = "the lowest"]
    low: i64,
    #[allow(dead_code)]
    high: i64,
}

#[cold]
#[inline(never)]
#[cfg(not(any(target_os = "none", feature = "nothing")))]
#[deprecated(since = "0.1.0", note = "only an example")]
fn nothing() -> Option<(i64, i64)> {
    None
}

#[must_use = "an answer is worth having"]
#[cfg_attr(all(), inline)]
#[track_caller]
fn min_max(values: Vec<i64>) -> Option<(i64, i64)> {
    let Some(first) = values.first().copied() else {
        #[allow(deprecated)]
        return nothing();
    };
    let mut bounds = Bounds { low: first, high: first };
    for value in values {
        bounds.low = bounds.low.min(value);
        bounds.high = bounds.high.max(value);
    }
    return Some((bounds.low, bounds.high));
}
