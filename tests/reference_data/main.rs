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

mod rules;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::ExitCode;

/// Names the folder of the data.
const VARIABLE: &str = "LEAD_SCORING_DATA";

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = rules::trials();
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A trial that checks one file of the data, given as bytes.
fn trial(name: &str, file: &'static str, check: impl FnOnce(&[u8]) + Send + 'static) -> Trial {
    Trial::ignorable_test(name, move || {
        let Some(folder) = std::env::var_os(VARIABLE).filter(|folder| !folder.is_empty()) else {
            return Ok(Completion::ignored_with(format!("{VARIABLE} is not set")));
        };
        match std::fs::read(PathBuf::from(folder).join(file)) {
            Ok(bytes) => {
                check(&bytes);
                Ok(Completion::Completed)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Completion::ignored_with(
                format!("no file `{file}` in {VARIABLE}"),
            )),
            Err(error) => Err(Failed::from(format!("`{file}`: {error}"))),
        }
    })
}
