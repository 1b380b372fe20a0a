//! What must hold of the package itself.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

/// `cargo test` is then the run with all features, too.
#[test]
fn all_features_are_default_ones() {
    let manifest: toml::Table = toml::from_str(include_str!("../Cargo.toml")).unwrap();
    let features = manifest["features"].as_table().unwrap();
    let default: BTreeSet<&str> = features["default"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(toml::Value::as_str)
        .collect();
    let all: BTreeSet<&str> = features.keys().map(String::as_str).collect();
    assert_eq!(
        all.difference(&default).copied().collect::<Vec<_>>(),
        ["default"]
    );
}
