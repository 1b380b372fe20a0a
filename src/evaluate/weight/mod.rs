//! From outcomes to weights: weight of evidence, information value and scorecards.

mod monotone;
mod scorecard;
mod spec;
mod tally;
mod weight_of_evidence;

pub use scorecard::{Scorecard, ScorecardBin, ScorecardFeature, ScorecardSpec};
pub use spec::{Monotone, WoeSpec};
pub use weight_of_evidence::{IvStrength, WeightOfEvidence, WoeBin};
