use super::Binning;
use super::binning::cuts_problem;
use super::quantile::{Sorted, between, share};
use crate::evaluate::EvaluateError;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Bins of one feature: ranges of a number, or levels of a text.
///
/// # Examples
/// ```
/// use lead_scoring::FeatureBins;
///
/// let seats = FeatureBins::cut_at(vec![10.0, 50.0])?;
/// assert_eq!(seats.of_number(10.0), Some(0));
/// assert_eq!(seats.of_number(10.5), Some(1));
/// assert_eq!(seats.label(1), "(10, 50]");
/// # Ok::<(), lead_scoring::EvaluateError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct FeatureBins(Kind);

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Numbers { cuts: Vec<f64> },
    Levels { levels: Vec<String>, other: bool },
}

/// The form in files.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cuts: Option<Vec<f64>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    levels: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    other: bool,
}

impl From<FeatureBins> for Fields {
    fn from(bins: FeatureBins) -> Self {
        match bins.0 {
            Kind::Numbers { cuts } => Self {
                cuts: Some(cuts),
                levels: None,
                other: false,
            },
            Kind::Levels { levels, other } => Self {
                cuts: None,
                levels: Some(levels),
                other,
            },
        }
    }
}

impl TryFrom<Fields> for FeatureBins {
    type Error = EvaluateError;

    fn try_from(fields: Fields) -> Result<Self, EvaluateError> {
        match (fields.cuts, fields.levels) {
            (Some(cuts), None) if !fields.other => Self::cut_at(cuts),
            (None, Some(levels)) => Self::of_levels(levels, fields.other),
            _ => Err(EvaluateError::new(
                "",
                "bins are either `cuts`, or `levels` with or without `other`",
            )),
        }
    }
}

impl FeatureBins {
    /// Bins of numbers with these edges between them, right-closed: a value equal to an edge belongs below it.
    ///
    /// # Errors
    /// Edges that are not finite, do not ascend, or are more than 999.
    pub fn cut_at(cuts: Vec<f64>) -> Result<Self, EvaluateError> {
        match cuts_problem(&cuts) {
            Some(problem) => Err(EvaluateError::new("cuts", problem)),
            None => Ok(Self(Kind::Numbers { cuts })),
        }
    }

    /// A bin for each level; with `other` one more for all levels beside these.
    ///
    /// # Errors
    /// A level that stands twice.
    pub fn of_levels(levels: Vec<String>, other: bool) -> Result<Self, EvaluateError> {
        let mut seen = HashSet::new();
        match levels.iter().find(|level| !seen.insert(level.as_str())) {
            Some(twice) => Err(EvaluateError::new(
                "levels",
                format!("`{}` stands twice", crate::lead::shortened(twice)),
            )),
            None => Ok(Self::sound_levels(levels, other)),
        }
    }

    /// Levels known to be distinct.
    pub(crate) fn sound_levels(mut levels: Vec<String>, other: bool) -> Self {
        levels.sort_unstable();
        Self(Kind::Levels { levels, other })
    }

    /// Bins of a sample's numbers, with weights above 0 where there are any; those that are not finite are left out.
    pub(crate) fn learn(values: &[f64], weights: Option<&[f64]>, binning: &Binning) -> Self {
        let mut cuts = match binning {
            Binning::Cuts(cuts) => cuts.clone(),
            Binning::Quantiles(bins) | Binning::Qcut(bins) => {
                let sorted = Sorted::new(values, weights);
                (1..*bins)
                    .filter_map(|i| sorted.quantile(i, *bins))
                    .collect()
            }
            Binning::EqualWidth(bins) => {
                let (least, greatest) = range(values).unwrap_or_default();
                (1..*bins)
                    .map(|i| between(least, greatest, share(i, *bins)))
                    .collect()
            }
        };
        cuts.dedup();
        // An edge at the greatest value has nothing above it, which would be an empty bin.
        if !matches!(binning, Binning::Cuts(_)) {
            let qcut = matches!(binning, Binning::Qcut(_));
            let ends = range(values);
            cuts.retain(|&cut| {
                ends.is_some_and(|(least, greatest)| cut < greatest && !(qcut && cut <= least))
            });
        }
        Self(Kind::Numbers { cuts })
    }

    /// How many bins there are, the one for other levels included; missing values have none here.
    #[must_use]
    #[allow(clippy::len_without_is_empty)] // there is always a bin of numbers
    pub fn len(&self) -> usize {
        match &self.0 {
            Kind::Numbers { cuts } => cuts.len() + 1,
            Kind::Levels { levels, other } => levels.len() + usize::from(*other),
        }
    }

    /// The edges between bins of numbers; none for levels.
    #[must_use]
    pub fn cuts(&self) -> &[f64] {
        match &self.0 {
            Kind::Numbers { cuts } => cuts,
            Kind::Levels { .. } => &[],
        }
    }

    /// The levels, in order; none for numbers.
    #[must_use]
    pub fn levels(&self) -> &[String] {
        match &self.0 {
            Kind::Numbers { .. } => &[],
            Kind::Levels { levels, .. } => levels,
        }
    }

