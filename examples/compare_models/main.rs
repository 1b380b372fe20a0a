//! Should the new model replace the old one, who moves, and why?
//!
//! Reads two model files of one schema and a population, scores every lead with both as it was known at one moment,
//! and compares: distributions, who moves between bands, who crosses the threshold, the largest movers with the rules
//! that moved them, and which model told better who bought afterwards. Without arguments it takes the sample in
//! `examples/data`:
//!
//! ```text
//! cargo run --release --example compare_models
//! cargo run --release --example compare_models -- --champion old.toml --challenger new.toml --leads leads.csv \
//!     --activities activities.csv --purchases purchases.csv --as-of 2025-12-01 --days 90
//! ```
//!
//! The files are those of the example `score_leads`. A lead converts with its first purchase; leads that had bought by
//! the moment, or were created after it, are left out.

use anyhow::{Context, Result, bail};
use clap::Parser;
use lead_scoring::{
    AsOf, BackTestSpec, Comparison, ComparisonSpec, Lead, LeadView, ModelSpec, Moment, RankBy,
    ScoreModel,
};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

mod read;

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data");
/// A moment of the sample after which there were purchases.
const SAMPLE_AS_OF: &str = "2025-12-01T00:00:00Z";

/// Compares two models on one population
#[derive(Parser)]
struct Args {
    /// The model in use, .toml or .json [default: that of the sample]
    #[arg(long, value_name = "FILE")]
    champion: Option<PathBuf>,
    /// The model that would replace it [default: that of the sample]
    #[arg(long, value_name = "FILE")]
    challenger: Option<PathBuf>,
    /// The leads [default: the sample with its activities and purchases]
    #[arg(long, value_name = "CSV", requires = "as_of")]
    leads: Option<PathBuf>,
    /// What they did
    #[arg(long, value_name = "CSV", requires = "leads")]
    activities: Option<PathBuf>,
    /// What they bought, by which the models are judged
    #[arg(long, value_name = "CSV", requires = "leads")]
    purchases: Option<PathBuf>,
    /// The moment as of which to score, a date or RFC 3339 [default for the sample: 2025-12-01]
    #[arg(long, value_name = "TIME")]
    as_of: Option<AsOf>,
    /// Within how many days after that a lead must buy
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(i64).range(1..=36_500))]
    days: i64,
    /// The dimension to compare, or composite [default: the composite, else the first dimension]
    #[arg(long, value_name = "NAME")]
    of: Option<String>,
    /// Bands of scores, lowest first
    #[arg(long, value_name = "NAME=SCORE", value_delimiter = ',', default_value = "mql=25,sql=40", value_parser = band)]
    bands: Vec<(String, f64)>,
    /// The score from which a lead is acted upon
    #[arg(long, value_name = "SCORE", default_value_t = 25.0)]
    threshold: f64,
    /// How many of the largest movers to show
    #[arg(long, value_name = "N", default_value_t = 5)]
    movers: usize,
}

