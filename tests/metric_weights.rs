//! Weights of leads in metrics: a lead of weight 2 counts as two such leads, to the last choice that is made by them.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests, outside a test function"
)]

mod figures;

use figures::{alike, repeated};
use lead_scoring::{
    CutTies, Evaluation, Metrics, ProbabilityEvaluation, ReliabilityBins, ThresholdRule,
};
use proptest::prelude::*;

/// Two scores on a coarse grid, so that many are equal, with outcomes and whole weights.
#[derive(Clone, Debug)]
struct Leads {
    first: Vec<f64>,
    second: Vec<f64>,
    converted: Vec<bool>,
    weights: Vec<u8>,
}

impl Leads {
    fn any() -> impl Strategy<Value = Self> {
        let lead = (0_u8..=20, 0_u8..=20, any::<bool>(), 0_u8..=4);
        let leads = prop::collection::vec(lead, 1..50);
        let leads = leads.prop_filter("weights", |all| all.iter().any(|lead| lead.3 > 0));
        leads.prop_map(|all| Self {
            first: all.iter().map(|lead| f64::from(lead.0) / 20.0).collect(),
            second: all.iter().map(|lead| f64::from(lead.1) / 20.0).collect(),
            converted: all.iter().map(|lead| lead.2).collect(),
            weights: all.iter().map(|lead| lead.3).collect(),
        })
    }

    fn scaled(&self, times: f64) -> [ProbabilityEvaluation; 2] {
        let weights = self.weights.iter();
        let weights: Vec<f64> = weights.map(|&weight| times * f64::from(weight)).collect();
        [&self.first, &self.second].map(|scores| {
            ProbabilityEvaluation::weighted(scores, &self.converted, &weights).unwrap()
        })
    }

    /// Each lead as often as it weighs, or not at all and once.
    fn repeated(&self, most: u8) -> [ProbabilityEvaluation; 2] {
        let often = |i: usize| usize::from(self.weights[i].min(most));
        let converted = repeated(&self.converted, often);
        [&self.first, &self.second]
            .map(|scores| ProbabilityEvaluation::new(&repeated(scores, often), &converted).unwrap())
    }
}

fn rules() -> Vec<ThresholdRule> {
    let costs = [(1.0, 1.0), (1.0, 3.0), (5.0, 2.0), (0.0, 1.0)];
    let costs = costs.map(|(false_positive, false_negative)| ThresholdRule::Cost {
        false_positive,
        false_negative,
    });
    let rooms = [0.0, 3.0, 7.0, 20.0, 200.0].map(|leads| ThresholdRule::Capacity { leads });
    let best = [ThresholdRule::F1, ThresholdRule::Youden];
    [&best[..], &costs, &rooms].concat()
}

/// 0.1 three times is a little more than 0.3 in binary numbers.
#[test]
fn a_capacity_holds_what_its_weights_add_up_to() {
    let (scores, converted) = ([9.0, 8.0, 7.0, 1.0], [true, false, true, false]);
    let evaluation = Evaluation::weighted(&scores, &converted, &[0.1; 4]).unwrap();
    let from = |leads| {
        let choice = evaluation.threshold(ThresholdRule::Capacity { leads });
        choice.unwrap().threshold
    };
    assert_eq!(
        [0.05, 0.1, 0.3, 0.35, 0.4].map(from),
        [None, Some(9.0), Some(7.0), Some(7.0), Some(1.0)]
    );
}

