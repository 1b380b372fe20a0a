//! Who are our champions, who is slipping away, and how much of the revenue is theirs?
//!
//! Reads purchases from a CSV file, learns recency, frequency and monetary bins from all leads in it, and prints the
//! segments with their counts and shares of revenue. Without arguments it takes the sample in `examples/data`:
//!
//! ```text
//! cargo run --release --example rfm_segments
//! cargo run --release --example rfm_segments -- --purchases orders.csv --as-of 2006-12-31 \
//!     --lead customer_id --at order_date --amount revenue --rule r --output rfm.csv
//! ```
//!
//! Times are dates (`2006-12-31`, midnight UTC) or RFC 3339. Leads stand in the order of their first row, also where
//! the rule `rank` breaks ties by it. `--segments` takes a table such as
//!
//! ```toml
//! choose = "first_match"
//! default = "Everyone else"
//! table = [
//!     { name = "Champions", recency = [5, 5], frequency = [4, 5] },
//!     { name = "Big spenders", monetary = [5, 5] },
//! ]
//! ```

use anyhow::{Context, Result, bail};
use clap::{Parser, ValueEnum};
use lead_scoring::{
    AsOf, BinRule, RfmAxis, RfmFit, RfmRating, RfmSegmentsSpec, RfmSpec, SchemaSpec,
};
use read::{Columns, Reading};
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

mod read;
mod table;

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/purchases.csv");
/// The moment at which the sample was taken.
const SAMPLE_AS_OF: &str = "2026-03-02T09:00:00Z";

/// Segments leads by how recently, how often and for how much they bought
#[derive(Parser)]
struct Args {
    /// The purchases [default: the sample]
    #[arg(long, value_name = "CSV", requires = "as_of")]
    purchases: Option<PathBuf>,
    /// The moment as of which to judge, a date or RFC 3339 [default for the sample: 2026-03-02T09:00:00Z]
    #[arg(long, value_name = "TIME")]
    as_of: Option<AsOf>,
    /// The column of the lead's id
    #[arg(long, value_name = "COLUMN", default_value = "lead")]
    lead: String,
    /// The column of the purchase's time
    #[arg(long, value_name = "COLUMN", default_value = "at")]
    at: String,
    /// The column of the amount
    #[arg(long, value_name = "COLUMN", default_value = "amount")]
    amount: String,
    /// How many bins each of the three has
    #[arg(long, value_name = "N", default_value_t = 5)]
    bins: u16,
    /// How the cuts between bins follow from the values
    #[arg(long, value_enum, default_value_t = Rule::Quantile)]
    rule: Rule,
    /// A table of segments [default for 5 bins: the usual names]
    #[arg(long, value_name = "TOML")]
    segments: Option<PathBuf>,
    /// Where to write a row for each lead
    #[arg(long, value_name = "CSV")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Rule {
    /// R's type 7 quantiles; equal values share the lowest bin
    Quantile,
    /// The same, each edge once and bins renumbered, as pandas' qcut
    Value,
    /// Bins of equal size, ties in the order of the file
    Rank,
    /// As R's package rfm, for whole units
    R,
    /// Ranks cut into intervals of equal width
    RankInterval,
}

impl From<Rule> for BinRule {
    fn from(rule: Rule) -> Self {
        match rule {
            Rule::Quantile => Self::Quantile,
            Rule::Value => Self::Value,
            Rule::Rank => Self::Rank,
            Rule::R => Self::R,
            Rule::RankInterval => Self::RankInterval,
        }
    }
}

fn main() -> ExitCode {
    let args = Args::parse();
    let mut out = BufWriter::new(io::stdout().lock());
    let done = run(&args, &mut out).and_then(|()| Ok(out.flush()?));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads the output has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // What was read and what is wrong with it stands before the error.
            let _ = out.flush();
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args, out: &mut dyn Write) -> Result<()> {
    let sample = Path::new(SAMPLE);
    let file = args.purchases.as_deref().unwrap_or(sample);
    let as_of = match args.as_of {
        Some(as_of) => as_of,
        None => SAMPLE_AS_OF.parse()?,
    };
    let mut spec = RfmSpec::new().bins(args.bins).rule(args.rule.into());
    spec.segments = match &args.segments {
        Some(path) => Some(segments(path)?),
        None if args.bins == 5 => Some(RfmSegmentsSpec::usual()),
        None => None,
    };

    let schema = SchemaSpec::new().build()?;
    let columns = Columns {
        lead: &args.lead,
        at: &args.at,
        amount: &args.amount,
    };
    let reading = read::read(file, &columns, &schema)?;
    reading.show(out, file)?;
    if reading.leads.is_empty() {
        bail!("{} has no purchase that could be read", file.display());
    }
    let fit = spec.fit(&schema, &reading.leads, as_of)?;
    bins(out, &fit, as_of)?;
    table::segments(out, &fit)?;
    if let Some(path) = &args.output {
        write(path, &reading, &fit).with_context(|| format!("cannot write {}", path.display()))?;
        let leads = reading.leads.len();
        writeln!(
            out,
            "\nWrote a row for each of {leads} leads to {}",
            path.display()
        )?;
    }
    Ok(())
}

fn segments(path: &Path) -> Result<RfmSegmentsSpec> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("{} is no table of segments", path.display()))
}

/// How the population was spread over the bins.
fn bins(out: &mut dyn Write, fit: &RfmFit, as_of: AsOf) -> Result<()> {
    let report = fit.report();
    writeln!(
        out,
        "\nRule `{}` as of {as_of}: {} leads with purchases, {} without",
        fit.spec().rule,
        report.leads,
        report.without
    )?;
    for axis in RfmAxis::ALL {
        let of = report.axis(axis);
        let counts: Vec<String> = of.counts.iter().map(ToString::to_string).collect();
        writeln!(
            out,
            "  {:<9} {} of {} bins formed, leads from the lowest bin up: {}",
            axis.name(),
            of.formed,
            of.asked,
            counts.join(", ")
        )?;
    }
    Ok(())
}

/// A row for each lead, in the order of the file; empty cells where it had not bought yet.
fn write(path: &Path, reading: &Reading, fit: &RfmFit) -> Result<()> {
    let mut rows = csv::Writer::from_path(path)?;
    rows.write_record([
        "id",
        "recency_days",
        "frequency",
        "monetary",
        "r",
        "f",
        "m",
        "cell",
        "score",
        "segment",
    ])?;
    for (lead, rating) in reading.leads.iter().zip(fit.ratings()) {
        let cells = rating.map(|rating| cells(&rating)).unwrap_or_default();
        rows.write_record(std::iter::once(lead.id()).chain(cells.iter().map(String::as_str)))?;
    }
    rows.flush()?;
    Ok(())
}

fn cells(rating: &RfmRating<'_>) -> [String; 9] {
    let (values, bins) = (rating.values, rating.bins);
    // Above 9 bins a cell is no number of three digits.
    let score = bins.number().map(|number| number.to_string());
    [
        values.recency_days.to_string(),
        values.frequency.to_string(),
        values.monetary.to_string(),
        bins.recency.to_string(),
        bins.frequency.to_string(),
        bins.monetary.to_string(),
        bins.to_string(),
        score.unwrap_or_else(|| bins.to_string()),
        rating.segment.unwrap_or_default().to_owned(),
    ]
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
