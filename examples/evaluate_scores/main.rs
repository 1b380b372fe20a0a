//! Is the scoring any good? Metrics of stored scores with what came of them.
//!
//! Reads a CSV file with the columns `score` and `outcome` (1 or 0, true or false, yes or no), and if there are any
//! `weight` and `segment`. Without arguments it takes the sample in `examples/data`, which holds probabilities:
//!
//! ```text
//! cargo run --release --example evaluate_scores
//! cargo run --release --example evaluate_scores -- --scores scored.csv --metrics metrics.json
//! cargo run --release --example evaluate_scores -- --scores scored.csv --probability --call 200
//! cargo run --release --example evaluate_scores -- --scores scored.csv --report scored.html
//! ```
//!
//! With `--report` it also writes one HTML page with the pictures, which opens in any browser without a network.

use anyhow::{Context, Result, bail};
use clap::Parser;
use lead_scoring::{
    CutTies, Evaluation, Grouping, Metrics, ProbabilityEvaluation, ReliabilityBins, Report,
    ReportSpec, ThresholdRule,
};
use read::Reading;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

mod read;
#[path = "../report_page/mod.rs"]
mod report_page;

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/scores.csv");

/// Says how good scores are, given what came of the leads
#[derive(Parser)]
struct Args {
    /// The scores with their outcomes [default: the sample]
    #[arg(long, value_name = "CSV")]
    scores: Option<PathBuf>,
    /// The scores are probabilities from 0 to 1 [always so of the sample]
    #[arg(long)]
    probability: bool,
    /// How many of the leads can be called
    #[arg(long, value_name = "LEADS", default_value_t = 100.0)]
    call: f64,
    /// What it costs to call a lead that does not convert
    #[arg(long, value_name = "COST", default_value_t = 1.0)]
    cost_of_call: f64,
    /// What it costs to leave a lead that would have converted
    #[arg(long, value_name = "COST", default_value_t = 5.0)]
    cost_of_miss: f64,
    /// Where to write all metrics
    #[arg(long, value_name = "JSON")]
    metrics: Option<PathBuf>,
    /// Where to write one page with pictures
    #[arg(long, value_name = "HTML")]
    report: Option<PathBuf>,
}

/// What `--metrics` writes: the metrics of all leads, and of each segment where the file names them.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(flatten)]
    all: &'a Metrics,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    segments: &'a BTreeMap<String, Metrics>,
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
    let file = args.scores.as_deref().unwrap_or(Path::new(SAMPLE));
    let probability = args.probability || args.scores.is_none();
    let reading = read::read(file)?;
    reading.show(out, file)?;
    if reading.scores.is_empty() {
        bail!("{} has no score that could be read", file.display());
    }
    let all = if probability {
        let evaluation =
            ProbabilityEvaluation::weighted(&reading.scores, &reading.converted, &reading.weights)?;
        let metrics = evaluation.metrics();
        writeln!(out, "\n{metrics}")?;
        ranking(args, out, evaluation.ranking())?;
        writeln!(out, "\nProbability and what came of it:")?;
        let table = evaluation.reliability(ReliabilityBins::EqualCount(10))?;
        writeln!(out, "{table}")?;
        metrics
    } else {
        let evaluation =
            Evaluation::weighted(&reading.scores, &reading.converted, &reading.weights)?;
        let metrics = evaluation.metrics();
        writeln!(out, "\n{metrics}")?;
        ranking(args, out, &evaluation)?;
        metrics
    };
    let segments = segments(&reading, probability)?;
    show_segments(out, &segments)?;
    if let Some(path) = &args.metrics {
        let written = Written {
            all: &all,
            segments: &segments,
        };
        write(path, &written).with_context(|| format!("cannot write {}", path.display()))?;
        writeln!(out, "\nWrote the metrics to {}", path.display())?;
    }
    if let Some(path) = &args.report {
        let page = report_page::page(&report(&reading, file, probability)?)?;
        std::fs::write(path, page).with_context(|| format!("cannot write {}", path.display()))?;
        writeln!(out, "\nWrote the page to {}", path.display())?;
    }
    Ok(())
}