/// What is made of sums of weights alone is equal to the last bit.
fn same_choices(one: &Evaluation, other: &Evaluation) {
    for rule in rules() {
        assert_eq!(
            one.threshold(rule).ok(),
            other.threshold(rule).ok(),
            "{rule:?}"
        );
    }
    for step in 0..=21 {
        let threshold = f64::from(step) / 20.0;
        assert_eq!(one.confusion(threshold), other.confusion(threshold));
    }
    assert_eq!(one.ks(), other.ks());
    assert_eq!(one.roc_auc(), other.roc_auc());
    assert_eq!(one.gini(), other.gini());
    assert_eq!(one.average_precision(), other.average_precision());
    assert_eq!(one.roc_curve(), other.roc_curve());
    assert_eq!(one.precision_recall_curve(), other.precision_recall_curve());
    for percent in [0.5, 5.0, 10.0, 33.0, 50.0, 100.0] {
        assert_eq!(one.lift_at(percent), other.lift_at(percent));
        assert_eq!(one.gains_at(percent), other.gains_at(percent));
        let rate = percent / 100.0;
        assert_eq!(one.partial_roc_auc(rate), other.partial_roc_auc(rate));
    }
    for groups in [1, 2, 3, 10] {
        let tables = [one, other].map(|of| of.gains_table(groups, CutTies::InProportion).ok());
        assert_eq!(tables[0], tables[1]);
        let tables = [one, other].map(|of| of.gains_table(groups, CutTies::AsGiven).ok());
        alike(&tables[0], &tables[1], &[]);
    }
}

fn same_probabilities(one: &ProbabilityEvaluation, other: &ProbabilityEvaluation) {
    assert_eq!(one.brier(), other.brier());
    assert_eq!(one.log_loss(), other.log_loss());
    for bins in [
        ReliabilityBins::EqualWidth(10),
        ReliabilityBins::EqualCount(1),
        ReliabilityBins::EqualCount(4),
        ReliabilityBins::EqualCount(10),
        ReliabilityBins::Distinct,
    ] {
        let tables = [one, other].map(|of| of.reliability(bins).unwrap());
        assert_eq!(tables[0], tables[1]);
        assert_eq!(tables[0].ece(), tables[1].ece());
        assert_eq!(tables[0].mce(), tables[1].mce());
        let parts = [one, other].map(|of| of.brier_decomposition(bins).unwrap());
        assert_eq!(parts[0], parts[1]);
    }
    for groups in [3, 5, 10] {
        let tests = [one, other].map(|of| of.hosmer_lemeshow(groups).ok());
        assert_eq!(tests[0], tests[1]);
    }
}

/// Of an evaluation, without the count of its rows.
fn metrics(of: &ProbabilityEvaluation) -> Metrics {
    Metrics {
        leads: 0,
        ..of.metrics()
    }
}

proptest! {
    #[test]
    fn a_weight_is_that_many_leads(leads in Leads::any()) {
        let (weighted, repeated) = (leads.scaled(1.0), leads.repeated(u8::MAX));
        for (one, other) in weighted.iter().zip(&repeated) {
            same_choices(one.ranking(), other.ranking());
            same_probabilities(one, other);
            prop_assert_eq!(metrics(one), metrics(other));
        }
        let [one, other] = [&weighted, &repeated].map(|both| both[0].ranking().auc_difference(both[1].ranking()));
        prop_assert_eq!(one.is_ok(), other.is_ok());
        if let (Ok(one), Ok(other)) = (one, other) {
            alike(&one, &other, &[]);
        }
    }

    #[test]
    fn a_weight_of_0_is_no_lead_and_one_of_1_a_whole(mut leads in Leads::any()) {
        let kept = leads.repeated(1);
        for weight in &mut leads.weights {
            *weight = (*weight).min(1);
        }
        let weighted = leads.scaled(1.0);
        for (one, other) in weighted.iter().zip(&kept) {
            same_choices(one.ranking(), other.ranking());
            same_probabilities(one, other);
            prop_assert_eq!(one.metrics(), other.metrics());
        }
        let [one, other] = [&weighted, &kept].map(|both| both[0].ranking().auc_difference(both[1].ranking()));
        prop_assert_eq!(one.ok(), other.ok());
    }

    /// By a power of 2 no number is rounded otherwise. Standard errors and tests grow with the number of leads, and bins
    /// of equal counts lie between whole leads.
    #[test]
    fn only_the_proportion_of_weights_makes_rates(leads in Leads::any(), power in -20_i32..=20) {
        let times = 2_f64.powi(power);
        for (one, other) in leads.scaled(1.0).iter().zip(&leads.scaled(times)) {
            for rule in [ThresholdRule::F1, ThresholdRule::Youden] {
                let rate = |of: &ProbabilityEvaluation| of.ranking().threshold(rule).ok();
                let [one, other] = [one, other].map(|of| rate(of).map(|found| (found.threshold, found.value)));
                prop_assert_eq!(one, other);
            }
            let dear = ThresholdRule::Cost { false_positive: 1.0, false_negative: 3.0 };
            let [cost, scaled] = [one, other].map(|of| of.ranking().threshold(dear).unwrap());
            prop_assert_eq!((cost.threshold, times * cost.value), (scaled.threshold, scaled.value));
            for leads in [3.0, 20.0] {
                let some = one.ranking().threshold(ThresholdRule::Capacity { leads }).unwrap();
                let scaled = ThresholdRule::Capacity { leads: times * leads };
                prop_assert_eq!(some.threshold, other.ranking().threshold(scaled).unwrap().threshold);
            }
            let (a, b) = (one.ranking(), other.ranking());
            prop_assert_eq!(a.roc_auc().map(|roc| roc.auc), b.roc_auc().map(|roc| roc.auc));
            prop_assert_eq!(a.average_precision(), b.average_precision());
            prop_assert_eq!((a.ks(), a.roc_curve()), (b.ks(), b.roc_curve()));
            prop_assert_eq!(a.precision_recall_curve(), b.precision_recall_curve());
            prop_assert_eq!((one.brier(), one.log_loss()), (other.brier(), other.log_loss()));
            for bins in [ReliabilityBins::EqualWidth(10), ReliabilityBins::Distinct] {
                let [one, other] = [one, other].map(|of| of.reliability(bins).unwrap().ece());
                prop_assert_eq!(one, other);
            }
            let gains = |of: &Evaluation| {
                let table = of.gains_table(10, CutTies::InProportion).ok()?;
                Some(table.rows.iter().map(|row| [row.lift, row.gains, row.ks]).collect::<Vec<_>>())
            };
            prop_assert_eq!(gains(a), gains(b));
        }
    }
}

