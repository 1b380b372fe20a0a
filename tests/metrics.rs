//! Metrics of scores with their outcomes: published examples, laws, and what is refused.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests, outside a test function"
)]

use lead_scoring::{
    Confusion, CutTies, EvaluateError, Evaluation, Metrics, ProbabilityEvaluation, ReliabilityBins,
    ThresholdChoice, ThresholdRule, area_under_curve,
};
use proptest::prelude::*;

#[track_caller]
fn close(found: f64, expected: f64) {
    let size = expected.abs().max(1.0);
    assert!(
        (found - expected).abs() <= 1e-12 * size,
        "{found}, expected {expected}"
    );
}

/// Albumin, total protein, the K-G score (here 10 less the score, so that higher is better) and whether surgery
/// helped, of the 43 patients without missing values of DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988),
/// as SAS/STAT reprints them in its example "Comparing Receiver Operating Characteristic Curves".
#[rustfmt::skip]
const PATIENTS: [(f64, f64, f64, bool); 43] = [
    (3.0, 5.8, 0.0, false), (3.2, 6.3, 5.0, true), (3.9, 6.8, 7.0, true), (2.8, 4.8, 4.0, false),
    (3.2, 5.8, 7.0, true), (0.9, 4.0, 5.0, false), (2.5, 5.7, 2.0, false), (1.6, 5.6, 5.0, true),
    (3.8, 5.7, 5.0, true), (3.7, 6.7, 4.0, true), (3.2, 5.4, 6.0, true), (3.8, 6.6, 4.0, true),
    (4.1, 6.6, 5.0, true), (3.6, 5.7, 5.0, true), (4.3, 7.0, 6.0, true), (3.6, 6.7, 6.0, false),
    (2.3, 4.4, 4.0, true), (4.2, 7.6, 6.0, false), (4.0, 6.6, 4.0, false), (3.5, 5.8, 4.0, true),
    (3.8, 6.8, 3.0, true), (3.0, 4.7, 2.0, false), (4.5, 7.4, 5.0, true), (3.7, 7.4, 5.0, true),
    (3.1, 6.6, 4.0, true), (4.1, 8.2, 4.0, true), (4.3, 7.0, 5.0, true), (4.3, 6.5, 6.0, true),
    (3.2, 5.1, 5.0, true), (2.6, 4.7, 4.0, true), (3.3, 6.8, 4.0, false), (1.7, 4.0, 3.0, false),
    (3.7, 6.1, 5.0, true), (3.3, 6.3, 3.0, true), (4.2, 7.7, 4.0, true), (3.5, 6.2, 5.0, true),
    (2.9, 5.7, 1.0, false), (2.1, 4.8, 3.0, true), (2.8, 6.2, 2.0, false), (4.0, 7.0, 3.0, true),
    (3.3, 5.7, 4.0, true), (3.7, 6.9, 5.0, true), (3.6, 6.6, 5.0, true),
];

fn patients(score: impl Fn(&(f64, f64, f64, bool)) -> f64) -> Evaluation {
    let scores: Vec<f64> = PATIENTS.iter().map(score).collect();
    let converted: Vec<bool> = PATIENTS.iter().map(|patient| patient.3).collect();
    Evaluation::new(&scores, &converted).unwrap()
}

