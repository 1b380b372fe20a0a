use super::*;
use crate::evaluate::weight::{Monotone, WoeSpec};
use crate::evaluate::{Binning, MissingValues};
use proptest::prelude::*;

/// The example of hackingnote.com, "Weight of Evidence and Information Value": shares of the converted and of the
/// others in six bins, with weights 0.693, 1.099, 0.405, 0, -0.223, -0.560 and an information value of 0.260.
#[test]
fn a_published_table() {
    let shares = [(10, 5), (15, 5), (15, 10), (20, 20), (20, 25), (20, 35)];
    let (mut values, mut converted) = (Vec::new(), Vec::new());
    for (bin, &(yes, no)) in shares.iter().enumerate() {
        // The first bin of the table is that of missing values.
        let value = (bin > 0).then(|| bin.to_string());
        values.extend(vec![value; yes + no]);
        converted.extend(vec![true; yes]);
        converted.extend(vec![false; no]);
    }
    let woe = WoeSpec::new().levels(&values, &converted).unwrap();
    let rounded = |woe: f64| format!("{woe:.3}");
    assert_eq!(rounded(woe.missing().unwrap().woe), "0.693");
    let weights: Vec<String> = woe.rows().iter().map(|row| rounded(row.woe)).collect();
    assert_eq!(weights, ["1.099", "0.405", "0.000", "-0.223", "-0.560"]);
    let adds = woe.rows().iter().map(|row| rounded(row.information_value));
    assert_eq!(
        adds.collect::<Vec<_>>(),
        ["0.110", "0.020", "0.000", "0.011", "0.084"]
    );
    assert_eq!(rounded(woe.information_value()), "0.260");
    assert_eq!(woe.strength(), IvStrength::Medium);
    assert_eq!(woe.of_level(None), 2.0_f64.ln());
    assert_eq!(woe.of_level(Some("never seen")), 0.0);
}

/// SAS HPBIN, "Computing the Weight of Evidence and Information Value": `ln(((n + x) / N) / ((m + x) / M))`, x 0.5.
#[test]
fn zero_cells_are_adjusted() {
    let values = [1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0, 2.0];
    let converted = [true, true, true, true, false, false, false, false];
    let woe = WoeSpec::cuts(vec![1.0])
        .numbers(&values, &converted)
        .unwrap();
    let all = ((3.5 / 4.0_f64) / (0.5 / 4.0)).ln();
    assert_eq!(woe.rows()[0].woe, all);
    assert_eq!(woe.rows()[1].woe, (0.25_f64 / 1.0).ln());
    let adjusted: Vec<bool> = woe.rows().iter().map(|row| row.adjusted).collect();
    assert_eq!(adjusted, [true, false]);
    assert_eq!(woe.rows()[0].information_value, 0.75 * all);
    let halved = WoeSpec::cuts(vec![1.0]).adjustment(0.25);
    let halved = halved.numbers(&values, &converted).unwrap();
    assert_eq!(halved.rows()[0].woe, ((3.25 / 4.0_f64) / (0.25 / 4.0)).ln());
}

#[test]
fn rates_go_one_way() {
    // Rates by tens: 0.1 0.3 0.2 0.6 0.5.
    let mut values = Vec::new();
    let mut converted = Vec::new();
    for (ten, yes) in [(0.0, 1), (1.0, 3), (2.0, 2), (3.0, 6), (4.0, 5)] {
        for i in 0..10 {
            values.push(ten);
            converted.push(i < yes);
        }
    }
    let spec = WoeSpec::new().binning(Binning::Quantiles(5));
    let woe = spec.numbers(&values, &converted).unwrap();
    let rates: Vec<f64> = woe.rows().iter().filter_map(|row| row.rate).collect();
    assert_eq!(rates, [0.1, 0.25, 0.55]);
    assert_eq!(woe.bins().cuts().len(), 2);
    let falling = spec.clone().monotone(Monotone::Falling);
    assert_eq!(
        falling.numbers(&values, &converted).unwrap().rows().len(),
        1
    );
    let all = spec.clone().monotone(Monotone::No);
    assert_eq!(all.numbers(&values, &converted).unwrap().rows().len(), 5);
    let large = spec.monotone(Monotone::No).least_share(0.3);
    let large = large.numbers(&values, &converted).unwrap();
    let leads: Vec<f64> = large.rows().iter().map(|row| row.leads).collect();
    assert_eq!(leads, [20.0, 30.0]);
    // Given cut points stay.
    let given = WoeSpec::cuts(vec![0.0, 1.0, 2.0, 3.0]);
    assert_eq!(given.numbers(&values, &converted).unwrap().rows().len(), 5);
}

