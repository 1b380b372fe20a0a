use super::{Formula, Score, Unit};
use crate::lead::{Activity, Moment};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

/// A name of a node: shared with the model, so that explaining copies no text.
#[derive(Clone, Debug)]
pub struct Label(Repr);

#[derive(Clone, Debug)]
enum Repr {
    Static(&'static str),
    Shared(Arc<str>),
}

impl Label {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Static(text) => text,
            Repr::Shared(text) => text,
        }
    }
}

impl PartialEq for Label {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl From<&'static str> for Label {
    fn from(text: &'static str) -> Self {
        Self(Repr::Static(text))
    }
}

impl From<String> for Label {
    fn from(text: String) -> Self {
        Self(Repr::Shared(text.into()))
    }
}

impl From<&Arc<str>> for Label {
    fn from(text: &Arc<str>) -> Self {
        Self(Repr::Shared(Arc::clone(text)))
    }
}

impl Serialize for Label {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

/// An activity that an explanation rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// When it happened.
    pub at: Moment,
    /// Its id, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Box<str>>,
    /// What it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Box<str>>,
    /// Where it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Box<str>>,
}

impl Evidence {
    pub(crate) fn of(activity: &Activity<'_>) -> Self {
        Self {
            at: activity.at,
            id: activity.id.map(Box::from),
            subject: activity.subject.map(Box::from),
            channel: activity.channel.map(Box::from),
        }
    }
}

/// What part a node plays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Role {
    /// A step of the arithmetic.
    #[default]
    Step,
    /// A model.
    Model,
    /// A dimension of a model.
    Dimension,
    /// A group of rules.
    Group,
    /// A rule that holds: a reason.
    Rule,
    /// One activity.
    Activity(Box<Evidence>),
    /// An attribute that is not known, with the points it could still add to its dimension by itself.
    Missing {
        /// Points, never negative.
        could_add: f64,
    },
    /// A reason why the lead is disqualified.
    Disqualified,
    /// A reason why a scorer abstains.
    Abstains,
    /// A question whose answer is not known.
    Open {
        /// Its weight in the checklist.
        weight: f64,
    },
    /// What one cause did between two moments.
    Change(super::Cause),
}

impl Role {
    fn is_step(&self) -> bool {
        *self == Self::Step
    }
}

/// Why a score is what it is: a tree whose every node follows from its parts, exactly.
///
/// The root's value is the score, bit for bit, and [`recomputes`](Explanation::recomputes) checks the whole tree.
/// `Display` prints it for people; serde gives it to machines.
///
/// # Examples
/// ```
/// use lead_scoring::{Explanation, Formula, Unit};
///
/// let sum = Explanation::node(
///     "points",
///     Unit::Points,
///     Formula::Sum,
///     vec![
///         Explanation::given("title", Unit::Points, 25.0),
///         Explanation::given("industry", Unit::Points, 30.0),
///     ],
/// );
/// assert_eq!(sum.value(), Some(55.0));
/// assert!(sum.recomputes());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    label: Label,
    value: Option<f64>,
    unit: Unit,
    formula: Formula,
    #[serde(skip_serializing_if = "Role::is_step")]
    role: Role,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<Explanation>,
    #[serde(skip)]
    depth: u16,
}

impl Explanation {
    /// The deepest tree: a node above more levels than this keeps its value and loses its parts.
    pub const MAX_DEPTH: u16 = 1_024;

    /// A fact, a constant, or the number of an opaque scorer.
    #[must_use]
    pub fn given(label: impl Into<Label>, unit: Unit, value: f64) -> Self {
        Self::traced(label.into(), unit, Some(value), Formula::Given, Vec::new())
    }

    /// Something without a value, such as a scorer that abstains.
    #[must_use]
    pub fn unknown(label: impl Into<Label>, unit: Unit) -> Self {
        Self::traced(label.into(), unit, None, Formula::Unknown, Vec::new())
    }

    /// A node whose value follows from its parts.
    #[must_use]
    pub fn node(
        label: impl Into<Label>,
        unit: Unit,
        formula: Formula,
        parts: Vec<Explanation>,
    ) -> Self {
        let value = formula.value(None, &parts);
        Self::traced(label.into(), unit, value, formula, parts)
    }

    /// The number of a scorer that shows no more than that.
    #[must_use]
    pub fn opaque(label: impl Into<Label>, score: Option<Score>) -> Self {
        match score {
            Some(score) => Self::given(label, Unit::Score, score.get()),
            None => Self::unknown(label, Unit::Score),
        }
    }

    pub(crate) fn traced(
        label: Label,
        unit: Unit,
        value: Option<f64>,
        formula: Formula,
        parts: Vec<Explanation>,
    ) -> Self {
        let below = parts.iter().map(|part| part.depth).max();
        let depth = below.map_or(0, |depth| depth.saturating_add(1));
        let too_deep = depth > Self::MAX_DEPTH;
        Self {
            label,
            value,
            unit,
            formula: match (too_deep, value) {
                (false, _) => formula,
                (true, Some(_)) => Formula::Given,
                (true, None) => Formula::Unknown,
            },
            role: Role::Step,
            parts: if too_deep { Vec::new() } else { parts },
            depth: if too_deep { 0 } else { depth },
        }
    }

