use super::Block;
use crate::scorer::condition::range::NumberRange;

/// Number tests as intervals: the bounds cut the line into points and gaps, and each has its bits.
#[derive(Debug)]
pub(super) struct NumberBlock {
    bounds: Box<[f64]>,
    /// Bits of gap 0, bound 0, gap 1, bound 1, ..., last gap.
    bits: Box<[u64]>,
    /// The same as what turns from one to the next, for many numbers at a time; `None` where there are many bounds.
    steps: Option<Box<[Step]>>,
}

impl NumberBlock {
    pub(super) fn new(tests: &[(&[NumberRange], u64)]) -> Self {
        let ranges = || tests.iter().flat_map(|(ranges, _)| ranges.iter());
        let mut bounds: Vec<f64> = ranges()
            .flat_map(|range| [range.low(), range.high()])
            .filter(|bound| bound.is_finite())
            .collect();
        bounds.sort_by(f64::total_cmp);
        bounds.dedup();
        let place = |bound: f64| bounds.partition_point(|&other| other < bound);
        let mut bits = vec![0; 2 * bounds.len() + 1];
        for (ranges, bit) in tests {
            for range in *ranges {
                let (low, high) = (range.low(), range.high());
                let first = if low.is_finite() {
                    2 * place(low) + 1 + usize::from(!range.holds(low))
                } else {
                    0
                };
                let end = if high.is_finite() {
                    2 * place(high) + 1 + usize::from(range.holds(high))
                } else {
                    bits.len()
                };
                for inside in bits.get_mut(first..end).unwrap_or_default() {
                    *inside |= bit;
                }
            }
        }
        Self {
            steps: Step::all(&bounds, &bits),
            bounds: bounds.into(),
            bits: bits.into(),
        }
    }

    #[inline]
    pub(super) fn bits(&self, value: f64) -> u64 {
        /// Up to here counting is faster than searching.
        const FEW: usize = 8;
        let below = if self.bounds.len() <= FEW {
            self.bounds.iter().filter(|&&bound| bound < value).count()
        } else {
            self.bounds.partition_point(|&bound| bound < value)
        };
        #[allow(clippy::float_cmp)] // exactly on a bound is what is asked
        let on_bound = self.bounds.get(below).is_some_and(|&bound| bound == value);
        self.bits
            .get(2 * below + usize::from(on_bound))
            .copied()
            .unwrap_or(0)
    }
}

/// The bits that turn where a number reaches a bound, or passes it.
#[derive(Debug)]
struct Step {
    bound: f64,
    passes: bool,
    turns: u64,
}

impl Step {
    /// Up to here turning the bits bound by bound is faster than searching.
    const FEW: usize = 16;

    /// Where the bits turn.
    fn all(bounds: &[f64], bits: &[u64]) -> Option<Box<[Self]>> {
        let mut steps = Vec::new();
        for (place, pair) in bits.windows(2).enumerate() {
            let (&[before, after], Some(&bound)) = (pair, bounds.get(place / 2)) else {
                continue;
            };
            if before != after {
                steps.push(Self {
                    bound,
                    passes: place % 2 == 1,
                    turns: before ^ after,
                });
            }
        }
        (steps.len() <= Self::FEW).then(|| steps.into())
    }

    #[inline]
    fn turn(&self, values: &[f64], words: &mut [u64]) {
        let (bound, turns) = (self.bound, self.turns);
        if self.passes {
            for (word, &value) in words.iter_mut().zip(values) {
                *word ^= when(value > bound) & turns;
            }
        } else {
            for (word, &value) in words.iter_mut().zip(values) {
                *word ^= when(value >= bound) & turns;
            }
        }
    }
}

/// What the tests of an attribute say of many numbers, of which those that are NaN are missing.
#[derive(Debug)]
pub(super) struct Numbers<'p> {
    /// Bits that are true and known where the number is missing.
    missing: (u64, u64),
    /// Bits that are true wherever it is there.
    always: u64,
    /// Bits that are known where it is there.
    known: u64,
    /// `None`: it is only asked whether it is known.
    tests: Option<&'p NumberBlock>,
}

impl Block<NumberBlock> {
    pub(super) fn of_numbers(&self) -> Numbers<'_> {
        Numbers::new(self, Some(&self.tests))
    }
}

impl Block<()> {
    pub(super) fn of_numbers(&self) -> Numbers<'_> {
        Numbers::new(self, None)
    }
}

impl<'p> Numbers<'p> {
    fn new<T>(block: &Block<T>, tests: Option<&'p NumberBlock>) -> Self {
        Self {
            missing: block.when_missing,
            always: block.when_known,
            known: block.all,
            tests,
        }
    }

    /// Adds the bits of each number to its word; what is known only where that is asked for.
    pub(super) fn read(&self, values: &[f64], truth: &mut [u64], known: Option<&mut [u64]>) {
        let (missing, missing_known) = self.missing;
        let steps = self
            .tests
            .map_or(Some(&[][..]), |tests| tests.steps.as_deref());
        match (steps, self.tests) {
            (None, Some(tests)) => {
                for (truth, &value) in truth.iter_mut().zip(values) {
                    *truth |= if value.is_nan() {
                        missing
                    } else {
                        tests.bits(value) | self.always
                    };
                }
            }
            (steps, tests) => {
                let first = tests.and_then(|tests| tests.bits.first());
                let there = first.copied().unwrap_or_default() | self.always;
                for (truth, &value) in truth.iter_mut().zip(values) {
                    // No value is missing where it is not equal to itself. Masks instead of branches.
                    *truth |= missing ^ (when(!value.is_nan()) & (missing ^ there));
                }
                for step in steps.unwrap_or_default() {
                    step.turn(values, truth);
                }
            }
        }
        for (known, value) in known.into_iter().flatten().zip(values) {
            let turns = missing_known ^ self.known;
            *known |= missing_known ^ (when(!value.is_nan()) & turns);
        }
    }
}

/// All bits or none.
#[inline]
fn when(holds: bool) -> u64 {
    u64::from(holds).wrapping_neg()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_cut_at_their_bounds() {
        let range = |low: f64, high: f64| NumberRange::closed(low, high);
        let ranges = [
            [range(10.0, 50.0)],
            [range(50.0, 50.0)],
            [range(-1e9, 20.0)],
        ];
        let tests: Vec<(&[NumberRange], u64)> = ranges
            .iter()
            .enumerate()
            .map(|(i, r)| (&r[..], 1 << i))
            .collect();
        let block = NumberBlock::new(&tests);
        for value in [-1e10, -1e9, 0.0, -0.0, 10.0, 15.0, 20.0, 20.5, 50.0, 50.1] {
            let expected = ranges
                .iter()
                .enumerate()
                .filter(|(_, r)| r[0].holds(value))
                .fold(0, |bits, (i, _)| bits | 1 << i);
            assert_eq!(block.bits(value), expected, "{value}");
        }
    }
}
