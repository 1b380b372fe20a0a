use crate::lead::{AttributeSlot, Moment};
use crate::scorer::condition::{Cond, Known, Leaf, LeafTest, NumberRange, Tests};
use std::collections::BTreeMap;

/// A place on a [`Line`]. Values are ordered along it; where a line is dense, a place stands just before or just
/// after a value.
pub(super) type Place = i128;

/// What lies between two places, the first included.
pub(super) type Span = (Place, Place);

/// What the comparisons of one attribute cut into spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Line {
    Number,
    Flag,
    Date,
    /// The age of a date, which without a moment says nothing of the date.
    Age,
}

impl Line {
    fn whole(self) -> Span {
        match self {
            Self::Number => (before(f64::NEG_INFINITY) + 1, before(f64::INFINITY)),
            Self::Flag => (0, 2),
            Self::Date => days(Moment::MIN, Moment::MAX),
            Self::Age => (i128::from(i64::MIN), i128::from(i64::MAX) + 1),
        }
    }
}

/// The place just before a number; the one after it is the next.
fn before(number: f64) -> Place {
    const SIGN: i128 = 1 << 63;
    let bits = i128::from(number.to_bits());
    2 * if bits < SIGN { bits } else { SIGN - bits }
}

fn days(from: Moment, to: Moment) -> Span {
    (i128::from(from.micros()), i128::from(to.micros()) + 1)
}

fn numbers(range: NumberRange) -> Span {
    let (low, high) = (range.low(), range.high());
    (
        before(low) + i128::from(!range.holds(low)),
        before(high) + i128::from(range.holds(high)),
    )
}

/// The spans in which a comparison is true, in order and apart; `None` for texts, tags and presence.
fn spans(test: &LeafTest) -> Option<(Line, Vec<Span>)> {
    let (line, mut spans): (Line, Vec<Span>) = match test {
        LeafTest::Is(_) | LeafTest::Text(_) | LeafTest::Tags(_) => return None,
        LeafTest::Number(ranges) => (
            Line::Number,
            ranges.iter().map(|&range| numbers(range)).collect(),
        ),
        LeafTest::Flag(flag) => {
            let place = i128::from(*flag);
            (Line::Flag, vec![(place, place + 1)])
        }
        LeafTest::Date(ranges) => (
            Line::Date,
            ranges.iter().map(|&(from, to)| days(from, to)).collect(),
        ),
        LeafTest::Age(from, to) => (Line::Age, vec![(i128::from(*from), i128::from(*to) + 1)]),
    };
    let (first, last) = line.whole();
    for (from, to) in &mut spans {
        *from = (*from).max(first);
        *to = (*to).min(last);
    }
    spans.retain(|(from, to)| from < to);
    spans.sort_unstable();
    spans.dedup_by(|later, earlier| {
        let touches = later.0 <= earlier.1;
        if touches {
            earlier.1 = earlier.1.max(later.1);
        }
        touches
    });
    Some((line, spans))
}

/// What lies between spans that are in order and apart.
fn rest(line: Line, spans: &[Span]) -> Vec<Span> {
    let (mut from, end) = line.whole();
    let mut gaps = Vec::with_capacity(spans.len() + 1);
    for &(start, stop) in spans {
        gaps.push((from, start));
        from = stop;
    }
    gaps.push((from, end));
    gaps.retain(|(from, to)| from < to);
    gaps
}

/// What lies in all of those sets.
fn common(mut sets: Vec<Vec<Span>>) -> Vec<Span> {
    if sets.len() <= 1 {
        return sets.pop().unwrap_or_default();
    }
    let mut edges: Vec<(Place, bool)> = sets
        .iter()
        .flatten()
        .flat_map(|&(from, to)| [(from, true), (to, false)])
        .collect();
    // An end stands before a beginning at the same place.
    edges.sort_unstable();
    let (mut open, mut since, mut found) = (0, None, Vec::new());
    for (place, begins) in edges {
        if begins {
            open += 1;
            if open == sets.len() {
                since = Some(place);
            }
        } else {
            open -= 1;
            if let Some(from) = since.take() {
                found.push((from, place));
            }
        }
    }
    found
}

/// A comparison that must be true, or its `not`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Literal<'t> {
    pub(super) number: usize,
    pub(super) leaf: &'t Leaf,
    pub(super) holds: bool,
}

impl<'t> Literal<'t> {
    pub(super) fn new(cond: &Cond, tests: &'t Tests) -> Option<Self> {
        let (number, holds) = match cond {
            Cond::Leaf(number) => (*number, true),
            Cond::Not(part) => match part.as_ref() {
                Cond::Leaf(number) => (*number, false),
                _ => return None,
            },
            Cond::All(_) | Cond::Any(_) => return None,
        };
        let leaf = tests.list.get(number)?;
        Some(Self {
            number,
            leaf,
            holds,
        })
    }