    /// Says what part the node plays. Default: [`Role::Step`].
    #[must_use]
    pub fn role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// Gives the node another label.
    #[must_use]
    pub fn labelled(mut self, label: impl Into<Label>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds parts that change nothing of the arithmetic: they have no value, or stand beyond the weights of a mean.
    pub(crate) fn with_notes(mut self, notes: Vec<Explanation>) -> Self {
        if !notes.is_empty() {
            self.depth = self.depth.max(1);
            self.parts.extend(notes);
        }
        self
    }

    /// The node's name.
    #[must_use]
    pub fn label(&self) -> &str {
        self.label.as_str()
    }

    /// Its number; `None` where a scorer abstains.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        self.value
    }

    /// What the number counts.
    #[must_use]
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// How the number follows from the parts.
    #[must_use]
    pub fn formula(&self) -> &Formula {
        &self.formula
    }

    /// What part the node plays.
    #[must_use]
    pub fn kind(&self) -> &Role {
        &self.role
    }

    /// What it follows from.
    #[must_use]
    pub fn parts(&self) -> &[Explanation] {
        &self.parts
    }

    /// Whether every number in the tree is, bit for bit, what its formula gives for its parts.
    #[must_use]
    pub fn recomputes(&self) -> bool {
        let value = self.formula.value(self.value, &self.parts);
        value.map(f64::to_bits) == self.value.map(f64::to_bits)
            && self.parts.iter().all(Self::recomputes)
    }

    /// All nodes, this one first, each before its parts.
    pub fn nodes(&self) -> impl Iterator<Item = &Explanation> {
        let mut open = vec![self];
        std::iter::from_fn(move || {
            let node = open.pop()?;
            open.extend(node.parts.iter().rev());
            Some(node)
        })
    }
}

/// Reads a tree, refusing one deeper than [`Explanation::MAX_DEPTH`] before it can exhaust the stack.
impl<'de> Deserialize<'de> for Explanation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Fields {
            label: Label,
            value: Option<f64>,
            unit: Unit,
            formula: Formula,
            #[serde(default)]
            role: Role,
            #[serde(default)]
            parts: Vec<Explanation>,
        }
        thread_local!(static LEVEL: Cell<u16> = const { Cell::new(0) });
        let _level = Level::enter(&LEVEL, Explanation::MAX_DEPTH).ok_or_else(|| {
            serde::de::Error::custom("an explanation must not be nested deeper than 1024 levels")
        })?;
        let fields = Fields::deserialize(deserializer)?;
        Ok(Self::traced(
            fields.label,
            fields.unit,
            fields.value,
            fields.formula,
            fields.parts,
        )
        .role(fields.role))
    }
}

/// Counts the levels of a tree while it is read; leaves no trace.
pub(crate) struct Level(&'static std::thread::LocalKey<Cell<u16>>);

impl Level {
    pub(crate) fn enter(
        counter: &'static std::thread::LocalKey<Cell<u16>>,
        deepest: u16,
    ) -> Option<Self> {
        let level = counter.get();
        (level <= deepest).then(|| {
            counter.set(level + 1);
            Self(counter)
        })
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut open = vec![(0_usize, self)];
        let mut first = true;
        while let Some((indent, node)) = open.pop() {
            if !first {
                f.write_str("\n")?;
            }
            first = false;
            write!(f, "{:1$}", "", 2 * indent)?;
            node.line(f)?;
            open.extend(node.parts.iter().rev().map(|part| (indent + 1, part)));
        }
        Ok(())
    }
}

impl Explanation {
    fn line(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.role {
            Role::Missing { could_add } => {
                return write!(
                    f,
                    "? {} is not known, could add {}",
                    self.label(),
                    Rounded(*could_add)
                );
            }
            Role::Open { weight } => {
                return write!(
                    f,
                    "? {} is not answered, weight {}",
                    self.label(),
                    Rounded(*weight)
                );
            }
            Role::Disqualified => return write!(f, "! disqualified: {}", self.label()),
            Role::Abstains => return write!(f, "abstains: {}", self.label()),
            _ => {}
        }
        match self.value {
            Some(value) => write!(f, "{} {}", Rounded(value), self.label())?,
            None => write!(f, "- {}", self.label())?,
        }
        if let Role::Activity(evidence) = &self.role {
            if let Some(subject) = &evidence.subject {
                write!(f, " {subject}")?;
            }
            if let Some(id) = &evidence.id {
                write!(f, " #{id}")?;
            }
            write!(f, " at {}", evidence.at)?;
        }
        let how = match &self.role {
            Role::Change(cause) => cause.to_string(),
            _ => self.formula.to_string(),
        };
        if how.is_empty() {
            Ok(())
        } else {
            write!(f, " ({how})")
        }
    }
}

/// A number for display: at most two decimals.
struct Rounded(f64);

impl fmt::Display for Rounded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = format!("{:.2}", self.0);
        let shown = shown.trim_end_matches('0').trim_end_matches('.');
        f.write_str(if shown == "-0" { "0" } else { shown })
    }
}
