use ndarray::ArrayView1;

/// A column that follows from others.
pub(super) struct Follows {
    /// Its position among those given.
    pub(super) column: usize,
    /// The positions of those it follows from, the weightiest first.
    pub(super) from: Vec<usize>,
}

/// Parts smaller than that of the largest are none.
const PART: f64 = 1e-3;

/// The columns of which at least that share of the variance follows from those before them, with these.
///
/// By a Cholesky factor of the correlations: what is left on its diagonal is the share that does not follow.
pub(super) fn collinear(columns: &[ArrayView1<'_, f64>], share: f64) -> Vec<Follows> {
    let standard: Vec<Vec<f64>> = columns.iter().map(standardised).collect();
    let mut factor: Vec<(usize, Vec<f64>)> = Vec::new();
    let mut found = Vec::new();
    for (i, column) in standard.iter().enumerate() {
        let mut row: Vec<f64> = Vec::with_capacity(factor.len() + 1);
        for (kept, lower) in &factor {
            let Some((pivot, lower)) = lower.split_last() else {
                continue;
            };
            let other = standard.get(*kept).map_or(0.0, |other| dot(column, other));
            row.push((other - dot(&row, lower)) / pivot);
        }
        let left = 1.0 - dot(&row, &row);
        if left > 1.0 - share && left > 1e-12 {
            row.push(left.sqrt());
            factor.push((i, row));
        } else {
            found.push(Follows {
                column: i,
                from: parts(&factor, row),
            });
        }
    }
    found
}

/// The columns that make up one, by solving back through the factor.
fn parts(factor: &[(usize, Vec<f64>)], mut row: Vec<f64>) -> Vec<usize> {
    for (i, (_, lower)) in factor.iter().enumerate().rev() {
        let Some((pivot, lower)) = lower.split_last() else {
            continue;
        };
        let (before, rest) = row.split_at_mut(i);
        if let Some(part) = rest.first_mut() {
            *part /= pivot;
            for (before, lower) in before.iter_mut().zip(lower) {
                *before -= lower * *part;
            }
        }
    }
    let largest = row
        .iter()
        .fold(0.0_f64, |largest, part| largest.max(part.abs()));
    let mut parts: Vec<(usize, f64)> = factor.iter().map(|(i, _)| *i).zip(row).collect();
    parts.retain(|(_, part)| part.abs() > PART * largest);
    parts.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    parts.into_iter().map(|(i, _)| i).collect()
}

/// Less its mean, of length 1.
fn standardised(column: &ArrayView1<'_, f64>) -> Vec<f64> {
    // Twice: the mean of large numbers is not exact at once.
    let mut values: Vec<f64> = column.to_vec();
    for _ in 0..2 {
        let mean = values.iter().fold(0.0, |sum, x| sum + x) / count(values.len());
        for x in &mut values {
            *x -= mean;
        }
    }
    let length = dot(&values, &values).sqrt();
    if length > 0.0 {
        for x in &mut values {
            *x /= length;
        }
    }
    values
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + a * b)
}

#[allow(clippy::cast_precision_loss)] // numbers of rows, far below 2^53
fn count(rows: usize) -> f64 {
    rows.max(1) as f64
}
