//! The verdict before a predictive model is learned: every reason literally, and what must not be one.
#![cfg(feature = "train")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test fails by panicking, and tables are long"
)]

use lead_scoring::ndarray::Array2;
use lead_scoring::{
    AttributeValue, FeatureSpec, Lead, Moment, PredictiveSpec, Readiness, Schema, SchemaSpec,
    TrainingSet, Verdict, VerdictData, VerdictReason, VerdictSpec,
};
use proptest::collection::vec;
use proptest::prelude::*;
use std::sync::LazyLock;

/// Looks random, the same each time: 0 to 1.
fn noise(row: usize, salt: u64) -> f64 {
    let mut x =
        (row as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ salt.wrapping_mul(0xd134_2543_de82_ef95);
    for _ in 0..2 {
        x = (x ^ (x >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    }
    (x >> 11) as f64 / (1_u64 << 53) as f64
}

fn schema() -> &'static Schema {
    static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
        let spec = SchemaSpec::new()
            .number("seats")
            .number("users")
            .text("industry")
            .text("source");
        let spec = spec
            .text("email")
            .text("contract")
            .number("revenue")
            .flag("trial");
        spec.build().unwrap()
    });
    &SCHEMA
}

fn converted() -> Vec<bool> {
    (0..300)
        .map(|row| noise(row, 1) < 0.3 + 0.3 * noise(row, 2))
        .collect()
}

