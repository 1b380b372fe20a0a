use super::values::Literal;
use crate::lead::{Moment, shortened};
use crate::scorer::condition::{Known, LeafTest, NumberRange, TagOp, TextOp};
use crate::scorer::period::show_period;

/// A comparison in the words of a spec.
pub(super) fn described(literal: &Literal<'_>) -> String {
    let not = if literal.holds { "" } else { "not " };
    let or_missing = if literal.leaf.missing {
        " or missing"
    } else {
        ""
    };
    format!("{not}{}{or_missing}", test(&literal.leaf.test))
}

fn test(test: &LeafTest) -> String {
    match test {
        LeafTest::Is(Known::Known) => "is known".to_owned(),
        LeafTest::Is(Known::Missing) => "is missing".to_owned(),
        LeafTest::Number(ranges) => match ranges.as_ref() {
            [range] => number(*range),
            _ => format!(
                "one_of {}",
                few(ranges.iter(), |range| range.low().to_string())
            ),
        },
        LeafTest::Flag(flag) => format!("equals {flag}"),
        LeafTest::Text(choices) => match choices.as_ref() {
            [choice] => {
                let name = match choice.op {
                    TextOp::Equals => "equals",
                    TextOp::Contains => "contains",
                    TextOp::StartsWith => "starts_with",
                    TextOp::EndsWith => "ends_with",
                    TextOp::Matches => "matches",
                };
                format!("{name} {}", shortened(&choice.literal))
            }
            _ => format!(
                "one_of {}",
                few(choices.iter(), |choice| shortened(&choice.literal))
            ),
        },
        LeafTest::Tags(test) => {
            let name = match test.op {
                TagOp::Any => "has_any",
                TagOp::All => "has_all",
                TagOp::None => "has_none",
            };
            format!("{name} {}", few(test.literals.iter(), |tag| shortened(tag)))
        }
        LeafTest::Date(ranges) => match ranges.as_ref() {
            [(from, to)] => date(*from, *to),
            _ => format!(
                "one_of {}",
                few(ranges.iter(), |(from, _)| from.to_string())
            ),
        },
        LeafTest::Age(from, i64::MAX) => format!("older_than {}", show_period(*from)),
        LeafTest::Age(0, to) => format!("within_last {}", show_period(to.saturating_add(1))),
        LeafTest::Age(from, _) => {
            let ahead = 1_i64.saturating_sub(*from);
            format!("within_next {}", show_period(ahead))
        }
    }
}

fn few<T>(all: impl ExactSizeIterator<Item = T>, show: impl Fn(T) -> String) -> String {
    const FEW: usize = 3;
    let more = if all.len() > FEW { ", …" } else { "" };
    let shown: Vec<String> = all.take(FEW).map(show).collect();
    format!("{}{more}", shown.join(", "))
}

fn number(range: NumberRange) -> String {
    let (low, high) = (range.low(), range.high());
    match (low.is_finite(), high.is_finite()) {
        #[allow(clippy::float_cmp)] // one number is written as both bounds
        (true, true) if low == high => format!("equals {low}"),
        (true, true) => format!("between {low} and {high}"),
        (true, false) if range.holds(low) => format!("at_least {low}"),
        (true, false) => format!("more_than {low}"),
        (false, _) if range.holds(high) => format!("at_most {high}"),
        (false, _) => format!("less_than {high}"),
    }
}

fn date(from: Moment, to: Moment) -> String {
    /// A bound that was left out is kept as the microsecond beside it.
    const SECOND: i64 = 1_000_000;
    if from == to {
        format!("equals {from}")
    } else if from == Moment::MIN && to.micros().rem_euclid(SECOND) == SECOND - 1 {
        format!("less_than {}", to.plus_micros(1))
    } else if from == Moment::MIN {
        format!("at_most {to}")
    } else if to == Moment::MAX && from.micros().rem_euclid(SECOND) == 1 {
        format!("more_than {}", from.plus_micros(-1))
    } else if to == Moment::MAX {
        format!("at_least {from}")
    } else {
        format!("between {from} and {to}")
    }
}
