use ndarray::ArrayView1;
use std::collections::HashMap;

/// What one column says of the outcomes.
pub(super) struct Look {
    pub(super) is_constant: bool,
    /// Whether it has two values, such as that of a level.
    pub(super) is_two_valued: bool,
    /// How well it puts converted rows on one side of the others, 0.5 to 1; `None` for rows of one outcome.
    pub(super) auc: Option<f64>,
}

impl Look {
    pub(super) fn new(column: ArrayView1<'_, f64>, converted: &[bool]) -> Self {
        let first = column.first().copied().unwrap_or(0.0);
        let second = column.iter().copied().find(|&x| x != first);
        let mut others = column.iter().filter(|&&x| x != first && Some(x) != second);
        let is_two_valued = second.is_some() && others.next().is_none();
        let auc = if is_two_valued {
            let mut groups = [Group::default(); 2];
            let [low, high] = &mut groups;
            for (&x, &converted) in column.iter().zip(converted) {
                if x == first { &mut *low } else { &mut *high }.add(converted);
            }
            auc(&groups)
        } else {
            auc_of(
                column
                    .iter()
                    .copied()
                    .zip(converted.iter().copied())
                    .collect(),
            )
        };
        Self {
            is_constant: second.is_none(),
            is_two_valued,
            auc: auc.map(|auc| auc.max(1.0 - auc)),
        }
    }
}

/// Rows that cannot be told apart.
#[derive(Clone, Copy, Default)]
struct Group {
    converted: f64,
    not: f64,
}

impl Group {
    fn add(&mut self, converted: bool) {
        if converted {
            self.converted += 1.0;
        } else {
            self.not += 1.0;
        }
    }
}

/// Chance that a converted row stands above another, ties half, of groups in rising order.
fn auc(groups: &[Group]) -> Option<f64> {
    let (mut below, mut wins, mut converted) = (0.0, 0.0, 0.0);
    for group in groups {
        wins += group.converted * (below + 0.5 * group.not);
        below += group.not;
        converted += group.converted;
    }
    (converted > 0.0 && below > 0.0).then(|| wins / (converted * below))
}

/// Chance that a converted row stands above another by these numbers, ties half.
fn auc_of(mut rows: Vec<(f64, bool)>) -> Option<f64> {
    rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let mut groups: Vec<Group> = Vec::new();
    let mut last = None;
    for (x, converted) in rows {
        // -0.0 after 0.0 is a tie.
        if last != Some(x) {
            groups.push(Group::default());
        }
        last = Some(x);
        if let Some(group) = groups.last_mut() {
            group.add(converted);
        }
    }
    auc(&groups)
}

/// What the levels of a feature of several columns say.
pub(super) struct Levels {
    /// How many there are among the rows that are known.
    pub(super) count: usize,
    /// How well the share that converted in the other rows of its level tells of a row, 0 to 1; `None` for rows of one
    /// outcome.
    pub(super) auc: Option<f64>,
}

impl Levels {
    pub(super) fn new(
        columns: &[ArrayView1<'_, f64>],
        converted: &[bool],
        known: Option<&[bool]>,
    ) -> Self {
        let mut places: HashMap<Vec<u64>, usize> = HashMap::new();
        let mut groups: Vec<Group> = Vec::new();
        let mut known_levels = Vec::new();
        let mut of_rows = Vec::with_capacity(converted.len());
        for (row, &converted) in converted.iter().enumerate() {
            let key = columns.iter().filter_map(|column| column.get(row));
            let key = key.map(|x| (x + 0.0).to_bits()).collect();
            let place = *places.entry(key).or_insert(groups.len());
            if place == groups.len() {
                groups.push(Group::default());
                known_levels.push(false);
            }
            if let Some(group) = groups.get_mut(place) {
                group.add(converted);
            }
            let is_known = known.is_none_or(|known| known.get(row).copied().unwrap_or(true));
            if let Some(level) = known_levels.get_mut(place).filter(|_| is_known) {
                *level = true;
            }
            of_rows.push((place, converted));
        }
        // Each row by the share among the others of its level, drawn to the share of all by one row; so that a level
        // of one row says nothing.
        let all = groups.iter().fold(Group::default(), |sum, group| Group {
            converted: sum.converted + group.converted,
            not: sum.not + group.not,
        });
        let rate = all.converted / (all.converted + all.not);
        let share = |place: usize, converted: bool| {
            let group = groups.get(place).copied().unwrap_or_default();
            let own = if converted { 1.0 } else { 0.0 };
            (group.converted - own + rate) / (group.converted + group.not)
        };
        let shares = of_rows.into_iter();
        let shares = shares.map(|(place, converted)| (share(place, converted), converted));
        let auc = auc_of(shares.collect());
        Self {
            count: known_levels.into_iter().filter(|&known| known).count(),
            auc,
        }
    }
}
