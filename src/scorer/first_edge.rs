use crate::lead::Moment;
use crate::score::AsOf;

/// The first moment after `from`, at most `until`, among those that are handed on.
pub(crate) fn first_edge(
    from: AsOf,
    until: AsOf,
    edges: impl FnOnce(&mut dyn FnMut(Moment)),
) -> Option<Moment> {
    let (from, until) = (from.moment(), until.moment());
    let mut first: Option<Moment> = None;
    edges(&mut |edge| {
        if from < edge && edge <= until && first.is_none_or(|first| edge < first) {
            first = Some(edge);
        }
    });
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_edge_lies_after_the_beginning() {
        let at = Moment::from_seconds;
        let first = |edges: &[i64]| {
            first_edge(AsOf::new(at(10)), AsOf::new(at(20)), |note| {
                for &edge in edges {
                    note(at(edge));
                }
            })
        };
        assert_eq!(first(&[30, 20, 10, 15, 5]), Some(at(15)));
        assert_eq!(first(&[20]), Some(at(20)));
        assert_eq!(first(&[21, 10]), None);
    }
}
