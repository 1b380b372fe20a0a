use super::*;
use proptest::prelude::*;

fn levels(text: &str) -> Vec<Option<&str>> {
    let split = text.split_whitespace();
    split.map(|level| (level != "-").then_some(level)).collect()
}

/// A made-up table with figures in 4 digits, computed with numpy: shares 0.2 0.3 0.5 against 0.3 0.3 0.4.
#[test]
fn the_sum_is_the_formula() {
    let then = levels("a a b b b c c c c c");
    let now = levels("a a a b b b c c c c");
    let psi = PsiSpec::new().levels(&then, &now).unwrap();
    let by_hand = 0.1 * 1.5_f64.ln() + 0.0 + -0.1 * 0.8_f64.ln();
    assert!((psi.value - by_hand).abs() < 1e-15);
    assert_eq!(format!("{:.4}", psi.value), "0.0629");
    assert_eq!(psi.bins.len(), 3);
    // 95 % quantile of chi-square with 2 degrees of freedom: 5.991.
    assert!((psi.by_chance - 0.2 * 5.991_464_547).abs() < 1e-6);
    assert!(psi.flags.is_empty());
}

#[test]
fn empty_bins_are_floored_and_counted() {
    let psi = PsiSpec::new()
        .epsilon(0.001)
        .levels(&levels("a a b b"), &levels("a a a c"))
        .unwrap();
    let by_hand = 0.25 * 1.5_f64.ln()
        + (0.001 - 0.5) * (0.001_f64 / 0.5).ln()
        + (0.25 - 0.001) * (0.25_f64 / 0.001).ln();
    assert!((psi.value - by_hand).abs() < 1e-12);
    assert_eq!(psi.flags, [PsiFlag::Floored(2)]);
    let bins: Vec<&str> = psi.bins.iter().map(|bin| bin.bin.as_str()).collect();
    assert_eq!(bins, ["a", "b", "c"]);
}

#[test]
fn missing_values_are_a_bin_or_left_out() {
    let (then, now) = (levels("a b a b"), levels("a b - -"));
    let own = PsiSpec::new().levels(&then, &now).unwrap();
    assert_eq!(own.bins.last().unwrap().bin, "missing");
    assert!(own.value > 1.0);
    let out = PsiSpec::new().missing(MissingValues::LeaveOut);
    let out = out.levels(&then, &now).unwrap();
    assert_eq!((out.value, out.actual), (0.0, 2.0));
    let numbers = PsiSpec::new()
        .binning(Binning::Cuts(vec![1.0]))
        .numbers(&[1.0, 2.0], &[1.0, 2.0, f64::NAN, f64::INFINITY])
        .unwrap();
    assert_eq!(numbers.bins.last().unwrap().actual, 2.0);
}

#[test]
fn rare_levels_share_a_bin() {
    let then = levels("a a a a a a a a b c");
    let spec = PsiSpec::new().rare_share(0.2);
    let psi = spec.levels(&then, &levels("a a a a d")).unwrap();
    let bins: Vec<(&str, f64, f64)> = psi
        .bins
        .iter()
        .map(|bin| (bin.bin.as_str(), bin.expected, bin.actual))
        .collect();
    assert_eq!(bins, [("a", 8.0, 4.0), ("other", 2.0, 1.0)]);
    assert!(psi.value.abs() < 1e-15);
}

#[test]
fn collapsed_bins_are_flagged() {
    let psi = PsiSpec::new().numbers(&[7.0; 20], &[9.0; 20]).unwrap();
    assert_eq!((psi.value, psi.is_blind()), (0.0, true));
    let ties = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 3.0];
    let psi = PsiSpec::new()
        .binning(Binning::Quantiles(4))
        .numbers(&ties, &ties)
        .unwrap();
    assert_eq!(
        psi.flags,
        [PsiFlag::Collapsed {
            asked: 4,
            formed: 3
        }]
    );
    let texts: Vec<String> = [
        PsiFlag::OneBin,
        psi.flags[0],
        PsiFlag::Floored(1),
        PsiFlag::Floored(2),
    ]
    .iter()
    .map(ToString::to_string)
    .collect();
    assert_eq!(
        texts,
        [
            "one bin only: the index cannot see anything",
            "3 of 4 bins formed",
            "1 bin is empty in one of the samples",
            "2 bins are empty in one of the samples",
        ]
    );
}

