use crate::model::Problems;
use crate::score::LARGEST;
use crate::scorer::{ActivitySpec, Known};
use std::fmt;

/// A comparison of a score, of a raw value or of a number of activities. Several must all hold; the same one given
/// again replaces itself. Begun by [`StateCondition::score`](crate::StateCondition::score) and its kin.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberCondition {
    pub(super) of: NumberOf,
    pub(super) asked: Asked,
    pub(super) margin: Option<f64>,
}

/// What is compared.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum NumberOf {
    Score(String),
    Raw(String),
    Activity(Box<ActivitySpec>),
}

/// The comparisons of one number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Asked {
    pub(super) is: Option<Known>,
    pub(super) equals: Option<f64>,
    pub(super) less_than: Option<f64>,
    pub(super) at_most: Option<f64>,
    pub(super) more_than: Option<f64>,
    pub(super) at_least: Option<f64>,
    pub(super) between: Option<(f64, f64)>,
    pub(super) missing: bool,
}

impl NumberCondition {
    pub(super) fn of(of: NumberOf) -> Self {
        Self {
            of,
            asked: Asked::default(),
            margin: None,
        }
    }

    /// Demands that there is a number.
    #[must_use]
    pub fn is_known(mut self) -> Self {
        self.asked.is = Some(Known::Known);
        self
    }

    /// Demands that there is none: the score abstains.
    #[must_use]
    pub fn is_missing(mut self) -> Self {
        self.asked.is = Some(Known::Missing);
        self
    }

    /// Demands that number.
    #[must_use]
    pub fn equals(mut self, number: f64) -> Self {
        self.asked.equals = Some(number);
        self
    }

    /// Demands less.
    #[must_use]
    pub fn less_than(mut self, number: f64) -> Self {
        self.asked.less_than = Some(number);
        self
    }

    /// Demands less or the same.
    #[must_use]
    pub fn at_most(mut self, number: f64) -> Self {
        self.asked.at_most = Some(number);
        self
    }

    /// Demands more.
    #[must_use]
    pub fn more_than(mut self, number: f64) -> Self {
        self.asked.more_than = Some(number);
        self
    }

    /// Demands more or the same.
    #[must_use]
    pub fn at_least(mut self, number: f64) -> Self {
        self.asked.at_least = Some(number);
        self
    }

    /// Demands a number from the first to the second, both included.
    #[must_use]
    pub fn between(mut self, low: f64, high: f64) -> Self {
        self.asked.between = Some((low, high));
        self
    }

    /// Lets a missing number pass. Default: it is unknown.
    #[must_use]
    pub fn or_missing(mut self) -> Self {
        self.asked.missing = true;
        self
    }

    /// By how much the number may miss the bounds before a stage that was entered is left. Default: the stage's own.
    #[must_use]
    pub fn margin(mut self, margin: f64) -> Self {
        self.margin = Some(margin);
        self
    }
}

/// The comparisons of one number, ready: an interval.
#[derive(Clone, Copy, Debug)]
pub(in crate::model) struct NumberTest {
    low: f64,
    low_included: bool,
    high: f64,
    high_included: bool,
    known: Option<Known>,
    missing: bool,
}

impl Asked {
    fn given(&self) -> impl Iterator<Item = (&'static str, f64)> + use<> {
        let (low, high) = self.between.unzip();
        [
            ("equals", self.equals),
            ("less_than", self.less_than),
            ("at_most", self.at_most),
            ("more_than", self.more_than),
            ("at_least", self.at_least),
            ("between", low),
            ("between", high),
        ]
        .into_iter()
        .filter_map(|(word, number)| Some((word, number?)))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.is.is_none() && self.given().next().is_none()
    }

