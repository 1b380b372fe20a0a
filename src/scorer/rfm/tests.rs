//! The binning rules against figures of R and pandas, and the arithmetic of segment tables.

use super::binning::{BinCuts, learn, population};
use super::*;
use crate::lead::{Activity, KindSlot, Lead, Moment, Schema, SchemaSpec};
use crate::score::{AsOf, Explanation};
use crate::scorer::{HistorySpec, Scorer};

const RULES: [BinRule; 5] = [
    BinRule::Quantile,
    BinRule::Value,
    BinRule::Rank,
    BinRule::R,
    BinRule::RankInterval,
];

/// Cuts, and the bins of the population.
fn binned(values: &[f64], rule: BinRule, bins: u16) -> (Vec<f64>, Vec<u16>) {
    let cuts = learn(values, rule, bins);
    let mut places = Vec::new();
    population(values, rule, &BinCuts::new(&cuts, rule, false), |bin| {
        places.push(bin);
    });
    (cuts, places)
}

/// R: `quantile(mtcars$mpg, 1:4/5)` is 15.2, 17.92, 21, 24.08; the package `rfm` adds 1.
#[test]
fn quantiles_are_those_of_r() {
    let mpg = [
        21.0, 21.0, 22.8, 21.4, 18.7, 18.1, 14.3, 24.4, 22.8, 19.2, 17.8, 16.4, 17.3, 15.2, 10.4,
        10.4, 14.7, 32.4, 30.4, 33.9, 21.5, 15.5, 15.2, 13.3, 19.2, 27.3, 26.0, 30.4, 15.8, 19.7,
        15.0, 21.4,
    ];
    let near = |cuts: Vec<f64>, expected: [f64; 4]| {
        assert_eq!(cuts.len(), 4);
        for (cut, expected) in cuts.iter().zip(expected) {
            assert!((cut - expected).abs() < 1e-12, "{cut} {expected}");
        }
    };
    near(
        learn(&mpg, BinRule::Quantile, 5),
        [15.2, 17.92, 21.0, 24.08],
    );
    near(learn(&mpg, BinRule::R, 5), [16.2, 18.92, 22.0, 25.08]);
}

#[test]
fn ties_are_handled_as_each_rule_says() {
    let values = [1.0, 1.0, 1.0, 2.0, 1.0, 5.0, 1.0, 3.0, 2.0, 1.0];
    // Sorted: 1 six times, 2 twice, 3, 5. Quantiles 1, 1, 1.4, 2.2.
    let (cuts, bins) = binned(&values, BinRule::Quantile, 5);
    assert!(
        cuts.iter()
            .zip([1.0, 1.0, 1.4, 2.2])
            .all(|(a, b)| (a - b).abs() < 1e-12)
    );
    assert_eq!(bins, [1, 1, 1, 4, 1, 5, 1, 5, 4, 1]);
    // pandas: qcut(values, 5, duplicates="drop") has edges 1, 1.4, 2.2, 5.
    let (cuts, bins) = binned(&values, BinRule::Value, 5);
    assert_eq!(cuts.len(), 2);
    assert_eq!(bins, [1, 1, 1, 2, 1, 3, 1, 3, 2, 1]);
    // pandas: qcut(values.rank(method="first"), 5), two of each.
    let (cuts, bins) = binned(&values, BinRule::Rank, 5);
    assert_eq!(cuts, [1.0, 1.0, 1.0, 2.0]);
    assert_eq!(bins, [1, 1, 2, 4, 2, 5, 3, 5, 4, 3]);
    // pandas: cut(values.rank(method="min"), 5): ranks 1, 7, 9, 10 of the range 1 to 10, edges 2.8, 4.6, 6.4, 8.2.
    let (cuts, bins) = binned(&values, BinRule::RankInterval, 5);
    assert_eq!(cuts, [1.0, 1.0, 1.0, 2.0]);
    assert_eq!(bins, [1, 1, 1, 4, 1, 5, 1, 5, 4, 1]);
}

