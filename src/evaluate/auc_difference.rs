use super::distribution::{normal_tails, normal_within};
use super::{EvaluateError, Evaluation, RocAuc};
use serde::{Deserialize, Serialize};

/// The difference of two areas under the ROC curve, of two scores of the same leads.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AucDifference {
    /// The area of the first score.
    pub first: RocAuc,
    /// The area of the second score.
    pub second: RocAuc,
    /// The second less the first, -1 to 1.
    pub difference: f64,
    /// The standard error of the difference, which takes into account that the leads are the same; `None` where a
    /// class has but one lead.
    pub standard_error: Option<f64>,
    /// The chance of so large a difference, either way, between scores that are equally good. 1 where both rank all
    /// leads alike.
    pub p_value: Option<f64>,
}

impl AucDifference {
    /// The difference in standard errors; `None` where there is none, or where it is 0.
    #[must_use]
    pub fn z(&self) -> Option<f64> {
        let error = self.standard_error.filter(|&error| error > 0.0)?;
        Some(self.difference / error)
    }

    /// The confidence interval of the difference at that level, such as 0.95. `None` where there is no standard error,
    /// or where the level is not between 0 and 1.
    #[must_use]
    pub fn interval(&self, level: f64) -> Option<(f64, f64)> {
        let wide = normal_within(level)? * self.standard_error?;
        Some((self.difference - wide, self.difference + wide))
    }
}

/// One lead's part in the area.
#[derive(Clone, Copy, Default, PartialEq)]
struct Placement {
    /// 0 where there is no such lead.
    weight: f64,
    converted: bool,
    /// The share of the other class that a converted lead beats, or that another beats.
    value: f64,
}

impl Evaluation {
    /// Compares the areas under the ROC curve of two scores of the same leads, this one and a second, by the paired
    /// test of DeLong, DeLong and Clarke-Pearson (1988). A weight counts as that many leads.
    ///
    /// # Errors
    /// Not the same leads: another number of them, or other outcomes or weights at the same place; all leads
    /// converted, or none.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::Evaluation;
    ///
    /// let converted = [true, true, false, false, false];
    /// let rules = Evaluation::new(&[30.0, 10.0, 20.0, 10.0, 0.0], &converted)?;
    /// let learned = Evaluation::new(&[0.9, 0.6, 0.5, 0.2, 0.1], &converted)?;
    /// let difference = rules.auc_difference(&learned)?;
    /// assert!((difference.difference - 0.25).abs() < 1e-12);
    /// assert!(difference.p_value.is_some_and(|p| p > 0.05));
    /// # Ok::<(), lead_scoring::EvaluateError>(())
    /// ```
    pub fn auc_difference(&self, second: &Self) -> Result<AucDifference, EvaluateError> {
        let placements = self.placements();
        let of_second = second.placements();
        if placements.len() != of_second.len() {
            let message = format!(
                "`{}` leads of one do not go with `{}` of the other",
                placements.len(),
                of_second.len()
            );
            return Err(EvaluateError::new("leads", message));
        }
        let (converted, others) = self.need_classes()?;
        let (Some(first), Some(second)) = (self.roc_auc(), second.roc_auc()) else {
            return Err(EvaluateError::new("leads", "of the two differ"));
        };
        let (mut of_converted, mut of_others) = (0.0, 0.0);
        for (place, (one, other)) in placements.iter().zip(&of_second).enumerate() {
            if one.converted != other.converted || one.weight != other.weight {
                return Err(EvaluateError::new(
                    format!("leads[{place}]"),
                    "has another outcome or weight in one than in the other",
                ));
            }
            let apart = other.value - one.value;
            let off = second.auc - first.auc;
            if one.converted {
                of_converted += one.weight * (apart - off).powi(2);
            } else {
                of_others += one.weight * (apart - off).powi(2);
            }
        }
        let difference = second.auc - first.auc;
        let variance = (converted > 1.0 && others > 1.0).then(|| {
            of_converted / (converted - 1.0) / converted + of_others / (others - 1.0) / others
        });
        let standard_error = variance.map(f64::sqrt);
        let p_value = standard_error.map(|error| {
            if error > 0.0 {
                normal_tails(difference / error)
            } else if difference == 0.0 {
                1.0
            } else {
                0.0
            }
        });
        Ok(AucDifference {
            first,
            second,
            difference,
            standard_error,
            p_value,
        })
    }

    /// Each lead's part in the area, by its place among those given.
    fn placements(&self) -> Vec<Placement> {
        let last = self.rows().map(|(row, _)| row.place()).max();
        let mut placements = vec![Placement::default(); last.map_or(0, |last| last + 1)];
        let (mut converted_above, mut others_above) = (0.0, 0.0);
        let mut rows = self.rows().enumerate().peekable();
        for tie in self.ties() {
            let others_below = (self.others() - others_above - tie.others).max(0.0);
            let beaten = (others_below + 0.5 * tie.others) / self.others();
            let beaten_by = (converted_above + 0.5 * tie.converted) / self.converted();
            while let Some((_, (row, weight))) = rows.next_if(|(place, _)| *place < tie.end) {
                if let Some(placement) = placements.get_mut(row.place()) {
                    let converted = row.converted();
                    *placement = Placement {
                        weight,
                        converted,
                        value: if converted { beaten } else { beaten_by },
                    };
                }
            }
            converted_above += tie.converted;
            others_above += tie.others;
        }
        placements
    }
}
