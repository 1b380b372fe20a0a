use super::sample::SplitMix;
use super::training_matrix::TrainingMatrix;

/// Rows that are predicted, and those they are predicted from.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fold {
    pub(super) from: Vec<usize>,
    pub(super) predicted: Vec<usize>,
}

impl Fold {
    pub(super) fn both_outcomes(&self, converted: &[bool]) -> bool {
        let has = |outcome: bool| {
            self.from
                .iter()
                .any(|&i| converted.get(i) == Some(&outcome))
        };
        has(true) && has(false)
    }
}

/// Stretches in the order of time, one more than folds; each but the first is predicted from all before it. Rows of one
/// moment, and rows of no weight, are not torn apart: the former stay together, the latter stay out.
pub(super) fn time_ordered(matrix: &TrainingMatrix<'_>, folds: usize) -> Vec<Fold> {
    let time = |i: usize| matrix.times.and_then(|times| times.get(i)).copied();
    let mut order: Vec<usize> = (0..matrix.converted.len())
        .filter(|&i| matrix.has_weight(i))
        .collect();
    order.sort_by_key(|&i| time(i));
    let cut = |stretch: usize| {
        let mut at = stretch * order.len() / (folds + 1);
        while let (Some(&before), Some(&here)) =
            (at.checked_sub(1).and_then(|i| order.get(i)), order.get(at))
        {
            if matrix.times.is_none() || time(before) != time(here) {
                break;
            }
            at += 1;
        }
        at
    };
    let stretches = (1..=folds).map(|stretch| (cut(stretch), cut(stretch + 1)));
    let some = stretches.filter(|(start, end)| 0 < *start && start < end);
    let rows = |from: usize, to: usize| order.get(from..to).unwrap_or_default().to_vec();
    some.map(|(start, end)| Fold {
        from: rows(0, start),
        predicted: rows(start, end),
    })
    .collect()
}

/// Rows dealt out at random, converted ones and others evenly; each fold is predicted from all others.
pub(super) fn with_seed(matrix: &TrainingMatrix<'_>, folds: usize, seed: u64) -> Vec<Fold> {
    let mut random = SplitMix::new(seed);
    let rows = (0..matrix.converted.len()).filter(|&i| matrix.has_weight(i));
    let (mut all, mut other): (Vec<usize>, Vec<usize>) =
        rows.partition(|&i| matrix.converted.get(i) == Some(&true));
    random.shuffle(&mut all);
    random.shuffle(&mut other);
    all.append(&mut other);
    let fold = |fold: usize| {
        let dealt = |mine: bool| {
            let mut rows: Vec<usize> = all
                .iter()
                .enumerate()
                .filter(|(place, _)| (place % folds == fold) == mine)
                .map(|(_, &row)| row)
                .collect();
            rows.sort_unstable();
            rows
        };
        Fold {
            from: dealt(false),
            predicted: dealt(true),
        }
    };
    (0..folds)
        .map(fold)
        .filter(|fold| !fold.predicted.is_empty())
        .collect()
}
