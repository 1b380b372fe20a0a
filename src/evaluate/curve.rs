use super::{EvaluateError, Evaluation};
use crate::score::LARGEST;
use serde::{Deserialize, Serialize};

/// A point of the ROC curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RocPoint {
    /// Called is whoever scores at least that; `None`: nobody.
    pub threshold: Option<f64>,
    /// Share of the others that is called, 0 to 1.
    pub false_positive_rate: f64,
    /// Share of the converted that is called, 0 to 1.
    pub true_positive_rate: f64,
}

/// A point of the precision-recall curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrecisionRecallPoint {
    /// Called is whoever scores at least that.
    pub threshold: f64,
    /// Share of the called that converted, 0 to 1.
    pub precision: f64,
    /// Share of the converted that is called, 0 to 1.
    pub recall: f64,
}

impl Evaluation {
    /// The ROC curve from calling nobody to calling everybody, one point for each score; points in the middle of a
    /// straight piece are left out. `None` where all leads converted, or none.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::{Evaluation, area_under_curve};
    ///
    /// let evaluation = Evaluation::new(&[4.0, 3.0, 2.0, 1.0], &[true, false, true, false])?;
    /// let curve = evaluation.roc_curve().ok_or("one class")?;
    /// let points = |of: fn(&lead_scoring::RocPoint) -> f64| curve.iter().map(of).collect::<Vec<_>>();
    /// let x = points(|point| point.false_positive_rate);
    /// let y = points(|point| point.true_positive_rate);
    /// assert_eq!(area_under_curve(&x, &y)?, 0.75);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn roc_curve(&self) -> Option<Vec<RocPoint>> {
        let (converted, others) = self.classes()?;
        let mut points = vec![RocPoint {
            threshold: None,
            false_positive_rate: 0.0,
            true_positive_rate: 0.0,
        }];
        let (mut found, mut wrong) = (0.0, 0.0);
        let mut ties = self.ties().iter().peekable();
        while let Some(tie) = ties.next() {
            found += tie.converted;
            wrong += tie.others;
            // Where the next step goes the same way as this one, the point between them tells nothing.
            let straight = ties
                .peek()
                .is_some_and(|next| next.converted * tie.others == next.others * tie.converted);
            if !straight {
                points.push(RocPoint {
                    threshold: Some(tie.score),
                    false_positive_rate: (wrong / others).min(1.0),
                    true_positive_rate: (found / converted).min(1.0),
                });
            }
        }
        Some(points)
    }

    /// The precision-recall curve from the best score down, one point for each score. `None` where nothing converted.
    ///
    /// The customary point without calls (precision 1, recall 0) is not in it: nothing was measured there.
    #[must_use]
    pub fn precision_recall_curve(&self) -> Option<Vec<PrecisionRecallPoint>> {
        if self.converted() <= 0.0 {
            return None;
        }
        let (mut found, mut called) = (0.0, 0.0);
        let points = self.ties().iter().map(|tie| {
            found += tie.converted;
            called += tie.leads();
            PrecisionRecallPoint {
                threshold: tie.score,
                precision: (found / called).min(1.0),
                recall: (found / self.converted()).min(1.0),
            }
        });
        Some(points.collect())
    }
}

/// Area under a curve of straight pieces, by the trapezoidal rule. The points go from left to right, or all from right
/// to left.
///
/// # Errors
/// Fewer than two points, not as many of `y` as of `x`, numbers that are not finite or above 1e12 in size, or `x` that
/// go to and fro.
///
/// # Examples
/// ```
/// use lead_scoring::area_under_curve;
///
/// assert_eq!(area_under_curve(&[0.0, 0.5, 1.0], &[0.0, 1.0, 1.0])?, 0.75);
/// # Ok::<(), lead_scoring::EvaluateError>(())
/// ```
pub fn area_under_curve(x: &[f64], y: &[f64]) -> Result<f64, EvaluateError> {
    if x.len() < 2 {
        let message = format!("needs at least two points, got `{}`", x.len());
        return Err(EvaluateError::new("x", message));
    }
    if x.len() != y.len() {
        let message = format!("`{}` of y do not go with `{}` of x", y.len(), x.len());
        return Err(EvaluateError::new("y", message));
    }
    for (name, numbers) in [("x", x), ("y", y)] {
        for (place, number) in numbers.iter().enumerate() {
            if !(-LARGEST..=LARGEST).contains(number) {
                return Err(EvaluateError::new(
                    format!("{name}[{place}]"),
                    format!("must be between -1e12 and 1e12, got `{number}`"),
                ));
            }
        }
    }
    let rises = x.is_sorted();
    if !rises && !x.is_sorted_by(|a, b| a >= b) {
        return Err(EvaluateError::new(
            "x",
            "must rise throughout or fall throughout",
        ));
    }
    let (mut area, mut last) = (0.0, None);
    for (&x, &y) in x.iter().zip(y) {
        if let Some((last_x, last_y)) = last {
            let step: f64 = x - last_x;
            area += 0.5 * step.abs() * (y + last_y);
        }
        last = Some((x, y));
    }
    Ok(area)
}
