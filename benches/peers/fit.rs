//! The side of this library in `fit.py`, which measures scikit-learn on the same matrices in turn with it.
//!
//! `fit_peer write FOLDER` writes each matrix as little-endian `f64`, row by row with the outcome last, and prints a
//! line of name, rows and columns for each. `fit_peer serve FOLDER NAME` reads one and answers each line `fit` or
//! `predict` on its input with the seconds it took; `fit` also with the iterations, the gradient of each row and the
//! coefficients, the intercept first. Without arguments, as in `cargo bench`, it does nothing.

#![allow(missing_docs, reason = "a program")]
#![allow(clippy::expect_used, reason = "a benchmark that cannot run may stop")]
#![allow(clippy::cast_precision_loss, reason = "sizes are small")]

#[path = "../matrices/mod.rs"]
mod matrices;

use lead_scoring::LogisticSpec;
use lead_scoring::ndarray::Array2;
use matrices::{CASES, Case, matrix};
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["write", folder] => CASES
            .into_iter()
            .for_each(|case| write(Path::new(folder), case)),
        ["serve", folder, name] => {
            let case = CASES
                .into_iter()
                .find(|case| case.0 == name)
                .expect("there is such a case");
            serve(&file(Path::new(folder), case), case);
        }
        _ => {}
    }
}

fn file(folder: &Path, case: Case) -> PathBuf {
    folder.join(format!("{}.f64", case.0))
}

fn write(folder: &Path, case: Case) {
    let (x, converted) = matrix(case);
    let mut bytes = Vec::with_capacity((case.2 + 1) * case.1 * 8);
    for (row, converted) in x.rows().into_iter().zip(converted) {
        row.iter().for_each(|x| bytes.extend(x.to_le_bytes()));
        bytes.extend(f64::from(u8::from(converted)).to_le_bytes());
    }
    std::fs::create_dir_all(folder).expect("the folder can be made");
    std::fs::write(file(folder, case), bytes).expect("the file can be written");
    println!("{} {} {}", case.0, case.1, case.2);
}

fn serve(file: &Path, (_, rows, columns, _): Case) {
    let bytes = std::fs::read(file).expect("the file can be read");
    let numbers = bytes
        .chunks_exact(8)
        .map(|b| f64::from_le_bytes(b.try_into().expect("eight")));
    let all: Vec<f64> = numbers.collect();
    let (mut values, mut converted) = (Vec::with_capacity(rows * columns), Vec::new());
    for row in all.chunks_exact(columns + 1) {
        let (outcome, row) = row.split_last().expect("a row has an outcome");
        values.extend_from_slice(row);
        converted.push(*outcome == 1.0);
    }
    let x = Array2::from_shape_vec((rows, columns), values).expect("the file is whole");
    let spec = LogisticSpec::new();
    let mut fit = None;
    for line in std::io::stdin().lock().lines() {
        let start = Instant::now();
        let answer = match line.expect("a line").as_str() {
            "fit" => {
                let made = spec.fit(x.view(), &converted).expect("it can be fitted");
                let seconds = start.elapsed().as_secs_f64();
                let coefficients: Vec<String> =
                    made.coefficients.iter().map(f64::to_string).collect();
                let answer = format!(
                    "{seconds} {} {:e} {} {}",
                    made.iterations,
                    made.gradient_norm,
                    made.intercept,
                    coefficients.join(" ")
                );
                fit = Some(made);
                answer
            }
            _ => {
                let fit = fit.as_ref().expect("a fit comes first");
                let probabilities = fit
                    .probabilities(x.view())
                    .expect("the columns are the same");
                let seconds = start.elapsed().as_secs_f64();
                format!("{seconds} {}", probabilities.len())
            }
        };
        println!("{answer}");
        std::io::stdout().flush().expect("the output is open");
    }
}
