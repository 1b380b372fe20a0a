use super::Work;
use super::values::{Allowed, Line, Literal, Place, Span, by_attribute, conjunction};
use crate::lead::AttributeSlot;
use crate::scorer::condition::{Cond, LeafTest, Tests, TextOp, TextTest};
use std::collections::{BTreeMap, HashMap};

/// Who holds wherever a condition does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cover {
    /// The rule at that position.
    Rule(usize),
    /// Several rules, each for a part.
    Several,
}

impl Cover {
    fn and(self, other: Self) -> Self {
        if self == other { self } else { Self::Several }
    }

    /// Puts what covers the parts together; `None` where a part is not covered or there is none.
    fn of_all(parts: impl Iterator<Item = Option<Self>>) -> Option<Self> {
        let mut whole: Option<Self> = None;
        for part in parts {
            let part = part?;
            whole = Some(whole.map_or(part, |whole| whole.and(part)));
        }
        whole
    }
}

/// Conditions of rules that end a group where they hold, in the order of the rules: what comes later and holds only
/// where they do is never reached.
pub(super) struct Reached<'c> {
    tests: &'c Tests,
    /// Conditions that are no conjunction of several, and whole conjunctions.
    whole: HashMap<&'c Cond, usize>,
    /// Conjunctions of several, each under the last of its parts: comparisons that others share come first.
    several: HashMap<&'c Cond, Vec<(&'c [Cond], usize)>>,
    attributes: HashMap<AttributeSlot, Covered<'c>>,
}

