use super::{WeightOfEvidence, WoeBin};
use crate::evaluate::EvaluateError;
use crate::evaluate::bins::FeatureBins;
use crate::lead::Value;
use crate::model::Problems;
use crate::score::LARGEST;
use crate::scorer::{ConditionSpec, GroupSpec, RuleSpec, RulesSpec, WhenUnknown, attribute};
use serde::{Deserialize, Serialize};

/// How log-odds become points: `points = offset + factor * log-odds`.
///
/// `factor = points_to_double / ln 2` and `offset = base_points - factor * ln(base_odds)`. Odds are those of
/// converting: converted leads for each that did not. Source: Siddiqi (2006), *Credit Risk Scorecards*, chapter 6.
///
/// # Examples
/// ```
/// use lead_scoring::ScorecardSpec;
///
/// // 600 points at odds of 50 to 1, and 20 points more double them.
/// let scale = ScorecardSpec::new(600.0, 50.0, 20.0);
/// assert_eq!(format!("{:.4}", scale.factor()), "28.8539");
/// assert_eq!(format!("{:.3}", scale.offset()), "487.123");
/// assert!((scale.points(100.0_f64.ln()) - 620.0).abs() < 1e-9);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScorecardSpec {
    /// Points at the base odds.
    pub base_points: f64,
    /// Converted leads for each that did not, above 0.
    pub base_odds: f64,
    /// Points that double the odds, not 0.
    pub points_to_double: f64,
    /// Points of bins are rounded to multiples of it, 0 for not at all. Default: 1.
    #[serde(default = "one")]
    pub step: f64,
}

fn one() -> f64 {
    1.0
}

/// A scorecard: points for each bin of each feature, whose sum is the log-odds of converting on the spec's scale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scorecard {
    /// The scale.
    pub spec: ScorecardSpec,
    /// Log-odds where all weights of evidence are 0.
    pub intercept: f64,
    /// The features.
    pub features: Vec<ScorecardFeature>,
    /// The most that rounding can change of a sum, in points.
    pub rounding: f64,
}

/// The points of one feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScorecardFeature {
    /// Its name.
    pub name: String,
    /// By how much a unit of its weight of evidence raises the log-odds.
    pub coefficient: f64,
    /// The bins.
    pub bins: FeatureBins,
    /// One for each bin.
    pub rows: Vec<ScorecardBin>,
    /// What missing values, and levels without a bin, give.
    pub missing: ScorecardBin,
}

/// The points of one bin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScorecardBin {
    /// Its range or level, `other`, or `missing`.
    pub bin: String,
    /// Weight of evidence.
    pub woe: f64,
    /// Points, exactly.
    pub exact: f64,
    /// Points, rounded to the step.
    pub points: f64,
}

impl ScorecardSpec {
    /// That many points at those odds of converting, and so many more double them; rounded to whole points.
    #[must_use]
    pub fn new(base_points: f64, base_odds: f64, points_to_double: f64) -> Self {
        Self {
            base_points,
            base_odds,
            points_to_double,
            step: 1.0,
        }
    }

    /// Points are rounded to multiples of it; 0 for not at all. Default: 1.
    #[must_use]
    pub fn step(mut self, step: f64) -> Self {
        self.step = step;
        self
    }

    /// Points for a unit of log-odds.
    #[must_use]
    pub fn factor(&self) -> f64 {
        self.points_to_double / std::f64::consts::LN_2
    }

    /// Points at even odds.
    #[must_use]
    pub fn offset(&self) -> f64 {
        self.base_points - self.factor() * self.base_odds.ln()
    }

    /// Points of log-odds, not rounded.
    #[must_use]
    pub fn points(&self, log_odds: f64) -> f64 {
        self.offset() + self.factor() * log_odds
    }

    /// Log-odds of points.
    #[must_use]
    pub fn log_odds(&self, points: f64) -> f64 {
        (points - self.offset()) / self.factor()
    }

    pub(crate) fn resolve(&self, path: &str, problems: &mut Problems) {
        let mut must = |name: &str, holds: bool, what: &str, given: f64| {
            if !holds {
                problems.push(format!("{path}{name}"), format!("{what}, got `{given}`"));
            }
        };
        let sized = |number: f64| number.abs() <= LARGEST;
        let base = self.base_points;
        must(
            "base_points",
            sized(base),
            "must be at most 1e12 in size",
            base,
        );
        let odds = self.base_odds;
        must(
            "base_odds",
            odds > 0.0 && sized(odds),
            "must be above 0 and at most 1e12",
            odds,
        );
        let double = self.points_to_double;
        must(
            "points_to_double",
            double != 0.0 && sized(double),
            "must not be 0 and at most 1e12 in size",
            double,
        );
        let step = self.step;
        must(
            "step",
            step >= 0.0 && sized(step),
            "must be 0 or more and at most 1e12",
            step,
        );
    }