fn band(text: &str) -> Result<(String, f64), String> {
    let (name, from) = text
        .split_once('=')
        .ok_or_else(|| format!("expected a band such as `mql=25`, got `{text}`"))?;
    let from = from
        .trim()
        .parse()
        .map_err(|_| format!("expected a score such as `25`, got `{from}`"))?;
    Ok((name.trim().to_owned(), from))
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
    let or = |path: &Option<PathBuf>, name| path.clone().unwrap_or_else(|| sample(name));
    let champion = load(&or(&args.champion, "model.toml"))?;
    let challenger = load(&or(&args.challenger, "challenger.toml"))?;
    let as_of = match args.as_of {
        Some(as_of) => as_of,
        None => SAMPLE_AS_OF.parse()?,
    };
    let files = match &args.leads {
        Some(leads) => [
            Some(leads.clone()),
            args.activities.clone(),
            args.purchases.clone(),
        ],
        None => ["leads.csv", "activities.csv", "purchases.csv"].map(|name| Some(sample(name))),
    };
    let leads = read::read(files, champion.schema())?;
    let converted_at: Vec<Option<Moment>> = leads.iter().map(first_purchase).collect();
    let judged = converted_at.iter().any(Option::is_some);

    // Both models see the same leads: those that were there and had not bought yet.
    let is_there = |lead: &Lead, bought: Option<Moment>| {
        bought.is_none_or(|at| at > as_of.moment())
            && lead.created_at().is_none_or(|at| at <= as_of.moment())
    };
    let there: Vec<&Lead> = leads
        .iter()
        .zip(&converted_at)
        .filter_map(|(lead, bought)| is_there(lead, *bought).then_some(lead))
        .collect();
    let test = BackTestSpec::at([as_of.moment()]).within(format!("{}d", args.days));
    let converted = outcomes(&there, as_of, args.days);
    let mut spec = ComparisonSpec::new()
        .threshold(args.threshold)
        .movers(args.movers);
    spec.of.clone_from(&args.of);
    for (name, from) in &args.bands {
        spec = spec.band(name, *from);
    }
    let found = spec.compare(
        &champion,
        &challenger,
        &there,
        as_of,
        judged.then_some(converted.as_slice()),
    )?;
    writeln!(
        out,
        "`{}` against `{}` as of {as_of}, {} of {} leads were there\n\n{found}",
        champion.name(),
        challenger.name(),
        there.len(),
        leads.len()
    )?;
    movers(out, &found, &there)?;
    if judged {
        let by = match args.of.as_deref() {
            None => RankBy::Best,
            Some("composite") => RankBy::Composite,
            Some(name) => RankBy::Dimension(name),
        };
        for model in [&champion, &challenger] {
            let mut test = test.clone();
            for (name, from) in &args.bands {
                test = test.band(name, *from);
            }
            let test = test.run_model(model, by, &leads, &converted_at)?;
            writeln!(out, "\nBack-test of `{}`:\n{test}", model.name())?;
        }
    }
    Ok(())
}

fn load(path: &Path) -> Result<ScoreModel> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
    let spec: ModelSpec = match path.extension().and_then(|extension| extension.to_str()) {
        Some("json") => {
            serde_json::from_str(&text).with_context(|| format!("{shown} is no model"))?
        }
        Some("toml") => toml::from_str(&text).with_context(|| format!("{shown} is no model"))?,
        _ => bail!("a model file ends in .toml or .json, got {shown}"),
    };
    ScoreModel::build(&spec).map_err(|error| {
        let mut message = format!("{shown} has problems");
        for problem in error.problems() {
            message.push_str("\n  ");
            message.push_str(&problem.to_string());
        }
        anyhow::Error::msg(message)
    })
}

fn first_purchase(lead: &Lead) -> Option<Moment> {
    let mut first: Option<Moment> = None;
    lead.purchases(&mut |purchase| {
        first = Some(first.map_or(purchase.at, |first| first.min(purchase.at)));
    });
    first
}

/// Whether each lead, none of which has bought yet, buys within so many days.
fn outcomes(leads: &[&Lead], as_of: AsOf, days: i64) -> Vec<bool> {
    let end = as_of.moment().plus_micros(days * 86_400_000_000);
    let bought = leads.iter().map(|lead| first_purchase(lead));
    bought.map(|at| at.is_some_and(|at| at <= end)).collect()
}

fn movers(out: &mut dyn Write, found: &Comparison, leads: &[&Lead]) -> Result<()> {
    if found.movers.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nWho moves most, and the rules that do it:")?;
    for mover in &found.movers {
        let id = leads.get(mover.lead).map_or("", |lead| lead.id());
        writeln!(
            out,
            "{id:<10} {:>6.1} -> {:>5.1}  ({:+.1})",
            mover.champion,
            mover.challenger,
            mover.change()
        )?;
        for rule in mover.rules.iter().take(4) {
            writeln!(
                out,
                "    {:+7.1} {} {} ({})",
                rule.change(),
                rule.unit,
                rule.rule,
                rule.dimension
            )?;
        }
    }
    Ok(())
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