/// Three hundred leads; what is set beside seats, industry and source.
fn leads(extra: impl Fn(usize, bool) -> Vec<(&'static str, AttributeValue)>) -> Vec<Lead> {
    let rows = converted().into_iter().enumerate();
    rows.map(|(row, converted)| {
        let mut lead = Lead::builder(schema(), format!("a{row}"))
            .set("seats", (noise(row, 2) * 100.0).round())
            .set(
                "industry",
                ["software", "retail", "health"][(noise(row, 3) * 3.0) as usize],
            )
            .set("source", ["web", "fair"][(noise(row, 4) * 2.0) as usize]);
        for (name, value) in extra(row, converted) {
            lead = lead.set(name, value);
        }
        lead.build().unwrap()
    })
    .collect()
}

fn verdict(leads: &[Lead], features: &[&str]) -> Verdict {
    let converted = converted();
    let as_of: Moment = "2026-03-01".parse().unwrap();
    let set = TrainingSet::labelled(leads, &converted, as_of).unwrap();
    let all = ["seats", "industry", "source"].iter().chain(features);
    let spec = PredictiveSpec::new().features(all.map(|name| FeatureSpec::attribute(*name)));
    let design = spec.design(schema(), &set).unwrap();
    let verdict = design.verdict(&VerdictSpec::new()).unwrap();
    assert_eq!(
        verdict.readiness,
        verdict
            .reasons
            .iter()
            .map(VerdictReason::readiness)
            .max()
            .unwrap_or_default()
    );
    let read: Verdict = serde_json::from_str(&serde_json::to_string(&verdict).unwrap()).unwrap();
    assert_eq!(read, verdict);
    verdict
}

#[test]
fn good_rows_are_ready() {
    let verdict = verdict(&leads(|_, _| Vec::new()), &[]);
    assert_eq!(verdict.to_string(), "ready: 300 rows, 126 converted");
    assert_eq!(verdict.readiness, Readiness::Ready);
}

#[test]
fn every_reason_is_said() {
    // Known only of leads that converted, as a contract number is.
    let after = |row: usize, converted: bool| {
        let known = converted && noise(row, 5) < 0.5;
        if known {
            vec![("contract", AttributeValue::from("signed"))]
        } else {
            Vec::new()
        }
    };
    // A number that is only put down for customers.
    let revenue = |row: usize, converted: bool| {
        vec![(
            "revenue",
            (if converted { 100.0 } else { 0.0 } + noise(row, 6)).into(),
        )]
    };
    let nearly = |row: usize, converted: bool| {
        let wrong = row < 3;
        vec![("trial", (converted != wrong).into())]
    };
    let nearly_level = |row: usize, converted: bool| {
        let sold = ["won", "signed"][row % 2];
        let other = ["open", "lost", "talks"][row % 3];
        vec![("contract", if converted { sold } else { other }.into())]
    };
    let email = |row: usize, _: bool| vec![("email", format!("{row}@example.org").into())];
    let double = |row: usize, _: bool| {
        let seats = (noise(row, 2) * 100.0).round();
        vec![
            ("users", (2.0 * seats + 3.0).into()),
            ("trial", true.into()),
        ]
    };
    for (leads, features, expected) in [
        (
            leads(after),
            &["contract"][..],
            "not ready: 300 rows, 126 converted\n\
             - not ready: `contract` is known of 59 rows, all of which converted: is it known before they do?",
        ),
        (
            leads(revenue),
            &["revenue"],
            "not ready: 300 rows, 126 converted\n\
             - not ready: `revenue` alone tells which rows convert: is it known before they do?",
        ),
        (
            leads(nearly),
            &["trial"],
            "usable with care: 300 rows, 126 converted\n\
             - usable with care: `trial` alone nearly tells which rows convert (AUC 0.990): is it known before they do?",
        ),
        (
            leads(nearly_level),
            &["contract"],
            "not ready: 300 rows, 126 converted\n\
             - not ready: `contract` alone tells which rows convert: is it known before they do?",
        ),
        (
            leads(email),
            &["email"],
            "not ready: 300 rows, 126 converted\n\
             - usable with care: 126 of the rarer outcome for 306 columns, 10 each are better\n\
             - not ready: `email` has 300 levels in 300 rows: it names leads and says nothing of others",
        ),
        (
            leads(double),
            &["users", "trial"],
            "usable with care: 300 rows, 126 converted\n\
             - usable with care: one value only, which adds nothing: `trial`\n\
             - usable with care: `users` follows from `seats`",
        ),
    ] {
        let told = verdict(&leads, features).to_string();
        assert_eq!(told, expected);
    }
}

#[test]
fn there_must_be_enough() {
    let x = Array2::from_shape_fn((100, 6), |(row, column)| noise(row, column as u64));
    let judged = |converted: usize, spec: VerdictSpec| {
        let outcomes: Vec<bool> = (0..100).map(|row| (row * 7) % 100 < converted).collect();
        spec.judge(&VerdictData::new(x.view(), &outcomes))
            .unwrap()
            .to_string()
    };
    assert_eq!(
        judged(39, VerdictSpec::new()),
        "not ready: 100 rows, 39 converted\n\
         - not ready: 39 rows converted, at least 40 must have\n\
         - not ready: 39 of the rarer outcome for 6 features, 10 each are needed"
    );
    assert_eq!(
        judged(61, VerdictSpec::new().events_per_feature(6.5)),
        "not ready: 100 rows, 61 converted\n\
         - not ready: 39 rows did not convert, at least 40 must have"
    );
    let easy = VerdictSpec::new()
        .converted(0)
        .not_converted(0)
        .events_per_feature(0.0);
    assert_eq!(judged(0, easy.clone()), "ready: 100 rows, 0 converted");
    assert_eq!(judged(100, easy.clone()), "ready: 100 rows, 100 converted");
    // Two features of three columns.
    let outcomes: Vec<bool> = (0..100).map(|row| row % 2 == 0).collect();
    let data = VerdictData::new(x.view(), &outcomes).features(["fit", "needs"], [0, 0, 0, 1, 1, 1]);
    assert_eq!(
        VerdictSpec::new().judge(&data).unwrap().to_string(),
        "usable with care: 100 rows, 50 converted\n\
         - usable with care: 50 of the rarer outcome for 6 columns, 10 each are better"
    );
}

#[test]
fn sums_of_columns_are_named() {
    let x = Array2::from_shape_fn((200, 4), |(row, column)| match column {
        2 => 1e6 * noise(row, 10) - 3.0 * noise(row, 11),
        3 => 5.0,
        _ => noise(row, 10 + column as u64),
    });
    let outcomes: Vec<bool> = (0..200).map(|row| noise(row, 20) < 0.5).collect();
    let data = VerdictData::new(x.view(), &outcomes).columns(["a", "b", "both", "five"]);
    let verdict = VerdictSpec::new()
        .collinear(1.0 - 1e-9)
        .judge(&data)
        .unwrap();
    assert_eq!(
        verdict.reasons,
        [
            VerdictReason::Constant {
                columns: vec!["five".into()]
            },
            VerdictReason::Collinear {
                column: "both".into(),
                from: vec!["a".into()]
            },
        ]
    );
    let even = Array2::from_shape_fn((200, 3), |(row, column)| match column {
        2 => noise(row, 10) - 2.0 * noise(row, 11) + 7.0,
        _ => noise(row, 10 + column as u64),
    });
    let data = VerdictData::new(even.view(), &outcomes).columns(["a", "b", "both"]);
    let verdict = VerdictSpec::new().judge(&data).unwrap();
    let VerdictReason::Collinear { column, from } = &verdict.reasons[0] else {
        unreachable!("{verdict}")
    };
    assert_eq!(
        (column.as_str(), from.as_slice()),
        ("both", ["b".to_owned(), "a".to_owned()].as_slice())
    );
}

#[test]
fn what_cannot_be_judged_is_said() {
    let x = Array2::zeros((3, 2));
    let three = [true, false, true];
    let judge = |data: &VerdictData<'_>| VerdictSpec::new().judge(data).unwrap_err().to_string();
    let good = || VerdictData::new(x.view(), &three);
    assert_eq!(
        judge(&VerdictData::new(x.view(), &[true])),
        "converted: one for each row: expected 3, got 1"
    );
    assert_eq!(
        judge(&good().columns(["a"])),
        "columns: one for each column: expected 2, got 1"
    );
    assert_eq!(
        judge(&good().features(["a"], [0])),
        "feature_of: one for each column: expected 2, got 1"
    );
    assert_eq!(
        judge(&good().features(["a"], [0, 1])),
        "feature_of[1]: there are 1 features, got `1`"
    );
    assert_eq!(
        judge(&good().known(1, [true])),
        "known[1]: one for each row: expected 3, got 1"
    );
    let empty = Array2::zeros((0, 2));
    assert_eq!(
        judge(&VerdictData::new(empty.view(), &[])),
        "needs at least one row"
    );
    let narrow = Array2::zeros((3, 0));
    assert_eq!(
        judge(&VerdictData::new(narrow.view(), &three)),
        "needs at least one column"
    );
    for (value, shown) in [
        (f64::NAN, "NaN"),
        (f64::INFINITY, "inf"),
        (1e16, "10000000000000000"),
    ] {
        let mut wild = Array2::zeros((3, 2));
        wild[(1, 1)] = value;
        let data = VerdictData::new(wild.view(), &three).columns(["a", "b"]);
        let message =
            format!("rows[1]: column `b`: must be a number of at most 1e15 in size, got `{shown}`");
        assert_eq!(judge(&data), message);
    }
    let spec = VerdictSpec::new()
        .events_per_feature(-1.0)
        .nearly_separates(0.4)
        .identifier(0.0)
        .collinear(f64::NAN);
    assert_eq!(
        spec.judge(&good()).unwrap_err().to_string(),
        "events_per_feature: must be between 0 and 1e12, got `-1`\n\
         nearly_separates: must be between 0.5 and 1, got `0.4`\n\
         identifier: must be between 0.01 and 1, got `0`\n\
         collinear: must be between 0.01 and 1, got `NaN`"
    );
    assert!(toml::from_str::<VerdictSpec>("convertd = 1").is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Nothing panics, and the order of rows does not matter.
    #[test]
    fn any_rows_get_a_verdict(
        rows in vec((vec(prop_oneof![Just(0.0), Just(1.0), Just(-0.0), Just(1e15), -1.0..1.0_f64], 4), any::<bool>()), 1..40),
        known in vec(any::<bool>(), 40),
    ) {
        let judge = |rows: &[(Vec<f64>, bool)], known: &[bool]| {
            let x = Array2::from_shape_fn((rows.len(), 4), |(row, column)| rows[row].0[column]);
            let outcomes: Vec<bool> = rows.iter().map(|row| row.1).collect();
            let data = VerdictData::new(x.view(), &outcomes)
                .features(["a", "b"], [0, 1, 1, 1])
                .known(1, known);
            VerdictSpec::new().judge(&data).unwrap()
        };
        let known = &known[..rows.len()];
        let first = judge(&rows, known);
        let mut turned = rows.clone();
        turned.reverse();
        let mut known = known.to_vec();
        known.reverse();
        let second = judge(&turned, &known);
        prop_assert_eq!(first.readiness, second.readiness);
        prop_assert_eq!(first.reasons.len(), second.reasons.len());
    }
}