    /// Checks the numbers and puts them together; `most` is the largest number that there can be.
    pub(super) fn resolve(
        &self,
        range: Option<(f64, f64)>,
        path: &str,
        problems: &mut Problems,
    ) -> NumberTest {
        let before = problems.len();
        for (word, number) in self.given() {
            if number.is_nan() || number.abs() > LARGEST {
                problems.push(
                    path,
                    format!("`{word}` must be a number of at most 1e12 in size, got `{number}`"),
                );
            } else if let Some((low, high)) = range {
                if !(low..=high).contains(&number) {
                    problems.push(
                        path,
                        format!("`{word}` must be a score between 0 and 100, got `{number}`"),
                    );
                }
            }
        }
        let mut test = NumberTest {
            low: f64::NEG_INFINITY,
            low_included: true,
            high: f64::INFINITY,
            high_included: true,
            known: self.is,
            missing: self.missing,
        };
        let (from, to) = self.between.unzip();
        for low in [self.equals, self.at_least, from].into_iter().flatten() {
            test.raise(low, true);
        }
        if let Some(low) = self.more_than {
            test.raise(low, false);
        }
        for high in [self.equals, self.at_most, to].into_iter().flatten() {
            test.lower(high, true);
        }
        if let Some(high) = self.less_than {
            test.lower(high, false);
        }
        let is_empty = test.low > test.high
            || (test.low >= test.high && !(test.low_included && test.high_included));
        if problems.len() == before {
            if is_empty {
                problems.push(path, format!("no number is {test}"));
            }
            if self.is == Some(Known::Missing) && self.given().next().is_some() {
                problems.push(path, "`is = \"missing\"` goes with no other comparison");
            }
        }
        test
    }
}

impl NumberTest {
    /// One or more.
    pub(super) const ANY: Self = Self {
        low: 1.0,
        low_included: true,
        high: f64::INFINITY,
        high_included: true,
        known: None,
        missing: false,
    };

    fn raise(&mut self, low: f64, included: bool) {
        if low > self.low {
            (self.low, self.low_included) = (low, included);
        } else if low >= self.low {
            self.low_included &= included;
        }
    }

    fn lower(&mut self, high: f64, included: bool) {
        if high < self.high {
            (self.high, self.high_included) = (high, included);
        } else if high <= self.high {
            self.high_included &= included;
        }
    }

    /// The same bounds, wider by that much; narrower where it is negative.
    pub(super) fn widened(mut self, by: f64) -> Self {
        self.low -= by;
        self.high += by;
        self
    }

    /// Whether the bounds lie between two numbers.
    pub(super) fn lies_between(&self, low: f64, high: f64) -> bool {
        low <= self.low && self.low <= self.high && self.high <= high
    }

    pub(super) fn truth(&self, number: Option<f64>) -> Option<bool> {
        let Some(number) = number else {
            return match self.known {
                _ if self.missing => Some(true),
                Some(known) => Some(known == Known::Missing),
                None => None,
            };
        };
        let above = number > self.low || (self.low_included && number >= self.low);
        let below = number < self.high || (self.high_included && number <= self.high);
        Some(above && below && self.known != Some(Known::Missing))
    }
}

/// The comparisons in words, such as `at least 60 and less than 80`.
impl fmt::Display for NumberTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let low = if self.low_included {
            "at least"
        } else {
            "more than"
        };
        let high = if self.high_included {
            "at most"
        } else {
            "less than"
        };
        match (self.low.is_finite(), self.high.is_finite()) {
            (true, true) if self.low == self.high && self.low_included && self.high_included => {
                write!(f, "{}", self.low)?;
            }
            (true, true) => write!(f, "{low} {} and {high} {}", self.low, self.high)?,
            (true, false) => write!(f, "{low} {}", self.low)?,
            (false, true) => write!(f, "{high} {}", self.high)?,
            (false, false) if self.known == Some(Known::Missing) => f.write_str("missing")?,
            (false, false) => f.write_str("known")?,
        }
        if self.missing {
            f.write_str(" or missing")?;
        }
        Ok(())
    }
}
