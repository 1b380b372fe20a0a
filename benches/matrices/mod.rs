//! Matrices with outcomes for the benchmarks of logistic regression, the same on every machine.

#![allow(dead_code, reason = "each benchmark uses some of it")]
#![allow(clippy::cast_precision_loss, reason = "sizes are small")]
#![allow(clippy::expect_used, reason = "a benchmark that cannot run may stop")]

use lead_scoring::ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What a matrix is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Standard normal columns that tell something each; a quarter converts.
    Plain,
    /// The same in units from a millionth to a million, far from 0.
    Raw,
    /// Standard normal columns; one in a hundred converts.
    Rare,
    /// Outcomes that a plane tells apart without fail.
    Separable,
}

/// A matrix by name: rows, columns and kind.
pub(crate) type Case = (&'static str, usize, usize, Kind);

/// All that are measured.
pub(crate) const CASES: [Case; 6] = [
    ("100k_x_20", 100_000, 20, Kind::Plain),
    ("1m_x_20", 1_000_000, 20, Kind::Plain),
    ("200k_x_100", 200_000, 100, Kind::Plain),
    ("raw_100k_x_20", 100_000, 20, Kind::Raw),
    ("rare_200k_x_20", 200_000, 20, Kind::Rare),
    ("separable_100k_x_20", 100_000, 20, Kind::Separable),
];

/// Rows and outcomes of a case.
pub(crate) fn matrix((_, rows, columns, kind): Case) -> (Array2<f64>, Vec<bool>) {
    let mut random = ChaCha8Rng::seed_from_u64(23);
    let truth: Vec<f64> = (0..columns)
        .map(|_| normal(&mut random) * 2.0 / (columns as f64).sqrt())
        .collect();
    let mut values = Vec::with_capacity(rows * columns);
    let mut converted = Vec::with_capacity(rows);
    let intercept = match kind {
        Kind::Rare => -6.2,
        Kind::Separable => 0.0,
        Kind::Plain | Kind::Raw => -1.8,
    };
    for _ in 0..rows {
        let mut log_odds = intercept;
        for (j, w) in truth.iter().enumerate() {
            let x = normal(&mut random);
            log_odds += w * x;
            let unit = 10_f64.powi(i32::try_from(j % 13).expect("it is small") - 6);
            values.push(match kind {
                Kind::Raw => unit * (x + 30.0),
                Kind::Plain | Kind::Rare | Kind::Separable => x,
            });
        }
        let chance = 1.0 / (1.0 + (-log_odds).exp());
        converted.push(match kind {
            Kind::Separable => log_odds > 0.0,
            Kind::Plain | Kind::Raw | Kind::Rare => random.random::<f64>() < chance,
        });
    }
    let x = Array2::from_shape_vec((rows, columns), values).expect("the length is right");
    (x, converted)
}

/// Box and Muller.
fn normal(random: &mut ChaCha8Rng) -> f64 {
    let (u, v): (f64, f64) = (random.random(), random.random());
    (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}
