use super::Work;
use super::describe::described;
use super::values::{Allowed, Literal, by_attribute, conjunction};
use crate::lead::{Schema, shortened};
use crate::scorer::condition::{Cond, LeafTest, TagOp, Tests, TextOp, TextTest};
use std::collections::HashSet;

/// Why a condition in canonical form can never be true; `None` where nothing was found.
pub(super) fn contradiction(
    cond: &Cond,
    tests: &Tests,
    schema: &Schema,
    work: &mut Work,
) -> Option<String> {
    if let Cond::Any(parts) = cond {
        let mut why = None;
        for part in parts {
            let found = contradiction(part, tests, schema, work)?;
            why.get_or_insert(found);
        }
        return why;
    }
    let parts = conjunction(cond);
    for (slot, literals) in by_attribute(parts, tests) {
        if exclude(&literals, work) {
            let name = schema.attribute_name(slot).unwrap_or_default();
            return Some(told(literals, name, work));
        }
    }
    parts
        .iter()
        .filter(|part| matches!(part, Cond::Any(_)))
        .find_map(|part| contradiction(part, tests, schema, work))
}

/// Names the comparisons that exclude each other: two where two are enough and easily found.
fn told(mut literals: Vec<Literal<'_>>, name: &str, work: &mut Work) -> String {
    const SEARCHED: usize = 16;
    const NAMED: usize = 3;
    literals.sort_by_key(|literal| (literal.number, literal.holds));
    let name = shortened(name);
    let quoted = |literal: &Literal<'_>| format!("`{}`", described(literal));
    if let [only] = literals.as_slice() {
        return format!("{} is never true of `{name}`", quoted(only));
    }
    let few = literals.get(..SEARCHED).unwrap_or(&literals);
    for (i, one) in few.iter().enumerate() {
        for other in few.iter().skip(i + 1) {
            if work.spend(one.size() + other.size()) && exclude(&[*one, *other], work) {
                let (one, other) = (quoted(one), quoted(other));
                return format!("{one} and {other} cannot both be true of `{name}`");
            }
        }
    }
    let first: Vec<String> = literals.iter().take(NAMED).map(quoted).collect();
    let more = match literals.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more} cannot all be true of `{name}`", first.join(", "))
}

/// Whether comparisons of one attribute can never be true together.
fn exclude(literals: &[Literal<'_>], work: &mut Work) -> bool {
    let allowed = Allowed::new(literals);
    !allowed.missing
        && (!allowed.values
            || allowed.lines.values().any(Vec::is_empty)
            || texts_exclude(&allowed.texts, work)
            || tags_exclude(&allowed.tags))
}

fn texts_exclude(literals: &[Literal<'_>], work: &mut Work) -> bool {
    let texts = || {
        literals
            .iter()
            .filter_map(|literal| match &literal.leaf.test {
                LeafTest::Text(choices) => Some((literal.holds, choices)),
                _ => None,
            })
    };
    let denied: HashSet<_> = texts()
        .filter_map(|(holds, choices)| (!holds).then_some(choices))
        .collect();
    if texts().any(|(holds, choices)| holds && denied.contains(choices)) {
        return true;
    }
    // The text is one of few: is there one that all others let pass?
    let fewest = texts()
        .filter(|(holds, choices)| {
            *holds && choices.iter().all(|choice| choice.op == TextOp::Equals)
        })
        .map(|(_, choices)| choices)
        .min_by_key(|choices| choices.len());
    fewest.is_some_and(|candidates| {
        candidates.iter().all(|candidate| {
            texts().any(|(holds, choices)| !passes(candidate, choices, holds, work))
        })
    })
}

/// Whether a text that equals the candidate could pass a comparison. Says yes where that is not known.
fn passes(candidate: &TextTest, choices: &[TextTest], holds: bool, work: &mut Work) -> bool {
    let mut open = false;
    for choice in choices {
        if !work.spend(1 + (candidate.literal.len() + choice.literal.len()) / 64) {
            return true;
        }
        match decided(candidate, choice) {
            Some(true) => return holds,
            Some(false) => {}
            None => open = true,
        }
    }
    open || !holds
}

/// What a comparison says of a text that equals the candidate, where that is certain.
fn decided(candidate: &TextTest, test: &TextTest) -> Option<bool> {
    match (candidate.exact, test.exact) {
        _ if test.op == TextOp::Matches => None,
        (true, true) | (false, false) => Some(test.op.holds(&candidate.literal, &test.literal)),
        (true, false) => Some(
            test.op
                .holds(&candidate.literal.to_lowercase(), &test.literal),
        ),
        // Only the lower case of the text is known.
        (false, true) => (test.op == TextOp::Equals
            && test.literal.to_lowercase() != *candidate.literal)
            .then_some(false),
    }
}

type Tag<'t> = (&'t str, bool);

fn tags_exclude(literals: &[Literal<'_>]) -> bool {
    let tags = || {
        literals
            .iter()
            .filter_map(|literal| match &literal.leaf.test {
                LeafTest::Tags(test) => Some((test, literal.holds)),
                _ => None,
            })
    };
    let (mut there, mut absent): (HashSet<Tag<'_>>, HashSet<Tag<'_>>) = Default::default();
    for (test, holds) in tags() {
        let all = test.literals.iter().map(|tag| (tag.as_ref(), test.exact));
        match (test.op, holds) {
            (TagOp::All, true) => there.extend(all),
            (TagOp::None, true) | (TagOp::Any, false) => absent.extend(all),
            _ => {}
        }
    }
    // A tag that is there by case is there without case.
    let lowered: HashSet<String> = there
        .iter()
        .filter(|(_, exact)| *exact)
        .map(|(tag, _)| tag.to_lowercase())
        .collect();
    let is_absent = |tag: &str, exact: bool| {
        absent.contains(&(tag, exact))
            || (exact && absent.contains(&(tag.to_lowercase().as_str(), false)))
    };
    let is_there =
        |tag: &str, exact: bool| there.contains(&(tag, exact)) || (!exact && lowered.contains(tag));
    there.iter().any(|(tag, exact)| is_absent(tag, *exact))
        || tags().any(|(test, holds)| {
            let mut all = test.literals.iter();
            match (test.op, holds) {
                (TagOp::Any, true) | (TagOp::None, false) => {
                    all.all(|tag| is_absent(tag, test.exact))
                }
                (TagOp::All, false) => all.all(|tag| is_there(tag, test.exact)),
                _ => false,
            }
        })
}