/// Checks the rules against their definitions, computed the long way.
#[test]
fn fast_ways_give_what_sorting_gives() {
    let mut seed = 7_u64;
    let mut next = |most: u64| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % most
    };
    for round in 0..400 {
        let most = [3, 10, 1000][round % 3];
        let length = usize::try_from(next(40)).unwrap() + 1;
        #[allow(clippy::cast_precision_loss)]
        let values: Vec<f64> = (0..length).map(|_| next(most) as f64 - 5.0).collect();
        let n = u16::try_from(next(7)).unwrap() + 2;
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        let less = |value: f64| sorted.iter().filter(|&&other| other < value).count();
        let greatest = less(*sorted.last().unwrap());
        // The lowest bin whose end a rank does not exceed.
        let interval = |rank: usize, highest: usize| {
            let n = usize::from(n);
            (1..=n).find(|i| rank * n <= highest * i).unwrap_or(n)
        };
        let (_, bins) = binned(&values, BinRule::RankInterval, n);
        for (&value, bin) in values.iter().zip(bins) {
            assert_eq!(
                usize::from(bin),
                interval(less(value), greatest),
                "{values:?} {n}"
            );
        }
        let (_, bins) = binned(&values, BinRule::Rank, n);
        for (i, (&value, bin)) in values.iter().zip(bins).enumerate() {
            let before = values
                .iter()
                .take(i)
                .filter(|&&other| other == value)
                .count();
            let rank = less(value) + before;
            assert_eq!(
                usize::from(bin),
                interval(rank, length - 1),
                "{values:?} {n}"
            );
        }
        let (cuts, _) = binned(&values, BinRule::Quantile, n);
        for (i, cut) in (1_u16..).zip(&cuts) {
            #[allow(clippy::cast_precision_loss)]
            let place = (length - 1) as f64 * f64::from(i) / f64::from(n);
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let low = place.floor() as usize;
            let high = sorted.get(low + 1).copied().unwrap_or(sorted[low]);
            let expected = sorted[low] + (place - place.floor()) * (high - sorted[low]);
            assert!((cut - expected).abs() < 1e-9, "{values:?} {n}");
        }
    }
}

#[test]
fn no_population_is_too_odd() {
    let populations: [&[f64]; 6] = [
        &[],
        &[3.0],
        &[3.0, 3.0, 3.0],
        &[-1e12, 1e12],
        &[1e12; 4],
        &[0.0, 1.0, 2.0],
    ];
    for values in populations {
        for rule in RULES {
            for n in [2, 5, 9, 1000] {
                let (cuts, bins) = binned(values, rule, n);
                let due = usize::from(n) - 1;
                assert!(cuts.len() == due || rule == BinRule::Value || values.is_empty());
                assert!(cuts.is_sorted() && cuts.iter().all(|cut| cut.abs() <= 1e12));
                assert!(bins.iter().all(|bin| (1..=n).contains(bin)));
                assert_eq!(bins.len(), values.len());
            }
        }
    }
    // All equal: no edges are left but one.
    assert_eq!(
        binned(&[3.0; 4], BinRule::Value, 5),
        (Vec::new(), vec![1; 4])
    );
}

#[test]
fn recency_is_turned_round() {
    let cuts = BinCuts::new(&[10.0, 20.0, 20.0, 40.0], BinRule::Quantile, true);
    let bins = [0.0, 10.0, 11.0, 20.0, 21.0, 40.0, 41.0].map(|days| cuts.bin(days));
    assert_eq!(bins, [5, 5, 4, 4, 2, 2, 1]);
    let cuts = BinCuts::new(&[10.0, 20.0], BinRule::R, true);
    assert_eq!(
        [9.0, 10.0, 19.0, 20.0].map(|days| cuts.bin(days)),
        [3, 2, 2, 1]
    );
    assert_eq!(cuts.to_string(), "of 3, cut at 10, 20");
}

fn moment(text: &str) -> Moment {
    text.parse().unwrap()
}

fn schema() -> Schema {
    SchemaSpec::new().kinds(["visit", "order"]).build().unwrap()
}

fn as_of() -> AsOf {
    AsOf::new(moment("2026-03-01T12:00:00Z"))
}

fn cuts() -> RfmCuts {
    RfmCuts::new([7.0, 30.0], [1.0, 3.0], [50.0, 100.0])
}