/// Values of one attribute for which some rule holds.
#[derive(Default)]
struct Covered<'c> {
    missing: Option<usize>,
    /// Any value.
    known: Option<usize>,
    lines: BTreeMap<Line, Union>,
    equal: HashMap<(&'c str, bool), usize>,
    texts: Vec<(&'c TextTest, usize)>,
}

impl<'c> Reached<'c> {
    pub(super) fn new(tests: &'c Tests) -> Self {
        Self {
            tests,
            whole: HashMap::new(),
            several: HashMap::new(),
            attributes: HashMap::new(),
        }
    }

    /// Takes in the condition, in canonical form, of the rule at a position.
    pub(super) fn add(&mut self, cond: &'c Cond, rule: usize) {
        self.whole.entry(cond).or_insert(rule);
        if let Cond::Any(parts) = cond {
            for part in parts {
                self.add(part, rule);
            }
            return;
        }
        let parts = conjunction(cond);
        if let [_, .., last] = parts {
            self.several.entry(last).or_default().push((parts, rule));
        }
        let all_literal = parts
            .iter()
            .all(|part| Literal::new(part, self.tests).is_some());
        let mut attributes = by_attribute(parts, self.tests).into_iter();
        if let (true, Some((slot, literals)), None) =
            (all_literal, attributes.next(), attributes.next())
        {
            self.attributes
                .entry(slot)
                .or_default()
                .add(&literals, rule);
        }
    }

    /// Who holds wherever a condition in canonical form does; `None` where that was not found.
    pub(super) fn cover(&self, cond: &Cond, work: &mut Work) -> Option<Cover> {
        if let Some(&rule) = self.whole.get(cond) {
            return Some(Cover::Rule(rule));
        }
        if let Cond::Any(parts) = cond {
            return Cover::of_all(parts.iter().map(|part| self.cover(part, work)));
        }
        let parts = conjunction(cond);
        let among = |part: &Cond| parts.binary_search(part).is_ok();
        for part in parts {
            if let Some(&rule) = self.whole.get(part) {
                return Some(Cover::Rule(rule));
            }
            for (fewer, rule) in self.several.get(part).into_iter().flatten() {
                if !work.spend(fewer.len()) {
                    break;
                }
                if fewer.iter().all(among) {
                    return Some(Cover::Rule(*rule));
                }
            }
        }
        by_attribute(parts, self.tests)
            .into_iter()
            .find_map(|(slot, literals)| self.attributes.get(&slot)?.cover(&literals, work))
            .or_else(|| {
                // A branch for branch look into what is nested here.
                parts
                    .iter()
                    .filter(|part| parts.len() > 1 && matches!(part, Cond::Any(_)))
                    .find_map(|part| self.cover(part, work))
            })
    }
}

impl<'c> Covered<'c> {
    fn add(&mut self, literals: &[Literal<'c>], rule: usize) {
        let allowed = Allowed::new(literals);
        if allowed.missing {
            self.missing.get_or_insert(rule);
        }
        if !allowed.values || !allowed.tags.is_empty() {
            return;
        }
        let mut lines = allowed.lines.into_iter();
        match (allowed.texts.as_slice(), lines.next(), lines.next()) {
            ([], None, None) => {
                self.known.get_or_insert(rule);
            }
            ([], Some((line, spans)), None) => {
                let union = self.lines.entry(line).or_default();
                for span in spans {
                    union.add(span, rule);
                }
            }
            ([only], None, None) if only.holds => {
                if let LeafTest::Text(choices) = &only.leaf.test {
                    for choice in choices {
                        if choice.op == TextOp::Equals {
                            let key = (choice.literal.as_ref(), choice.exact);
                            self.equal.entry(key).or_insert(rule);
                        } else {
                            self.texts.push((choice, rule));
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn cover(&self, literals: &[Literal<'_>], work: &mut Work) -> Option<Cover> {
        let allowed = Allowed::new(literals);
        let missing = self.missing.map(Cover::Rule);
        match (allowed.missing, allowed.values) {
            (true, false) => missing,
            (true, true) => Some(missing?.and(self.values(&allowed, work)?)),
            (false, true) => self.values(&allowed, work),
            (false, false) => None,
        }
    }

    /// Who holds for every value that is allowed.
    fn values(&self, allowed: &Allowed<'_>, work: &mut Work) -> Option<Cover> {
        if let Some(rule) = self.known {
            return Some(Cover::Rule(rule));
        }
        let on_lines = allowed.lines.iter().find_map(|(line, spans)| {
            let union = self.lines.get(line)?;
            Cover::of_all(spans.iter().map(|&span| union.cover(span)))
        });
        on_lines.or_else(|| {
            let positive = allowed.texts.iter().filter(|literal| literal.holds);
            positive
                .filter_map(|literal| match &literal.leaf.test {
                    LeafTest::Text(choices) => Some(choices),
                    _ => None,
                })
                .find_map(|choices| {
                    Cover::of_all(choices.iter().map(|choice| self.text(choice, work)))
                })
        })
    }

    /// Who holds wherever a comparison of a text does.
    fn text(&self, test: &TextTest, work: &mut Work) -> Option<Cover> {
        let equal = |text: &str, exact| self.equal.get(&(text, exact)).copied();
        let found = match (test.op, test.exact) {
            (TextOp::Equals, false) => equal(&test.literal, false),
            (TextOp::Equals, true) => {
                equal(&test.literal, true).or_else(|| equal(&test.literal.to_lowercase(), false))
            }
            _ => None,
        };
        found
            .or_else(|| {
                let implied = |other: &TextTest, work: &mut Work| {
                    work.spend(1 + (test.literal.len() + other.literal.len()) / 64)
                        && implies(test, other)
                };
                let mut texts = self.texts.iter();
                texts
                    .find(|(other, _)| implied(other, work))
                    .map(|&(_, rule)| rule)
            })
            .map(Cover::Rule)
    }
}

/// Whether a text that passes the one comparison certainly passes the other, which is none of equality.
fn implies(one: &TextTest, other: &TextTest) -> bool {
    use TextOp::{Contains, EndsWith, Equals, Matches, StartsWith};
    if one.op == Matches || other.op == Matches {
        return one == other;
    }
    let lowered;
    let text: &str = match (one.exact, other.exact) {
        (true, true) | (false, false) => &one.literal,
        // The lower case of a part is a part of the lower case where no letter depends on its neighbours.
        (true, false) if one.op == Equals || one.literal.is_ascii() => {
            lowered = one.literal.to_lowercase();
            &lowered
        }
        _ => return false,
    };
    let asks_more = match (one.op, other.op) {
        (Equals, _) | (StartsWith | EndsWith, Contains) => true,
        (one, other) => one == other,
    };
    asks_more && other.op.holds(text, &other.literal)
}

/// Spans put together where they touch, and which rule alone each is of.
#[derive(Debug, Default)]
pub(super) struct Union {
    spans: BTreeMap<Place, (Place, Cover)>,
}

impl Union {
    pub(super) fn add(&mut self, span: Span, rule: usize) {
        if self.cover(span).is_some() {
            return;
        }
        let (mut from, mut to) = span;
        let mut by = Cover::Rule(rule);
        // From the right: all that begin within the span or touch it.
        while let Some((&start, &(end, other))) = self.spans.range(..=to).next_back() {
            if end < from {
                break;
            }
            self.spans.remove(&start);
            // What lies within the new span needs no other rule.
            if start < from || end > to {
                by = by.and(other);
            }
            from = from.min(start);
            to = to.max(end);
        }
        self.spans.insert(from, (to, by));
    }

    pub(super) fn cover(&self, (from, to): Span) -> Option<Cover> {
        self.spans
            .range(..=from)
            .next_back()
            .filter(|&(_, &(end, _))| to <= end)
            .map(|(_, &(_, by))| by)
    }
}
