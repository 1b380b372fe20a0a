//! What stands between the cells of a file.

use anyhow::{Context, Result};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// A comma, semicolon or tab: whichever stands most often in the header, outside quotes; a comma where none does.
pub(crate) fn delimiter(path: &Path) -> Result<u8> {
    let file = path.display();
    let opened = File::open(path).with_context(|| format!("cannot read {file}"))?;
    let mut header = Vec::new();
    BufReader::new(opened)
        .read_until(b'\n', &mut header)
        .with_context(|| format!("cannot read {file}"))?;
    let mut quoted = false;
    let mut bare = header;
    bare.retain(|&byte| {
        quoted ^= byte == b'"';
        !quoted
    });
    let count = |delimiter: u8| bare.split(|&byte| byte == delimiter).count();
    // The last of those that stand equally often.
    let most = [b'\t', b';', b','].into_iter().max_by_key(|&d| count(d));
    Ok(most.unwrap_or(b','))
}