#[test]
fn purchases_are_read() {
    let schema = schema();
    let lead = Lead::builder(&schema, "a")
        .purchase(moment("2026-02-01"), 60.0)
        .purchase(moment("2026-02-20T12:00:01Z"), 50.0)
        .purchase(moment("2026-02-25"), -20.0)
        .purchase(moment("2026-03-01T12:00:00.000001Z"), 1e6)
        .build()
        .unwrap();
    let spec = RfmSpec::new().bins(3).cuts(cuts());
    let rfm = spec.build(&schema).unwrap();
    let rating = rfm.rate(&lead, as_of()).unwrap();
    // Not quite nine days; the refund is no purchase; the last is not there yet.
    assert_eq!(
        rating.values,
        RfmValues {
            recency_days: 8,
            frequency: 2,
            monetary: 90.0
        }
    );
    assert_eq!(rating.bins.to_string(), "2-2-2");
    assert_eq!(rating.bins.number(), Some(222));
    assert_eq!(rating.score.unwrap().get(), 50.0);
    let mean = spec
        .clone()
        .monetary(RfmMonetary::Mean)
        .build(&schema)
        .unwrap();
    assert_eq!(mean.values(&lead, as_of()).unwrap().monetary, 45.0);
    // Time stands still in a pause.
    let history = HistorySpec::new().pause("2026-02-21", "2026-02-24");
    let paused = spec.build_with(&schema, &history).unwrap();
    assert_eq!(paused.values(&lead, as_of()).unwrap().recency_days, 5);
    let nothing = Lead::builder(&schema, "b")
        .purchase(moment("2026-02-01"), -5.0)
        .build()
        .unwrap();
    assert_eq!(rfm.score(&nothing, as_of()), None);
    assert_eq!(
        rfm.explain(&nothing, as_of()).to_string(),
        "- rfm (unknown)\n  abstains: no purchases"
    );
}

#[test]
fn activities_are_read() {
    let schema = schema();
    let [visit, order] = [KindSlot::new(0), KindSlot::new(1)];
    let at = |day: &str| moment(&format!("2026-02-{day}"));
    let lead = Lead::builder(&schema, "a")
        .push(Activity::new(order, at("10")).value(40.0).id("o1"))
        .push(Activity::new(order, at("10")).value(40.0).id("o1"))
        .push(Activity::new(order, at("11")))
        .push(Activity::new(visit, at("20")).value(300.0))
        .purchase(at("27"), 1000.0)
        .build()
        .unwrap();
    let spec = RfmSpec::new().of("order").bins(3).cuts(cuts());
    let rfm = spec.build(&schema).unwrap();
    let values = RfmValues {
        recency_days: 18,
        frequency: 2,
        monetary: 40.0,
    };
    assert_eq!(rfm.values(&lead, as_of()), Some(values));
    let both = spec.clone().of(["order", "visit"]).build(&schema).unwrap();
    let values = RfmValues {
        recency_days: 9,
        frequency: 3,
        monetary: 340.0,
    };
    assert_eq!(both.values(&lead, as_of()), Some(values));
    let history = HistorySpec::new().ignore_before("2026-02-11");
    let late = spec.build_with(&schema, &history).unwrap();
    assert_eq!(late.values(&lead, as_of()).unwrap().frequency, 1);
}

#[test]
fn an_axis_that_does_not_count_says_so() {
    let schema = schema();
    let lead = Lead::builder(&schema, "a")
        .purchase(moment("2026-02-27"), 60.0)
        .build()
        .unwrap();
    let spec = RfmSpec::new().bins(3).cuts(cuts()).weights(1.0, 1.0, 0.0);
    let why = spec.build(&schema).unwrap().explain(&lead, as_of());
    let labels: Vec<&str> = why.parts().iter().map(Explanation::label).collect();
    assert_eq!(labels, ["recency", "frequency", "monetary, weight 0"]);
    assert!(why.recomputes());
}

