//! Results beside each other, figure by figure, and weights that are refused.

#![allow(dead_code, reason = "each test uses a part")]

use serde::Serialize;
use serde_json::Value;

/// All figures of a value with their paths, but for those of fields that are so called.
fn figures(of: &impl Serialize, without: &[&str]) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), serde_json::to_value(of).unwrap())];
    while let Some((path, value)) = open.pop() {
        match value {
            Value::Object(fields) => {
                let fields = fields.into_iter();
                let kept = fields.filter(|(name, _)| !without.contains(&name.as_str()));
                open.extend(kept.map(|(name, value)| (format!("{path}.{name}"), value)));
            }
            Value::Array(items) => {
                let items = (0..).zip(items);
                open.extend(items.map(|(i, value)| (format!("{path}[{i}]"), value)));
            }
            value => found.push((path, value)),
        }
    }
    found
}

/// Both have the same figures, numbers but for 1e-12 of their size, or of 1.
#[track_caller]
pub(crate) fn alike(one: &impl Serialize, other: &impl Serialize, without: &[&str]) {
    let (one, other) = (figures(one, without), figures(other, without));
    let paths =
        |of: &[(String, Value)]| of.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>();
    assert_eq!(paths(&one), paths(&other));
    for ((path, one), (_, other)) in one.iter().zip(&other) {
        match (one.as_f64(), other.as_f64()) {
            (Some(one), Some(other)) => {
                let near = 1e-12 * one.abs().max(1.0);
                assert!((one - other).abs() <= near, "{path}: {one} is not {other}");
            }
            _ => assert_eq!(one, other, "{path}"),
        }
    }
}

/// Each of them as often as is said of its place.
pub(crate) fn repeated<T: Clone>(all: &[T], often: impl Fn(usize) -> usize) -> Vec<T> {
    let all = all.iter().enumerate();
    all.flat_map(|(i, one)| vec![one.clone(); often(i)])
        .collect()
}

/// Weights that are refused for three leads, and what is said.
pub(crate) fn bad_weights() -> [(Vec<f64>, &'static str); 7] {
    [
        (vec![1.0], "weights: `1` weights do not go with `3` leads"),
        (
            vec![1.0; 4],
            "weights: `4` weights do not go with `3` leads",
        ),
        (
            vec![1.0, f64::NAN, 1.0],
            "weights[1]: must be 0 or between 1e-12 and 1e12, got `NaN`",
        ),
        (
            vec![1.0, 1.0, -1.0],
            "weights[2]: must be 0 or between 1e-12 and 1e12, got `-1`",
        ),
        (
            vec![f64::INFINITY, 1.0, 1.0],
            "weights[0]: must be 0 or between 1e-12 and 1e12, got `inf`",
        ),
        (
            vec![1e-13, 1.0, 1.0],
            "weights[0]: must be 0 or between 1e-12 and 1e12, got `0.0000000000001`",
        ),
        (vec![0.0; 3], "weights: must not all be zero"),
    ]
}