#[test]
fn delong_1988() {
    let albumin = patients(|patient| patient.0);
    let protein = patients(|patient| patient.1);
    let kg = patients(|patient| patient.2);
    // Areas and standard errors from the definition of the structural components, in exact fractions (Python 3.11).
    for (evaluation, auc, error) in [
        (&albumin, 0.736_559_139_784_946_2, 0.092_694_346_052_402_69),
        (&protein, 0.647_849_462_365_591_4, 0.100_047_375_583_741_94),
        (&kg, 0.725_806_451_612_903_2, 0.102_821_608_980_047_64),
    ] {
        let roc = evaluation.roc_auc().unwrap();
        close(roc.auc, auc);
        close(roc.standard_error.unwrap(), error);
        let (low, high) = roc.interval(0.95).unwrap();
        close(low, auc - 1.959_963_984_540_054 * error);
        close(high, auc + 1.959_963_984_540_054 * error);
    }
    for (first, second, difference, error, chi_square, p) in [
        (
            &kg,
            &albumin,
            0.010_752_688_172_043_012,
            0.095_343_617_730_093_81,
            0.012_718_937_968_679_615,
            0.910_206_347_201_035,
        ),
        (
            &kg,
            &protein,
            -0.077_956_989_247_311_83,
            0.104_609_588_718_132_68,
            0.555_350_448_284_452_8,
            0.456_139_707_507_473_24,
        ),
        (
            &protein,
            &albumin,
            0.088_709_677_419_354_84,
            0.055_791_223_309_339_49,
            2.528_193_042_315_945,
            0.111_828_210_120_695_7,
        ),
    ] {
        let found = first.auc_difference(second).unwrap();
        close(found.difference, difference);
        close(found.standard_error.unwrap(), error);
        close(found.z().unwrap().powi(2), chi_square);
        close(found.p_value.unwrap(), p);
        let back = second.auc_difference(first).unwrap();
        assert_eq!(back.difference, -found.difference);
        close(back.p_value.unwrap(), p);
    }
    let same = kg.auc_difference(&kg).unwrap();
    assert_eq!(
        (same.difference, same.p_value, same.z()),
        (0.0, Some(1.0), None)
    );
}

#[test]
fn thresholds() {
    // Three converted of six, two leads tied.
    let evaluation = Evaluation::new(
        &[90.0, 80.0, 70.0, 70.0, 60.0, 50.0],
        &[true, false, true, false, true, false],
    )
    .unwrap();
    let choose = |rule| evaluation.threshold(rule).unwrap();
    let f1 = choose(ThresholdRule::F1);
    assert_eq!((f1.threshold, f1.value), (Some(60.0), 0.75));
    // J is 1/3 from 90 on, and again from 60 on: the highest is taken.
    let youden = choose(ThresholdRule::Youden);
    assert_eq!(youden.threshold, Some(90.0));
    close(youden.value, 1.0 / 3.0);
    let cost = |false_positive, false_negative| ThresholdRule::Cost {
        false_positive,
        false_negative,
    };
    let of = |choice: ThresholdChoice| (choice.threshold, choice.value);
    assert_eq!(of(choose(cost(1.0, 10.0))), (Some(60.0), 2.0));
    assert_eq!(of(choose(cost(10.0, 1.0))), (Some(90.0), 2.0));
    assert_eq!(of(choose(cost(0.0, 0.0))), (None, 0.0));
    let capacity = |leads| choose(ThresholdRule::Capacity { leads });
    assert_eq!(of(capacity(0.5)), (None, 0.0));
    assert_eq!(of(capacity(3.0)), (Some(80.0), 2.0));
    assert_eq!(of(capacity(4.0)), (Some(70.0), 4.0));
    assert_eq!(of(capacity(200.0)), (Some(50.0), 6.0));
    assert_eq!(
        capacity(3.0).to_string(),
        "call from 80: called: 1 converted, 1 not; left: 2 converted, 2 not"
    );
    let worst = Evaluation::new(&[2.0, 1.0], &[false, true]).unwrap();
    let nobody = worst.threshold(cost(5.0, 1.0)).unwrap();
    assert_eq!(of(nobody), (None, 1.0));
    assert_eq!(
        nobody.to_string(),
        "call nobody: called: 0 converted, 0 not; left: 1 converted, 1 not"
    );
}

