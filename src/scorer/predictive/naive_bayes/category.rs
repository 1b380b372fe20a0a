use super::table::{Held, Levels};
use crate::lead::{AttributeSlot, LeadView, Value};
use std::borrow::Cow;

/// How one attribute falls into levels.
#[derive(Debug)]
pub(super) struct Category {
    pub(super) slot: AttributeSlot,
    pub(super) sort: Sort,
}

#[derive(Debug, PartialEq)]
pub(super) enum Sort {
    Text,
    Flag,
    Tags,
    Bins {
        cuts: Box<[f64]>,
        /// One more than cuts.
        names: Box<[Box<str>]>,
    },
}

impl Sort {
    pub(super) fn bins(cuts: &[f64]) -> Self {
        let mut names = Vec::with_capacity(cuts.len() + 1);
        names.extend(cuts.first().map(|first| format!("<{first}").into()));
        let pairs = cuts.iter().zip(cuts.iter().skip(1));
        names.extend(pairs.map(|(from, to)| format!("{from}..{to}").into()));
        names.extend(cuts.last().map(|last| format!(">={last}").into()));
        Self::Bins {
            cuts: cuts.into(),
            names: names.into(),
        }
    }

    /// The levels, where they are the same whatever is counted.
    pub(super) fn levels(&self) -> Option<Vec<&str>> {
        match self {
            Self::Text | Self::Tags => None,
            Self::Flag => Some(vec!["false", "true"]),
            Self::Bins { names, .. } => Some(names.iter().map(|name| &**name).collect()),
        }
    }

    /// How many levels smoothing reckons with.
    pub(super) fn count(&self, counted: &Levels) -> u64 {
        let count = match self {
            Self::Text => counted.levels.len(),
            Self::Flag | Self::Tags => 2,
            Self::Bins { names, .. } => names.len(),
        };
        u64::try_from(count).unwrap_or(u64::MAX)
    }

    pub(super) fn held<'a>(&'a self, value: Value<'a>) -> Held<'a> {
        match (self, value) {
            (Self::Text, Value::Text(text)) if !text.is_empty() => Held::One(folded(text)),
            (Self::Flag, Value::Flag(flag)) => {
                Held::One(Cow::Borrowed(if flag { "true" } else { "false" }))
            }
            (Self::Bins { cuts, names }, Value::Number(number)) if number.is_finite() => {
                let bin = cuts.iter().filter(|&&cut| cut <= number).count();
                names
                    .get(bin)
                    .map_or(Held::Missing, |name| Held::One(Cow::Borrowed(name)))
            }
            (Self::Tags, Value::Tags(tags)) => {
                let tags = (0..tags.len()).filter_map(|i| tags.get(i));
                Held::Tags(tags.filter(|tag| !tag.is_empty()).map(folded).collect())
            }
            _ => Held::Missing,
        }
    }
}

/// In lower case, copied only where that is another text.
pub(super) fn folded(text: &str) -> Cow<'_, str> {
    let lower = |c: char| c.to_lowercase().eq(std::iter::once(c));
    if text.chars().all(lower) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.to_lowercase())
    }
}

/// What a lead holds of each attribute.
pub(super) fn held<'a>(
    categories: &'a [Category],
    lead: &'a dyn LeadView,
) -> impl Iterator<Item = Held<'a>> {
    let value = |category: &'a Category| category.sort.held(lead.attribute(category.slot));
    categories.iter().map(value)
}

/// The team of a lead in lower case, empty where it has none.
pub(super) fn team_of(team: Option<AttributeSlot>, lead: &dyn LeadView) -> Cow<'_, str> {
    match team.map(|slot| lead.attribute(slot)) {
        Some(Value::Text(name)) => folded(name),
        _ => Cow::Borrowed(""),
    }
}