#[test]
fn bad_input_is_said() {
    let bad = |spec: PsiSpec| spec.numbers(&[1.0], &[1.0]).unwrap_err().to_string();
    let spec = PsiSpec::new();
    for (spec, message) in [
        (
            spec.clone().epsilon(0.0),
            "epsilon: must be above 0 and at most 0.1, got `0`",
        ),
        (
            spec.clone().epsilon(f64::NAN),
            "epsilon: must be above 0 and at most 0.1, got `NaN`",
        ),
        (
            spec.clone().rare_share(1.5),
            "rare_share: must be from 0 to 1, got `1.5`",
        ),
        (
            spec.clone().binning(Binning::Quantiles(0)).epsilon(2.0),
            "binning: needs 1 to 1000 bins, got `0`\nepsilon: must be above 0 and at most 0.1, got `2`",
        ),
        (
            spec.clone().binning(Binning::Cuts(vec![1.0, f64::NAN])),
            "binning: cut points must be finite, got `NaN`",
        ),
        (
            spec.clone().binning(Binning::Cuts(vec![2.0, 2.0])),
            "binning: cut points must ascend, got `2` before `2`",
        ),
    ] {
        assert_eq!(bad(spec), message);
    }
    for (then, now, message) in [
        (vec![], vec![1.0], "expected: needs at least one value"),
        (vec![1.0], vec![], "actual: needs at least one value"),
    ] {
        let error = spec.numbers(&then, &now).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
    let out = spec.missing(MissingValues::LeaveOut);
    assert_eq!(
        out.numbers(&[f64::NAN], &[1.0]).unwrap_err().to_string(),
        "expected: needs at least one value"
    );
}

#[test]
fn specs_and_results_are_data() {
    let spec = PsiSpec::new()
        .binning(Binning::EqualWidth(4))
        .rare_share(0.02)
        .missing(MissingValues::LeaveOut);
    let json = serde_json::to_string(&spec).unwrap();
    assert_eq!(serde_json::from_str::<PsiSpec>(&json).unwrap(), spec);
    let toml = toml::to_string(&spec).unwrap();
    assert_eq!(toml::from_str::<PsiSpec>(&toml).unwrap(), spec);
    let psi = spec.numbers(&[1.0, 2.0, 7.0], &[3.0]).unwrap();
    let json = serde_json::to_string(&psi).unwrap();
    assert_eq!(serde_json::from_str::<Psi>(&json).unwrap(), psi);
}

#[allow(clippy::cast_precision_loss)]
fn count(number: usize) -> f64 {
    number as f64
}

#[test]
fn bad_weights_are_said() {
    let (values, good) = ([1.0, 2.0], [1.0, 1.0]);
    let spec = PsiSpec::new();
    for (weights, message) in [
        (vec![1.0], "`1` weights do not go with `2` values"),
        (
            vec![0.0, -1.0],
            "[1]: must be 0 or between 1e-12 and 1e12, got `-1`",
        ),
        (
            vec![f64::NAN, 1.0],
            "[0]: must be 0 or between 1e-12 and 1e12, got `NaN`",
        ),
        (
            vec![1.0, f64::INFINITY],
            "[1]: must be 0 or between 1e-12 and 1e12, got `inf`",
        ),
        (
            vec![1e-13, 1.0],
            "[0]: must be 0 or between 1e-12 and 1e12, got `0.0000000000001`",
        ),
        (vec![0.0, -0.0], "must not all be zero"),
    ] {
        let split = if message.starts_with('[') { "" } else { ": " };
        let then = spec.weighted_numbers((&values, &weights), (&values, &good));
        let expected = format!("expected_weights{split}{message}");
        assert_eq!(then.unwrap_err().to_string(), expected);
        let levels = [Some("a"), None];
        let now = spec.weighted_levels((&levels, &good), (&levels, &weights));
        let expected = format!("actual_weights{split}{message}");
        assert_eq!(now.unwrap_err().to_string(), expected);
    }
    let none = spec.weighted_numbers((&[], &[]), (&values, &good));
    assert_eq!(
        none.unwrap_err().to_string(),
        "expected: needs at least one value"
    );
    let bad = spec
        .epsilon(0.0)
        .weighted_numbers((&values, &good), (&values, &good));
    let message = "epsilon: must be above 0 and at most 0.1, got `0`";
    assert_eq!(bad.unwrap_err().to_string(), message);
}

/// Fractions of leads: shares 0.25 0.75 against 0.5 0.5.
#[test]
fn weights_need_not_be_whole() {
    let then = levels("a b b");
    let now = levels("a b");
    let psi = PsiSpec::new()
        .weighted_levels((&then, &[0.1, 0.2, 0.1]), (&now, &[2.5, 2.5]))
        .unwrap();
    assert!((psi.value - 0.25 * 3.0_f64.ln()).abs() < 1e-12, "{psi:?}");
    assert_eq!((psi.bins[0].actual, psi.actual), (2.5, 5.0));
    // 95 % quantile of chi-square with 1 degree of freedom: 3.841; 0.4 and 5 leads.
    assert!((psi.by_chance - 2.7 * 3.841_458_821).abs() < 1e-6);
    // Quantile bins do not depend on how small fractions are.
    let numbers: Vec<f64> = (0..100).map(f64::from).collect();
    let small = [1e-6; 100];
    let small = PsiSpec::new().weighted_numbers((&numbers, &small), (&numbers, &small));
    assert_eq!(small.unwrap().bins.len(), 10);
}

/// Each value as often as its weight says.
fn repeated<T: Clone>(values: &[T], weights: &[usize]) -> Vec<T> {
    let both = values.iter().zip(weights);
    both.flat_map(|(value, &weight)| vec![value.clone(); weight])
        .collect()
}

fn sample() -> impl Strategy<Value = (Vec<f64>, Vec<usize>)> {
    proptest::collection::vec((number(), 0_usize..4), 1..40)
        .prop_map(|rows| rows.into_iter().unzip())
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => (-5_i32..5).prop_map(f64::from),
        2 => -1e3..1e3_f64,
        1 => proptest::sample::select(vec![f64::NAN, f64::INFINITY, -f64::MAX, f64::MAX, 5e-324, -0.0]),
    ]
}

