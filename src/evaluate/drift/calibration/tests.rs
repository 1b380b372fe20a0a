use super::*;
use proptest::prelude::*;

fn outcome(leads: u32, converted: u32) -> BandOutcome {
    BandOutcome {
        leads: f64::from(leads),
        converted: f64::from(converted),
    }
}

/// statsmodels 0.14.5: `proportions_ztest([30, 50], [100, 120])` gives z -1.7911821050170567, p 0.07326407689900845.
#[test]
fn one_band_is_the_test_of_two_proportions() {
    let bands = [("all".to_owned(), outcome(120, 50), outcome(100, 30))];
    let drift = CalibrationDrift::between(bands.into_iter()).unwrap();
    assert!((drift.chi_square - 1.791_182_105_017_056_7_f64.powi(2)).abs() < 1e-12);
    assert!((drift.p_value - 0.073_264_076_899_008_45).abs() < 1e-9);
    assert_eq!((drift.freedom, drift.observed_rate), (1, 0.3));
    assert!((drift.gap - (50.0 / 120.0 - 0.3)).abs() < 1e-15);
}

#[test]
fn bands_add_up() {
    let bands = [
        ("low", outcome(50, 5), outcome(40, 10)),
        ("mid", outcome(50, 20), outcome(40, 16)),
        ("none now", outcome(50, 20), outcome(0, 0)),
        ("nobody", outcome(50, 0), outcome(40, 0)),
    ];
    let bands = bands.map(|(name, then, now)| (name.to_owned(), then, now));
    let drift = CalibrationDrift::between(bands.into_iter()).unwrap();
    assert_eq!((drift.bands.len(), drift.freedom), (3, 2));
    assert_eq!(drift.bands[1].chi_square, 0.0);
    assert!((drift.gap - 0.05).abs() < 1e-15);
    assert_eq!(drift.chi_square, drift.bands[0].chi_square);
    assert!(CalibrationDrift::between(std::iter::empty()).is_none());
}

/// By hand: 10 leads at 0.1 and 10 at 0.5, of which 3 and 5 convert: `(3 - 1)^2 / 0.9 + 0`.
#[test]
fn predictions_have_their_own_variance() {
    let predicted = [[0.5; 10], [0.1; 10]].concat();
    let converted: Vec<bool> = (0..20).map(|i| i < 5 || (10..13).contains(&i)).collect();
    let drift = CalibrationDrift::of_predicted(&predicted, &converted, 2).unwrap();
    assert!((drift.chi_square - 4.0 / 0.9).abs() < 1e-12);
    assert_eq!((drift.freedom, drift.bands[0].leads), (2, 10.0));
    assert_eq!(drift.bands[0].band, "[0.1000, 0.1000]");
    assert!((drift.gap - 0.1).abs() < 1e-15);
    // Equal predictions stay together: one band of all that are alike.
    let drift = CalibrationDrift::of_predicted(&[0.3; 7], &[true; 7], 5).unwrap();
    assert_eq!(drift.bands.len(), 1);
}