#[test]
fn ties_are_cut_in_proportion() {
    // The best tenth is half of the two leads at 90, of which one converted.
    let mut scores = vec![90.0, 90.0];
    scores.extend([10.0; 8]);
    let mut converted = [false; 10];
    converted[1] = true;
    converted[9] = true;
    let evaluation = Evaluation::new(&scores, &converted).unwrap();
    assert_eq!(evaluation.gains_at(10.0), Some(0.25));
    assert_eq!(evaluation.lift_at(10.0), Some(2.5));
    assert_eq!(evaluation.lift_at(100.0), Some(1.0));
    for k in [0.0, -1.0, 100.5, f64::NAN, f64::INFINITY] {
        assert_eq!(
            (evaluation.gains_at(k), evaluation.lift_at(k)),
            (None, None)
        );
    }
    let table = evaluation.gains_table(10, CutTies::InProportion).unwrap();
    assert_eq!(
        (table.rows[0].converted, table.rows[1].converted),
        (0.5, 0.5)
    );
    close(table.rows[2].converted, 0.125);
    let as_given = evaluation.gains_table(10, CutTies::AsGiven).unwrap();
    assert_eq!(
        (as_given.rows[0].converted, as_given.rows[1].converted),
        (0.0, 1.0)
    );
    // Seven leads in three groups: two, two, and the rest.
    let seven = Evaluation::new(&[7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0], &converted[1..8]).unwrap();
    let sizes = |groups, ties| -> Vec<f64> {
        let table = seven.gains_table(groups, ties).unwrap();
        table.rows.iter().map(|row| row.leads).collect()
    };
    assert_eq!(sizes(3, CutTies::AsGiven), [2.0, 2.0, 3.0]);
    assert_eq!(sizes(10, CutTies::AsGiven), [1.0; 7]);
    let even = sizes(3, CutTies::InProportion);
    assert_eq!(even.len(), 3);
    for leads in even {
        close(leads, 7.0 / 3.0);
    }
}

#[test]
fn curves() {
    let evaluation = Evaluation::new(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true]).unwrap();
    // scikit-learn's own example of `roc_curve` and `precision_recall_curve`.
    let roc: Vec<_> = evaluation
        .roc_curve()
        .unwrap()
        .iter()
        .map(|point| {
            (
                point.threshold,
                point.false_positive_rate,
                point.true_positive_rate,
            )
        })
        .collect();
    assert_eq!(
        roc,
        [
            (None, 0.0, 0.0),
            (Some(0.8), 0.0, 0.5),
            (Some(0.4), 0.5, 0.5),
            (Some(0.35), 0.5, 1.0),
            (Some(0.1), 1.0, 1.0)
        ]
    );
    let points: Vec<_> = evaluation
        .precision_recall_curve()
        .unwrap()
        .iter()
        .map(|point| (point.threshold, point.precision, point.recall))
        .collect();
    assert_eq!(
        points,
        [
            (0.8, 1.0, 0.5),
            (0.4, 0.5, 0.5),
            (0.35, 2.0 / 3.0, 1.0),
            (0.1, 0.5, 1.0)
        ]
    );
    let straight = Evaluation::new(&[3.0, 2.0, 1.0], &[true, true, false]).unwrap();
    assert_eq!(straight.roc_curve().unwrap().len(), 3);
}

#[test]
fn the_brier_score_adds_up() {
    let evaluation = ProbabilityEvaluation::new(
        &[0.1, 0.1, 0.3, 0.3, 0.35, 0.9],
        &[false, true, false, false, true, true],
    )
    .unwrap();
    let parts = evaluation
        .brier_decomposition(ReliabilityBins::Distinct)
        .unwrap();
    // By hand: distances 0.4, 0.3, 0.65, 0.1 with 2, 2, 1, 1 leads; base rate one half.
    close(
        parts.reliability,
        (2.0 * 0.16 + 2.0 * 0.09 + 0.4225 + 0.01) / 6.0,
    );
    close(parts.resolution, (0.0 + 2.0 * 0.25 + 0.25 + 0.25) / 6.0);
    close(parts.uncertainty, 0.25);
    close(parts.within_bins, 0.0);
    let wide = evaluation
        .brier_decomposition(ReliabilityBins::EqualWidth(2))
        .unwrap();
    close(
        wide.reliability - wide.resolution + wide.uncertainty + wide.within_bins,
        evaluation.brier(),
    );
    assert!(wide.within_bins.abs() > 1e-3);
}

