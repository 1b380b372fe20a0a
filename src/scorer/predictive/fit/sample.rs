//! A sample of both classes, to find a starting point on.

use super::training_matrix::Rows;

/// Some rows of each class, with the weights that make them stand for all.
pub(super) fn sample(rows: &Rows<'_>, most: usize) -> Rows<'static> {
    let (converted, other): (Vec<usize>, Vec<usize>) =
        (0..rows.len()).partition(|&i| rows.converted.get(i) == Some(&true));
    let half = most / 2;
    let of_converted = converted
        .len()
        .min(half.max(most.saturating_sub(other.len())));
    let of_other = other.len().min(most.saturating_sub(of_converted));
    let mut random = SplitMix::new(SEED);
    let mut picked = Vec::with_capacity(of_converted + of_other);
    for (class, count) in [(&converted, of_converted), (&other, of_other)] {
        #[expect(clippy::cast_precision_loss, reason = "far fewer rows than 2^53")]
        let stands_for = class.len() as f64 / count as f64;
        picked.extend(spread(class, count, &mut random).map(|i| (i, stands_for)));
    }
    picked.sort_unstable_by_key(|&(i, _)| i);
    let width = rows.width;
    let mut values = Vec::with_capacity(picked.len() * width);
    let mut outcomes = Vec::with_capacity(picked.len());
    let mut weights = Vec::with_capacity(picked.len());
    for (i, stands_for) in picked {
        values.extend_from_slice(
            rows.values()
                .get(i * width..(i + 1) * width)
                .unwrap_or_default(),
        );
        outcomes.push(rows.converted.get(i) == Some(&true));
        let own = rows
            .weights
            .as_ref()
            .and_then(|weights| weights.get(i))
            .copied();
        weights.push(stands_for * own.unwrap_or(1.0));
    }
    Rows::from_parts(values, width, outcomes, Some(weights))
}

/// The same rows are drawn in every fit.
const SEED: u64 = 0x1ead_5c0e;

/// One of each of that many equal stretches, at random.
fn spread<'a>(
    from: &'a [usize],
    count: usize,
    random: &'a mut SplitMix,
) -> impl Iterator<Item = usize> + 'a {
    (0..count).filter_map(move |i| {
        let start = i * from.len() / count;
        let end = (i + 1) * from.len() / count;
        from.get(start + random.below(end - start)).copied()
    })
}

/// Steele, Lea and Flood 2014.
pub(super) struct SplitMix(u64);

impl SplitMix {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Fisher and Yates.
    pub(super) fn shuffle(&mut self, rows: &mut [usize]) {
        for end in (2..=rows.len()).rev() {
            rows.swap(end - 1, self.below(end));
        }
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        let limit = u64::try_from(limit).unwrap_or(u64::MAX).max(1);
        usize::try_from(z % limit).unwrap_or(0)
    }
}