    /// Whether they are bins of numbers.
    #[must_use]
    pub fn are_numbers(&self) -> bool {
        matches!(self.0, Kind::Numbers { .. })
    }

    /// The bin of a number; `None` for one that is not finite, and for bins of levels.
    #[must_use]
    pub fn of_number(&self, value: f64) -> Option<usize> {
        match &self.0 {
            Kind::Numbers { cuts } if value.is_finite() => {
                Some(cuts.partition_point(|&cut| cut < value))
            }
            _ => None,
        }
    }

    /// The bin of a level; `None` for one that has none, and for bins of numbers.
    #[must_use]
    pub fn of_level(&self, level: &str) -> Option<usize> {
        match &self.0 {
            Kind::Numbers { .. } => None,
            Kind::Levels { levels, other } => levels
                .binary_search_by(|known| known.as_str().cmp(level))
                .ok()
                .or_else(|| other.then_some(levels.len())),
        }
    }

    /// What a bin is called: `<= 10`, `(10, 50]`, `> 50`, `all numbers`, the level, or `other`.
    #[must_use]
    pub fn label(&self, bin: usize) -> String {
        match &self.0 {
            Kind::Numbers { cuts } => {
                let low = bin.checked_sub(1).and_then(|below| cuts.get(below));
                match (low, cuts.get(bin)) {
                    (None, None) => "all numbers".to_owned(),
                    (None, Some(high)) => format!("<= {high}"),
                    (Some(low), None) => format!("> {low}"),
                    (Some(low), Some(high)) => format!("({low}, {high}]"),
                }
            }
            Kind::Levels { levels, .. } => {
                let level = levels.get(bin).map(String::as_str);
                level.unwrap_or("other").to_owned()
            }
        }
    }

    /// The same bins with the edges at these positions only.
    pub(crate) fn kept(&self, keep: impl Fn(usize) -> bool) -> Self {
        match &self.0 {
            Kind::Numbers { cuts } => {
                let kept = cuts.iter().enumerate();
                let kept = kept.filter_map(|(i, &cut)| keep(i).then_some(cut));
                Self(Kind::Numbers {
                    cuts: kept.collect(),
                })
            }
            Kind::Levels { .. } => self.clone(),
        }
    }
}

/// Least and greatest finite value.
pub(crate) fn range(values: &[f64]) -> Option<(f64, f64)> {
    let mut finite = values.iter().copied().filter(|value| value.is_finite());
    let first = finite.next()?;
    Some(finite.fold((first, first), |(least, greatest), value| {
        (least.min(value), greatest.max(value))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_edges_are_one() {
        let ties = [1.0, 1.0, 1.0, 1.0, 2.0, 9.0];
        let bins = FeatureBins::learn(&ties, None, &Binning::Quantiles(4));
        assert_eq!(bins.cuts(), [1.0, 1.75]);
        let qcut = FeatureBins::learn(&ties, None, &Binning::Qcut(4));
        assert_eq!(qcut.cuts(), [1.75]);
        let same = FeatureBins::learn(&[3.0; 5], None, &Binning::Quantiles(4));
        assert_eq!((same.len(), same.label(0)), (1, "all numbers".to_owned()));
        let wide = FeatureBins::learn(&[-f64::MAX, f64::MAX], None, &Binning::EqualWidth(4));
        assert_eq!(wide.len(), 4);
        assert_eq!(
            FeatureBins::learn(&[], None, &Binning::EqualWidth(4)).len(),
            1
        );
    }

    #[test]
    fn bins_of_levels() {
        let bins = FeatureBins::of_levels(vec!["de".into(), "at".into()], true).unwrap();
        assert_eq!(
            (bins.of_level("at"), bins.of_level("ch")),
            (Some(0), Some(2))
        );
        assert_eq!(
            (bins.label(1), bins.label(2)),
            ("de".into(), "other".into())
        );
        let strict = FeatureBins::of_levels(vec!["de".into()], false).unwrap();
        assert_eq!((strict.of_level("ch"), strict.of_number(1.0)), (None, None));
    }

    #[test]
    fn bins_are_data() {
        for text in [
            r#"{"cuts":[1.5,2.0]}"#,
            r#"{"levels":["a","b"],"other":true}"#,
            r#"{"levels":["a"]}"#,
        ] {
            let bins: FeatureBins = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&bins).unwrap(), text);
        }
    }

    #[test]
    fn bad_bins_are_said() {
        for (text, message) in [
            (
                r#"{"cuts":[2.0,1.0]}"#,
                "cuts: cut points must ascend, got `2` before `1`",
            ),
            (
                r#"{"cuts":[1.0,1.0]}"#,
                "cuts: cut points must ascend, got `1` before `1`",
            ),
            (r#"{"levels":["a","a"]}"#, "levels: `a` stands twice"),
            (
                r#"{"cuts":[1.0],"levels":["a"]}"#,
                "bins are either `cuts`, or `levels` with or without `other`",
            ),
            (
                "{}",
                "bins are either `cuts`, or `levels` with or without `other`",
            ),
        ] {
            let error = serde_json::from_str::<FeatureBins>(text).unwrap_err();
            assert_eq!(error.to_string(), message);
        }
    }
}
