use super::evaluation::real;
use super::{Confusion, EvaluateError, Evaluation};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What becomes of leads with equal scores between which a cut falls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CutTies {
    /// They count in proportion on both sides, so that the order in which leads were given means nothing.
    #[default]
    InProportion,
    /// They stay in the order in which they were given, and leads are not divided: of n leads in g groups, each but
    /// the last has the whole number nearest to `n / g`, and the last takes the rest. This is what R's `blorr` does.
    ///
    /// A lead of weight 2 is two leads in a row. Where weights are no whole numbers groups are of `n / g`, and leads
    /// are divided.
    AsGiven,
}

/// Leads from the best score down in groups of equal size, with what came of each: a gains table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GainsTable {
    /// The groups, best first.
    pub rows: Vec<GainsRow>,
}

/// A group of a [`GainsTable`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GainsRow {
    /// Its number, 1 the best.
    pub group: usize,
    /// The lowest score in it.
    pub lowest_score: f64,
    /// How many leads.
    pub leads: f64,
    /// How many of them converted.
    pub converted: f64,
    /// How many did not.
    pub others: f64,
    /// The share of them that converted, 0 to 1.
    pub conversion_rate: f64,
    /// That share over that of all leads.
    pub lift: f64,
    /// Cumulative gains: the share of all conversions from the best score down to here, 0 to 1.
    pub gains: f64,
    /// The same of the leads that did not convert.
    pub gains_of_others: f64,
    /// The lift of all leads down to here.
    pub cumulative_lift: f64,
    /// By how much the shares of both classes down to here differ, -1 to 1.
    pub ks: f64,
    /// What comes of calling every lead down to here.
    pub calling: Confusion,
}

/// Leads that are cut together.
struct Piece {
    score: f64,
    /// Of what groups have equal parts.
    size: f64,
    converted: f64,
    others: f64,
}

/// What lies before a cut.
#[derive(Clone, Copy, Default)]
struct Before {
    score: f64,
    converted: f64,
    others: f64,
}

/// What lies before each of the ascending cuts, of which the last is the end.
fn cut(pieces: impl Iterator<Item = Piece>, cuts: &[f64]) -> Vec<Before> {
    let mut found = Vec::with_capacity(cuts.len());
    let mut inner = cuts.split_last().map_or(cuts, |(_, inner)| inner).iter();
    let mut next = inner.next();
    let (mut passed, mut before) = (0.0, Before::default());
    for piece in pieces {
        let end = passed + piece.size;
        while let Some(&at) = next.filter(|&&at| at < end) {
            let share = ((at - passed) / piece.size).clamp(0.0, 1.0);
            found.push(Before {
                score: if share > 0.0 {
                    piece.score
                } else {
                    before.score
                },
                converted: before.converted + share * piece.converted,
                others: before.others + share * piece.others,
            });
            next = inner.next();
        }
        passed = end;
        before.score = piece.score;
        before.converted += piece.converted;
        before.others += piece.others;
    }
    found.resize(cuts.len(), before);
    found
}