#[test]
fn one_class() {
    for (converted, precision) in [(true, 1.0), (false, 0.0)] {
        let evaluation = ProbabilityEvaluation::new(&[0.2, 0.7], &[converted; 2]).unwrap();
        let ranking = evaluation.ranking();
        assert_eq!(ranking.roc_auc(), None);
        assert_eq!(ranking.gini(), None);
        assert_eq!(ranking.ks(), None);
        assert_eq!(ranking.roc_curve(), None);
        assert_eq!(ranking.partial_roc_auc(0.5), None);
        assert_eq!(ranking.average_precision(), precision);
        assert_eq!(ranking.lift_at(50.0).is_some(), converted);
        assert_eq!(ranking.precision_recall_curve().is_some(), converted);
        let metrics = evaluation.metrics();
        assert!(metrics.log_loss.unwrap().is_finite());
        assert_eq!(metrics.roc_auc, None);
        let json = serde_json::to_string(&metrics).unwrap();
        assert!(json.contains("\"roc_auc\":null"), "{json}");
        assert_eq!(serde_json::from_str::<Metrics>(&json).unwrap(), metrics);
    }
    let single = Evaluation::new(&[2.0, 1.0, 1.0], &[true, false, false]).unwrap();
    let roc = single.roc_auc().unwrap();
    assert_eq!(
        (roc.auc, roc.standard_error, roc.interval(0.95)),
        (1.0, None, None)
    );
}

