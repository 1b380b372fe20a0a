//! Figures computed by other implementations, read in place and never copied into this crate.
//!
//! `LEAD_SCORING_DATA=<folder> cargo test --test reference_data` checks them; without the variable, or where a file
//! is not in the folder, every trial is reported as ignored with the reason. One module for each folder of data;
//! what each holds, where it comes from and under which licence stands in its `SOURCE.txt`.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a trial fails by panicking"
)]

#[cfg(feature = "train")]
mod bank;
#[cfg(feature = "train")]
mod bank_bayes;
#[cfg(feature = "train")]
mod bank_full;
mod drift;
#[cfg(feature = "train")]
mod logistic;
mod metrics;
mod rfm;
mod rules;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::ExitCode;

/// Names the folder of the data.
const VARIABLE: &str = "LEAD_SCORING_DATA";

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = rules::trials();
    trials.extend(metrics::trials());
    trials.extend(rfm::trials());
    trials.extend(drift::trials());
    #[cfg(feature = "train")]
    trials.extend(bank::trials());
    #[cfg(feature = "train")]
    trials.extend(bank_bayes::trials());
    #[cfg(feature = "train")]
    trials.extend(bank_full::trials());
    #[cfg(feature = "train")]
    trials.extend(logistic::trials());
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A trial that checks one file of the data, given as bytes.
fn trial(name: &str, file: &'static str, check: impl FnOnce(&[u8]) + Send + 'static) -> Trial {
    trial_of(name, [file], |[bytes]| check(&bytes))
}

/// A trial that checks several files of the data together, each given as bytes.
fn trial_of<const N: usize>(
    name: &str,
    files: [&'static str; N],
    check: impl FnOnce([Vec<u8>; N]) + Send + 'static,
) -> Trial {
    Trial::ignorable_test(name, move || {
        let Some(folder) = std::env::var_os(VARIABLE).filter(|folder| !folder.is_empty()) else {
            return Ok(Completion::ignored_with(format!("{VARIABLE} is not set")));
        };
        let mut read = files.map(|_| Vec::new());
        for (bytes, file) in read.iter_mut().zip(files) {
            match std::fs::read(PathBuf::from(&folder).join(file)) {
                Ok(found) => *bytes = found,
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    return Ok(Completion::ignored_with(format!(
                        "no file `{file}` in {VARIABLE}"
                    )));
                }
                Err(error) => return Err(Failed::from(format!("`{file}`: {error}"))),
            }
        }
        check(read);
        Ok(Completion::Completed)
    })
}
