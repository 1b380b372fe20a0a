//! What should my rules give, now that I know who converted?
//!
//! Reads a model, leads with what they did, and when leads converted; learns points anew from leads as they were known
//! at past moments; prints what changes and why, and writes the new model. Without arguments it takes the sample in
//! `examples/data`, with what came of its leads in the ninety days after:
//!
//! ```text
//! cargo run --release --example recalibrate
//! cargo run --release --example recalibrate -- --model m.toml --leads leads.csv --activities activities.csv \
//!     --outcomes outcomes.csv --as-of 2025-10-01,2025-11-01,2025-12-01 --days 90 --output new.toml
//! ```
//!
//! | file | columns |
//! | --- | --- |
//! | leads | `id`, one for each attribute of the model's schema, and `created_at`; an empty cell is unknown |
//! | activities | `lead,kind,at` and any of `id,product,subject,value,channel` |
//! | outcomes | `lead,converted_at`, a row for each lead that converted |

use anyhow::{Context, Result, bail};
use clap::{Parser, ValueEnum};
use lead_scoring::{
    Lead, ModelSpec, Moment, RecalibrationSpec, ScoreModel, TrainingSetSpec, WrongSignPolicy,
};
use std::collections::HashMap;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[path = "../compare_models/read.rs"]
mod read;

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data");
/// The moment at which the sample was taken.
const SAMPLE_AS_OF: &str = "2026-03-02T09:00:00Z";