#[test]
#[allow(clippy::too_many_lines, reason = "one table")]
fn what_is_refused() {
    let refused = |error: EvaluateError| error.to_string();
    let new = |scores: &[f64], converted: &[bool]| {
        refused(Evaluation::new(scores, converted).unwrap_err())
    };
    let weighted = |weights: &[f64]| {
        refused(Evaluation::weighted(&[1.0, 2.0], &[true, false], weights).unwrap_err())
    };
    let probabilities =
        |p: &[f64]| refused(ProbabilityEvaluation::new(p, &[true, false]).unwrap_err());
    let good = Evaluation::new(&[1.0, 2.0], &[true, false]).unwrap();
    let choose = |rule| refused(good.threshold(rule).unwrap_err());
    let all = Evaluation::new(&[1.0, 2.0], &[true, true]).unwrap();
    let none = Evaluation::new(&[1.0, 2.0], &[false, false]).unwrap();
    let forecast = ProbabilityEvaluation::new(&[0.0, 0.2, 0.5, 0.9], &[true; 4]).unwrap();
    let cost = |false_positive, false_negative| ThresholdRule::Cost {
        false_positive,
        false_negative,
    };
    let table = [
        (new(&[], &[]), "scores: needs at least one"),
        (
            new(&[1.0], &[]),
            "outcomes: `0` outcomes do not go with `1` scores",
        ),
        (
            new(&[1.0, f64::NAN], &[true, false]),
            "scores[1]: must be a finite number, got `NaN`",
        ),
        (
            new(&[f64::INFINITY], &[true]),
            "scores[0]: must be a finite number, got `inf`",
        ),
        (
            weighted(&[1.0]),
            "weights: `1` weights do not go with `2` scores",
        ),
        (
            weighted(&[1.0, -1.0]),
            "weights[1]: must be 0 or between 1e-12 and 1e12, got `-1`",
        ),
        (
            weighted(&[f64::NAN, 1.0]),
            "weights[0]: must be 0 or between 1e-12 and 1e12, got `NaN`",
        ),
        (
            weighted(&[2e12, 1.0]),
            "weights[0]: must be 0 or between 1e-12 and 1e12, got `2000000000000`",
        ),
        (weighted(&[0.0, 0.0]), "weights: must not all be zero"),
        (probabilities(&[]), "probabilities: needs at least one"),
        (
            probabilities(&[0.5, 1.5]),
            "probabilities[1]: must be between 0 and 1, got `1.5`",
        ),
        (
            probabilities(&[f64::NAN, 0.5]),
            "probabilities[0]: must be between 0 and 1, got `NaN`",
        ),
        (
            probabilities(&[0.5]),
            "outcomes: `2` outcomes do not go with `1` probabilities",
        ),
        (
            choose(cost(-1.0, 1.0)),
            "false_positive: must be between 0 and 1e12, got `-1`",
        ),
        (
            choose(cost(1.0, f64::NAN)),
            "false_negative: must be between 0 and 1e12, got `NaN`",
        ),
        (
            choose(ThresholdRule::Capacity { leads: -5.0 }),
            "leads: must be between 0 and 1e12, got `-5`",
        ),
        (
            refused(all.threshold(ThresholdRule::Youden).unwrap_err()),
            "outcomes: need converted leads and others, but all converted",
        ),
        (
            refused(none.threshold(ThresholdRule::Youden).unwrap_err()),
            "outcomes: need converted leads and others, but none converted",
        ),
        (
            refused(none.threshold(ThresholdRule::F1).unwrap_err()),
            "outcomes: need converted leads, but none converted",
        ),
        (
            refused(none.gains_table(10, CutTies::AsGiven).unwrap_err()),
            "outcomes: need converted leads and others, but none converted",
        ),
        (
            refused(good.gains_table(0, CutTies::AsGiven).unwrap_err()),
            "groups: must be between 1 and 1000, got `0`",
        ),
        (
            refused(
                forecast
                    .reliability(ReliabilityBins::EqualWidth(0))
                    .unwrap_err(),
            ),
            "bins: must be between 1 and 1000, got `0`",
        ),
        (
            refused(forecast.log_loss_clipped(0.5).unwrap_err()),
            "eps: must be above 0 and below 0.5, got `0.5`",
        ),
        (
            refused(forecast.hosmer_lemeshow(2000).unwrap_err()),
            "groups: must be between 1 and 1000, got `2000`",
        ),
        (
            refused(forecast.hosmer_lemeshow(2).unwrap_err()),
            "probabilities: form only `2` groups, and the test needs 3",
        ),
        (
            refused(forecast.hosmer_lemeshow(4).unwrap_err()),
            "probabilities: say that none of group `1` convert, which is not so",
        ),
        (
            refused(
                good.auc_difference(&Evaluation::new(&[1.0], &[true]).unwrap())
                    .unwrap_err(),
            ),
            "leads: `2` leads of one do not go with `1` of the other",
        ),
        (
            refused(
                good.auc_difference(&Evaluation::new(&[1.0, 2.0], &[false, true]).unwrap())
                    .unwrap_err(),
            ),
            "leads[0]: has another outcome or weight in one than in the other",
        ),
        (
            refused(all.auc_difference(&all).unwrap_err()),
            "outcomes: need converted leads and others, but all converted",
        ),
        (
            refused(area_under_curve(&[1.0], &[1.0]).unwrap_err()),
            "x: needs at least two points, got `1`",
        ),
        (
            refused(area_under_curve(&[1.0, 2.0], &[1.0]).unwrap_err()),
            "y: `1` of y do not go with `2` of x",
        ),
        (
            refused(area_under_curve(&[1.0, 2.0], &[1.0, f64::NAN]).unwrap_err()),
            "y[1]: must be between -1e12 and 1e12, got `NaN`",
        ),
        (
            refused(area_under_curve(&[1.0, 2.0, 1.0], &[1.0; 3]).unwrap_err()),
            "x: must rise throughout or fall throughout",
        ),
    ];
    for (found, expected) in table {
        assert_eq!(found, expected);
    }
}

