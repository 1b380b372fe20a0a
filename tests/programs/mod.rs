//! Runs examples as their users do.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The program of an example, which `cargo test` builds beside the tests.
pub(crate) fn program(example: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    let name = format!("{example}{}", std::env::consts::EXE_SUFFIX);
    let program = profile.join("examples").join(name);
    assert!(
        program.exists(),
        "{} is not built: `cargo test` or `cargo build --examples` does",
        program.display()
    );
    program
}

/// An empty folder of that name for one test of an example.
pub(crate) fn folder(example: &str, name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{example}-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Runs an example in a folder.
pub(crate) fn run<A: AsRef<OsStr>>(
    example: &str,
    folder: &Path,
    arguments: impl IntoIterator<Item = A>,
) -> Output {
    let mut command = Command::new(program(example));
    command.current_dir(folder).args(arguments);
    command.output().unwrap()
}

/// What an example that succeeds prints.
pub(crate) fn printed(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// What an example that fails says.
pub(crate) fn told(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8(output.stderr.clone()).unwrap()
}