#[test]
fn bad_input_is_said() {
    for (predicted, converted, bands, message) in [
        (
            vec![0.5],
            vec![],
            1,
            "converted: `0` outcomes do not go with `1` probabilities",
        ),
        (
            vec![0.5, 1.5],
            vec![true, true],
            1,
            "probabilities[1]: must be from 0 to 1, got `1.5`",
        ),
        (
            vec![f64::NAN],
            vec![true],
            1,
            "probabilities[0]: must be from 0 to 1, got `NaN`",
        ),
        (vec![], vec![], 1, "probabilities: needs at least one"),
        (vec![0.5], vec![true], 0, "bands: needs at least one band"),
    ] {
        let error = CalibrationDrift::of_predicted(&predicted, &converted, bands).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn bad_weights_are_said() {
    for (weights, message) in [
        (
            vec![],
            "weights: `0` weights do not go with `2` probabilities",
        ),
        (
            vec![1.0, -2.0],
            "weights[1]: must be 0 or between 1e-12 and 1e12, got `-2`",
        ),
        (vec![0.0, 0.0], "weights: must not all be zero"),
    ] {
        let error = CalibrationDrift::of_predicted_weighted(&[0.5; 2], &[true; 2], &weights, 1);
        assert_eq!(error.unwrap_err().to_string(), message);
    }
}

/// Small weights cut the same bands, and test less.
#[test]
fn weights_need_not_be_whole() {
    let predicted: Vec<f64> = (0..20).map(|i| f64::from(i) / 20.0).collect();
    let converted: Vec<bool> = (0..20).map(|i| i % 3 == 0).collect();
    let whole = CalibrationDrift::of_predicted(&predicted, &converted, 4).unwrap();
    let tenth = CalibrationDrift::of_predicted_weighted(&predicted, &converted, &[0.1; 20], 4);
    let tenth = tenth.unwrap();
    for (whole, tenth) in whole.bands.iter().zip(&tenth.bands) {
        assert_eq!(whole.band, tenth.band);
        assert!((whole.observed_rate - tenth.observed_rate).abs() < 1e-12);
        assert!((whole.chi_square / 10.0 - tenth.chi_square).abs() < 1e-12);
    }
    assert!((whole.gap - tenth.gap).abs() < 1e-12);
}

proptest! {
    /// Whole weights are repeated leads, and those of 0 leave no trace.
    #[test]
    fn whole_weights_repeat(
        rows in proptest::collection::vec((0_u8..=10, any::<bool>(), 0_usize..4), 1..60),
        bands in 1_usize..30,
    ) {
        prop_assume!(rows.iter().any(|row| row.2 > 0));
        let p = |row: &(u8, bool, usize)| f64::from(row.0) / 10.0;
        let predicted: Vec<f64> = rows.iter().map(p).collect();
        let converted: Vec<bool> = rows.iter().map(|row| row.1).collect();
        let weights: Vec<f64> = rows.iter().map(|row| real(row.2)).collect();
        let weighted = CalibrationDrift::of_predicted_weighted(&predicted, &converted, &weights, bands).unwrap();
        let often = || rows.iter().flat_map(|row| vec![*row; row.2]);
        let more: Vec<f64> = often().map(|row| p(&row)).collect();
        let outcomes: Vec<bool> = often().map(|row| row.1).collect();
        let plain = CalibrationDrift::of_predicted(&more, &outcomes, bands).unwrap();
        prop_assert_eq!(weighted.bands.len(), plain.bands.len());
        for (weighted, plain) in weighted.bands.iter().zip(&plain.bands) {
            prop_assert_eq!((&weighted.band, weighted.leads, weighted.converted), (&plain.band, plain.leads, plain.converted));
            prop_assert!((weighted.chi_square - plain.chi_square).abs() <= 1e-9 * (1.0 + plain.chi_square));
        }
        let ones = CalibrationDrift::of_predicted_weighted(&more, &outcomes, &vec![1.0; more.len()], bands);
        prop_assert_eq!(ones.unwrap(), plain);
    }

    /// Bands hold each lead once and are in order, whatever the predictions.
    #[test]
    fn bands_are_a_partition(
        rows in proptest::collection::vec((0_u8..=10, any::<bool>()), 1..80),
        bands in 1_usize..100,
    ) {
        let predicted: Vec<f64> = rows.iter().map(|row| f64::from(row.0) / 10.0).collect();
        let converted: Vec<bool> = rows.iter().map(|row| row.1).collect();
        let drift = CalibrationDrift::of_predicted(&predicted, &converted, bands).unwrap();
        prop_assert!(drift.bands.len() <= bands);
        prop_assert_eq!(drift.bands.iter().map(|band| band.leads).sum::<f64>(), real(rows.len()));
        prop_assert!((0.0..=1.0).contains(&drift.p_value) && drift.chi_square >= 0.0);
        let rates = drift.bands.windows(2).all(|two| two[0].expected_rate < two[1].expected_rate);
        prop_assert!(rates);
    }
}
