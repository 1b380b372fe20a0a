//! `rfm_orders/` and `cdnow/`: recency, frequency and monetary value as R's package `rfm` and pandas bin them.

use crate::trial_of;
use flate2::read::GzDecoder;
use lead_scoring::{
    AsOf, BinRule, Lead, Moment, RfmAxis, RfmAxisReport, RfmFit, RfmRating, RfmSpec, Schema,
    SchemaSpec, Scorer,
};
use libtest_mimic::Trial;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Read;

pub(crate) fn trials() -> Vec<Trial> {
    let cdnow = |name: &str, check: fn(&Population, &Expected)| {
        let files = [
            "cdnow/CDNOW_master.txt.gz",
            "cdnow/expected_rfm_quintiles_master_19980701.csv.gz",
            "cdnow/expected_rfm_quintiles.json",
        ];
        trial_of(name, files, move |[purchases, rows, summary]| {
            let expected = Expected {
                rows: table(&unzipped(&rows)),
                summary: serde_json::from_slice(&summary).unwrap(),
            };
            check(&Population::cdnow(&unzipped(&purchases)), &expected);
        })
    };
    let orders = [
        "rfm_orders/rfm_data_orders.csv",
        "rfm_orders/expected_rfm_table_order.csv",
        "rfm_orders/expected_rfm_orders.json",
    ];
    vec![
        trial_of("rfm::orders", orders, |[orders, rows, summary]| {
            let summary: Value = serde_json::from_slice(&summary).unwrap();
            r_package(
                &Population::orders(&text(orders)),
                &table(&text(rows)),
                &summary,
            );
        }),
        cdnow("rfm::cdnow_rank", cdnow_rank),
        cdnow("rfm::cdnow_value", cdnow_value),
        cdnow("rfm::cdnow_quantile", cdnow_quantile),
        cdnow("rfm::cdnow_rank_interval", cdnow_rank_interval),
    ]
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

fn unzipped(bytes: &[u8]) -> String {
    let mut text = String::new();
    GzDecoder::new(bytes).read_to_string(&mut text).unwrap();
    text
}

/// The rows of a CSV file, its header left out.
fn table(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.records().map(|row| row.unwrap());
    rows.map(|row| row.iter().map(str::to_owned).collect())
        .collect()
}

/// What other implementations say.
struct Expected {
    rows: Vec<Vec<String>>,
    summary: Value,
}

/// Customers with their purchases, by id.
struct Population {
    schema: Schema,
    leads: Vec<Lead>,
    as_of: AsOf,
}

impl Population {
    fn new(purchases: BTreeMap<String, Vec<(Moment, f64)>>, as_of: &str) -> Self {
        let schema = SchemaSpec::new().build().unwrap();
        let lead = |(id, purchases): (String, Vec<(Moment, f64)>)| {
            let builder = Lead::builder(&schema, id);
            let each = purchases.into_iter();
            let builder = each.fold(builder, |lead, (at, amount)| lead.purchase(at, amount));
            builder.build().unwrap()
        };
        Self {
            leads: purchases.into_iter().map(lead).collect(),
            as_of: as_of.parse().unwrap(),
            schema,
        }
    }

    fn orders(text: &str) -> Self {
        let mut purchases: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for row in table(text) {
            let purchase = (row[1].parse().unwrap(), row[2].parse().unwrap());
            purchases.entry(row[0].clone()).or_default().push(purchase);
        }
        Self::new(purchases, "2006-12-31")
    }

    fn cdnow(text: &str) -> Self {
        let mut purchases: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for line in text.lines().skip(1) {
            let cells: Vec<&str> = line.split_whitespace().collect();
            let [id, date, _, amount] = cells[..] else {
                panic!("`{line}`");
            };
            let date = format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..]);
            let purchase = (date.parse().unwrap(), amount.parse().unwrap());
            purchases.entry(id.to_owned()).or_default().push(purchase);
        }
        Self::new(purchases, "1998-07-01")
    }

    fn fit(&self, rule: BinRule) -> RfmFit {
        let spec = RfmSpec::new().rule(rule);
        spec.fit(&self.schema, &self.leads, self.as_of).unwrap()
    }

    /// Whether the stored cuts give the leads of the population the bins that they had in it.
    fn scores_alike(&self, fit: &RfmFit) -> bool {
        let stored = fit.spec().build(&self.schema).unwrap();
        self.leads.iter().zip(fit.ratings()).all(|(lead, rating)| {
            stored.rate(lead, self.as_of) == rating
                && stored.score(lead, self.as_of) == rating.and_then(|rating| rating.score)
                && stored.explain(lead, self.as_of).recomputes()
        })
    }
}

fn bins(rating: &RfmRating<'_>) -> [u16; 3] {
    RfmAxis::ALL.map(|axis| rating.bins.axis(axis))
}

fn number<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().unwrap()
}

