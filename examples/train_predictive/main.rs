//! Learns from past conversions in a CSV file who converts: a verdict on the data, the coefficients, and how good the
//! predictions are on rows that were not learned from.
//!
//! Without arguments it takes the sample in `examples/data`: leads created up to June 2025 are learned from, later ones
//! tested.
//!
//! ```text
//! cargo run --release --example train_predictive
//! cargo run --release --example train_predictive -- --data leads.csv --target converted --id lead --test last:20%
//! cargo run --release --example train_predictive -- --data calls.csv --target y --positive yes --drop-first \
//!     --unpenalised --test mod:5 --model model.json --predictions predictions.csv --metrics metrics.json
//! ```

mod columns;
mod delimiter;
mod split;
mod table;
mod write;

use anyhow::Result;
use clap::{ArgGroup, Parser};
use lead_scoring::{
    AsOf, AttributeType, CrossValidation, FeatureSpec, LogisticSpec, Metrics, PredictiveSpec,
    ProbabilityEvaluation, Trained, TrainingSet, VerdictSpec,
};
use split::Test;
use std::borrow::Cow;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use table::Table;

/// The sample, and what is asked of it where nothing else is.
const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/past_leads.csv");
const SAMPLE_TARGET: &str = "converted";
const SAMPLE_ID: &str = "id";
const SAMPLE_TEST: &str = "time:created:2025-07-01";

/// Learns from past conversions who converts
#[derive(Parser)]
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line")]
#[command(group(ArgGroup::new("penalty").args(["alpha", "c", "unpenalised", "cv"])))]
struct Args {
    /// The file, with a header; its cells stand between commas, semicolons or tabs [default: the sample]
    #[arg(long, value_name = "CSV", requires = "target")]
    data: Option<PathBuf>,
    /// The column that says who converted [default: converted, of the sample]
    #[arg(long, value_name = "COL")]
    target: Option<String>,
    /// What that column says of those who did [default: 1, true or yes]
    #[arg(long, value_name = "VALUE")]
    positive: Option<String>,
    /// The column that names the leads; it is not learned from [default: id, of the sample]
    #[arg(long, value_name = "COL")]
    id: Option<String>,
    /// Columns that are not learned from
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    drop: Vec<String>,
    /// What stands for a missing value, beside an empty cell
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    missing: Vec<String>,
    /// Types of columns, such as `zip=text`: number, text, flag, date or tags [default: number, flag (yes or no) or date where all cells are, else text, and no column of which nearly every text is another]
    #[arg(long, value_name = "COL=TYPE", value_delimiter = ',')]
    types: Vec<String>,
    /// Which rows are tested: mod:5, column:NAME, last:20%, time:COL:DATE, random:20%:SEED or none [default: last:20%; time:created:2025-07-01 of the sample]
    #[arg(long, value_name = "RULE")]
    test: Option<Test>,
    /// The penalty, alpha / 2 on the squares of the coefficients [default: 1]
    #[arg(long, value_name = "A")]
    alpha: Option<f64>,
    /// The same as scikit-learn's C, 1 / alpha
    #[arg(long, value_name = "C")]
    c: Option<f64>,
    /// No penalty: with standard errors
    #[arg(long, visible_alias = "unpenalized")]
    unpenalised: bool,
    /// The penalty that predicts best, by cross-validation in the order of the rows
    #[arg(long)]
    cv: bool,
    /// Leaves numbers as they are
    #[arg(long, visible_alias = "no-standardize")]
    no_standardise: bool,
    /// Gives the first level of a text no column
    #[arg(long)]
    drop_first: bool,
    /// Levels of fewer rows share one column
    #[arg(long, value_name = "ROWS", default_value_t = 1)]
    min_count: u32,
    /// `balanced`: converted and other leads weigh half of the whole each
    #[arg(long, value_name = "WEIGHT", value_parser = ["balanced"])]
    class_weight: Option<String>,
    /// The moment as of which dates have their age
    #[arg(long, value_name = "DATE", default_value = "2026-01-01")]
    as_of: AsOf,
    /// Where to write the model
    #[arg(long, value_name = "JSON")]
    model: Option<PathBuf>,
    /// Where to write the probabilities of the tested rows: row (its position among the data rows, from 0), id,
    /// actual (1 or 0) and probability; of the training rows where none is tested
    #[arg(long, value_name = "CSV")]
    predictions: Option<PathBuf>,
    /// Where to write the metrics
    #[arg(long, value_name = "JSON")]
    metrics: Option<PathBuf>,
}

