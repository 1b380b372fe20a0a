use super::plan::{Layout, Words};
use super::resolve::Cond;
use crate::score::only_if;

/// Bits of one word that must be true and that must be false.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Need {
    word: usize,
    yes: u64,
    no: u64,
}

impl Need {
    #[inline]
    fn all(self, words: &Words) -> bool {
        let (truth, known) = words.get(self.word);
        ((truth & self.yes) ^ self.yes) | ((known & !truth & self.no) ^ self.no) == 0
    }

    #[inline]
    pub(crate) fn any(self, words: &Words) -> bool {
        let (truth, known) = words.get(self.word);
        truth & self.yes | known & !truth & self.no != 0
    }

    /// The word and the bits that must be true, where that is all.
    pub(super) fn truths(self) -> Option<(usize, u64)> {
        (self.no == 0).then_some((self.word, self.yes))
    }

    /// Adds the bits to others; `None` where they stand in several words.
    fn join(self, others: &mut Option<Self>) -> Option<()> {
        *others = Some(match others {
            Some(others) => others.or(self)?,
            None => self,
        });
        Some(())
    }

    /// The bits of both; `None` where they stand in several words.
    pub(crate) fn or(self, other: Self) -> Option<Self> {
        (self.word == other.word).then_some(Self {
            word: self.word,
            yes: self.yes | other.yes,
            no: self.no | other.no,
        })
    }
}

/// Points on conditions of one word.
#[derive(Debug)]
pub(crate) enum Sums {
    /// Each condition is one bit and the points are whole numbers, whose sum is exact in any order: for each eight bits
    /// in use the sums of all their settings, ready to be looked up.
    Whole {
        word: usize,
        tables: Box<[(u32, Box<[f64; 256]>)]>,
    },
    /// Added in order, without a branch.
    Ordered {
        word: usize,
        terms: Box<[(u64, u64, f64)]>,
    },
}

impl Sums {
    /// `None` where the conditions stand in several words.
    pub(crate) fn new(terms: &[(Need, f64)]) -> Option<Self> {
        /// Up to here every whole number is an `f64`.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let word = terms.first().map_or(0, |(need, _)| need.word);
        if terms.iter().any(|(need, _)| need.word != word) {
            return None;
        }
        let is_bit = |need: &Need| need.no == 0 && need.yes.is_power_of_two();
        let size = terms
            .iter()
            .fold(0.0, |sum, (_, points)| sum + points.abs());
        let whole = |&(need, points): &(Need, f64)| is_bit(&need) && points.fract() == 0.0;
        if size < EXACT && terms.iter().all(whole) {
            let table = |shift: u32| {
                let mut sums = Box::new([0.0; 256]);
                for (setting, sum) in (0_u64..).zip(sums.iter_mut()) {
                    let held = terms
                        .iter()
                        .filter(|(need, _)| (setting << shift) & need.yes != 0);
                    *sum = held.fold(0.0, |sum, (_, points)| sum + points);
                }
                (shift, sums)
            };
            let used = terms.iter().fold(0, |bits, (need, _)| bits | need.yes);
            let shifts = (0..u64::BITS).step_by(8);
            let tables = shifts.filter(|shift| used >> shift & 0xff != 0).map(table);
            return Some(Self::Whole {
                word,
                tables: tables.collect(),
            });
        }
        let terms = terms
            .iter()
            .map(|(need, points)| (need.yes, need.no, *points))
            .collect();
        Some(Self::Ordered { word, terms })
    }

    /// Whether the points are whole numbers, so that their order does not matter.
    pub(crate) fn is_whole(&self) -> bool {
        matches!(self, Self::Whole { .. })
    }

    /// The word in which the conditions stand.
    pub(crate) fn word(&self) -> usize {
        match self {
            Self::Whole { word, .. } | Self::Ordered { word, .. } => *word,
        }
    }

    /// The sum of the points whose conditions are true.
    #[inline]
    pub(crate) fn add(&self, words: &Words) -> f64 {
        let (truth, known) = words.get(self.word());
        self.add_bits(truth, known)
    }

    /// The sum of the points whose conditions are true by the bits of their word.
    #[inline]
    pub(crate) fn add_bits(&self, truth: u64, known: u64) -> f64 {
        match self {
            Self::Whole { tables, .. } => tables.iter().fold(0.0, |sum, (shift, sums)| {
                let [setting, ..] = (truth >> shift).to_le_bytes();
                sum + sums.get(usize::from(setting)).copied().unwrap_or_default()
            }),
            Self::Ordered { terms, .. } => {
                let lies = known & !truth;
                terms.iter().fold(0.0, |sum, &(yes, no, points)| {
                    let holds = ((truth & yes) ^ yes) | ((lies & no) ^ no) == 0;
                    sum + only_if(holds, points)
                })
            }
        }
    }
}

/// A condition compiled to masks: a conjunction is a comparison per word.
#[derive(Debug)]
pub(crate) enum Guard {
    Always,
    One(Need),
    Every(Box<[Need]>),
    Either(Need),
    Tree(Tree),
}

#[derive(Debug)]
pub(crate) enum Tree {
    All(Box<[Tree]>),
    Any(Box<[Tree]>),
    Leaf(Need),
}

