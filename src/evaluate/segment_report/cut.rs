use crate::evaluate::EvaluateError;
use crate::evaluate::lead_weights::check_count;
use crate::lead::{AttributeType, KnownAt, LeadView, Moment, Value};
use crate::model::{Problems, ScoreModel, Segments};
use crate::score::{AsOf, ScoreMatrix};
use chrono::Datelike;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What leads are cut into segments by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum CutBy {
    /// The values of a text or of tags, without regard to case, or of a flag; leads without a value are `unknown`, and
    /// with several tags a lead is in several.
    Attribute(String),
    /// The channel of the first visible activity that has one; leads without are `none`.
    Channel,
    /// The products of its visible activities; a lead may be in several, and those without are `none`.
    Product,
    /// When the lead was created, in UTC; leads of which it is not known are `unknown`.
    Created(ReportPeriod),
}

/// A period of the calendar, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportPeriod {
    /// `2026-03`.
    Month,
    /// `2026-Q1`.
    Quarter,
    /// `2026`.
    Year,
}

impl ReportPeriod {
    fn of(self, moment: Moment) -> String {
        let time = moment.to_utc();
        let year = time.year();
        match self {
            Self::Month => format!("{year}-{:02}", time.month()),
            Self::Quarter => format!("{year}-Q{}", time.month0() / 3 + 1),
            Self::Year => year.to_string(),
        }
    }
}

impl fmt::Display for CutBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Attribute(name) => name,
            Self::Channel => "channel",
            Self::Product => "product",
            Self::Created(_) => "created",
        })
    }
}

impl CutBy {
    pub(super) fn resolve(&self, model: &ScoreModel, path: &str, problems: &mut Problems) {
        let Self::Attribute(name) = self else {
            return;
        };
        let schema = model.schema();
        let of = schema
            .attribute(name)
            .and_then(|slot| schema.attribute_type(slot));
        match of {
            None => {
                let known = schema.attributes().map(|(name, _)| name);
                problems.unknown(path, "attribute", name, known);
            }
            Some(AttributeType::Text | AttributeType::Flag | AttributeType::Tags) => {}
            Some(of) => problems.push(
                path,
                format!("`{name}` is of type {of}: only texts, flags and tags make segments"),
            ),
        }
    }

    /// Hands on the segments that a lead is in, each once.
    pub(super) fn groups<V: LeadView>(
        &self,
        model: &ScoreModel,
        lead: &V,
        as_of: AsOf,
        take: &mut dyn FnMut(&str),
    ) {
        if lead.schema() != model.schema().id() {
            return take("unknown");
        }
        let moment = as_of.moment();
        match self {
            Self::Attribute(name) => {
                let Some(slot) = model.schema().attribute(name) else {
                    return take("unknown");
                };
                if lead.all_known_at(moment) {
                    values(lead.attribute(slot), take);
                } else {
                    values(KnownAt::new(lead, moment).attribute(slot), take);
                }
            }
            Self::Channel => {
                let mut first: Option<(Moment, &str)> = None;
                lead.activities(&mut |activity| {
                    let Some(channel) = activity.channel else {
                        return;
                    };
                    let earlier = |first: &(Moment, &str)| (activity.at, channel) < *first;
                    if activity.at <= moment && first.as_ref().is_none_or(earlier) {
                        first = Some((activity.at, channel));
                    }
                });
                take(first.map_or("none", |(_, channel)| channel));
            }
            Self::Product => {
                let mut products = Vec::new();
                lead.activities(&mut |activity| {
                    if activity.at <= moment {
                        products.extend(activity.product);
                    }
                });
                products.sort_unstable();
                products.dedup();
                if products.is_empty() {
                    take("none");
                }
                for product in products {
                    take(model.schema().product_name(product).unwrap_or("unknown"));
                }
            }
            Self::Created(period) => match lead.created_at() {
                Some(at) => take(&period.of(at)),
                None => take("unknown"),
            },
        }
    }
}

fn values(value: Value<'_>, take: &mut dyn FnMut(&str)) {
    match value {
        Value::Text(text) if !text.is_empty() => take(&text.to_lowercase()),
        Value::Flag(flag) => take(if flag { "true" } else { "false" }),
        Value::Tags(tags) => {
            let all = (0..tags.len()).filter_map(|i| tags.get(i));
            let mut all: Vec<String> = all.map(str::to_lowercase).collect();
            all.sort_unstable();
            all.dedup();
            if all.is_empty() {
                take("none");
            }
            for tag in &all {
                take(tag);
            }
        }
        _ => take("unknown"),
    }
}

/// Groups of leads that the app gives: for each lead the names of those that it is in.
#[derive(Clone, Debug, PartialEq)]
pub struct Grouping {
    name: String,
    names: Vec<String>,
    /// For each lead, positions among the names.
    of: Vec<Vec<usize>>,
}

impl Grouping {
    /// For each lead the one group that it is in, such as its stage; `None` for no group.
    #[must_use]
    pub fn one_each<'n>(
        name: impl Into<String>,
        groups: impl IntoIterator<Item = Option<&'n str>>,
    ) -> Self {
        let groups = groups.into_iter().map(|group| group.into_iter().collect());
        Self::several(name, groups)
    }

    /// For each lead the groups that it is in.
    #[must_use]
    pub fn several<'n>(
        name: impl Into<String>,
        groups: impl IntoIterator<Item = Vec<&'n str>>,
    ) -> Self {
        let mut names: Vec<String> = Vec::new();
        let mut places = std::collections::HashMap::new();
        let of = groups.into_iter().map(|groups| {
            let mut of: Vec<usize> = groups
                .into_iter()
                .map(|group| {
                    *places.entry(group.to_owned()).or_insert_with(|| {
                        names.push(group.to_owned());
                        names.len() - 1
                    })
                })
                .collect();
            of.sort_unstable();
            of.dedup();
            of
        });
        let of = of.collect();
        Self {
            name: name.into(),
            names,
            of,
        }
    }

    /// The named segments that each lead is in. `matrix` is what the model says of the leads.
    #[must_use]
    pub fn segments<V: LeadView>(
        segments: &Segments,
        leads: &[V],
        matrix: &ScoreMatrix,
        as_of: AsOf,
    ) -> Self {
        let of = leads.iter().enumerate().map(|(row, lead)| {
            let vector = matrix.vector(row);
            vector.map_or_else(Vec::new, |vector| segments.of(lead, &vector, as_of))
        });
        Self::several("segment", of)
    }

    /// Whether each is of as many leads as there are.
    pub(in crate::evaluate) fn check(
        groupings: &[Self],
        leads: usize,
    ) -> Result<(), EvaluateError> {
        for (i, grouping) in groupings.iter().enumerate() {
            let place = format!("groupings[{i}]");
            check_count(&place, "leads", grouping.len(), ("leads", leads))?;
        }
        Ok(())
    }

    /// What the leads are cut by, such as `stage`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many leads there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.of.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// The groups of the lead at a position.
    pub fn of(&self, row: usize) -> impl Iterator<Item = &str> {
        let places = self.of.get(row).into_iter().flatten();
        places.filter_map(|&place| self.names.get(place).map(String::as_str))
    }
}