/// Ten leads of half a weight are cut as ten, not as five.
#[test]
fn bins_of_equal_counts_take_parts_for_leads() {
    let scores: Vec<f64> = (1..=10).map(|i| f64::from(i) / 11.0).collect();
    let converted: Vec<bool> = (0..10).map(|i| i % 3 == 0).collect();
    let bins = ReliabilityBins::EqualCount(5);
    let edges = |evaluation: &ProbabilityEvaluation| {
        let table = evaluation.reliability(bins).unwrap();
        let bins = table.bins.into_iter();
        bins.map(|bin| (bin.from, bin.to, bin.conversion_rate))
            .collect::<Vec<_>>()
    };
    let plain = ProbabilityEvaluation::new(&scores, &converted).unwrap();
    for weight in [0.5, 0.1, 1e-12] {
        let parts = ProbabilityEvaluation::weighted(&scores, &converted, &[weight; 10]).unwrap();
        alike(&edges(&parts), &edges(&plain), &[]);
    }
}

/// R's blorr cuts rows; a row of weight 3 is three of them.
#[test]
fn leads_as_given_are_cut_by_weight() {
    let scores = [9.0, 8.0, 8.0, 7.0, 1.0];
    let converted = [true, false, true, false, true];
    let weights = [1.0, 3.0, 2.0, 1.0, 3.0];
    let table = |weights: &[f64]| {
        let evaluation = Evaluation::weighted(&scores, &converted, weights).unwrap();
        let table = evaluation.gains_table(5, CutTies::AsGiven).unwrap();
        let rows = table.rows.into_iter();
        rows.map(|row| (row.converted, row.others))
            .collect::<Vec<_>>()
    };
    let by_two = [(1.0, 1.0), (0.0, 2.0), (2.0, 0.0), (1.0, 1.0), (2.0, 0.0)];
    alike(&table(&weights), &by_two, &[]);
    let tenths = weights.map(|weight| weight / 10.0);
    let tenths: Vec<(f64, f64)> = table(&tenths)
        .into_iter()
        .map(|(converted, others)| (10.0 * converted, 10.0 * others))
        .collect();
    alike(&tenths, &by_two, &[]);
}
