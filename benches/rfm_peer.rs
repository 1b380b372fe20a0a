//! Learning RFM's quintiles from 1,000,000 leads with 2,000,000 purchases and scoring them, for a peer to be measured
//! against in turns: `python3 benches/peers/rfm.py` runs this program.
//!
//! Writes the purchases to the file that it is given, and then learns and scores once for each line of its input,
//! answering with the seconds it took and the sum of all scores. Without a file it does so once.

#![allow(clippy::expect_used, reason = "a benchmark that cannot run may stop")]

use lead_scoring::{AsOf, Lead, Moment, RfmSpec, SchemaSpec, Score};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufWriter, Write};
use std::time::Instant;

const LEADS: usize = 1_000_000;
const DAY: i64 = 86_400_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut random = ChaCha8Rng::seed_from_u64(11);
    let as_of = AsOf::new(Moment::from_seconds(1_780_000_000));
    let schema = SchemaSpec::new().build()?;
    let path = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let mut file = path.map(File::create).transpose()?.map(BufWriter::new);
    if let Some(file) = &mut file {
        writeln!(file, "lead,age_micros,amount")?;
    }
    let mut leads = Vec::with_capacity(LEADS);
    for i in 0..LEADS {
        let mut lead = Lead::builder(&schema, format!("lead-{i}"));
        // One to three purchases in two years, two in the mean.
        for _ in 0..=i % 3 {
            let age = random.random_range(0..730 * DAY);
            let cents: u32 = random.random_range(100..50_000);
            let amount = f64::from(cents) / 100.0;
            lead = lead.purchase(as_of.moment().plus_micros(-age), amount);
            if let Some(file) = &mut file {
                writeln!(file, "{i},{age},{amount}")?;
            }
        }
        leads.push(lead.build()?);
    }
    let measure = || -> Result<(), Box<dyn Error>> {
        let start = Instant::now();
        let fit = RfmSpec::new().fit(&schema, &leads, as_of)?;
        let scores = fit.ratings().flatten().filter_map(|rating| rating.score);
        let total: f64 = scores.map(Score::get).sum();
        println!("{} {total}", start.elapsed().as_secs_f64());
        Ok(())
    };
    if let Some(mut file) = file {
        file.flush()?;
        println!("ready");
        for line in std::io::stdin().lock().lines() {
            line?;
            measure()?;
        }
        return Ok(());
    }
    measure()
}