impl Evaluation {
    /// The gains table of so many groups, 10 for deciles.
    ///
    /// # Errors
    /// No group or more than 1000; all leads converted, or none.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::{CutTies, Evaluation};
    ///
    /// let scores = [90.0, 80.0, 70.0, 60.0];
    /// let evaluation = Evaluation::new(&scores, &[true, true, false, true])?;
    /// let table = evaluation.gains_table(2, CutTies::InProportion)?;
    /// assert_eq!((table.rows[0].conversion_rate, table.rows[1].conversion_rate), (1.0, 0.5));
    /// assert_eq!((table.rows[0].gains, table.rows[1].gains), (2.0 / 3.0, 1.0));
    /// # Ok::<(), lead_scoring::EvaluateError>(())
    /// ```
    pub fn gains_table(&self, groups: usize, ties: CutTies) -> Result<GainsTable, EvaluateError> {
        if !(1..=1000).contains(&groups) {
            let message = format!("must be between 1 and 1000, got `{groups}`");
            return Err(EvaluateError::new("groups", message));
        }
        let (all_converted, all_others) = self.need_classes()?;
        let cuts = match ties {
            CutTies::InProportion => {
                let leads = self.leads();
                let cuts: Vec<f64> = (1..=groups)
                    .map(|group| leads * real(group) / real(groups))
                    .collect();
                cut(self.pieces(), &cuts)
            }
            CutTies::AsGiven => {
                let size = self.near_whole(self.leads() / real(groups));
                let cuts: Vec<f64> = (1..=groups).map(|group| size * real(group)).collect();
                cut(self.single_pieces(), &cuts)
            }
        };
        let base_rate = self.base_rate();
        let mut last = Before::default();
        let mut rows = Vec::with_capacity(groups);
        for (group, now) in (1..).zip(cuts) {
            let converted = (now.converted - last.converted).max(0.0);
            let others = (now.others - last.others).max(0.0);
            last = now;
            let leads = converted + others;
            if leads <= 0.0 {
                continue;
            }
            let gains = (now.converted / all_converted).min(1.0);
            let gains_of_others = (now.others / all_others).min(1.0);
            let conversion_rate = converted / leads;
            rows.push(GainsRow {
                group,
                lowest_score: now.score,
                leads,
                converted,
                others,
                conversion_rate,
                lift: conversion_rate / base_rate,
                gains,
                gains_of_others,
                cumulative_lift: now.converted / (now.converted + now.others) / base_rate,
                ks: gains - gains_of_others,
                calling: self.calling(now.converted, now.others),
            });
        }
        Ok(GainsTable { rows })
    }

    fn pieces(&self) -> impl Iterator<Item = Piece> {
        self.ties().iter().map(|tie| Piece {
            score: tie.score,
            size: tie.leads(),
            converted: tie.converted,
            others: tie.others,
        })
    }

    /// Every lead a piece of its own.
    fn single_pieces(&self) -> impl Iterator<Item = Piece> {
        let mut ties = self.ties().iter().peekable();
        self.rows().enumerate().map(move |(place, (row, weight))| {
            while ties.next_if(|tie| tie.end <= place).is_some() {}
            let (converted, others) = if row.converted() {
                (weight, 0.0)
            } else {
                (0.0, weight)
            };
            Piece {
                score: ties.peek().map_or(0.0, |tie| tie.score),
                size: weight,
                converted,
                others,
            }
        })
    }

    /// Lift at k %: the conversion rate of the best k % of the leads over that of all. `None` where nothing converted,
    /// or where k is not above 0 and at most 100.
    ///
    /// k % of the leads is the nearest whole number of them (of two the even one), at least one; only where weights are
    /// no whole numbers it is exact. Leads with equal scores between which the cut falls count in proportion.
    #[must_use]
    pub fn lift_at(&self, percent: f64) -> Option<f64> {
        let (leads, converted) = self.top(percent)?;
        Some((converted / leads) / (self.converted() / self.leads()))
    }

    /// Cumulative gains at k %: the share of all conversions among the best k % of the leads, 0 to 1. Cut and `None` as
    /// of [`lift_at`](Evaluation::lift_at).
    #[must_use]
    pub fn gains_at(&self, percent: f64) -> Option<f64> {
        let (_, converted) = self.top(percent)?;
        Some((converted / self.converted()).min(1.0))
    }

    /// The nearest whole number of leads (of two the even one), at least one, unless weights are no whole numbers.
    fn near_whole(&self, leads: f64) -> f64 {
        if self.is_whole() {
            leads.round_ties_even().max(1.0)
        } else {
            leads
        }
    }

    /// The best k % of the leads, and how many of them converted.
    fn top(&self, percent: f64) -> Option<(f64, f64)> {
        if !(percent > 0.0 && percent <= 100.0 && self.converted() > 0.0) {
            return None;
        }
        let leads = self.near_whole(self.leads() * (percent / 100.0));
        let before = cut(self.pieces(), &[leads, self.leads()]);
        Some((leads, before.first()?.converted))
    }
}

impl fmt::Display for GainsTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("group       leads   converted    rate    lift   gains      ks  score from")?;
        for row in &self.rows {
            write!(
                f,
                "\n{:>5} {:>11.1} {:>11.1} {:>6.2}% {:>7.3} {:>6.2}% {:>6.2}%  {}",
                row.group,
                row.leads,
                row.converted,
                100.0 * row.conversion_rate,
                row.lift,
                100.0 * row.gains,
                100.0 * row.ks,
                row.lowest_score
            )?;
        }
        Ok(())
    }
}