fn r_package(population: &Population, rows: &[Vec<String>], summary: &Value) {
    let fit = population.fit(BinRule::R);
    assert_eq!(population.leads.len(), 995);
    assert_eq!(rows.len(), 995);
    let rows: BTreeMap<&str, &Vec<String>> =
        rows.iter().map(|row| (row[0].as_str(), row)).collect();
    for (lead, rating) in population.leads.iter().zip(fit.ratings()) {
        let (rating, row) = (rating.unwrap(), rows[lead.id()]);
        assert_eq!(
            rating.values.recency_days,
            number::<u32>(&row[1]),
            "{row:?}"
        );
        assert_eq!(rating.values.frequency, number::<u32>(&row[2]), "{row:?}");
        assert_eq!(rating.values.monetary, number::<f64>(&row[3]), "{row:?}");
        assert_eq!(
            bins(&rating),
            [4, 5, 6].map(|i| number::<u16>(&row[i])),
            "{row:?}"
        );
        assert_eq!(rating.bins.number(), Some(number(&row[7])), "{row:?}");
    }
    for axis in RfmAxis::ALL {
        let thresholds = summary["thresholds"].as_array().unwrap();
        let lower = thresholds
            .iter()
            .map(|row| row[format!("{axis}_lower")].as_f64().unwrap());
        let cuts = fit.scorer().cuts(axis).cuts();
        for (cut, lower) in cuts.iter().zip(lower.skip(1)) {
            assert!((cut - lower).abs() < 1e-9, "{axis}: {cut} and {lower}");
        }
        let name = axis.name()[..1].to_uppercase();
        assert_eq!(
            counted(fit.report().axis(axis)),
            summary["score_counts"][name]
        );
    }
    assert!(population.scores_alike(&fit));
}

/// Counts by bin, as the files write them.
fn counted(report: &RfmAxisReport) -> Value {
    let counts = report.counts.iter().enumerate();
    counts
        .map(|(i, count)| ((i + 1).to_string(), Value::from(*count)))
        .collect()
}

/// Compares every customer with the three columns of bins that begin at one, and the summary with the counts.
fn same_bins(population: &Population, fit: &RfmFit, expected: &Expected, first: usize, name: &str) {
    assert_eq!(population.leads.len(), 23_570);
    assert_eq!(expected.rows.len(), 23_570);
    let leads = population.leads.iter().zip(fit.ratings());
    for ((lead, rating), row) in leads.zip(&expected.rows) {
        let rating = rating.unwrap();
        assert_eq!(number::<u32>(lead.id()), number::<u32>(&row[0]));
        assert_eq!(
            rating.values.recency_days,
            number::<u32>(&row[1]),
            "{row:?}"
        );
        assert_eq!(rating.values.frequency, number::<u32>(&row[2]), "{row:?}");
        let spent: f64 = number(&row[3]);
        assert!((rating.values.monetary - spent).abs() < 1e-9, "{row:?}");
        assert_eq!(
            bins(&rating),
            [0, 1, 2].map(|i| number::<u16>(&row[first + i])),
            "{row:?}"
        );
    }
    for axis in RfmAxis::ALL {
        let name = format!("{}_{name}", axis.name()[..1].to_uppercase());
        assert_eq!(
            counted(fit.report().axis(axis)),
            expected.summary["counts"][name]
        );
    }
}

fn cdnow_rank(population: &Population, expected: &Expected) {
    let fit = population.fit(BinRule::Rank);
    same_bins(population, &fit, expected, 4, "rankfirst");
    for axis in RfmAxis::ALL {
        assert_eq!(fit.report().axis(axis).counts, [4_714; 5]);
        assert_eq!(fit.report().axis(axis).formed, 5);
    }
    let mut cells: BTreeMap<u16, u64> = BTreeMap::new();
    for rating in fit.ratings().flatten() {
        *cells.entry(rating.bins.number().unwrap()).or_default() += 1;
    }
    assert_eq!((cells[&555], cells[&111]), (2_510, 1_738));
    let cells: Value = cells
        .into_iter()
        .map(|(cell, count)| (cell.to_string(), Value::from(count)))
        .collect();
    assert_eq!(cells, expected.summary["cells"]);
}

fn cdnow_value(population: &Population, expected: &Expected) {
    let fit = population.fit(BinRule::Value);
    same_bins(population, &fit, expected, 7, "value");
    assert_eq!(fit.report().frequency.formed, 3);
    for axis in RfmAxis::ALL {
        let name = axis.name()[..1].to_uppercase();
        let edges: Vec<f64> =
            serde_json::from_value(expected.summary["value_edges"][name].clone()).unwrap();
        let cuts = fit.scorer().cuts(axis).cuts();
        assert_eq!(cuts.len() + 2, edges.len());
        for (cut, edge) in cuts.iter().zip(&edges[1..]) {
            assert!((cut - edge).abs() < 1e-9, "{axis}: {cut} and {edge}");
        }
    }
    assert!(population.scores_alike(&fit));
}

/// The cuts 1, 1, 2, 4 leave the second bin of frequency empty; elsewhere the bins are those of `value`.
fn cdnow_quantile(population: &Population, expected: &Expected) {
    let fit = population.fit(BinRule::Quantile);
    assert_eq!(
        fit.scorer().cuts(RfmAxis::Frequency).cuts(),
        [1.0, 1.0, 2.0, 4.0]
    );
    assert_eq!(fit.report().frequency.formed, 4);
    assert_eq!(fit.report().frequency.counts[1], 0);
    let counts = &expected.summary["counts"];
    assert_eq!(counted(&fit.report().recency), counts["R_value"]);
    assert_eq!(counted(&fit.report().monetary), counts["M_value"]);
    assert!(population.scores_alike(&fit));
}

fn cdnow_rank_interval(population: &Population, _: &Expected) {
    let fit = population.fit(BinRule::RankInterval);
    assert!(population.scores_alike(&fit));
    // Half of the customers bought once: they share the lowest rank, and the lowest bin.
    assert_eq!(fit.report().frequency.counts[0], once(population));
}

fn once(population: &Population) -> usize {
    let leads = population.leads.iter();
    leads.filter(|lead| lead.purchase_count() == 1).count()
}