impl Args {
    fn data(&self) -> Cow<'_, Path> {
        match &self.data {
            Some(data) => data.into(),
            None => Path::new(SAMPLE).into(),
        }
    }

    fn target(&self) -> &str {
        self.target.as_deref().unwrap_or(SAMPLE_TARGET)
    }

    fn id(&self) -> Option<&str> {
        let of_sample = self.data.is_none().then_some(SAMPLE_ID);
        self.id.as_deref().or(of_sample)
    }

    fn test(&self) -> Test {
        let rule = || match self.data {
            Some(_) => Test::Last(0.2),
            None => SAMPLE_TEST.parse().unwrap_or(Test::Last(0.2)),
        };
        self.test.clone().unwrap_or_else(rule)
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
            let _ = out.flush();
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io = error
        .chain()
        .find_map(|cause| cause.downcast_ref::<io::Error>());
    io.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn run(args: &Args, out: &mut dyn Write) -> Result<()> {
    let table = Table::read(args)?;
    let (leads, converted) = (&table.leads, &table.converted);
    writeln!(
        out,
        "Read {} rows from {}",
        leads.len(),
        args.data().display()
    )?;
    table.show_refused(out)?;
    table.columns.show(out)?;
    let as_of = args.as_of.moment();
    let all = TrainingSet::labelled(leads, converted, as_of)?;
    let (train, test) = match args.test().rule(&table)? {
        Some(rule) => {
            let split = all.split(&rule)?;
            (split.train, Some(split.test))
        }
        None => (all, None),
    };

    let design = spec(args, &table).design(&table.schema, &train)?;
    writeln!(out, "\n{}", design.verdict(&VerdictSpec::new())?)?;
    let logistic = logistic(args);
    let trained = if args.cv {
        let chosen =
            logistic.cross_validate_matrix(&design.matrix(), &CrossValidation::time_ordered())?;
        writeln!(
            out,
            "\nalpha {} predicts best by cross-validation",
            chosen.alpha
        )?;
        design.fitted(chosen.fit)?
    } else {
        design.train(&logistic)?
    };
    coefficients(&trained, out)?;

    let (measured, name) = match &test {
        Some(test) => (test, "tested"),
        None => (&train, "training"),
    };
    let scorer = trained.model.build(&table.schema)?;
    let matrix = scorer.encoder().matrix(measured)?;
    let probabilities = scorer.probabilities(&matrix.view())?.to_vec();
    let metrics = ProbabilityEvaluation::new(&probabilities, &measured.converted())?.metrics();
    writeln!(out, "\nOn {} {name} rows", measured.rows().len())?;
    show(&metrics, out)?;

    if let Some(path) = &args.model {
        write::model(path, &table, &trained)?;
    }
    if let Some(path) = &args.predictions {
        write::predictions(path, measured, &table, &probabilities)?;
    }
    if let Some(path) = &args.metrics {
        write::metrics(path, &metrics, &trained.fit)?;
    }
    Ok(())
}

fn spec(args: &Args, table: &Table) -> PredictiveSpec {
    let feature = |(name, of): (&str, AttributeType)| {
        let feature = FeatureSpec::attribute(name);
        match of {
            AttributeType::Text | AttributeType::Tags => feature.min_count(args.min_count),
            _ => feature,
        }
    };
    PredictiveSpec {
        standardise: args.no_standardise.then_some(false),
        drop_first: args.drop_first.then_some(true),
        ..PredictiveSpec::new().features(table.schema.attributes().map(feature))
    }
}

fn logistic(args: &Args) -> LogisticSpec {
    // A smaller gradient than the default: for people who compare digits.
    let spec = LogisticSpec::new().tolerance(1e-10);
    let spec = match (args.alpha, args.c) {
        (Some(alpha), _) => spec.alpha(alpha),
        (None, Some(c)) => spec.c(c),
        (None, None) if args.unpenalised => spec.unpenalised(),
        (None, None) => spec,
    };
    match args.class_weight {
        Some(_) => spec.balanced(),
        None => spec,
    }
}

/// The table of R where there is one, else the coefficients.
fn coefficients(trained: &Trained, out: &mut dyn Write) -> Result<()> {
    let (fit, design) = (&trained.fit, &trained.design);
    writeln!(
        out,
        "\n{} after {} iterations, objective {:.6}, gradient {:.1e} a row",
        if fit.converged {
            "Converged"
        } else {
            "NOT converged"
        },
        fit.iterations,
        fit.objective,
        fit.gradient_norm,
    )?;
    if fit.alpha == 0.0 {
        let names: Vec<&str> = design.columns.iter().map(String::as_str).collect();
        match fit.summary(design.x.view(), &design.converted, &names) {
            Ok(summary) => return Ok(writeln!(out, "\n{summary}")?),
            Err(error) => writeln!(out, "no standard errors: {error}")?,
        }
    }
    let width = design.columns.iter().map(|name| name.chars().count()).max();
    let width = width.unwrap_or(0).max("(Intercept)".len());
    writeln!(
        out,
        "\n{:width$}  {:>12}  {:>10}",
        "", "coefficient", "odds ratio"
    )?;
    writeln!(out, "{:width$}  {:12.6}", "(Intercept)", fit.intercept)?;
    for (name, &coefficient) in design.columns.iter().zip(&fit.coefficients) {
        writeln!(
            out,
            "{name:width$}  {coefficient:12.6}  {:10.4}",
            coefficient.exp()
        )?;
    }
    Ok(())
}

fn show(metrics: &Metrics, out: &mut dyn Write) -> Result<()> {
    for (name, value) in [
        ("base rate", Some(metrics.base_rate)),
        ("ROC AUC", metrics.roc_auc),
        ("average precision", Some(metrics.average_precision)),
        ("log loss", metrics.log_loss),
        ("Brier score", metrics.brier),
        ("KS", metrics.ks),
        ("lift of the top tenth", metrics.lift_top_decile),
        ("calibration error, 10 bins", metrics.ece_10),
    ] {
        match value {
            Some(value) => writeln!(out, "  {name:28} {value:.6}")?,
            None => writeln!(out, "  {name:28} -")?,
        }
    }
    if let Some(confusion) = &metrics.confusion {
        writeln!(
            out,
            "  from probability 0.5 on: {} converted and {} not; below: {} converted and {} not",
            confusion.true_positives,
            confusion.false_positives,
            confusion.false_negatives,
            confusion.true_negatives,
        )?;
    }
    Ok(())
}
