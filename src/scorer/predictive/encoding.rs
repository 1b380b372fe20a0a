use super::feature::FeatureSpec;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How one feature becomes columns: learned from training leads alone, and stored in the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureEncoding {
    /// What is read.
    pub feature: FeatureSpec,
    /// The category that has no column, because training was asked to drop the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped: Option<Category>,
    /// Its columns, levels in the order of their bytes.
    pub columns: Vec<EncodedColumn>,
}

/// One column of a feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncodedColumn {
    /// What it holds.
    pub of: Category,
    /// Its mean over the training rows.
    pub mean: f64,
    /// Its population standard deviation over the training rows, where it is standardised: then the column is
    /// `(x - mean) / deviation`, else `x`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deviation: Option<f64>,
}

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// The number.
    Value,
    /// 1 for that level or tag.
    Level(String),
    /// 1 for that bin, counted from 0.
    Bin(usize),
    /// 1 for levels or tags that training pooled.
    Other,
    /// 1 where the value is missing.
    Missing,
}

impl Category {
    /// The name of its column in a feature.
    pub(super) fn column(&self, feature: &FeatureSpec) -> String {
        let name = &feature.name;
        match self {
            Self::Value => name.clone(),
            Self::Level(level) => format!("{name}={level}"),
            Self::Other => format!("{name} (other)"),
            Self::Missing => format!("{name} (missing)"),
            Self::Bin(bin) => {
                let from = bin.checked_sub(1).and_then(|last| feature.bins.get(last));
                match (from, feature.bins.get(*bin)) {
                    (Some(from), Some(to)) => format!("{from}<={name}<{to}"),
                    (Some(from), None) => format!("{name}>={from}"),
                    (None, Some(to)) => format!("{name}<{to}"),
                    (None, None) => name.clone(),
                }
            }
        }
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value => f.write_str("value"),
            Self::Level(level) => write!(f, "level {}", crate::lead::shortened(level)),
            Self::Bin(bin) => write!(f, "bin {bin}"),
            Self::Other => f.write_str("other"),
            Self::Missing => f.write_str("missing"),
        }
    }
}

impl FeatureEncoding {
    /// The names of its columns.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        self.columns
            .iter()
            .map(|column| column.of.column(&self.feature))
    }
}
