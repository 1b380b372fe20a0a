use super::judge::Judge;
use super::problem::Problems;
use super::spec::DimensionSpec;
use crate::lead::shortened;

/// The places of the judges, each after those whose scores it reads; all others as they stand. Reports judges that
/// read each other in a circle.
pub(super) fn judging_order(
    judges: &[Judge],
    specs: &[DimensionSpec],
    path: &str,
    problems: &mut Problems,
) -> Box<[usize]> {
    let reads = |judge: &Judge| match judge {
        Judge::Predictive(scorer) => scorer.reads().collect(),
        Judge::Rules(_) | Judge::Model(_) | Judge::BuiltIn(_) | Judge::Scorer(_) => Vec::new(),
    };
    let reads: Vec<Vec<usize>> = judges.iter().map(reads).collect();
    let mut open: Vec<usize> = (0..judges.len()).collect();
    let mut order = Vec::with_capacity(judges.len());
    let mut ready = vec![false; judges.len()];
    while !open.is_empty() {
        let before = open.len();
        open.retain(|&place| {
            let mut read = reads.get(place).into_iter().flatten();
            let waits = !read.all(|&read| ready.get(read).copied().unwrap_or(true));
            if !waits {
                order.push(place);
                if let Some(ready) = ready.get_mut(place) {
                    *ready = true;
                }
            }
            waits
        });
        if open.len() == before {
            let circle = circle(&open, &reads);
            let name = |place: &usize| {
                let name = specs.get(*place).map_or("", |spec| spec.name.as_str());
                format!("`{}`", shortened(name))
            };
            let names: Vec<String> = circle.iter().map(name).collect();
            let first = circle.first().copied().unwrap_or_default();
            problems.push(
                format!("{path}dimensions[{first}].predictive"),
                format!(
                    "dimensions must not read each other in a circle: {}",
                    names.join(" reads ")
                ),
            );
            open.retain(|place| !circle.contains(place));
            for &place in circle.iter().skip(1) {
                order.push(place);
                if let Some(ready) = ready.get_mut(place) {
                    *ready = true;
                }
            }
        }
    }
    order.into()
}

/// One circle among places that all wait for one of them: the first place, those that it leads to, and it again.
fn circle(waiting: &[usize], reads: &[Vec<usize>]) -> Vec<usize> {
    let next = |place: usize| {
        let mut read = reads.get(place).into_iter().flatten();
        read.find(|read| waiting.contains(read)).copied()
    };
    let mut path: Vec<usize> = Vec::new();
    let mut place = waiting.first().copied();
    while let Some(at) = place {
        if let Some(start) = path.iter().position(|&seen| seen == at) {
            let mut circle = path.split_off(start);
            circle.push(at);
            return circle;
        }
        path.push(at);
        place = next(at);
    }
    path
}