    /// How much there is to look at.
    pub(super) fn size(&self) -> usize {
        match &self.leaf.test {
            LeafTest::Is(_) | LeafTest::Flag(_) | LeafTest::Age(..) => 1,
            LeafTest::Number(ranges) => ranges.len(),
            LeafTest::Date(ranges) => ranges.len(),
            LeafTest::Text(choices) => choices.iter().map(|choice| choice.literal.len()).sum(),
            LeafTest::Tags(test) => test.literals.len(),
        }
    }

    /// Whether it is true where the value is missing.
    fn lets_missing(&self) -> bool {
        match (&self.leaf.test, self.holds) {
            (LeafTest::Is(Known::Known), holds) => holds == self.leaf.missing,
            (LeafTest::Is(Known::Missing), holds) => holds,
            // Unknown where the value is missing, and so is the `not`.
            (_, holds) => holds && self.leaf.missing,
        }
    }
}

/// What a conjunction lets one attribute be.
#[derive(Debug)]
pub(super) struct Allowed<'t> {
    pub(super) missing: bool,
    /// Whether any value is let by the questions whether there is one.
    pub(super) values: bool,
    pub(super) lines: BTreeMap<Line, Vec<Span>>,
    pub(super) texts: Vec<Literal<'t>>,
    pub(super) tags: Vec<Literal<'t>>,
}

impl<'t> Allowed<'t> {
    /// All literals must be of one attribute.
    pub(super) fn new(literals: &[Literal<'t>]) -> Self {
        let mut allowed = Self {
            missing: true,
            values: true,
            lines: BTreeMap::new(),
            texts: Vec::new(),
            tags: Vec::new(),
        };
        let mut sets: BTreeMap<Line, Vec<Vec<Span>>> = BTreeMap::new();
        for literal in literals {
            allowed.missing &= literal.lets_missing();
            match &literal.leaf.test {
                LeafTest::Is(known) => {
                    allowed.values &= (*known == Known::Known) == literal.holds;
                }
                LeafTest::Text(_) => allowed.texts.push(*literal),
                LeafTest::Tags(_) => allowed.tags.push(*literal),
                test => {
                    if let Some((line, mut spans)) = spans(test) {
                        if !literal.holds {
                            spans = rest(line, &spans);
                        }
                        sets.entry(line).or_default().push(spans);
                    }
                }
            }
        }
        allowed.lines = sets
            .into_iter()
            .map(|(line, sets)| (line, common(sets)))
            .collect();
        allowed
    }
}

/// The literals among the parts of a conjunction, by attribute.
pub(super) fn by_attribute<'t>(
    parts: &[Cond],
    tests: &'t Tests,
) -> BTreeMap<AttributeSlot, Vec<Literal<'t>>> {
    let mut found: BTreeMap<AttributeSlot, Vec<Literal<'t>>> = BTreeMap::new();
    for literal in parts.iter().filter_map(|part| Literal::new(part, tests)) {
        found.entry(literal.leaf.slot).or_default().push(literal);
    }
    found
}

/// The parts of a conjunction; of anything else, itself.
pub(super) fn conjunction(cond: &Cond) -> &[Cond] {
    match cond {
        Cond::All(parts) => parts,
        _ => std::slice::from_ref(cond),
    }
}

/// The same condition in one form: `not` stands at comparisons only, nothing is nested in its like, and parts are
/// in order, each once. Equal forms are true of the same leads.
pub(super) fn canonical(cond: &Cond, holds: bool) -> Cond {
    match cond {
        Cond::Not(part) => canonical(part, !holds),
        Cond::Leaf(number) if holds => Cond::Leaf(*number),
        Cond::Leaf(number) => Cond::Not(Box::new(Cond::Leaf(*number))),
        Cond::All(parts) | Cond::Any(parts) => {
            let is_all = matches!(cond, Cond::All(_)) == holds;
            let mut flat = Vec::with_capacity(parts.len());
            for part in parts {
                match (canonical(part, holds), is_all) {
                    (Cond::All(inner), true) | (Cond::Any(inner), false) => flat.extend(inner),
                    (part, _) => flat.push(part),
                }
            }
            flat.sort_unstable();
            flat.dedup();
            match (flat.len(), flat.pop()) {
                (1, Some(only)) => only,
                (_, last) => {
                    flat.extend(last);
                    if is_all {
                        Cond::All(flat)
                    } else {
                        Cond::Any(flat)
                    }
                }
            }
        }
    }
}
