//! Leads of the two years before, one row each, with what became of them: the sample of `train_predictive`.

use crate::rows::date;
use crate::tables::{COUNTRIES, Fitting, INDUSTRIES, SIZES, TITLES};
use anyhow::Result;
use chrono::{DateTime, Days, Utc};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const COLUMNS: [&str; 13] = [
    "id",
    "created",
    "title",
    "industry",
    "country",
    "company_size",
    "source",
    "visits",
    "pricing_views",
    "downloads",
    "webinar",
    "demo_requested",
    "converted",
];
const SOURCES: [Fitting; 5] = [
    (("search", 2), 34),
    (("ads", 0), 26),
    (("referral", 3), 12),
    (("event", 1), 16),
    (("cold list", 0), 12),
];
/// From the first lead of the file to the last, in days.
const SPAN: u32 = 720;
/// Between the last lead of the file and the sample's moment: time enough to convert.
const LEFT_OPEN: u32 = 90;

/// Writes past leads by the day they came, oldest first.
pub(crate) fn write<W: std::io::Write>(
    file: &mut csv::Writer<W>,
    seed: u64,
    leads: u32,
    as_of: DateTime<Utc>,
) -> Result<()> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    file.write_record(COLUMNS)?;
    for number in 1..=leads {
        let back = LEFT_OPEN + SPAN - SPAN * number / leads;
        let created = as_of - Days::new(back.into());
        file.write_record(row(&mut rng, number, created))?;
    }
    file.flush()?;
    Ok(())
}

fn row(rng: &mut ChaCha8Rng, number: u32, created: DateTime<Utc>) -> [String; COLUMNS.len()] {
    let (title, by_title) = pick(rng, &TITLES);
    let (industry, by_industry) = pick(rng, &INDUSTRIES);
    let (country, by_country) = pick(rng, &COUNTRIES);
    let (source, by_source) = pick(rng, &SOURCES);
    let sizes: Vec<_> = SIZES
        .iter()
        .map(|&((low, high, fit), often)| (((low, high), fit), often))
        .collect();
    let ((low, high), by_size) = pick(rng, &sizes);
    let size = rng.random_range(low..=high);

    // How serious the lead is shows in what it does.
    let serious = rng.random_range(0.0..1.0_f64).powi(3);
    let visits = count(rng, 1.0 + 9.0 * serious);
    let pricing = count(rng, 3.0 * serious);
    let downloads = count(rng, 0.3 + 1.5 * serious);
    let webinar = rng.random_bool(0.08 + 0.25 * serious);
    let demo = rng.random_bool(0.02 + 0.5 * serious);

    let fit = f64::from(by_title + by_industry + by_country + by_size);
    let log_odds = -6.4
        + 0.28 * fit
        + 0.35 * f64::from(by_source)
        + 0.55 * f64::from(pricing.min(4))
        + 0.25 * f64::from(downloads.min(3))
        + if webinar { 0.4 } else { 0.0 }
        + if demo { 1.9 } else { 0.0 };
    let converted = rng.random_bool(1.0 / (1.0 + (-log_odds).exp()));

    let mut known = |percent: u32, cell: String| {
        if rng.random_ratio(percent, 100) {
            cell
        } else {
            String::new()
        }
    };
    [
        format!("P{number:04}"),
        date(Some(created)),
        known(93, title.to_owned()),
        known(88, industry.to_owned()),
        known(96, country.to_owned()),
        known(80, size.to_string()),
        source.to_owned(),
        visits.to_string(),
        pricing.to_string(),
        downloads.to_string(),
        yes_no(webinar),
        yes_no(demo),
        yes_no(converted),
    ]
}

fn yes_no(yes: bool) -> String {
    if yes { "yes" } else { "no" }.to_owned()
}

/// One of a table, as often as its weight says, with how well it fits.
fn pick<T: Copy + Default>(rng: &mut ChaCha8Rng, table: &[((T, u32), u32)]) -> (T, u32) {
    let mut left = rng.random_range(0..table.iter().map(|(_, often)| often).sum::<u32>());
    for (item, often) in table {
        if left < *often {
            return *item;
        }
        left -= often;
    }
    Default::default()
}

/// A count with this mean, by Knuth's way of drawing from a Poisson distribution.
fn count(rng: &mut ChaCha8Rng, mean: f64) -> u32 {
    let (floor, mut product, mut count) = ((-mean).exp(), rng.random_range(0.0..1.0_f64), 0);
    while product > floor {
        product *= rng.random_range(0.0..1.0_f64);
        count += 1;
    }
    count
}