/// Learns the points of a model's rules anew from what became of leads
#[derive(Parser)]
struct Args {
    /// The model, .toml or .json [default: that of the sample]
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// The leads [default: the sample with its activities, purchases and outcomes]
    #[arg(long, value_name = "CSV", requires = "as_of", requires = "outcomes")]
    leads: Option<PathBuf>,
    /// What they did
    #[arg(long, value_name = "CSV", requires = "leads")]
    activities: Option<PathBuf>,
    /// What they bought
    #[arg(long, value_name = "CSV", requires = "leads")]
    purchases: Option<PathBuf>,
    /// When leads converted
    #[arg(long, value_name = "CSV", requires = "leads")]
    outcomes: Option<PathBuf>,
    /// The moments as of which to look at the leads [default for the sample: 2026-03-02T09:00:00Z]
    #[arg(long, value_name = "TIMES", value_delimiter = ',')]
    as_of: Vec<Moment>,
    /// Within how many days after that a lead must convert
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    days: u32,
    /// The dimensions whose rules get new points, outer/inner in a model inside the model [default: all with points rules]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    dimensions: Vec<String>,
    /// Rules that hold for fewer leads keep their points
    #[arg(long, value_name = "N", default_value_t = 30)]
    least_hits: u64,
    /// Points are rounded to multiples of it
    #[arg(long, value_name = "POINTS", default_value_t = 1.0)]
    step: f64,
    /// The most by which a rule may change, as a share of its points
    #[arg(long, value_name = "SHARE", default_value_t = 0.5)]
    most_share: f64,
    /// The most by which a rule may change, in points
    #[arg(long, value_name = "POINTS")]
    most_points: Option<f64>,
    /// What becomes of a rule whose evidence speaks against its sign
    #[arg(long, value_enum, default_value_t = Sign::Keep)]
    wrong_sign: Sign,
    /// Where to write the new model, .toml or .json
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Where to write what changed and why
    #[arg(long, value_name = "JSON")]
    changes: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Sign {
    /// It keeps its points
    Keep,
    /// It goes towards 0
    Zero,
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
            let _ = out.flush();
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args, out: &mut dyn Write) -> Result<()> {
    let sample = |name: &str| Path::new(SAMPLE).join(name);
    let path = args.model.clone().unwrap_or_else(|| sample("model.toml"));
    let old = load(&path)?;
    let model = ScoreModel::build(&old).map_err(|error| {
        anyhow::Error::msg(error.to_string()).context(format!("{} has problems", path.display()))
    })?;
    let (files, outcomes) = match &args.leads {
        Some(leads) => {
            let others = [args.activities.clone(), args.purchases.clone()];
            let [activities, purchases] = others;
            (
                [Some(leads.clone()), activities, purchases],
                args.outcomes.clone(),
            )
        }
        None => (
            ["leads.csv", "activities.csv", "purchases.csv"].map(|name| Some(sample(name))),
            Some(sample("outcomes.csv")),
        ),
    };
    let moments = match args.as_of.as_slice() {
        [] => vec![SAMPLE_AS_OF.parse()?],
        moments => moments.to_vec(),
    };
    let leads = read::read(files, model.schema())?;
    let outcomes = outcomes.context("give --outcomes")?;
    let converted_at = conversions(&outcomes, &leads)?;

    let history = TrainingSetSpec::at(moments)
        .within(format!("{}d", args.days))
        .rows(&leads, &converted_at)?;
    let new = how(args).recalibrate(&old, &history)?;
    writeln!(out, "{new}")?;

    if let Some(path) = &args.output {
        let text = match extension(path) {
            "json" => serde_json::to_string_pretty(&new.spec)?,
            "toml" => toml::to_string_pretty(&new.spec)?,
            _ => bail!(
                "a model file ends in .toml or .json, got {}",
                path.display()
            ),
        };
        fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
        writeln!(out, "\nWrote the new model to {}", path.display())?;
    }
    if let Some(path) = &args.changes {
        let text = serde_json::to_string_pretty(&new.changes)?;
        fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
        writeln!(out, "Wrote the changes to {}", path.display())?;
    }
    Ok(())
}

fn how(args: &Args) -> RecalibrationSpec {
    let mut how = RecalibrationSpec::new()
        .least_hits(args.least_hits)
        .step(args.step)
        .most_share(args.most_share)
        .wrong_sign(match args.wrong_sign {
            Sign::Keep => WrongSignPolicy::Keep,
            Sign::Zero => WrongSignPolicy::Zero,
        });
    how.dimensions.clone_from(&args.dimensions);
    how.most_points = args.most_points;
    how
}

fn extension(path: &Path) -> &str {
    path.extension()
        .and_then(|of| of.to_str())
        .unwrap_or_default()
}

fn load(path: &Path) -> Result<ModelSpec> {
    let shown = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
    match extension(path) {
        "json" => serde_json::from_str(&text).with_context(|| format!("{shown} is no model")),
        "toml" => toml::from_str(&text).with_context(|| format!("{shown} is no model")),
        _ => bail!("a model file ends in .toml or .json, got {shown}"),
    }
}

/// When each lead converted first.
fn conversions(path: &Path, leads: &[Lead]) -> Result<Vec<Option<Moment>>> {
    let name = path.display();
    let mut rows = csv::Reader::from_path(path).with_context(|| format!("cannot read {name}"))?;
    let header = rows
        .headers()
        .with_context(|| format!("cannot read {name}"))?;
    let place = |column: &str| {
        let found = header.iter().position(|name| name.trim() == column);
        found.with_context(|| format!("{name} has no column `{column}`"))
    };
    let (lead, at) = (place("lead")?, place("converted_at")?);
    let places: HashMap<&str, usize> = leads
        .iter()
        .enumerate()
        .map(|(place, lead)| (lead.id(), place))
        .collect();
    let mut converted = vec![None; leads.len()];
    for row in rows.records() {
        let row = row.with_context(|| format!("cannot read {name}"))?;
        let line = row.position().map_or(0, csv::Position::line);
        let cell = |place| row.get(place).unwrap_or_default().trim();
        let id = cell(lead);
        let place = places.get(id);
        let place = place.with_context(|| format!("{name}:{line}: no lead `{id}`"))?;
        let at: Moment = cell(at).parse().with_context(|| format!("{name}:{line}"))?;
        if let Some(first) = converted.get_mut(*place) {
            *first = Some(first.map_or(at, |first: Moment| first.min(at)));
        }
    }
    Ok(converted)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