#[test]
fn shown() {
    let evaluation =
        ProbabilityEvaluation::new(&[0.9, 0.6, 0.3, 0.1], &[true, false, true, false]).unwrap();
    let shown = evaluation.metrics().to_string();
    for line in [
        "4 leads, 50.00 % of them converted\n",
        "\nROC AUC                            0.750000\n",
        "\nlog loss                           0.582",
        "\nfrom 0.5 called: 1 converted, 1 not; left: 1 converted, 1 not",
    ] {
        assert!(shown.contains(line), "{line} is not in\n{shown}");
    }
    let table = evaluation
        .ranking()
        .gains_table(2, CutTies::InProportion)
        .unwrap();
    assert_eq!(
        table.to_string(),
        "group       leads   converted    rate    lift   gains      ks  score from\n    \
             1         2.0         1.0  50.00%   1.000  50.00%   0.00%  0.6\n    \
             2         2.0         1.0  50.00%   1.000 100.00%   0.00%  0.1"
    );
    let table = evaluation
        .reliability(ReliabilityBins::EqualWidth(2))
        .unwrap();
    assert_eq!(
        table.to_string(),
        "     from      to       leads  probability   converted\n   \
         0.0000  0.5000         2.0       20.00%      50.00%\n   \
         0.5000  1.0000         2.0       75.00%      50.00%"
    );
    let rule: ThresholdRule = serde_json::from_str(r#"{"capacity":{"leads":200}}"#).unwrap();
    assert_eq!(rule, ThresholdRule::Capacity { leads: 200.0 });
    let bins = toml::to_string(&std::collections::BTreeMap::from([(
        "bins",
        ReliabilityBins::EqualCount(5),
    )]));
    assert_eq!(bins.unwrap(), "[bins]\nequal_count = 5\n");
}

/// Scores on a coarse grid, so that many are equal, with outcomes and whole weights.
fn leads() -> impl Strategy<Value = Vec<(f64, bool, u8)>> {
    let lead = (0_u8..=20, any::<bool>(), 0_u8..=3);
    let leads = prop::collection::vec(lead, 1..60);
    leads
        .prop_map(|leads| {
            leads
                .into_iter()
                .map(|(score, converted, weight)| (f64::from(score) / 20.0, converted, weight))
                .collect::<Vec<_>>()
        })
        .prop_filter("weights", |leads| leads.iter().any(|lead| lead.2 > 0))
}

fn parts(leads: &[(f64, bool, u8)]) -> (Vec<f64>, Vec<bool>, Vec<f64>) {
    (
        leads.iter().map(|lead| lead.0).collect(),
        leads.iter().map(|lead| lead.1).collect(),
        leads.iter().map(|lead| f64::from(lead.2)).collect(),
    )
}

/// All numbers of metrics, by name.
fn figures(metrics: &Metrics) -> Vec<(String, f64)> {
    let value = serde_json::to_value(metrics).unwrap();
    let all = value.as_object().unwrap().iter();
    all.filter_map(|(name, value)| Some((name.clone(), value.as_f64()?)))
        .collect()
}

/// Weights over all the sizes there may be.
fn any_weight() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(0.0),
        (-11_i32..=11).prop_map(|size| 3.0 * 10_f64.powi(size))
    ]
}