impl Guard {
    pub(crate) fn new(cond: &Cond, layout: &Layout) -> Self {
        let tree = Tree::new(cond, true, layout);
        match tree {
            Tree::Leaf(need) => Self::One(need),
            Tree::All(parts) if parts.is_empty() => Self::Always,
            Tree::All(parts) => match merged(&parts) {
                Some(needs) => match needs.as_ref() {
                    [need] => Self::One(*need),
                    _ => Self::Every(needs),
                },
                None => Self::Tree(Tree::All(parts)),
            },
            Tree::Any(parts) => match merged(&parts).as_deref() {
                Some([need]) => Self::Either(*need),
                _ => Self::Tree(Tree::Any(parts)),
            },
        }
    }

    /// Bits of which it asks for one at least; `None` where there are no such bits, or in several words.
    pub(crate) fn asked(&self) -> Option<Need> {
        match self {
            Self::Always | Self::Tree(_) => None,
            Self::One(need) | Self::Either(need) => Some(*need),
            Self::Every(needs) => needs.first().copied(),
        }
    }

    /// Whether it asks that a test is false, not only that others are true.
    pub(crate) fn asks_what_is_false(&self) -> bool {
        match self {
            Self::Always => false,
            Self::One(need) | Self::Either(need) => need.no != 0,
            Self::Every(needs) => needs.iter().any(|need| need.no != 0),
            Self::Tree(tree) => tree.asks_what_is_false(),
        }
    }

    /// What it asks for, where that is one comparison.
    pub(crate) fn one(&self) -> Option<Need> {
        match self {
            Self::One(need) => Some(*need),
            _ => None,
        }
    }

    /// Adds all the bits that it asks for; `None` where they do not all stand in one word.
    pub(super) fn gather(&self, bits: &mut Option<Need>) -> Option<()> {
        match self {
            Self::Always => Some(()),
            Self::One(need) | Self::Either(need) => need.join(bits),
            Self::Every(needs) => needs.iter().try_for_each(|need| need.join(bits)),
            Self::Tree(tree) => tree.gather(bits),
        }
    }

    /// Whether the condition is true.
    #[inline]
    pub(crate) fn holds(&self, words: &Words) -> bool {
        match self {
            // Rules on activities mostly ask nothing else.
            Self::Always => true,
            Self::One(need) => need.all(words),
            _ => self.is_met(words),
        }
    }

    fn is_met(&self, words: &Words) -> bool {
        match self {
            Self::Always => true,
            Self::One(need) => need.all(words),
            Self::Every(needs) => needs.iter().all(|need| need.all(words)),
            Self::Either(need) => need.any(words),
            Self::Tree(tree) => tree.holds(words),
        }
    }
}

/// The needs of leaves, put together by word; `None` where a part is no leaf.
fn merged(parts: &[Tree]) -> Option<Box<[Need]>> {
    let mut needs: Vec<Need> = Vec::new();
    for part in parts {
        let Tree::Leaf(need) = part else { return None };
        match needs.last_mut().filter(|last| last.word == need.word) {
            Some(last) => {
                last.yes |= need.yes;
                last.no |= need.no;
            }
            None => needs.push(*need),
        }
    }
    Some(needs.into())
}

impl Tree {
    /// The condition, or its negation, with `not` pushed down to the leaves (which Kleene's logic allows).
    fn new(cond: &Cond, positive: bool, layout: &Layout) -> Self {
        match cond {
            Cond::Not(part) => Self::new(part, !positive, layout),
            Cond::Leaf(test) => match layout.place(*test) {
                Some(place) => Self::Leaf(Need {
                    word: place.word,
                    yes: if positive { place.bit } else { 0 },
                    no: if positive { 0 } else { place.bit },
                }),
                None => Self::Any(Box::new([])),
            },
            Cond::All(parts) | Cond::Any(parts) => {
                let is_all = matches!(cond, Cond::All(_)) == positive;
                let mut flat = Vec::new();
                for part in parts {
                    match (Self::new(part, positive, layout), is_all) {
                        (Self::All(inner), true) | (Self::Any(inner), false) => flat.extend(inner),
                        (part, _) => flat.push(part),
                    }
                }
                if let [Self::Leaf(need)] = flat.as_slice() {
                    return Self::Leaf(*need);
                }
                if is_all {
                    Self::All(flat.into())
                } else {
                    Self::Any(flat.into())
                }
            }
        }
    }

    fn asks_what_is_false(&self) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::asks_what_is_false),
            Self::Leaf(need) => need.no != 0,
        }
    }

    fn gather(&self, bits: &mut Option<Need>) -> Option<()> {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().try_for_each(|part| part.gather(bits))
            }
            Self::Leaf(need) => need.join(bits),
        }
    }

    fn holds(&self, words: &Words) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(words)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(words)),
            Self::Leaf(need) => need.all(words),
        }
    }
}

/// Whether something applies to a lead: the include condition is true and the exclude condition is not.
#[derive(Debug)]
pub(crate) struct Applies {
    pub(crate) include: Guard,
    pub(crate) exclude: Option<Guard>,
}

impl Applies {
    #[inline]
    pub(crate) fn to(&self, words: &Words) -> bool {
        self.include.holds(words)
            && !self
                .exclude
                .as_ref()
                .is_some_and(|exclude| exclude.holds(words))
    }
}
