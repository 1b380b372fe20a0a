use super::{Confusion, EvaluateError, Evaluation};
use crate::score::LARGEST;
use serde::{Deserialize, Serialize};
use std::fmt;

/// By what a threshold is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ThresholdRule {
    /// The largest F1.
    F1,
    /// The largest Youden's J: recall plus specificity minus 1.
    Youden,
    /// The least cost. Calling nobody is among the choices.
    Cost {
        /// What it costs to call a lead that does not convert.
        false_positive: f64,
        /// What it costs to leave a lead that would have converted.
        false_negative: f64,
    },
    /// As many as possible, but no more than can be called.
    ///
    /// Leads of one score are called together or not at all; where even the best score has more, nobody is.
    Capacity {
        /// How many leads of this population can be called: where 200 a week can and the population is of four
        /// weeks, 800.
        leads: f64,
    },
}

/// A threshold, and what comes of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThresholdChoice {
    /// Call whoever scores at least that; `None`: call nobody.
    pub threshold: Option<f64>,
    /// What the rule sought at that threshold: F1, Youden's J, the total cost, how many are called.
    pub value: f64,
    /// What comes of it.
    pub confusion: Confusion,
}

impl fmt::Display for ThresholdChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.threshold {
            Some(threshold) => write!(f, "call from {threshold}: ")?,
            None => f.write_str("call nobody: ")?,
        }
        write!(f, "{}", self.confusion)
    }
}

impl ThresholdRule {
    fn check(self) -> Result<(), EvaluateError> {
        let numbers = match self {
            Self::F1 | Self::Youden => return Ok(()),
            Self::Cost {
                false_positive,
                false_negative,
            } => [
                Some(("false_positive", false_positive)),
                Some(("false_negative", false_negative)),
            ],
            Self::Capacity { leads } => [Some(("leads", leads)), None],
        };
        for (name, number) in numbers.into_iter().flatten() {
            if !(0.0..=LARGEST).contains(&number) {
                return Err(EvaluateError::new(
                    name,
                    format!("must be between 0 and 1e12, got `{number}`"),
                ));
            }
        }
        Ok(())
    }

    /// What is sought, the more the better; `None` where it does not come into question.
    fn rate(self, confusion: &Confusion) -> Option<f64> {
        match self {
            Self::F1 => confusion.f1(),
            Self::Youden => confusion.youden(),
            Self::Cost {
                false_positive,
                false_negative,
            } => {
                let wrong = confusion.false_positives * false_positive;
                Some(-(wrong + confusion.false_negatives * false_negative))
            }
            Self::Capacity { leads } => {
                // Sums of weights are rounded: 0.1 three times is a little more than 0.3.
                const ROUNDING: f64 = 1e-9;
                let most = leads * (1.0 + ROUNDING);
                Some(confusion.called()).filter(|&called| called <= most)
            }
        }
    }
}

impl Evaluation {
    /// Chooses a threshold. Of several that are equally good, the highest, so that the fewest are called.
    ///
    /// # Errors
    /// F1 where nothing converted; Youden's J where all leads converted, or none; a cost or a capacity that is
    /// negative, above 1e12 or no number.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::{Evaluation, ThresholdRule};
    ///
    /// let scores = [90.0, 80.0, 70.0, 60.0, 50.0];
    /// let evaluation = Evaluation::new(&scores, &[true, false, true, false, false])?;
    /// let dear = ThresholdRule::Cost { false_positive: 1.0, false_negative: 10.0 };
    /// assert_eq!(evaluation.threshold(dear)?.threshold, Some(70.0));
    /// let choice = evaluation.threshold(ThresholdRule::Capacity { leads: 2.0 })?;
    /// assert_eq!((choice.threshold, choice.confusion.recall()), (Some(80.0), Some(0.5)));
    /// # Ok::<(), lead_scoring::EvaluateError>(())
    /// ```
    pub fn threshold(&self, rule: ThresholdRule) -> Result<ThresholdChoice, EvaluateError> {
        rule.check()?;
        match rule {
            ThresholdRule::Youden => {
                self.need_classes()?;
            }
            ThresholdRule::F1 if self.converted() <= 0.0 => {
                let message = "need converted leads, but none converted";
                return Err(EvaluateError::new("outcomes", message));
            }
            _ => {}
        }
        let nobody = self.calling(0.0, 0.0);
        let mut best = (None, rule.rate(&nobody).unwrap_or(f64::MIN), nobody);
        if matches!(rule, ThresholdRule::F1 | ThresholdRule::Youden) {
            best.1 = f64::MIN;
        }
        let (mut converted, mut others) = (0.0, 0.0);
        for tie in self.ties() {
            converted += tie.converted;
            others += tie.others;
            let confusion = self.calling(converted, others);
            match rule.rate(&confusion) {
                Some(rate) if rate > best.1 => best = (Some(tie.score), rate, confusion),
                _ => {}
            }
        }
        let (threshold, rate, confusion) = best;
        let value = if matches!(rule, ThresholdRule::Cost { .. }) {
            0.0 - rate
        } else {
            rate
        };
        Ok(ThresholdChoice {
            threshold,
            value,
            confusion,
        })
    }
}
