//! Factors of symmetric positive definite matrices.

/// A lower triangle, row by row: 1, 2, 3 ... numbers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Triangle {
    rows: Vec<Vec<f64>>,
}

impl Triangle {
    pub(super) fn zeros(size: usize) -> Self {
        Self {
            rows: (1..=size).map(|length| vec![0.0; length]).collect(),
        }
    }

    pub(super) fn rows(&self) -> &[Vec<f64>] {
        &self.rows
    }

    pub(super) fn rows_mut(&mut self) -> &mut [Vec<f64>] {
        &mut self.rows
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (row, other) in self.rows.iter_mut().zip(&other.rows) {
            for (a, b) in row.iter_mut().zip(other) {
                *a += b;
            }
        }
    }

    pub(super) fn diagonal_mut(&mut self) -> impl Iterator<Item = &mut f64> {
        self.rows.iter_mut().filter_map(|row| row.last_mut())
    }
}

/// `L` with `L L' = A`, and the columns of `A` that depend on those before them.
#[derive(Clone, Debug)]
pub(super) struct Cholesky {
    lower: Triangle,
    dependent: Vec<usize>,
}

impl Cholesky {
    /// Factors a matrix. A column that keeps less than `least` of its diagonal, once those before it are taken out,
    /// depends on them: its row becomes that of the unit matrix, and solutions are 0 there.
    pub(super) fn new(mut a: Triangle, least: f64) -> Self {
        let mut dependent = Vec::new();
        let size = a.rows.len();
        for i in 0..size {
            let (done, rest) = a.rows.split_at_mut(i);
            let Some(row) = rest.first_mut() else { break };
            for (j, above) in done.iter().enumerate() {
                let (known, here) = row.split_at_mut(j);
                if let (Some(here), Some(&pivot)) = (here.first_mut(), above.last()) {
                    *here = if dependent.contains(&j) {
                        0.0
                    } else {
                        (*here - dot(known, above)) / pivot
                    };
                }
            }
            if let Some((diagonal, known)) = row.split_last_mut() {
                let left = *diagonal - dot(known, known);
                if left > least * *diagonal && left.is_finite() && left > f64::MIN_POSITIVE {
                    *diagonal = left.sqrt();
                } else {
                    dependent.push(i);
                    known.fill(0.0);
                    *diagonal = 1.0;
                }
            }
        }
        Self {
            lower: a,
            dependent,
        }
    }

    /// The columns that depend on those before them.
    pub(super) fn dependent(&self) -> &[usize] {
        &self.dependent
    }

    /// Solves `A x = b` in place.
    pub(super) fn solve(&self, b: &mut [f64]) {
        for &place in &self.dependent {
            if let Some(b) = b.get_mut(place) {
                *b = 0.0;
            }
        }
        for (i, row) in self.lower.rows.iter().enumerate() {
            let (known, rest) = b.split_at_mut(i);
            if let (Some(b), Some((pivot, row))) = (rest.first_mut(), row.split_last()) {
                *b = (*b - dot(row, known)) / pivot;
            }
        }
        for (i, row) in self.lower.rows.iter().enumerate().rev() {
            let (before, rest) = b.split_at_mut(i);
            if let (Some(b), Some((pivot, row))) = (rest.first_mut(), row.split_last()) {
                *b /= pivot;
                for (before, l) in before.iter_mut().zip(row) {
                    *before -= l * *b;
                }
            }
        }
    }

    /// The inverse of `A`, row by row.
    pub(super) fn inverse(&self) -> Vec<Vec<f64>> {
        let size = self.lower.rows.len();
        (0..size)
            .map(|i| {
                let mut unit = vec![0.0; size];
                if let Some(one) = unit.get_mut(i) {
                    *one = 1.0;
                }
                self.solve(&mut unit);
                unit
            })
            .collect()
    }
}

/// The sum of products, as far as the shorter of the two goes.
#[inline(always)]
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    const LANES: usize = 8;
    let length = a.len().min(b.len());
    let (a, b) = (a.split_at(length).0, b.split_at(length).0);
    let mut sums = [0.0; LANES];
    let (mut a, mut b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    for (a, b) in (&mut a).zip(&mut b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    let mut halves = [0.0; LANES / 2];
    let (low, high) = sums.split_at(LANES / 2);
    for ((half, low), high) in halves.iter_mut().zip(low).zip(high) {
        *half = low + high;
    }
    let (a, b) = (a.remainder(), b.remainder());
    let (mut a, mut b) = (a.chunks_exact(LANES / 2), b.chunks_exact(LANES / 2));
    for (a, b) in (&mut a).zip(&mut b) {
        for ((half, a), b) in halves.iter_mut().zip(a).zip(b) {
            *half += a * b;
        }
    }
    let [first, second, third, fourth] = halves;
    let mut sum = (first + third) + (second + fourth);
    for (a, b) in a.remainder().iter().zip(b.remainder()) {
        sum += a * b;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn triangle(rows: &[&[f64]]) -> Triangle {
        Triangle {
            rows: rows.iter().map(|row| row.to_vec()).collect(),
        }
    }

    #[test]
    fn solves_and_inverts() {
        // A = L L' with L = [2; 6 1; -8 5 3].
        let a = triangle(&[&[4.0], &[12.0, 37.0], &[-16.0, -43.0, 98.0]]);
        let cholesky = Cholesky::new(a, 1e-12);
        assert!(cholesky.dependent().is_empty());
        let mut b = [0.0, 6.0, 39.0];
        cholesky.solve(&mut b);
        for (x, exact) in b.iter().zip([1.0, 1.0, 1.0]) {
            assert!((x - exact).abs() < 1e-12, "{b:?}");
        }
        let inverse = cholesky.inverse();
        assert!((inverse[2][2] - 1.0 / 9.0).abs() < 1e-12);
        assert!((inverse[0][1] - inverse[1][0]).abs() < 1e-12);
    }

    #[test]
    fn a_column_that_is_a_sum_of_others_is_dependent() {
        // Columns (1, 0), (0, 1), (1, 1).
        let a = triangle(&[&[1.0], &[0.0, 1.0], &[1.0, 1.0, 2.0]]);
        let cholesky = Cholesky::new(a, 1e-12);
        assert_eq!(cholesky.dependent(), [2]);
        let mut b = [3.0, 4.0, 7.0];
        cholesky.solve(&mut b);
        assert_eq!(b, [3.0, 4.0, 0.0]);
    }
}