#[test]
fn missing_values_may_be_left_out() {
    let values = [1.0, 2.0, f64::NAN, 1.0, 2.0, f64::NAN];
    let converted = [true, false, true, true, true, false];
    let own = WoeSpec::cuts(vec![1.0])
        .numbers(&values, &converted)
        .unwrap();
    assert_eq!(own.of_number(f64::NAN), own.missing().unwrap().woe);
    let out = WoeSpec::cuts(vec![1.0]).missing(MissingValues::LeaveOut);
    let out = out.numbers(&values, &converted).unwrap();
    assert_eq!((out.missing(), out.of_number(f64::NAN)), (None, 0.0));
    assert_eq!(out.of_value(Value::Number(2.0)), out.rows()[1].woe);
}

#[test]
fn it_prints() {
    let values = [Some("yes"), Some("no"), Some("yes"), Some("no"), None];
    let converted = [true, false, false, true, true];
    let woe = WoeSpec::new().levels(&values, &converted).unwrap();
    assert_eq!(
        woe.to_string(),
        "Bin          leads  converted     rate       WoE        IV
no               2          1   50.0 %   -0.4055    0.0676
yes              2          1   50.0 %   -0.4055    0.0676
missing          1          1  100.0 %    0.6931    0.2310
Information value 0.3662 (strong)"
    );
    let json = serde_json::to_string(&woe).unwrap();
    assert_eq!(
        serde_json::from_str::<WeightOfEvidence>(&json).unwrap(),
        woe
    );
    let fewer = json.replace(r#""levels":["no","yes"]"#, r#""levels":["no"]"#);
    let error = serde_json::from_str::<WeightOfEvidence>(&fewer).unwrap_err();
    assert_eq!(error.to_string(), "rows: `2` rows do not go with `1` bins");
    let more = json.replacen(r#""converted":1.0"#, r#""converted":3.0"#, 1);
    let error = serde_json::from_str::<WeightOfEvidence>(&more).unwrap_err();
    assert_eq!(
        error.to_string(),
        "rows[0]: `3` of `2` leads cannot have converted"
    );
}

#[test]
fn bad_input_is_said() {
    let spec = WoeSpec::new;
    for (spec, values, converted, message) in [
        (
            spec(),
            vec![1.0],
            vec![],
            "converted: `0` outcomes do not go with `1` values",
        ),
        (
            spec(),
            vec![],
            vec![],
            "converted: needs leads that converted and leads that did not",
        ),
        (
            spec(),
            vec![1.0, 2.0],
            vec![true, true],
            "converted: needs leads that converted and leads that did not",
        ),
        (
            spec().missing(MissingValues::LeaveOut),
            vec![1.0, f64::NAN],
            vec![true, false],
            "converted: needs leads that converted and leads that did not",
        ),
        (
            spec()
                .adjustment(0.0)
                .least_share(-0.5)
                .rare_share(f64::NAN),
            vec![1.0],
            vec![true],
            "least_share: must be from 0 to 1, got `-0.5`\nrare_share: must be from 0 to 1, got `NaN`\n\
             adjustment: must be above 0 and at most 1, got `0`",
        ),
        (
            WoeSpec::cuts(vec![3.0, 1.0]),
            vec![1.0],
            vec![true],
            "binning: cut points must ascend, got `3` before `1`",
        ),
    ] {
        let error = spec.numbers(&values, &converted).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}

#[allow(clippy::cast_precision_loss)]
fn count(number: usize) -> f64 {
    number as f64
}

#[test]
fn bad_weights_are_said() {
    let (values, converted) = ([1.0, 2.0], [true, false]);
    for (weights, message) in [
        (vec![1.0], "weights: `1` weights do not go with `2` values"),
        (
            vec![0.0, -1.0],
            "weights[1]: must be 0 or between 1e-12 and 1e12, got `-1`",
        ),
        (
            vec![f64::NAN, 1.0],
            "weights[0]: must be 0 or between 1e-12 and 1e12, got `NaN`",
        ),
        (
            vec![1.0, 2e12],
            "weights[1]: must be 0 or between 1e-12 and 1e12, got `2000000000000`",
        ),
        (vec![0.0, 0.0], "weights: must not all be zero"),
        (
            vec![0.0, 1.0],
            "converted: needs leads that converted and leads that did not",
        ),
    ] {
        let numbers = WoeSpec::new().weighted_numbers(&values, &converted, &weights);
        assert_eq!(numbers.unwrap_err().to_string(), message);
        let levels = [Some("a"), None];
        let levels = WoeSpec::new().weighted_levels(&levels, &converted, &weights);
        assert_eq!(levels.unwrap_err().to_string(), message);
    }
    let few = WoeSpec::new().weighted_numbers(&values, &[true], &[1.0, 1.0]);
    let message = "converted: `1` outcomes do not go with `2` values";
    assert_eq!(few.unwrap_err().to_string(), message);
}

/// The same weights as with whole leads, whatever a lead counts.
#[test]
fn weights_need_not_be_whole() {
    let levels = [Some("a"), Some("a"), Some("b"), Some("b"), Some("c")];
    let converted = [true, false, true, false, false];
    let woe = WoeSpec::new()
        .weighted_levels(&levels, &converted, &[0.3, 0.1, 0.1, 0.1, 0.2])
        .unwrap();
    let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found}");
    close(woe.of_level(Some("a")), 3.0_f64.ln());
    close(woe.of_level(Some("b")), 0.0);
    close(woe.rows()[0].leads, 0.4);
    assert_eq!(woe.rows()[0].rate, Some(0.3 / 0.4));
    assert!(woe.rows()[2].adjusted);
}

proptest! {
    /// Whole weights are repeated leads, those of 0 leave no trace, and those of 1 change nothing: to the last bit.
    #[test]
    fn whole_weights_repeat(
        rows in proptest::collection::vec(
            (prop_oneof![9 => (-9_i32..9).prop_map(f64::from), 1 => Just(f64::NAN)], any::<bool>(), 0_usize..4),
            2..80,
        ),
        bins in 1_usize..20,
        direction in proptest::sample::select(vec![
            Monotone::Either, Monotone::Rising, Monotone::Falling, Monotone::No,
        ]),
        rare in 0.0..0.2_f64,
    ) {
        let spec = WoeSpec::new().binning(Binning::Quantiles(bins)).monotone(direction).rare_share(rare);
        let values: Vec<f64> = rows.iter().map(|row| row.0).collect();
        let converted: Vec<bool> = rows.iter().map(|row| row.1).collect();
        let weights: Vec<f64> = rows.iter().map(|row| count(row.2)).collect();
        prop_assume!(rows.iter().any(|row| row.2 > 0));
        let often = || rows.iter().flat_map(|row| vec![*row; row.2]);
        let more: Vec<f64> = often().map(|row| row.0).collect();
        let outcomes: Vec<bool> = often().map(|row| row.1).collect();
        let text = |found: Result<WeightOfEvidence, EvaluateError>| format!("{found:?}");
        prop_assert_eq!(
            text(spec.weighted_numbers(&values, &converted, &weights)),
            text(spec.numbers(&more, &outcomes))
        );
        prop_assert_eq!(
            text(spec.weighted_numbers(&values, &converted, &vec![1.0; values.len()])),
            text(spec.numbers(&values, &converted))
        );
        let level = |value: &f64| value.is_finite().then(|| value.to_string());
        let (few, more): (Vec<_>, Vec<_>) = (values.iter().map(level).collect(), more.iter().map(level).collect());
        prop_assert_eq!(
            text(spec.weighted_levels(&few, &converted, &weights)),
            text(spec.levels(&more, &outcomes))
        );
    }

    #[test]
    fn laws(
        rows in proptest::collection::vec(
            (prop_oneof![9 => (-9_i32..9).prop_map(f64::from), 1 => Just(f64::NAN)], any::<bool>()),
            2..120,
        ),
        bins in 1_usize..20,
        direction in proptest::sample::select(vec![
            Monotone::Either, Monotone::Rising, Monotone::Falling, Monotone::No,
        ]),
    ) {
        let (values, converted): (Vec<f64>, Vec<bool>) = rows.into_iter().unzip();
        let spec = WoeSpec::new().binning(Binning::Quantiles(bins)).monotone(direction);
        let Ok(woe) = spec.numbers(&values, &converted) else {
            prop_assert!(converted.iter().all(|&c| c == converted[0]));
            return Ok(());
        };
        // Every lead is in one bin, every bin has leads, and what bins tell is never negative.
        let all = || woe.rows().iter().chain(woe.missing());
        prop_assert_eq!(all().map(|row| row.leads).sum::<f64>(), count(values.len()));
        prop_assert!(all().all(|row| row.woe.is_finite()));
        prop_assert!(all().filter(|row| !row.adjusted).all(|row| row.information_value >= 0.0));
        let rates: Vec<f64> = woe.rows().iter().filter_map(|row| row.rate).collect();
        let rising = rates.windows(2).all(|two| two[0] < two[1]);
        let falling = rates.windows(2).all(|two| two[0] > two[1]);
        match direction {
            Monotone::Either => prop_assert!(rising || falling),
            Monotone::Rising => prop_assert!(rising),
            Monotone::Falling => prop_assert!(falling),
            Monotone::No => {}
        }
        // What a value weighs is what its bin weighs.
        for value in values {
            let row = woe.bins().of_number(value).map_or(woe.missing(), |bin| woe.rows().get(bin));
            prop_assert_eq!(row.map(|row| row.woe), Some(woe.of_number(value)));
        }
    }
}
