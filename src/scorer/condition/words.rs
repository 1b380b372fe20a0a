use super::spec::{ConditionSpec, Filter, Node};
use super::test::{Known, Scalar, Test};
use crate::lead::shortened;
use std::fmt;

/// The condition in the words of a spec, such as ``(`seats` at_least 50) and not (`title` contains intern)``.
impl fmt::Display for ConditionSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, parts: &[Self], word: &str| {
            for (i, part) in parts.iter().enumerate() {
                if i > 0 {
                    write!(f, " {word} ")?;
                }
                if parts.len() > 1 {
                    write!(f, "({part})")?;
                } else {
                    write!(f, "{part}")?;
                }
            }
            Ok(())
        };
        match &self.node {
            Node::All(parts) => list(f, parts, "and"),
            Node::Any(parts) => list(f, parts, "or"),
            Node::Not(part) => write!(f, "not ({part})"),
            Node::Attribute(name, filter) => {
                write!(f, "`{}` ", shortened(name))?;
                comparisons(f, filter)
            }
            Node::TooDeep => f.write_str("nested too deeply"),
        }
    }
}

fn comparisons(f: &mut fmt::Formatter<'_>, filter: &Filter) -> fmt::Result {
    for (i, test) in filter.tests.iter().enumerate() {
        if i > 0 {
            f.write_str(" and ")?;
        }
        write!(f, "{}", test.name())?;
        match test {
            Test::Is(Known::Known) => f.write_str(" known")?,
            Test::Is(Known::Missing) => f.write_str(" missing")?,
            Test::Equals(value)
            | Test::LessThan(value)
            | Test::AtMost(value)
            | Test::MoreThan(value)
            | Test::AtLeast(value) => write!(f, " {}", shown(value))?,
            Test::Between(low, high) => write!(f, " {} and {}", shown(low), shown(high))?,
            Test::OneOf(values) => few(f, values, shown)?,
            Test::Contains(text)
            | Test::StartsWith(text)
            | Test::EndsWith(text)
            | Test::Matches(text)
            | Test::WithinLast(text)
            | Test::OlderThan(text)
            | Test::WithinNext(text) => write!(f, " {}", shortened(text))?,
            Test::HasAny(tags) | Test::HasAll(tags) | Test::HasNone(tags) => {
                few(f, tags, |tag| shortened(tag))?;
            }
        }
    }
    if filter.missing {
        f.write_str(" or missing")?;
    }
    Ok(())
}

fn shown(value: &Scalar) -> String {
    match value {
        Scalar::Flag(flag) => flag.to_string(),
        Scalar::Number(number) => number.to_string(),
        Scalar::Text(text) => shortened(text),
    }
}

fn few<T>(f: &mut fmt::Formatter<'_>, all: &[T], show: impl Fn(&T) -> String) -> fmt::Result {
    const FEW: usize = 5;
    for (i, value) in all.iter().take(FEW).enumerate() {
        write!(f, "{} {}", if i > 0 { "," } else { "" }, show(value))?;
    }
    if all.len() > FEW {
        f.write_str(", …")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::scorer::{all, any, attribute, not};

    #[test]
    fn a_condition_is_said_in_the_words_of_a_spec() {
        let condition = all([
            attribute("seats").between(5, 9).or_missing().into(),
            any([
                attribute("title").one_of(["cto", "cio"]).into(),
                not(attribute("student").equals(true)),
            ]),
            attribute("tags")
                .has_any(["a", "b", "c", "d", "e", "f"])
                .into(),
        ]);
        assert_eq!(
            condition.to_string(),
            "(`seats` between 5 and 9 or missing) and ((`title` one_of cto, cio) or (not (`student` equals true))) \
             and (`tags` has_any a, b, c, d, e, …)",
        );
    }
}
