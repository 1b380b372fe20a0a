use super::counts::NaiveBayesCounts;
use crate::scorer::Calibration;
use serde::{Deserialize, Serialize};

/// A naive Bayes scorer, as it stands in a model file: which attributes it reads, and what it has counted so far.
///
/// Learns from the first outcomes on: [`build`](NaiveBayesSpec::build) gives a
/// [`NaiveBayesScorer`](crate::NaiveBayesScorer) that counts leads with their outcomes, and
/// [`NaiveBayesScorer::spec`](crate::NaiveBayesScorer::spec) gives the spec back with the counts in it, to be stored.
///
/// # Examples
/// ```
/// use lead_scoring::{NaiveBayesAttribute, NaiveBayesSpec};
///
/// let spec: NaiveBayesSpec = toml::from_str(r#"
///     version = 1
///     attributes = [{ name = "industry" }, { name = "seats", cuts = [10, 50] }]
///     team = "team"
/// "#)?;
/// let same = NaiveBayesSpec::new()
///     .attribute("industry")
///     .attribute(NaiveBayesAttribute::new("seats").cuts([10.0, 50.0]))
///     .team("team");
/// assert_eq!(spec, same);
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NaiveBayesSpec {
    /// Version of this format: [`NaiveBayesSpec::VERSION`].
    pub version: u32,
    /// The attributes that give evidence, at least one.
    pub attributes: Vec<NaiveBayesAttribute>,
    /// Added to each count (Laplace smoothing for 1, Lidstone for others), more than 0. Default: 1.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub alpha: f64,
    /// The scorer abstains while fewer leads than this converted, or fewer did not. At least 1; default: 10.
    #[serde(default = "ten", skip_serializing_if = "is_ten")]
    pub minimum: u64,
    /// A text attribute that names the lead's team, each team having counts of its own. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// The counts of all teams are taken for a team of which fewer leads than this converted, or fewer did not. At
    /// least 1; default: 10.
    #[serde(default = "ten", skip_serializing_if = "is_ten")]
    pub team_minimum: u64,
    /// Makes the log-odds a probability in place of the logistic curve, learned from leads that are not counted.
    /// Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibration>,
    /// What was counted. Default: nothing.
    #[serde(default, skip_serializing_if = "NaiveBayesCounts::is_empty")]
    pub counts: NaiveBayesCounts,
}

fn one() -> f64 {
    1.0
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
fn is_one(alpha: &f64) -> bool {
    *alpha == one()
}

fn ten() -> u64 {
    10
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
fn is_ten(minimum: &u64) -> bool {
    *minimum == ten()
}

impl Default for NaiveBayesSpec {
    fn default() -> Self {
        Self {
            version: Self::VERSION,
            attributes: Vec::new(),
            alpha: one(),
            minimum: ten(),
            team: None,
            team_minimum: ten(),
            calibration: None,
            counts: NaiveBayesCounts::default(),
        }
    }
}

impl NaiveBayesSpec {
    /// The version of the format that this library reads and writes.
    pub const VERSION: u32 = 1;

    /// No attributes yet, and nothing counted.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an attribute: text, flag, tags, or a number with its [cuts](NaiveBayesAttribute::cuts).
    #[must_use]
    pub fn attribute(mut self, attribute: impl Into<NaiveBayesAttribute>) -> Self {
        self.attributes.push(attribute.into());
        self
    }

    /// Added to each count, more than 0. Default: 1.
    #[must_use]
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }

    /// How many leads of each outcome must be counted before the scorer scores. Default: 10.
    #[must_use]
    pub fn minimum(mut self, leads: u64) -> Self {
        self.minimum = leads;
        self
    }

    /// A text attribute that names the lead's team. Default: none.
    #[must_use]
    pub fn team(mut self, attribute: impl Into<String>) -> Self {
        self.team = Some(attribute.into());
        self
    }

    /// How many leads of each outcome a team must have before its own counts are taken. Default: 10.
    #[must_use]
    pub fn team_minimum(mut self, leads: u64) -> Self {
        self.team_minimum = leads;
        self
    }

    /// Makes the log-odds a probability in place of the logistic curve, learned from leads that are not counted.
    /// Default: none.
    #[must_use]
    pub fn calibration(mut self, calibration: impl Into<Calibration>) -> Self {
        self.calibration = Some(calibration.into());
        self
    }
}

/// An attribute that gives evidence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NaiveBayesAttribute {
    /// Its name.
    pub name: String,
    /// Where the bins of a number begin, ascending: a number belongs to the last bin whose cut it reaches, and below
    /// the first cut to a bin of its own. Other attributes have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cuts: Vec<f64>,
}

impl NaiveBayesAttribute {
    /// An attribute without cuts.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            cuts: Vec::new(),
        }
    }

    /// Where the bins of a number begin, ascending. Default: none.
    #[must_use]
    pub fn cuts(mut self, cuts: impl Into<Vec<f64>>) -> Self {
        self.cuts = cuts.into();
        self
    }
}

impl From<&str> for NaiveBayesAttribute {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl From<String> for NaiveBayesAttribute {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}
