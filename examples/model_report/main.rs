//! How good is my model? One page with pictures, from leads and what came of them.
//!
//! Reads a model, leads with what they did, bought and said in the format of `score_leads`, and when leads converted;
//! scores the leads as they were known at one moment, and writes a single HTML file that opens in any browser without
//! a network: gains, ROC curve, reliability, scores by outcome, conversion by label, heat maps, RFM grid, segments,
//! criteria, drift and possible leaks, each picture beside its table. Without arguments it takes the sample in
//! `examples/data`, with what came of its leads in the ninety days after:
//!
//! ```text
//! cargo run --release --example model_report
//! cargo run --release --example model_report -- --model m.toml --leads leads.csv --activities activities.csv \
//!     --purchases purchases.csv --answers answers.csv --outcomes outcomes.csv --as-of 2026-03-02T09:00:00Z \
//!     --horizon 90d --output report.html --json report.json
//! ```
//!
//! | file | columns |
//! | --- | --- |
//! | leads | `id`, one for each attribute of the model's schema, and `created_at`; an empty cell is unknown |
//! | activities | `lead,kind,at` and any of `id,product,subject,value,channel` |
//! | purchases | `lead,at,amount` |
//! | answers | `id`, one for each question, and `answered_at` |
//! | outcomes | `lead,converted_at`, a row for each lead that converted |

use anyhow::{Context, Result, bail};
use clap::Parser;
use lead_files::{Files, model, show};
use lead_scoring::{
    AsOf, AttributeSlot, AttributeType, Dimension, DriftBaseline, HeatMapSpec, LeadRow, LeadView,
    Report, ReportSpec, ScoreModel, SegmentReportSpec, Value,
};
use std::collections::HashSet;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[allow(dead_code, reason = "the main example takes more")]
#[path = "../lead_files/mod.rs"]
mod lead_files;
mod outcomes;
#[path = "../report_page/mod.rs"]
mod report_page;

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data");
/// The moment at which the sample was taken.
const SAMPLE_AS_OF: &str = "2026-03-02T09:00:00Z";
/// Attributes of more values make no segments unless they are asked for.
const MOST_VALUES: usize = 12;