proptest! {
    #[test]
    fn a_weight_is_that_many_leads(leads in leads()) {
        let (scores, converted, weights) = parts(&leads);
        let weighted = ProbabilityEvaluation::weighted(&scores, &converted, &weights).unwrap();
        let repeated: Vec<_> = leads
            .iter()
            .flat_map(|lead| std::iter::repeat_n((lead.0, lead.1, 1), lead.2.into()))
            .collect();
        let (scores, converted, _) = parts(&repeated);
        let repeated = ProbabilityEvaluation::new(&scores, &converted).unwrap();
        let (one, other) = (figures(&weighted.metrics()), figures(&repeated.metrics()));
        prop_assert_eq!(one.len(), other.len());
        for ((name, one), (_, other)) in one.into_iter().zip(other) {
            if name != "leads" {
                prop_assert!((one - other).abs() <= 1e-9 * other.abs().max(1.0), "{}: {} {}", name, one, other);
            }
        }
        for groups in [1, 3, 10] {
            let one = weighted.ranking().gains_table(groups, CutTies::InProportion);
            let other = repeated.ranking().gains_table(groups, CutTies::InProportion);
            prop_assert_eq!(one.is_ok(), other.is_ok());
            if let (Ok(one), Ok(other)) = (one, other) {
                for (one, other) in one.rows.iter().zip(&other.rows) {
                    prop_assert!((one.converted - other.converted).abs() < 1e-9);
                    prop_assert!((one.leads - other.leads).abs() < 1e-9);
                }
            }
        }
    }

    #[test]
    fn the_area_counts_pairs(leads in leads()) {
        let (scores, converted, weights) = parts(&leads);
        let evaluation = Evaluation::weighted(&scores, &converted, &weights).unwrap();
        let (mut won, mut pairs) = (0.0, 0.0);
        for one in leads.iter().filter(|lead| lead.1) {
            for other in leads.iter().filter(|lead| !lead.1) {
                let weight = f64::from(one.2) * f64::from(other.2);
                pairs += weight;
                if one.0 > other.0 {
                    won += weight;
                } else if one.0 == other.0 {
                    won += 0.5 * weight;
                }
            }
        }
        let expected = (pairs > 0.0).then(|| won / pairs);
        let roc = evaluation.roc_auc();
        prop_assert_eq!(roc.is_some(), expected.is_some());
        if let (Some(roc), Some(expected)) = (roc, expected) {
            prop_assert!((roc.auc - expected).abs() < 1e-12);
            // The curve has that area, and the part of it up to the end is the whole of it.
            let curve = evaluation.roc_curve().unwrap();
            let x: Vec<f64> = curve.iter().map(|point| point.false_positive_rate).collect();
            let y: Vec<f64> = curve.iter().map(|point| point.true_positive_rate).collect();
            prop_assert!((area_under_curve(&x, &y).unwrap() - expected).abs() < 1e-12);
            prop_assert!((evaluation.partial_roc_auc(1.0).unwrap() - expected).abs() < 1e-12);
            // The largest distance is on the curve.
            let ks = evaluation.ks().unwrap();
            let confusion = evaluation.confusion(ks.score);
            prop_assert!((confusion.youden().unwrap().abs() - ks.statistic).abs() < 1e-12);
            // Paired with itself nothing differs; reversed, everything does.
            let reversed: Vec<f64> = scores.iter().map(|score| -score).collect();
            let reversed = Evaluation::weighted(&reversed, &converted, &weights).unwrap();
            let apart = evaluation.auc_difference(&reversed).unwrap();
            prop_assert!((apart.difference - (1.0 - 2.0 * expected)).abs() < 1e-12);
            if let (Some(own), Some(paired)) = (roc.standard_error, apart.standard_error) {
                // A score and its reverse are wholly dependent: the error of the difference is twice its own.
                prop_assert!((paired - 2.0 * own).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn only_the_order_of_scores_ranks(leads in leads(), steep in 0.1_f64..5.0) {
        let (scores, converted, weights) = parts(&leads);
        let evaluation = Evaluation::weighted(&scores, &converted, &weights).unwrap();
        let other: Vec<f64> = scores.iter().map(|score| (steep * score).exp() - 7.0).collect();
        let other = Evaluation::weighted(&other, &converted, &weights).unwrap();
        let (mut one, mut other) = (evaluation.metrics(), other.metrics());
        one.ks_score = None;
        other.ks_score = None;
        prop_assert_eq!(one, other);
    }

    #[test]
    fn the_order_of_leads_means_nothing(leads in leads()) {
        let (scores, converted, weights) = parts(&leads);
        let one = ProbabilityEvaluation::weighted(&scores, &converted, &weights).unwrap();
        let reversed: Vec<_> = leads.iter().rev().copied().collect();
        let (scores, converted, weights) = parts(&reversed);
        let other = ProbabilityEvaluation::weighted(&scores, &converted, &weights).unwrap();
        prop_assert_eq!(one.metrics(), other.metrics());
    }

    #[test]
    fn a_threshold_is_the_best_there_is(leads in leads(), a in 0_u8..5, b in 0_u8..5, room in 0_u8..80) {
        let (scores, converted, weights) = parts(&leads);
        let evaluation = Evaluation::weighted(&scores, &converted, &weights).unwrap();
        let cost = |confusion: &Confusion| {
            confusion.false_positives * f64::from(a) + confusion.false_negatives * f64::from(b)
        };
        let all: Vec<Confusion> = (0..=21)
            .map(|score| evaluation.confusion(f64::from(score) / 20.0))
            .collect();
        let rule = ThresholdRule::Cost { false_positive: f64::from(a), false_negative: f64::from(b) };
        let found = evaluation.threshold(rule).unwrap();
        prop_assert_eq!(found.value, cost(&found.confusion));
        prop_assert!(all.iter().all(|other| cost(other) >= found.value));
        prop_assert_eq!(evaluation.confusion(found.threshold.unwrap_or(2.0)), found.confusion);
        let room = f64::from(room);
        let found = evaluation.threshold(ThresholdRule::Capacity { leads: room }).unwrap();
        prop_assert!(found.confusion.called() <= room);
        prop_assert!(all.iter().all(|other| other.called() > room || other.called() <= found.value));
        if let Ok(found) = evaluation.threshold(ThresholdRule::F1) {
            prop_assert!(all.iter().all(|other| other.f1().is_none_or(|f1| f1 <= found.value)));
        }
        if let Ok(found) = evaluation.threshold(ThresholdRule::Youden) {
            prop_assert!(all.iter().all(|other| other.youden().unwrap() <= found.value + 1e-12 ));
        }
    }

    #[test]
    fn no_input_gives_nan(
        leads in prop::collection::vec((any::<f64>(), any::<bool>(), any_weight()), 0..12),
        k in any::<f64>(),
        groups in 0_usize..1200,
    ) {
        let scores: Vec<f64> = leads.iter().map(|lead| lead.0).collect();
        let converted: Vec<bool> = leads.iter().map(|lead| lead.1).collect();
        let weights: Vec<f64> = leads.iter().map(|lead| lead.2).collect();
        let within: Vec<f64> = scores.iter().map(|score| 1.0 / (1.0 + score.abs())).collect();
        for evaluation in [Evaluation::new(&scores, &converted), Evaluation::weighted(&scores, &converted, &weights)].into_iter().flatten() {
            for (name, figure) in figures(&evaluation.metrics()) {
                prop_assert!(figure.is_finite(), "{name}: {figure}");
            }
            prop_assert!(evaluation.lift_at(k).is_none_or(f64::is_finite));
            prop_assert!(evaluation.partial_roc_auc(k).is_none_or(f64::is_finite));
            let _ = evaluation.confusion(k).matthews();
            if let Ok(table) = evaluation.gains_table(groups, CutTies::AsGiven) {
                prop_assert!(table.rows.iter().all(|row| row.lift.is_finite() && row.cumulative_lift.is_finite()));
            }
            if let Ok(difference) = evaluation.auc_difference(&evaluation) {
                prop_assert_eq!(difference.difference, 0.0);
            }
        }
        for evaluation in [ProbabilityEvaluation::new(&within, &converted), ProbabilityEvaluation::weighted(&within, &converted, &weights)].into_iter().flatten() {
            for (name, figure) in figures(&evaluation.metrics()) {
                prop_assert!(figure.is_finite(), "{name}: {figure}");
            }
            if let Ok(test) = evaluation.hosmer_lemeshow(groups) {
                prop_assert!(test.chi_square.is_finite() && (0.0..=1.0).contains(&test.p_value));
            }
        }
    }
}
