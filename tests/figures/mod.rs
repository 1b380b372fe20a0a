//! Results beside each other, figure by figure.

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