/// Writes how good a model is as one HTML page with pictures
#[derive(Parser)]
struct Args {
    /// The model, .toml or .json [default: that of the sample]
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// The leads [default: the sample with all its files]
    #[arg(long, value_name = "CSV", requires_all = ["as_of", "outcomes"])]
    leads: Option<PathBuf>,
    /// What they did
    #[arg(long, value_name = "CSV", requires = "leads")]
    activities: Option<PathBuf>,
    /// What they bought
    #[arg(long, value_name = "CSV", requires = "leads")]
    purchases: Option<PathBuf>,
    /// What they said
    #[arg(long, value_name = "CSV", requires = "leads")]
    answers: Option<PathBuf>,
    /// When leads converted
    #[arg(long, value_name = "CSV", requires = "leads")]
    outcomes: Option<PathBuf>,
    /// The moment as of which to score, a date or RFC 3339 [default for the sample: 2026-03-02T09:00:00Z]
    #[arg(long, value_name = "TIME")]
    as_of: Option<AsOf>,
    /// Within how long after that a lead must convert
    #[arg(long, value_name = "PERIOD", default_value = "90d")]
    horizon: String,
    /// The dimension to judge, or composite [default: the composite, else the first dimension]
    #[arg(long, value_name = "NAME")]
    judged: Option<String>,
    /// Its scores are probabilities in per cent, as of a learned model
    #[arg(long)]
    percent: bool,
    /// Two dimensions for the heat map [default: fit and engagement, else the first two]
    #[arg(long, value_name = "ROWS,COLUMNS", value_delimiter = ',', num_args = 1)]
    heat_map: Vec<String>,
    /// Attributes to cut segments by [default: texts and flags of few values]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    by: Vec<String>,
    /// A baseline to tell drift from, as JSON
    #[arg(long, value_name = "JSON")]
    baseline: Option<PathBuf>,
    /// The title of the page [default: the name of the model]
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Where to write the page [default: `model_report.html` in the folder `target`]
    #[arg(long, value_name = "HTML")]
    output: Option<PathBuf>,
    /// Where to write the report as data
    #[arg(long, value_name = "JSON")]
    json: Option<PathBuf>,
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

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn run(args: &Args, out: &mut dyn Write) -> Result<()> {
    let sample = |name: &str| Path::new(SAMPLE).join(name);
    let model_path = args.model.clone().unwrap_or_else(|| sample("model.toml"));
    let (spec, model) = model::load(&model_path)?;
    let files = match &args.leads {
        Some(leads) => Files {
            leads: leads.clone(),
            activities: args.activities.clone(),
            purchases: args.purchases.clone(),
            answers: args.answers.clone(),
        },
        None => Files {
            leads: sample("leads.csv"),
            activities: Some(sample("activities.csv")),
            purchases: Some(sample("purchases.csv")),
            answers: Some(sample("answers.csv")),
        },
    };
    let outcomes = match &args.outcomes {
        Some(path) => path.clone(),
        None => sample("outcomes.csv"),
    };
    let as_of = match args.as_of {
        Some(as_of) => as_of,
        None => SAMPLE_AS_OF.parse()?,
    };
    let checklists = model::checklists(&spec, model.schema())?;
    let mut reading = lead_files::read(&files, model.schema(), &checklists, as_of)?;
    let leads: Vec<LeadRow<'_>> = reading.leads.rows().collect();
    let converted_at = outcomes::read(&outcomes, &leads, &mut reading.refused)?;
    show::counts(out, &reading.counts)?;
    show::left_out(out, &reading.left_out)?;
    show::refused(out, &reading.refused)?;

    let baseline = args.baseline.as_deref().map(load_baseline).transpose()?;
    let spec = what(args, &model, &leads)?;
    let report = spec.run_model(&model, &leads, as_of, &converted_at, baseline.as_ref())?;
    writeln!(out, "\n{report}")?;
    let page = args.output.clone().unwrap_or_else(default_output);
    write(&page, &report_page::page(&report)?)?;
    writeln!(out, "\nWrote the page to {}", page.display())?;
    if let Some(path) = &args.json {
        let text = serde_json::to_string_pretty(&report)?;
        // What is stored is what was found.
        let back: Report = serde_json::from_str(&text)?;
        if back != report {
            bail!("the report does not come back from JSON as it was");
        }
        write(path, &(text + "\n"))?;
        writeln!(out, "Wrote the report to {}", path.display())?;
    }
    Ok(())
}

/// What goes into the report.
fn what(args: &Args, model: &ScoreModel, leads: &[LeadRow<'_>]) -> Result<ReportSpec> {
    let title = args.title.clone();
    let title = title.unwrap_or_else(|| format!("How good is the model `{}`?", model.name()));
    let mut segments = SegmentReportSpec::new();
    let asked = if args.by.is_empty() {
        few_values(model, leads)
    } else {
        args.by.clone()
    };
    for name in asked {
        segments = segments.by_attribute(name);
    }
    segments = segments.by_channel();
    if model.schema().products().next().is_some() {
        segments = segments.by_product();
    }
    let mut spec = ReportSpec::new(title)
        .within(&args.horizon)
        .segments(segments);
    spec.judged.clone_from(&args.judged);
    if args.percent {
        spec = spec.percent();
    }
    let names: Vec<&str> = model.dimensions().iter().map(Dimension::name).collect();
    let pair = match args.heat_map.as_slice() {
        [rows, columns] => Some((rows.as_str(), columns.as_str())),
        [] if ["fit", "engagement"]
            .iter()
            .all(|name| names.contains(name)) =>
        {
            Some(("fit", "engagement"))
        }
        [] => names.first().copied().zip(names.get(1).copied()),
        _ => bail!("--heat-map takes two dimensions, such as `fit,engagement`"),
    };
    if let Some((rows, columns)) = pair {
        spec = spec.heat_map(HeatMapSpec::new(rows, columns));
    }
    Ok(spec)
}

/// The texts and flags that have at least two values, and not many.
fn few_values(model: &ScoreModel, leads: &[LeadRow<'_>]) -> Vec<String> {
    let attributes = (0..).zip(model.schema().attributes());
    let few = attributes.filter(|&(slot, (_, of))| {
        let mut values = HashSet::new();
        if !matches!(of, AttributeType::Text | AttributeType::Flag) {
            return false;
        }
        for lead in leads {
            match lead.attribute(AttributeSlot::new(slot)) {
                Value::Text(text) => values.insert(text.to_lowercase()),
                Value::Flag(flag) => values.insert(flag.to_string()),
                _ => continue,
            };
            if values.len() > MOST_VALUES {
                return false;
            }
        }
        values.len() > 1
    });
    few.map(|(_, (name, _))| name.to_owned()).collect()
}

fn load_baseline(path: &Path) -> Result<DriftBaseline> {
    let shown = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
    serde_json::from_str(&text).with_context(|| format!("{shown} is no baseline"))
}

/// Beside what was built, so that nothing else is touched.
fn default_output() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("target"),
        PathBuf::from,
    );
    target.join("model_report.html")
}

fn write(path: &Path, text: &str) -> Result<()> {
    let cannot = || format!("cannot write {}", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(cannot)?;
    }
    fs::write(path, text).with_context(cannot)
}
