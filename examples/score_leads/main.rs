//! Which leads should sales call first, and why?
//!
//! Reads a model and leads, activities, purchases and answers from files, scores every lead as of one moment, and prints the
//! best with reasons, a summary of labels and the explanation of one lead. Without arguments it takes the sample in
//! `examples/data`, which `generate_leads` made:
//!
//! ```text
//! cargo run --release --example score_leads
//! cargo run --release --example score_leads -- --model m.toml --leads leads.csv --activities activities.csv \
//!     --purchases purchases.csv --answers answers.csv --as-of 2026-03-02T09:00:00Z --output scores.csv
//! ```
//!
//! | file | columns |
//! | --- | --- |
//! | leads | `id`, one for each attribute of the model's schema, and `created_at`; an empty cell is unknown |
//! | activities | `lead,kind,at` and any of `id,product,subject,value,channel` |
//! | purchases | `lead,at,amount` |
//! | answers | `id`, one for each question of the model's checklists, and `answered_at` if wanted |
//!
//! Numbers are plain (`1250.5`), flags `true/false/yes/no/1/0`, tags split by `|`, times RFC 3339 or a bare date.

use anyhow::{Context, Result, bail};
use board::Board;
use clap::Parser;
use lead_files::{Files, Reading, model, show};
use lead_scoring::{AsOf, Moment, RankBy};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime};

mod board;
#[path = "../lead_files/mod.rs"]
mod lead_files;
mod write;

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data");
/// The moment at which the sample was taken.
const SAMPLE_AS_OF: &str = "2026-03-02T09:00:00Z";

/// Ranks the leads of CSV files by a model written in a text file, with reasons
#[derive(Parser)]
struct Args {
    /// The model, .toml or .json [default: that of the sample]
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// The leads [default: the sample with all its files]
    #[arg(long, value_name = "CSV")]
    leads: Option<PathBuf>,
    /// What they did
    #[arg(long, value_name = "CSV", requires = "leads")]
    activities: Option<PathBuf>,
    /// What they bought
    #[arg(long, value_name = "CSV", requires = "leads")]
    purchases: Option<PathBuf>,
    /// What they answered to qualification questions
    #[arg(long, value_name = "CSV", requires = "leads")]
    answers: Option<PathBuf>,
    /// The moment as of which to score, RFC 3339 or a date [default: now; 2026-03-02T09:00:00Z for the sample]
    #[arg(long, value_name = "TIME")]
    as_of: Option<AsOf>,
    /// How many of the best leads to print
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: usize,
    /// Attributes to print beside the ids [default for the sample: company,title]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    show: Vec<String>,
    /// The lead to explain [default: the best]
    #[arg(long, value_name = "ID")]
    explain: Option<String>,
    /// Where to write all scores, .csv or .json
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Fail when a row cannot be read
    #[arg(long)]
    strict: bool,
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
    let format = args.output.as_deref().map(write::Format::of).transpose()?;
    let sample = Path::new(SAMPLE);
    let model_path = args.model.clone().unwrap_or(sample.join("model.toml"));
    let (spec, model) = model::load(&model_path)?;
    let files = match &args.leads {
        Some(leads) => Files {
            leads: leads.clone(),
            activities: args.activities.clone(),
            purchases: args.purchases.clone(),
            answers: args.answers.clone(),
        },
        None => Files {
            leads: sample.join("leads.csv"),
            activities: Some(sample.join("activities.csv")),
            purchases: Some(sample.join("purchases.csv")),
            answers: Some(sample.join("answers.csv")),
        },
    };
    let (as_of, whence) = match (args.as_of, &args.leads) {
        (Some(as_of), _) => (as_of, "as asked"),
        (None, None) => (SAMPLE_AS_OF.parse()?, "when the sample was taken"),
        (None, Some(_)) => (now()?, "now, by the clock of this machine"),
    };
    let checklists = model::checklists(&spec, model.schema())?;
    show::model(out, &model, &model_path)?;
    for name in &args.show {
        if model.schema().attribute(name).is_none() {
            let known: Vec<&str> = model.schema().attributes().map(|(name, _)| name).collect();
            bail!(
                "--show: the model has no attribute `{name}`; it has {}",
                known.join(", ")
            );
        }
    }

    let started = Instant::now();
    let Reading {
        leads,
        counts,
        left_out,
        refused,
    } = lead_files::read(&files, model.schema(), &checklists, as_of)?;
    let reading = started.elapsed();
    writeln!(out, "Scored as of {as_of} ({whence})")?;
    show::counts(out, &counts)?;
    show::left_out(out, &left_out)?;
    show::refused(out, &refused)?;
    if args.strict && refused.count() > 0 {
        bail!(
            "{} could not be read, and --strict was asked for",
            show::rows(refused.count())
        );
    }

    let started = Instant::now();
    let matrix = model.score_table(&leads, as_of);
    let scoring = started.elapsed();
    let started = Instant::now();
    let ranked = matrix.ranked(RankBy::Best)?;
    let ranking = started.elapsed();

    let mut beside = args.show.clone();
    if beside.is_empty() && args.leads.is_none() && args.model.is_none() {
        beside = vec!["company".to_owned(), "title".to_owned()];
    }
    let board = Board {
        spec: &spec,
        model: &model,
        as_of,
        leads: &leads,
        matrix: &matrix,
        ranked: &ranked,
        beside: &beside,
    };
    board.best(out, args.top)?;
    board.summary(out)?;
    let explained = match &args.explain {
        Some(id) => Some(
            leads
                .rows()
                .position(|lead| lead.id() == id)
                .with_context(|| format!("no lead `{id}` was read, so it cannot be explained"))?,
        ),
        None => ranked.first().copied(),
    };
    if let Some(row) = explained {
        board.explanation(out, row)?;
    }
    if let (Some(path), Some(format)) = (&args.output, format) {
        write::scores(path, format, &spec, &leads, &matrix, &ranked)?;
        writeln!(
            out,
            "\nWrote the scores of {} to {}",
            show::plural(ranked.len() as u64, "lead", "leads"),
            path.display()
        )?;
    }
    timing(out, leads.len(), reading, scoring, ranking)
}

/// The library reads no clock; an app that wants the present moment says so.
fn now() -> Result<AsOf> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    Ok(Moment::from_seconds(i64::try_from(since.as_secs())?).into())
}

fn timing(
    out: &mut dyn Write,
    leads: usize,
    reading: Duration,
    scoring: Duration,
    ranking: Duration,
) -> Result<()> {
    #[allow(clippy::cast_precision_loss)] // for display
    let per_second = leads as f64 / scoring.as_secs_f64().max(1e-9);
    writeln!(
        out,
        "\nReading took {}, scoring {} ({per_second:.0} leads a second), ranking {}",
        show::time(reading),
        show::time(scoring),
        show::time(ranking),
    )?;
    Ok(())
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
