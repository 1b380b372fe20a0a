use super::text::{Lower, has_case};
use crate::lead::Tags;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum TagOp {
    Any,
    All,
    None,
}

/// One comparison of a tag list. Literals are sorted, once each, in lower case unless `exact`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TagTest {
    pub(crate) op: TagOp,
    pub(crate) literals: Box<[Box<str>]>,
    pub(crate) exact: bool,
}

/// One comparison: its kind, its literals' positions, and its bit.
#[derive(Debug)]
struct Wanted {
    op: TagOp,
    places: Box<[usize]>,
    bit: u64,
}

/// All comparisons of one attribute with tags, at most 64.
#[derive(Debug)]
pub(super) struct TagBlock {
    /// All literals asked for, sorted; the second member says how they are compared.
    literals: Box<[(Box<str>, bool)]>,
    tests: Box<[Wanted]>,
    any_folded: bool,
    any_exact: bool,
}

impl TagBlock {
    pub(super) fn new<'a>(tests: impl Iterator<Item = (&'a TagTest, u64)> + Clone) -> Self {
        let mut literals: Vec<(Box<str>, bool)> = tests
            .clone()
            .flat_map(|(test, _)| test.literals.iter().map(|tag| (tag.clone(), test.exact)))
            .collect();
        literals.sort();
        literals.dedup();
        let place = |tag: &str, exact: bool| {
            literals
                .binary_search_by(|(other, how)| (other.as_ref(), how).cmp(&(tag, &exact)))
                .ok()
        };
        let tests = tests
            .map(|(test, bit)| {
                let literals = test.literals.iter();
                Wanted {
                    op: test.op,
                    places: literals.filter_map(|tag| place(tag, test.exact)).collect(),
                    bit,
                }
            })
            .collect();
        Self {
            any_folded: literals.iter().any(|&(_, exact)| !exact),
            any_exact: literals.iter().any(|&(_, exact)| exact),
            literals: literals.into(),
            tests,
        }
    }

    pub(super) fn bits(&self, tags: &dyn Tags) -> u64 {
        // Most specs ask for a handful: a word on the stack is enough for them.
        let mut few = [0_u64; 4];
        let mut many;
        let seen: &mut [u64] = if self.literals.len() <= 256 {
            &mut few
        } else {
            many = vec![0_u64; self.literals.len().div_ceil(64)];
            &mut many
        };
        let mut mark = |tag: &str, exact: bool| {
            let found = self
                .literals
                .binary_search_by(|(other, how)| (other.as_ref(), how).cmp(&(tag, &exact)));
            if let Ok(place) = found {
                if let Some(word) = seen.get_mut(place / 64) {
                    *word |= 1 << (place % 64);
                }
            }
        };
        let mut lower = None;
        for tag in (0..tags.len()).filter_map(|i| tags.get(i)) {
            if self.any_exact {
                mark(tag, true);
            }
            if self.any_folded {
                if has_case(tag) {
                    let lower = lower.get_or_insert_with(|| Lower::of(""));
                    lower.set(tag);
                    mark(lower.as_str(), false);
                } else {
                    mark(tag, false);
                }
            }
        }
        let has = |&place: &usize| {
            seen.get(place / 64)
                .is_some_and(|word| word >> (place % 64) & 1 == 1)
        };
        self.tests
            .iter()
            .filter(|test| match test.op {
                TagOp::Any => test.places.iter().any(has),
                TagOp::All => test.places.iter().all(has),
                TagOp::None => !test.places.iter().any(has),
            })
            .fold(0, |bits, test| bits | test.bit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_compared() {
        let test = |op, tags: &[&str], exact| TagTest {
            op,
            literals: tags.iter().map(|&tag| Box::from(tag)).collect(),
            exact,
        };
        let tests = [
            test(TagOp::Any, &["eu", "vip"], false),
            test(TagOp::All, &["eu", "vip"], false),
            test(TagOp::None, &["eu", "vip"], false),
            test(TagOp::Any, &["VIP"], true),
        ];
        let block = TagBlock::new(tests.iter().enumerate().map(|(i, t)| (t, 1_u64 << i)));
        let bits = |tags: &[&str]| block.bits(&tags.to_vec());
        assert_eq!(bits(&["Vip"]), 0b0001);
        assert_eq!(bits(&["VIP", "x", "EU", "eu"]), 0b1011);
        assert_eq!(bits(&[]), 0b0100);
        assert_eq!(bits(&["x"]), 0b0100);
    }

    #[test]
    fn long_lists_stay_quick() {
        let many: Box<[Box<str>]> = {
            let mut tags: Vec<Box<str>> = (0..50_000).map(|i| i.to_string().into()).collect();
            tags.sort();
            tags.into()
        };
        let test = TagTest {
            op: TagOp::All,
            literals: many.clone(),
            exact: false,
        };
        let block = TagBlock::new([(&test, 1)].into_iter());
        assert_eq!(block.bits(&many), 1);
        assert_eq!(block.bits(&vec!["7"]), 0);
    }
}