/// All of it in one value.
fn report(reading: &Reading, file: &Path, probability: bool) -> Result<Report> {
    let name = file.file_name().unwrap_or(file.as_os_str());
    let mut spec = ReportSpec::new(format!("How good are the scores of {}?", name.display()));
    if probability {
        spec = spec.percent();
    }
    let segments = reading.segments.iter();
    let segments = segments.map(|name| Some(name.as_str()).filter(|name| !name.is_empty()));
    let segments = Grouping::one_each("segment", segments);
    let groupings = Some(segments).filter(|segments| !segments.is_empty());
    let groupings: Vec<Grouping> = groupings.into_iter().collect();
    let (scores, converted) = (&reading.scores, &reading.converted);
    Ok(spec.run_scores(scores, converted, Some(&reading.weights), &groupings)?)
}

/// The gains table, and from which score on to call.
fn ranking(args: &Args, out: &mut dyn Write, evaluation: &Evaluation) -> Result<()> {
    match evaluation.gains_table(10, CutTies::InProportion) {
        Ok(table) => writeln!(out, "\nBest leads first, by tenths:\n{table}")?,
        Err(error) => writeln!(out, "\nNo gains table: {error}")?,
    }
    writeln!(out, "\nFrom which score on to call:")?;
    let cost = ThresholdRule::Cost {
        false_positive: args.cost_of_call,
        false_negative: args.cost_of_miss,
    };
    for (name, rule) in [
        ("best F1", ThresholdRule::F1),
        ("best Youden", ThresholdRule::Youden),
        ("least cost", cost),
        ("capacity", ThresholdRule::Capacity { leads: args.call }),
    ] {
        match evaluation.threshold(rule) {
            Ok(choice) => writeln!(out, "{name:<12} {choice}")?,
            // A cost or a capacity that is none is the caller's mistake; one class is a fact of the data.
            Err(error) if error.place() == "outcomes" => writeln!(out, "{name:<12} {error}")?,
            Err(error) => return Err(error).with_context(|| format!("no threshold by {name}")),
        }
    }
    Ok(())
}

/// The metrics of each segment, by name.
fn segments(reading: &Reading, probability: bool) -> Result<BTreeMap<String, Metrics>> {
    /// Scores, outcomes and weights.
    type Columns = (Vec<f64>, Vec<bool>, Vec<f64>);
    let mut all: BTreeMap<&str, Columns> = BTreeMap::new();
    let rows = reading.scores.iter().zip(&reading.converted);
    let rows = rows.zip(&reading.weights).zip(&reading.segments);
    for (((&score, &converted), &weight), segment) in rows {
        if weight > 0.0 {
            let own = all.entry(segment).or_default();
            own.0.push(score);
            own.1.push(converted);
            own.2.push(weight);
        }
    }
    let mut metrics = BTreeMap::new();
    for (name, (scores, converted, weights)) in all {
        let own = if probability {
            ProbabilityEvaluation::weighted(&scores, &converted, &weights)?.metrics()
        } else {
            Evaluation::weighted(&scores, &converted, &weights)?.metrics()
        };
        metrics.insert(name.to_owned(), own);
    }
    Ok(metrics)
}

fn show_segments(out: &mut dyn Write, segments: &BTreeMap<String, Metrics>) -> Result<()> {
    if segments.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\n{:<20} {:>7} {:>10} {:>9} {:>9}",
        "segment", "leads", "converted", "ROC AUC", "Brier"
    )?;
    let shown = |value: Option<f64>| value.map_or("-".into(), |value| format!("{value:.4}"));
    for (name, metrics) in segments {
        writeln!(
            out,
            "{name:<20} {:>7} {:>9.2}% {:>9} {:>9}",
            metrics.leads,
            100.0 * metrics.base_rate,
            shown(metrics.roc_auc),
            shown(metrics.brier)
        )?;
    }
    Ok(())
}

fn write(path: &Path, written: &Written<'_>) -> Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    serde_json::to_writer_pretty(&mut file, written)?;
    writeln!(file)?;
    file.flush()?;
    Ok(())
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
