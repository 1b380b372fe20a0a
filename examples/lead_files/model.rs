//! A model from a file.

use super::show::plural;
use anyhow::{Context, Result, bail};
use lead_scoring::{ChecklistScorer, ModelSpec, NestedModel, Schema, ScoreModel};
use std::path::Path;

/// Reads and builds the model; all problems of the file at once, each with its place.
pub(crate) fn load(path: &Path) -> Result<(ModelSpec, ScoreModel)> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
    // Some editors begin a file with a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let extension = path.extension().unwrap_or_default();
    let spec: ModelSpec = if extension.eq_ignore_ascii_case("json") {
        serde_json::from_str(text).with_context(|| format!("{shown} is no model"))?
    } else if extension.eq_ignore_ascii_case("toml") {
        toml::from_str(text).with_context(|| format!("{shown} is no model"))?
    } else {
        bail!("a model file ends in .toml or .json, got {shown}");
    };
    let model = ScoreModel::build(&spec).map_err(|error| {
        let problems = error.problems();
        let mut message = format!(
            "{shown} has {}",
            plural(problems.len() as u64, "problem", "problems")
        );
        for problem in problems {
            message.push_str("\n  ");
            message.push_str(&problem.to_string());
        }
        anyhow::Error::msg(message)
    })?;
    Ok((spec, model))
}

/// All checklists of the model and of those inside it: they know what their answers look like in a file.
pub(crate) fn checklists(spec: &ModelSpec, schema: &Schema) -> Result<Vec<ChecklistScorer>> {
    let mut all = Vec::new();
    for dimension in &spec.dimensions {
        if let Some(checklist) = &dimension.checklist {
            all.push(checklist.build(schema)?);
        }
        if let Some(inner) = dimension.model.as_ref().and_then(NestedModel::spec) {
            all.append(&mut checklists(inner, schema)?);
        }
    }
    Ok(all)
}