fn binning() -> impl Strategy<Value = Binning> {
    prop_oneof![
        (1_usize..12).prop_map(Binning::Quantiles),
        (1_usize..12).prop_map(Binning::Qcut),
        (1_usize..12).prop_map(Binning::EqualWidth),
        Just(Binning::Cuts(vec![-1.0, 0.0, 2.5])),
    ]
}

proptest! {
    /// It is never negative, 0 against itself, finite, counts every value once, and its parts add up to it.
    #[test]
    fn laws(
        then in proptest::collection::vec(number(), 1..60),
        now in proptest::collection::vec(number(), 1..60),
        binning in binning(),
    ) {
        let spec = PsiSpec::new().binning(binning);
        let psi = spec.numbers(&then, &now).unwrap();
        prop_assert!(psi.value.is_finite() && psi.value >= 0.0);
        prop_assert!(psi.bins.iter().all(|bin| bin.adds >= 0.0));
        prop_assert_eq!(psi.value, psi.bins.iter().fold(0.0, |sum, bin| sum + bin.adds));
        prop_assert_eq!(psi.expected, count(then.len()));
        prop_assert_eq!(psi.actual, count(now.len()));
        prop_assert_eq!(spec.numbers(&then, &then).unwrap().value, 0.0);
    }

    /// The order of a sample is of no matter, nor is a scale that keeps the order exactly.
    #[test]
    fn order_and_scale(
        mut then in proptest::collection::vec(-8_i32..8, 1..60),
        now in proptest::collection::vec(-8_i32..8, 1..60),
        binning in prop_oneof![Just(Binning::Quantiles(5)), Just(Binning::Qcut(5)), Just(Binning::EqualWidth(4))],
    ) {
        let spec = PsiSpec::new().binning(binning);
        let numbers = |all: &[i32], scale: f64| all.iter().map(|&x| f64::from(x) * scale).collect::<Vec<_>>();
        let psi = spec.numbers(&numbers(&then, 1.0), &numbers(&now, 1.0)).unwrap();
        let scaled = spec.numbers(&numbers(&then, 4.0), &numbers(&now, 4.0)).unwrap();
        prop_assert_eq!(psi.value, scaled.value);
        then.reverse();
        let turned = spec.numbers(&numbers(&then, 1.0), &numbers(&now, 1.0)).unwrap();
        prop_assert_eq!(psi.value, turned.value);
    }

    /// Whole weights are repeated values, those of 0 leave no trace, and those of 1 change nothing: to the last bit.
    #[test]
    fn whole_weights_repeat((then, often) in sample(), (now, seldom) in sample(), binning in binning(), rare in 0.0..0.3_f64) {
        prop_assume!(often.iter().any(|&weight| weight > 0) && seldom.iter().any(|&weight| weight > 0));
        let real = |weights: &[usize]| weights.iter().map(|&weight| count(weight)).collect::<Vec<_>>();
        let spec = PsiSpec::new().binning(binning).rare_share(rare);
        let weighted = spec.weighted_numbers((&then, &real(&often)), (&now, &real(&seldom))).unwrap();
        let plain = spec.numbers(&repeated(&then, &often), &repeated(&now, &seldom)).unwrap();
        prop_assert_eq!(weighted, plain);
        let ones = spec.weighted_numbers((&then, &vec![1.0; then.len()]), (&now, &vec![1.0; now.len()]));
        prop_assert_eq!(ones.unwrap(), spec.numbers(&then, &now).unwrap());

        let level = |value: &f64| value.is_finite().then(|| format!("{value:.0}"));
        let then: Vec<_> = then.iter().map(level).collect();
        let now: Vec<_> = now.iter().map(level).collect();
        let weighted = spec.weighted_levels((&then, &real(&often)), (&now, &real(&seldom))).unwrap();
        let plain = spec.levels(&repeated(&then, &often), &repeated(&now, &seldom)).unwrap();
        prop_assert_eq!(weighted, plain);
    }
}