#[test]
fn axes_weights_and_explanation() {
    let schema = schema();
    let lead = Lead::builder(&schema, "a")
        .purchase(moment("2026-02-27"), 60.0)
        .purchase(moment("2026-02-28"), 50.0)
        .build()
        .unwrap();
    let spec = RfmSpec::new().bins(3).cuts(cuts()).weights(2.0, 1.0, 1.0);
    let segments =
        RfmSegmentsSpec::first_match([RfmSegmentSpec::new("Recent").recency(3, 3)], "Other");
    let rfm = spec.clone().segments(segments).build(&schema).unwrap();
    assert_eq!(rfm.score(&lead, as_of()).unwrap().get(), 87.5);
    assert_eq!(rfm.assess(&lead, as_of()).raw, Some(323.0));
    let why = rfm.explain(&lead, as_of());
    assert!(why.recomputes());
    assert_eq!(
        why.to_string(),
        "87.5 rfm 3-2-3, Recent (weighted mean)\n\
         \x20 100 recency (1 is 0, 3 is 100)\n\
         \x20   3 bin of recency (of 3, cut at 7, 30)\n\
         \x20     1 days since the last\n\
         \x20 50 frequency (1 is 0, 3 is 100)\n\
         \x20   2 bin of frequency (of 3, cut at 1, 3)\n\
         \x20     2 how many\n\
         \x20 100 monetary (1 is 0, 3 is 100)\n\
         \x20   3 bin of monetary value (of 3, cut at 50, 100)\n\
         \x20     110 what they were worth"
    );
    let frequency = rfm.axis(RfmAxis::Frequency);
    assert_eq!(frequency.score(&lead, as_of()).unwrap().get(), 50.0);
    assert_eq!(frequency.assess(&lead, as_of()).raw, Some(2.0));
    assert_eq!(frequency.explain(&lead, as_of()).value(), Some(50.0));
    // An axis of one bin is left out; where none is left the scorer abstains.
    let one = RfmSpec {
        cuts: Some(RfmCuts::new([7.0, 30.0], [], [])),
        ..spec.rule(BinRule::Value)
    };
    let rfm = one.build(&schema).unwrap();
    assert_eq!(rfm.score(&lead, as_of()).unwrap().get(), 100.0);
    assert!(rfm.explain(&lead, as_of()).recomputes());
    let monetary = rfm.axis(RfmAxis::Monetary);
    assert_eq!(monetary.score(&lead, as_of()), None);
    assert_eq!(monetary.explain(&lead, as_of()).value(), None);
    assert!(monetary.explain(&lead, as_of()).recomputes());
}

#[test]
fn the_usual_segments_hold_every_cell_once() {
    let cuts = RfmCuts::new(
        [1.0, 2.0, 3.0, 4.0],
        [1.0, 2.0, 3.0, 4.0],
        [1.0, 2.0, 3.0, 4.0],
    );
    let spec = RfmSpec::new().cuts(cuts).segments(RfmSegmentsSpec::usual());
    let rfm = spec.build(&schema()).unwrap();
    let name = |recency, frequency| {
        rfm.segment(RfmBins {
            recency,
            frequency,
            monetary: 3,
        })
        .unwrap()
    };
    assert_eq!(name(5, 5), "Champions");
    assert_eq!(name(4, 5), "Loyal");
    assert_eq!(name(5, 1), "New Customers");
    assert_eq!(name(3, 3), "Need Attention");
    assert_eq!(name(1, 5), "Can't Lose Them");
    assert_eq!(name(2, 3), "At Risk");
    assert_eq!(name(1, 1), "Hibernating");
    assert_eq!(rfm.segments().len(), 10);
}

#[test]
fn a_fit_is_data() {
    let schema = schema();
    let lead = |i: u32| {
        let mut lead = Lead::builder(&schema, format!("a{i}"));
        for k in 0..i % 4 {
            let at = moment("2026-02-28").plus_micros(-i64::from(i * 7 + k) * 86_400_000_000);
            lead = lead.purchase(at, f64::from((i * 37) % 11) + 0.1);
        }
        lead.build().unwrap()
    };
    let leads: Vec<Lead> = (0..60).map(lead).collect();
    for rule in RULES {
        let spec = RfmSpec::new().rule(rule).segments(RfmSegmentsSpec::usual());
        let fit = spec.fit(&schema, &leads, as_of()).unwrap();
        assert_eq!((fit.report().leads, fit.report().without), (45, 15));
        let json = serde_json::to_string(fit.spec()).unwrap();
        let toml = toml::to_string(fit.spec()).unwrap();
        let read: [RfmSpec; 2] = [
            serde_json::from_str(&json).unwrap(),
            toml::from_str(&toml).unwrap(),
        ];
        for again in read {
            assert_eq!(&again, fit.spec());
            let stored = again.build(&schema).unwrap();
            for (lead, rating) in leads.iter().zip(fit.ratings()) {
                let stored = stored.rate(lead, as_of());
                if rule == BinRule::Rank {
                    // The lowest bin that the value reaches: never above that of the population.
                    assert_eq!(stored.map(|r| r.values), rating.map(|r| r.values));
                    if let (Some(stored), Some(rating)) = (stored, rating) {
                        assert!(stored.bins.frequency <= rating.bins.frequency);
                        assert!(stored.bins.recency >= rating.bins.recency);
                    }
                } else {
                    assert_eq!(stored, rating);
                }
            }
        }
        let counted: usize = fit.report().monetary.counts.iter().sum();
        assert_eq!(counted, 45);
    }
}