    /// Makes a scorecard of features with their weights of evidence and the coefficients that a logistic regression
    /// on these weights gives them; with coefficients of 1 and the log-odds of the base rate as intercept it is the
    /// naive Bayes scorecard.
    ///
    /// The intercept and the offset are spread evenly over the features:
    /// `points = factor * (coefficient * woe + intercept / n) + offset / n`.
    ///
    /// # Errors
    /// A scale that cannot be used, no features, a feature that stands twice, or a number that is not finite.
    pub fn card(
        &self,
        intercept: f64,
        features: &[(&str, &WeightOfEvidence, f64)],
    ) -> Result<Scorecard, EvaluateError> {
        let mut problems = Problems::default();
        self.resolve("", &mut problems);
        let mut names = std::collections::HashSet::new();
        if features.is_empty() {
            problems.push("features", "needs at least one feature");
        }
        let mut finite = |path: String, number: f64| {
            if number.is_nan() || number.abs() > LARGEST {
                let message = format!("must be at most 1e12 in size, got `{number}`");
                problems.push(path, message);
            }
        };
        finite("intercept".to_owned(), intercept);
        for (i, (_, _, coefficient)) in features.iter().enumerate() {
            finite(format!("features[{i}]"), *coefficient);
        }
        for (i, (name, _, _)) in features.iter().enumerate() {
            if !names.insert(*name) {
                problems.push(format!("features[{i}]"), format!("`{name}` stands twice"));
            }
        }
        problems.into_result(())?;
        #[allow(clippy::cast_precision_loss)] // nobody has 2^53 features
        let count = features.len() as f64;
        let (factor, offset) = (self.factor(), self.offset());
        let mut rounding = 0.0;
        let features = features.iter().map(|&(name, woe, coefficient)| {
            let mut worst: f64 = 0.0;
            let mut row = |bin: &str, woe: f64| {
                let exact = factor * (coefficient * woe + intercept / count) + offset / count;
                let points = rounded(exact, self.step);
                worst = worst.max((points - exact).abs());
                ScorecardBin {
                    bin: bin.to_owned(),
                    woe,
                    exact,
                    points,
                }
            };
            let rows = woe
                .rows()
                .iter()
                .map(|bin| row(&bin.bin, bin.woe))
                .collect();
            let missing = row("missing", woe.missing().map_or(0.0, |bin: &WoeBin| bin.woe));
            rounding += worst;
            ScorecardFeature {
                name: name.to_owned(),
                coefficient,
                bins: woe.bins().clone(),
                rows,
                missing,
            }
        });
        let features = features.collect();
        Ok(Scorecard {
            spec: *self,
            intercept,
            features,
            rounding,
        })
    }
}

/// The nearest multiple of a step; the number itself where the step is 0.
pub(crate) fn rounded(number: f64, step: f64) -> f64 {
    if step > 0.0 {
        (number / step).round() * step + 0.0
    } else {
        number
    }
}

impl Scorecard {
    /// The points of a lead: the sum of those of its bins, in the order of the features. A feature without a value
    /// is missing.
    #[must_use]
    pub fn points(&self, values: &[Value<'_>]) -> f64 {
        self.sum(values, |bin| bin.points)
    }

    /// The points before rounding: `offset + factor * log-odds`, to rounding in the last digits.
    #[must_use]
    pub fn exact_points(&self, values: &[Value<'_>]) -> f64 {
        self.sum(values, |bin| bin.exact)
    }

    fn sum(&self, values: &[Value<'_>], of: impl Fn(&ScorecardBin) -> f64) -> f64 {
        let values = values
            .iter()
            .copied()
            .chain(std::iter::repeat(Value::Missing));
        self.features
            .iter()
            .zip(values)
            .fold(0.0, |sum, (feature, value)| sum + of(feature.row(value)))
    }

    /// The scorecard as points rules: a group for each feature, a rule for each of its bins, named after them. A
    /// score of 0 stands for the fewest points there can be, 100 for the most.
    ///
    /// Each feature must be an attribute of that name and of the type that its bins have: a number, or a text.
    #[must_use]
    pub fn rules(&self) -> RulesSpec {
        let (mut least, mut most) = (0.0, 0.0);
        let mut spec = RulesSpec::new().when_unknown(WhenUnknown::Zero);
        for feature in &self.features {
            let points = feature.rows.iter().chain([&feature.missing]);
            let ends = points.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), bin| {
                (low.min(bin.points), high.max(bin.points))
            });
            least += ends.0;
            most += ends.1;
            let mut group = GroupSpec::first(&feature.name);
            for (bin, row) in feature.rows.iter().enumerate() {
                let rule = RuleSpec::new(format!("{} {}", feature.name, row.bin));
                group = group.rule(rule.points(row.points).when(feature.condition(bin)));
            }
            // Missing, or a level that no bin has.
            let rest = RuleSpec::new(format!("{} {}", feature.name, feature.missing.bin));
            let known_or_not = attribute(&feature.name);
            let rest = rest
                .points(feature.missing.points)
                .when(crate::scorer::any([
                    known_or_not.clone().is_missing().into(),
                    known_or_not.is_known().into(),
                ]));
            spec = spec.group(group.rule(rest));
        }
        if most > least {
            spec = spec.zero(least).hundred(most);
        }
        spec
    }
}

impl ScorecardFeature {
    fn row(&self, value: Value<'_>) -> &ScorecardBin {
        let bin = match value {
            Value::Number(number) => self.bins.of_number(number),
            // Empty text is missing.
            Value::Text(text) if !text.is_empty() => self.bins.of_level(text),
            Value::Flag(flag) => self.bins.of_level(if flag { "true" } else { "false" }),
            _ => None,
        };
        let row = bin.and_then(|bin| self.rows.get(bin));
        row.unwrap_or(&self.missing)
    }

    /// What is true of the values in a bin.
    fn condition(&self, bin: usize) -> ConditionSpec {
        let of = attribute(&self.name);
        if !self.bins.are_numbers() {
            return match self.bins.levels().get(bin) {
                Some(level) => of.equals(level.as_str()).exact_case().into(),
                None => of.is_known().into(),
            };
        }
        let cuts = self.bins.cuts();
        let low = bin.checked_sub(1).and_then(|below| cuts.get(below));
        match (low, cuts.get(bin)) {
            (None, None) => of.is_known().into(),
            (None, Some(&high)) => of.at_most(high).into(),
            (Some(&low), None) => of.more_than(low).into(),
            (Some(&low), Some(&high)) => of.more_than(low).at_most(high).into(),
        }
    }
}

#[cfg(test)]
mod tests;
