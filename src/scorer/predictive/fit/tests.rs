#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    reason = "counts are small"
)]

use super::*;
use crate::scorer::TrainError;
use ndarray::{Array2, Axis, array, concatenate};
use proptest::prelude::*;

/// Numbers between 0 and 1 without pattern.
fn noise(i: usize, j: usize) -> f64 {
    let mut z = (i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        ^ (j as u64 + 1).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 30)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 29;
    (z.wrapping_mul(0xd6e8_feb8_6659_fd93) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Rows of which about that share converts, the more the larger the columns are.
fn rows(count: usize, columns: usize, share: f64) -> (Array2<f64>, Vec<bool>) {
    let x = Array2::from_shape_fn((count, columns), |(i, j)| 4.0 * noise(i, j) - 2.0);
    let base = (share / (1.0 - share)).ln();
    let converted = x.rows().into_iter().enumerate().map(|(i, row)| {
        let log_odds = base + 0.5 * row.sum();
        noise(i, 1000) < 1.0 / (1.0 + (-log_odds).exp())
    });
    let converted = converted.collect();
    (x, converted)
}

/// The gradient by intercept and coefficients, from its definition.
fn gradient(
    fit: &LogisticFit,
    x: &Array2<f64>,
    converted: &[bool],
    weights: Option<&[f64]>,
) -> Vec<f64> {
    let mut sums = vec![0.0];
    sums.extend(fit.coefficients.iter().map(|w| fit.alpha * w));
    for (i, row) in x.rows().into_iter().enumerate() {
        let z = fit.fitted_intercept
            + row
                .iter()
                .zip(&fit.coefficients)
                .map(|(x, w)| x * w)
                .sum::<f64>();
        let p = 1.0 / (1.0 + (-z).exp());
        let r = weights.map_or(1.0, |weights| weights[i]) * (p - f64::from(u8::from(converted[i])));
        sums[0] += r;
        for (sum, x) in sums[1..].iter_mut().zip(row) {
            *sum += r * x;
        }
    }
    sums
}

fn apart(a: &LogisticFit, b: &LogisticFit) -> f64 {
    let both = a
        .coefficients
        .iter()
        .zip(&b.coefficients)
        .map(|(a, b)| (a - b).abs());
    both.fold((a.fitted_intercept - b.fitted_intercept).abs(), f64::max)
}

fn message<T: std::fmt::Debug>(result: Result<T, TrainError>) -> String {
    result.expect_err("it must be refused").to_string()
}

#[test]
fn the_converted_class_is_the_positive_one_however_common() {
    for share in [0.01, 0.05, 0.5, 0.95, 0.99] {
        let (x, converted) = rows(4000, 3, share);
        for spec in [LogisticSpec::new(), LogisticSpec::new().unpenalised()] {
            let fit = spec.fit(x.view(), &converted).unwrap();
            assert!(fit.converged, "{share}: {fit:?}");
            assert!(
                fit.coefficients.iter().all(|w| *w > 0.0),
                "{share}: {fit:?}"
            );
            let given = fit.probabilities(x.view()).unwrap();
            let mean = given.iter().sum::<f64>() / 4000.0;
            assert!(
                (mean - fit.base_rate).abs() < 1e-9,
                "{share}: {mean} {}",
                fit.base_rate
            );
            let log_odds = fit.log_odds(x.view()).unwrap();
            for (p, z) in given.iter().zip(log_odds) {
                assert!((p - 1.0 / (1.0 + (-z).exp())).abs() < 1e-15);
            }
        }
    }
}

#[test]
fn many_rows_are_fitted_as_few_are() {
    // Beyond 20,000 rows linfa sees a sample, and L-BFGS goes on from there.
    for (share, alpha) in [(0.02, 1.0), (0.5, 1.0), (0.97, 100.0), (0.3, 0.0)] {
        let (x, converted) = rows(30_000, 6, share);
        let fit = LogisticSpec::new()
            .alpha(alpha)
            .tolerance(1e-11)
            .fit(x.view(), &converted)
            .unwrap();
        assert!(fit.converged && fit.iterations <= 12, "{fit:?}");
        let largest = gradient(&fit, &x, &converted, None)
            .into_iter()
            .fold(0.0, |a: f64, b| a.max(b.abs()));
        assert!(largest <= 1e-10 * 30_000.0, "{share}: {largest}");
        let default = LogisticSpec::new()
            .alpha(alpha)
            .fit(x.view(), &converted)
            .unwrap();
        assert!(
            default.gradient_norm <= 1e-6 && apart(&fit, &default) < 1e-3,
            "{default:?}"
        );
    }
}

#[test]
fn threads_change_nothing() {
    let (x, converted) = rows(30_000, 5, 0.1);
    let fit = || LogisticSpec::new().fit(x.view(), &converted).unwrap();
    let first = fit();
    #[cfg(feature = "parallel")]
    for threads in [1, 2, 3, 7] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        assert_eq!(pool.install(fit), first);
    }
    assert_eq!(fit(), first);
}

#[test]
fn columns_of_any_scale_converge() {
    let (x, converted) = rows(3000, 6, 0.2);
    let units = [1e12, 1e-9, 1.0, 3.6e6, 1e-3, 4e10];
    let far = [0.0, 0.0, 1e6, 1.7e9, 5.0, 9e11];
    let raw = Array2::from_shape_fn(x.dim(), |(i, j)| x[(i, j)] * units[j] * 0.5 + far[j]);
    let plain = LogisticSpec::new()
        .unpenalised()
        .fit(x.view(), &converted)
        .unwrap();
    let fit = LogisticSpec::new()
        .unpenalised()
        .fit(raw.view(), &converted)
        .unwrap();
    assert!(fit.converged, "{fit:?}");
    for (j, (w, raw)) in plain.coefficients.iter().zip(&fit.coefficients).enumerate() {
        assert!(
            (w - raw * units[j] * 0.5).abs() < 1e-6 * w.abs(),
            "{j}: {w} {}",
            raw * units[j] * 0.5
        );
    }
    let (plain, given) = (
        plain.probabilities(x.view()).unwrap(),
        fit.probabilities(raw.view()).unwrap(),
    );
    for (plain, given) in plain.iter().zip(given) {
        assert!((plain - given).abs() < 1e-7, "{plain} {given}");
    }
    // With a penalty on the coefficients as given, small units are drawn to 0 and large ones are free.
    let fit = LogisticSpec::new().fit(raw.view(), &converted).unwrap();
    assert!(fit.converged, "{fit:?}");
    assert!(fit.coefficients[1].abs() < 1e-3);
    assert!(fit.coefficients[0] * units[0] > 0.5);
}

#[test]
fn raw_columns_of_many_rows_converge() {
    let (x, converted) = rows(25_000, 4, 0.1);
    let units = [1e6, 1e-4, 1.0, 1e3];
    let raw = Array2::from_shape_fn(x.dim(), |(i, j)| (x[(i, j)] + 300.0) * units[j]);
    for spec in [
        LogisticSpec::new(),
        LogisticSpec::new().alpha(1e4),
        LogisticSpec::new().unpenalised(),
    ] {
        let fit = spec.fit(raw.view(), &converted).unwrap();
        assert!(fit.converged && fit.iterations < 20, "{fit:?}");
    }
}

#[test]
fn weights_of_classes_are_taken_out_of_the_intercept() {
    let (x, converted) = rows(2000, 2, 0.1);
    let plain = LogisticSpec::new().fit(x.view(), &converted).unwrap();
    let given = ClassWeight::Given {
        converted: 3.0,
        other: 0.5,
    };
    let fit = LogisticSpec::new()
        .class_weight(given)
        .fit(x.view(), &converted)
        .unwrap();
    assert_eq!(plain.intercept, plain.fitted_intercept);
    assert_eq!(plain.base_rate, plain.sampled_rate);
    // Weights of 3 and 0.5 multiply the odds by 6.
    assert!(
        (fit.fitted_intercept - fit.intercept - 6.0_f64.ln()).abs() < 1e-12,
        "{fit:?}"
    );
    assert!((fit.intercept - plain.intercept).abs() < 0.2);
    let balanced = LogisticSpec::new()
        .balanced()
        .fit(x.view(), &converted)
        .unwrap();
    assert!((balanced.sampled_rate - 0.5).abs() < 1e-12);
    assert!(balanced.weighted && !plain.weighted);
}

#[test]
fn a_base_rate_corrects_the_intercept() {
    let (x, converted) = rows(2000, 2, 0.4);
    let plain = LogisticSpec::new().fit(x.view(), &converted).unwrap();
    let fit = LogisticSpec::new()
        .base_rate(0.05)
        .fit(x.view(), &converted)
        .unwrap();
    let s = plain.sampled_rate;
    let correction = ((0.95_f64 / 0.05) * (s / (1.0 - s))).ln();
    assert!((plain.intercept - fit.intercept - correction).abs() < 1e-12);
    assert_eq!(plain.intercept, fit.fitted_intercept);
    assert_eq!(fit.base_rate, 0.05);
}

#[test]
fn separation_is_named() {
    let x = array![
        [0.0, 1.0],
        [1.0, 5.0],
        [2.0, 2.0],
        [3.0, 4.0],
        [4.0, 3.0],
        [5.0, 0.0]
    ];
    let converted = [false, false, false, true, true, true];
    let matrix = TrainingMatrix::new(x.view(), &converted).names(["visits", "noise"]);
    assert_eq!(
        message(LogisticSpec::new().unpenalised().fit_matrix(&matrix)),
        "column `visits` separates all rows by outcome without fail, so that no finite coefficients are the most \
         likely: leave columns out or set a penalty"
    );
    let fit = LogisticSpec::new().fit_matrix(&matrix).unwrap();
    assert!(fit.converged);
    let expected = Separation {
        complete: true,
        columns: vec![0],
        alone: true,
    };
    assert_eq!(fit.separation, Some(expected));
}

#[test]
fn quasi_separation_by_one_value_is_named() {
    // All five rows with the flag convert; among the others it is open.
    let (mut x, mut converted) = rows(400, 2, 0.3);
    for i in 0..400 {
        x[(i, 1)] = f64::from(u8::from(i % 80 == 0));
        converted[i] |= i % 80 == 0;
    }
    assert_eq!(
        message(LogisticSpec::new().unpenalised().fit(x.view(), &converted)),
        "column `columns[1]` separates some rows by outcome without fail, so that no finite coefficients are the most \
         likely: leave columns out or set a penalty"
    );
    let fit = LogisticSpec::new().fit(x.view(), &converted).unwrap();
    assert_eq!(
        fit.separation.map(|it| (it.complete, it.columns)),
        Some((false, vec![1]))
    );
}

#[test]
fn columns_that_separate_only_together_are_named() {
    // Converted exactly where the first two columns sum to more than 1; the third is noise.
    let x = Array2::from_shape_fn((300, 3), |(i, j)| noise(i, j));
    let converted: Vec<bool> = x
        .rows()
        .into_iter()
        .map(|row| row[0] + row[1] > 1.0)
        .collect();
    let error = message(LogisticSpec::new().unpenalised().fit(x.view(), &converted));
    assert!(
        error.contains("`columns[0]`")
            && error.contains("together separate all rows by outcome without fail"),
        "{error}"
    );
    let fit = LogisticSpec::new()
        .c(1e6)
        .fit(x.view(), &converted)
        .unwrap();
    assert!(fit.converged && fit.separation.is_some_and(|it| it.complete && !it.alone));

    // Quasi: where both flags are set all convert, though not by one flag alone.
    let x = Array2::from_shape_fn((400, 2), |(i, j)| f64::from(u8::from(noise(i, j) < 0.5)));
    let row = |i: usize| (x[(i, 0)] == 1.0, x[(i, 1)] == 1.0);
    let converted: Vec<bool> = (0..400)
        .map(|i| match row(i) {
            (true, true) => true,
            (false, false) => false,
            _ => noise(i, 9) < 0.5,
        })
        .collect();
    assert_eq!(
        message(LogisticSpec::new().unpenalised().fit(x.view(), &converted)),
        "columns `columns[0]` and `columns[1]` together separate some rows by outcome without fail, so that no finite \
         coefficients are the most likely: leave columns out or set a penalty"
    );
}

#[test]
fn strong_but_finite_fits_are_no_separation() {
    // One row in a thousand goes against the rule.
    let x = Array2::from_shape_fn((3000, 1), |(i, _)| noise(i, 0));
    let converted: Vec<bool> = (0..3000)
        .map(|i| (x[(i, 0)] > 0.5) != (i % 1000 == 0))
        .collect();
    let fit = LogisticSpec::new()
        .unpenalised()
        .fit(x.view(), &converted)
        .unwrap();
    assert!(fit.converged && fit.separation.is_none(), "{fit:?}");
    let largest = gradient(&fit, &x, &converted, None)
        .into_iter()
        .fold(0.0, |a: f64, b| a.max(b.abs()));
    assert!(largest < 1e-7, "{largest}");
}

#[test]
fn constant_columns_take_no_part() {
    let (x, converted) = rows(500, 2, 0.3);
    let with = concatenate![Axis(1), x, Array2::from_elem((500, 1), 7.3)];
    for spec in [LogisticSpec::new(), LogisticSpec::new().unpenalised()] {
        let (plain, fit) = (
            spec.fit(x.view(), &converted).unwrap(),
            spec.fit(with.view(), &converted).unwrap(),
        );
        assert_eq!(fit.constant, [2]);
        assert_eq!(fit.coefficients[2], 0.0);
        assert!((plain.intercept - fit.intercept).abs() < 1e-9);
    }
    let fit = LogisticSpec::new()
        .unpenalised()
        .fit(with.view(), &converted)
        .unwrap();
    assert_eq!(
        message(fit.summary(with.view(), &converted, &["a", "b", "c"])),
        "the Hessian is singular: column `c` is constant; leave out"
    );
    let all = Array2::from_elem((500, 2), 1.0);
    let fit = LogisticSpec::new().fit(all.view(), &converted).unwrap();
    assert!((fit.probabilities(all.view()).unwrap()[0] - fit.base_rate).abs() < 1e-12);
}

#[test]
fn dependent_columns_fit_and_are_named_by_the_summary() {
    let (x, converted) = rows(500, 2, 0.3);
    let sum = Array2::from_shape_fn((500, 1), |(i, _)| x[(i, 0)] - 2.0 * x[(i, 1)] + 3.0);
    let with = concatenate![Axis(1), x, sum];
    let plain = LogisticSpec::new()
        .unpenalised()
        .fit(x.view(), &converted)
        .unwrap();
    let fit = LogisticSpec::new()
        .unpenalised()
        .fit(with.view(), &converted)
        .unwrap();
    assert!(fit.converged && (fit.objective - plain.objective).abs() < 1e-9);
    assert_eq!(
        message(fit.summary(with.view(), &converted, &["a", "b", "sum"])),
        "the Hessian is singular: column `sum` depends on those before it; leave out"
    );
}

#[test]
fn more_columns_than_rows_need_a_penalty() {
    let (x, mut converted) = rows(12, 20, 0.5);
    converted[0] = true;
    converted[1] = false;
    assert_eq!(
        message(LogisticSpec::new().unpenalised().fit(x.view(), &converted)),
        "12 rows are too few for 20 columns and an intercept without a penalty: set one"
    );
    let fit = LogisticSpec::new().fit(x.view(), &converted).unwrap();
    let largest = gradient(&fit, &x, &converted, None)
        .into_iter()
        .fold(0.0, |a: f64, b| a.max(b.abs()));
    assert!(fit.converged && largest < 1e-9, "{largest} {fit:?}");
    // More than are worth a full Hessian.
    let (x, mut converted) = rows(40, 600, 0.5);
    converted[0] = true;
    converted[1] = false;
    let fit = LogisticSpec::new().fit(x.view(), &converted).unwrap();
    let largest = gradient(&fit, &x, &converted, None)
        .into_iter()
        .fold(0.0, |a: f64, b| a.max(b.abs()));
    assert!(fit.converged && largest <= 1.2e-6 * 40.0, "{largest}");
}

#[test]
fn what_cannot_be_fitted_is_said() {
    let x = array![[1.0, 2.0], [3.0, 4.0], [2.0, 1.0]];
    let y = [true, false, true];
    let fit = |x: &Array2<f64>, y: &[bool]| message(LogisticSpec::new().fit(x.view(), y));
    assert_eq!(fit(&Array2::zeros((0, 2)), &[]), "no rows");
    assert_eq!(fit(&Array2::zeros((3, 0)), &y), "no columns");
    assert_eq!(fit(&x, &y[..2]), "converted: 2 values for 3 rows");
    assert_eq!(
        fit(&x, &[true; 3]),
        "converted: all 3 rows are converted: a fit needs rows of both outcomes"
    );
    assert_eq!(
        fit(&x, &[false; 3]),
        "converted: none of 3 rows is converted: a fit needs rows of both outcomes"
    );
    let bad = |value: f64| fit(&array![[1.0, 2.0], [3.0, value], [2.0, 1.0]], &y);
    assert_eq!(
        bad(f64::NAN),
        "rows[1]: column `columns[1]`: NaN is not a finite number"
    );
    assert_eq!(
        bad(f64::INFINITY),
        "rows[1]: column `columns[1]`: inf is not a finite number"
    );
    assert_eq!(
        bad(-1e300),
        "rows[1]: column `columns[1]`: -1e300 is beyond 1e15 in size"
    );
    let weighted =
        |weights: &[f64]| message(LogisticSpec::new().fit_weighted(x.view(), &y, weights));
    assert_eq!(weighted(&[1.0]), "weights: 1 values for 3 rows");
    assert_eq!(weighted(&[0.0; 3]), "weights: all are 0");
    assert_eq!(
        weighted(&[1.0, 1.0, -1.0]),
        "weights[2]: must be at least 0 and at most 1e12, was -1"
    );
    assert_eq!(
        weighted(&[1.0, f64::NAN, 1.0]),
        "weights[1]: must be at least 0 and at most 1e12, was NaN"
    );
    assert_eq!(
        weighted(&[1.0, 0.0, 1.0]),
        "converted: all 2 rows are converted: a fit needs rows of both outcomes"
    );
    let matrix = TrainingMatrix::new(x.view(), &y);
    let named = matrix.clone().names(["a"]);
    assert_eq!(
        message(LogisticSpec::new().fit_matrix(&named)),
        "names: 1 values for 2 columns"
    );
    let timed = matrix.times(&[]);
    assert_eq!(
        message(LogisticSpec::new().fit_matrix(&timed)),
        "times: 0 values for 3 rows"
    );
    let fit = LogisticSpec::new().fit(x.view(), &y).unwrap();
    assert_eq!(
        message(fit.probabilities(Array2::zeros((1, 3)).view())),
        "3 columns for 2 coefficients"
    );
}

#[test]
fn settings_out_of_range_are_said() {
    let x = array![[1.0], [2.0], [3.0], [4.0]];
    let y = [true, false, true, false];
    let new = LogisticSpec::new;
    let table = [
        (
            new().alpha(-1.0),
            "penalty.alpha: must be above 0 and at most 1e12, was -1",
        ),
        (
            new().alpha(f64::NAN),
            "penalty.alpha: must be above 0 and at most 1e12, was NaN",
        ),
        (
            new().c(0.0),
            "penalty.c: must be above 0 and at most 1e12, was 0",
        ),
        (
            new().tolerance(0.0),
            "tolerance: must be above 0 and at most 1e12, was 0",
        ),
        (
            new().base_rate(1.0),
            "base_rate: must be above 0 and below 1, was 1",
        ),
        (
            new().max_iterations(0),
            "max_iterations: must be at least 1, was 0",
        ),
        (
            new().class_weight(ClassWeight::Given {
                converted: 1.0,
                other: 0.0,
            }),
            "class_weight.given.other: must be above 0 and at most 1e12, was 0",
        ),
    ];
    for (spec, expected) in table {
        assert_eq!(message(spec.fit(x.view(), &y)), expected);
    }
}

#[test]
fn penalised_weighted_and_other_rows_have_no_summary() {
    let (x, converted) = rows(300, 2, 0.4);
    let summary =
        |fit: &LogisticFit, x: &Array2<f64>| message(fit.summary(x.view(), &converted, &[]));
    let penalised = LogisticSpec::new().fit(x.view(), &converted).unwrap();
    assert_eq!(
        summary(&penalised, &x),
        "a fit with a penalty has no standard errors: the penalty draws its coefficients towards 0, which the Hessian \
         does not know of; fit without one"
    );
    let weighted = LogisticSpec::new()
        .unpenalised()
        .balanced()
        .fit(x.view(), &converted)
        .unwrap();
    assert_eq!(
        summary(&weighted, &x),
        "a fit with weights has no standard errors: the Hessian takes a row of weight 2 for two independent rows; fit \
         without them"
    );
    let fit = LogisticSpec::new()
        .unpenalised()
        .fit(x.view(), &converted)
        .unwrap();
    assert_eq!(
        summary(&fit, &(&x * 2.0)),
        "these are not the rows that the fit was made of"
    );
    assert_eq!(
        summary(&fit, &Array2::zeros((300, 3))),
        "3 columns for 2 coefficients"
    );
    let one = fit.summary(x.view(), &converted, &["a"]);
    assert_eq!(message(one), "names: 1 values for 2 columns");
    let given = fit.summary(x.view(), &converted, &[]).unwrap();
    assert_eq!(
        message(given.clone().confidence(1.0)),
        "confidence: must be above 0 and below 1, was 1"
    );
    let wide = given.clone().confidence(0.99).unwrap();
    let row = &wide.rows[1];
    assert!((row.upper - row.estimate - 2.575_829_303_548_901 * row.std_error).abs() < 1e-12);
    assert_eq!(row.name, "columns[0]");
    let json = serde_json::to_string(&wide).unwrap();
    assert_eq!(
        serde_json::from_str::<LogisticSummary>(&json).unwrap(),
        wide
    );
}

#[test]
fn a_fit_of_many_rows_is_polished_for_its_summary() {
    let (x, converted) = rows(21_000, 3, 0.3);
    let fit = LogisticSpec::new()
        .unpenalised()
        .tolerance(1e-3)
        .fit(x.view(), &converted)
        .unwrap();
    let exact = LogisticSpec::new()
        .unpenalised()
        .tolerance(1e-12)
        .fit(x.view(), &converted)
        .unwrap();
    let summary = fit.summary(x.view(), &converted, &[]).unwrap();
    for (row, w) in summary.rows[1..].iter().zip(&exact.coefficients) {
        assert!((row.estimate - w).abs() < 1e-10);
    }
}

#[test]
fn cross_validation_takes_the_penalty_of_the_least_log_loss() {
    // Many columns of noise and few rows: some penalty is better than next to none.
    let (signal, converted) = rows(240, 1, 0.4);
    let noise = Array2::from_shape_fn((240, 30), |(i, j)| noise(i, j + 50));
    let x = concatenate![Axis(1), signal, noise];
    for validation in [CrossValidation::time_ordered(), CrossValidation::random(3)] {
        let chosen = LogisticSpec::new()
            .cross_validate(x.view(), &converted, &validation)
            .unwrap();
        assert_eq!(chosen.table.len(), 9);
        assert!(
            chosen
                .table
                .iter()
                .all(|row| row.converged && row.folds.len() == 5)
        );
        let least = chosen
            .table
            .iter()
            .map(|row| row.mean_log_loss)
            .fold(f64::INFINITY, f64::min);
        let row = chosen
            .table
            .iter()
            .find(|row| row.alpha == chosen.alpha)
            .unwrap();
        assert_eq!(row.mean_log_loss, least);
        assert!(chosen.alpha >= 1.0, "{chosen:?}");
        let direct = LogisticSpec::new()
            .alpha(chosen.alpha)
            .fit(x.view(), &converted)
            .unwrap();
        assert_eq!(chosen.fit, direct);
        let careful = validation.clone().choice(AlphaChoice::OneStandardError);
        let careful = LogisticSpec::new()
            .cross_validate(x.view(), &converted, &careful)
            .unwrap();
        assert!(careful.alpha >= chosen.alpha);
        assert_eq!(
            LogisticSpec::new()
                .cross_validate(x.view(), &converted, &validation)
                .unwrap(),
            chosen
        );
    }
}

#[test]
fn a_fold_is_predicted_by_what_was_before_it() {
    let (x, converted) = rows(120, 2, 0.4);
    let validation = CrossValidation::time_ordered().folds(2).alphas([1.0]);
    let table = LogisticSpec::new()
        .cross_validate(x.view(), &converted, &validation)
        .unwrap()
        .table;
    let loss_of = |from: usize, to: usize| {
        let part = x.slice_axis(Axis(0), (0..from).into());
        let fit = LogisticSpec::new().fit(part, &converted[..from]).unwrap();
        let chances = fit
            .probabilities(x.slice_axis(Axis(0), (from..to).into()))
            .unwrap();
        let losses = chances
            .iter()
            .zip(&converted[from..to])
            .map(|(p, y)| -(if *y { *p } else { 1.0 - p }).ln());
        losses.sum::<f64>() / (to - from) as f64
    };
    assert!((table[0].folds[0] - loss_of(40, 80)).abs() < 1e-10);
    assert!((table[0].folds[1] - loss_of(80, 120)).abs() < 1e-10);
    // Rows of one moment stay in one stretch, in whatever order they stand.
    let day = |i: usize| crate::Moment::from_seconds(86_400 * (i / 50) as i64);
    let times: Vec<_> = (0..120).rev().map(day).collect();
    let backwards: Vec<usize> = (0..120).rev().collect();
    let turned = x.select(Axis(0), &backwards);
    let outcomes: Vec<bool> = backwards.iter().map(|&i| converted[i]).collect();
    let matrix = TrainingMatrix::new(turned.view(), &outcomes).times(&times);
    let table = LogisticSpec::new()
        .cross_validate_matrix(&matrix, &validation)
        .unwrap()
        .table;
    assert!((table[0].folds[0] - loss_of(50, 100)).abs() < 1e-10);
    assert!((table[0].folds[1] - loss_of(100, 120)).abs() < 1e-10);
}

#[test]
fn cross_validations_that_cannot_be_made_are_said() {
    let (x, _) = rows(60, 2, 0.4);
    let run = |validation: CrossValidation, converted: &[bool]| {
        message(LogisticSpec::new().cross_validate(x.view(), converted, &validation))
    };
    let late: Vec<bool> = (0..60).map(|i| i > 55).collect();
    let new = CrossValidation::time_ordered;
    assert_eq!(
        run(new(), &late),
        "cross_validation: in no fold do the rows to predict from have both outcomes"
    );
    assert_eq!(
        run(new().folds(1), &late),
        "cross_validation.folds: must be 2 to 100, was 1"
    );
    assert_eq!(
        run(new().alphas([]), &late),
        "cross_validation.alphas: must not be empty"
    );
    assert_eq!(
        run(new().alphas([1.0, 0.0]), &late),
        "cross_validation.alphas[1]: must be above 0 and at most 1e12, was 0"
    );
    assert_eq!(
        run(CrossValidation::random(1), &late[..59]),
        "converted: 59 values for 60 rows"
    );
    let early: Vec<bool> = (0..60).map(|i| i > 35).collect();
    let chosen = LogisticSpec::new()
        .cross_validate(x.view(), &early, &new())
        .unwrap();
    assert_eq!(chosen.left_out, 3);
}

#[test]
fn too_few_iterations_are_reported() {
    let (x, converted) = rows(25_000, 8, 0.3);
    let fit = LogisticSpec::new()
        .tolerance(1e-12)
        .max_iterations(1)
        .fit(x.view(), &converted)
        .unwrap();
    assert!(!fit.converged && fit.iterations == 1 && fit.gradient_norm > 1e-12);
}

#[test]
fn specs_are_data() {
    let spec: LogisticSpec =
        toml::from_str("penalty = { c = 10 }\nclass_weight = \"balanced\"\nbase_rate = 0.1")
            .unwrap();
    assert_eq!(spec, LogisticSpec::new().c(10.0).balanced().base_rate(0.1));
    let none: LogisticSpec = serde_json::from_str(r#"{"penalty":"none"}"#).unwrap();
    assert_eq!(none, LogisticSpec::new().unpenalised());
    let given = LogisticSpec::new()
        .alpha(0.25)
        .class_weight(ClassWeight::Given {
            converted: 2.0,
            other: 1.0,
        });
    let json = serde_json::to_string(&given).unwrap();
    assert_eq!(
        json,
        r#"{"penalty":{"alpha":0.25},"class_weight":{"given":{"converted":2.0,"other":1.0}},"tolerance":1e-6,"max_iterations":200}"#
    );
    assert_eq!(serde_json::from_str::<LogisticSpec>(&json).unwrap(), given);
    assert_eq!(
        toml::from_str::<LogisticSpec>(&toml::to_string(&given).unwrap()).unwrap(),
        given
    );
    let error = serde_json::from_str::<LogisticSpec>(r#"{"solver":"lbfgs"}"#).unwrap_err();
    assert!(
        error.to_string().starts_with("unknown field `solver`"),
        "{error}"
    );
    let validation = CrossValidation::random(7)
        .folds(3)
        .choice(AlphaChoice::OneStandardError);
    let json = serde_json::to_string(&validation).unwrap();
    assert_eq!(
        serde_json::from_str::<CrossValidation>(&json).unwrap(),
        validation
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn laws_of_a_fit(seed in 0_usize..1000, columns in 1_usize..5, alpha in prop_oneof![Just(0.01), Just(1.0), Just(30.0)]) {
        let (x, converted) = rows(150 + seed, columns, 0.3);
        let spec = LogisticSpec::new().alpha(alpha);
        let fit = spec.fit(x.view(), &converted).unwrap();
        let count = converted.len();
        prop_assert!(fit.converged);
        for part in gradient(&fit, &x, &converted, None) {
            prop_assert!(part.abs() <= 1e-9 * count as f64);
        }
        // The other outcome turns all signs.
        let turned: Vec<bool> = converted.iter().map(|y| !y).collect();
        let turned = spec.fit(x.view(), &turned).unwrap();
        prop_assert!((fit.intercept + turned.intercept).abs() < 1e-9);
        for (w, v) in fit.coefficients.iter().zip(&turned.coefficients) {
            prop_assert!((w + v).abs() < 1e-9);
        }
        // The order of rows and the layout of the matrix.
        let backwards: Vec<usize> = (0..count).rev().collect();
        let outcomes: Vec<bool> = converted.iter().rev().copied().collect();
        let other = spec.fit(x.select(Axis(0), &backwards).view(), &outcomes).unwrap();
        prop_assert!(apart(&fit, &other) < 1e-9);
        let columns_first = x.t().as_standard_layout().to_owned();
        let other = spec.fit(columns_first.t(), &converted).unwrap();
        prop_assert_eq!(&fit, &other);
        // A weight of 2 is the row twice, one of 0 none.
        let weights: Vec<f64> = (0..count).map(|i| (i % 3) as f64).collect();
        let weighted = spec.fit_weighted(x.view(), &converted, &weights).unwrap();
        let times: Vec<usize> = (0..count).flat_map(|i| vec![i; i % 3]).collect();
        let outcomes: Vec<bool> = times.iter().map(|&i| converted[i]).collect();
        let repeated = spec.fit(x.select(Axis(0), &times).view(), &outcomes).unwrap();
        prop_assert!(apart(&weighted, &repeated) < 1e-9);
        for part in gradient(&weighted, &x, &converted, Some(&weights)) {
            prop_assert!(part.abs() <= 1e-9 * count as f64);
        }
    }

    #[test]
    fn no_matrix_is_too_odd(
        values in prop::collection::vec(prop_oneof![
            -1e12_f64..1e12, -1.0..1.0, Just(0.0), Just(-0.0), Just(1e15), Just(1e-300), Just(5e-324), Just(-1e-30), Just(1e-120),
        ], 3..60),
        columns in 1_usize..4,
        outcomes in prop::collection::vec(any::<bool>(), 20),
        unpenalised in any::<bool>(),
    ) {
        let count = values.len() / columns;
        let x = Array2::from_shape_vec((count, columns), values[..count * columns].to_vec()).unwrap();
        let converted: Vec<bool> = (0..count).map(|i| outcomes[i % 20]).collect();
        let spec = if unpenalised { LogisticSpec::new().unpenalised() } else { LogisticSpec::new() };
        if let Ok(fit) = spec.fit(x.view(), &converted) {
            prop_assert!(fit.coefficients.iter().all(|w| w.is_finite()) && fit.intercept.is_finite());
            prop_assert!(fit.objective.is_finite() && fit.gradient_norm.is_finite());
            prop_assert!(fit.probabilities(x.view()).unwrap().iter().all(|p| (0.0..=1.0).contains(p)));
            let _ = fit.summary(x.view(), &converted, &[]);
        }
    }
}
