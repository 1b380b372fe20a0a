use crate::evaluate::EvaluateError;
use crate::model::BandSpec;
use crate::score::{RankBy, ScoreMatrix};
use crate::scorer::parse_period;

/// The horizon in microseconds.
pub(in crate::evaluate) fn horizon_micros(horizon: &str) -> Result<i64, String> {
    match parse_period(horizon) {
        Ok(0) => Err(format!("must be longer than 0, got `{horizon}`")),
        other => other,
    }
}

/// Bands must have labels, each once, rise, and be no more than people look at.
pub(in crate::evaluate) fn check_bands(bands: &[BandSpec]) -> Result<(), EvaluateError> {
    const MOST: usize = 1000;
    if bands.len() > MOST {
        let message = format!("must be at most {MOST}, got `{}`", bands.len());
        return Err(EvaluateError::new("bands", message));
    }
    let mut below: Option<f64> = None;
    for (place, band) in bands.iter().enumerate() {
        let path = |field: &str| format!("bands[{place}].{field}");
        if let Some(problem) = crate::lead::name_problem(&band.label) {
            return Err(EvaluateError::new(path("label"), problem));
        }
        if bands
            .iter()
            .take(place)
            .any(|other| other.label == band.label)
        {
            let message = format!("`{}` stands twice", crate::lead::shortened(&band.label));
            return Err(EvaluateError::new(path("label"), message));
        }
        let from = band.at_least;
        if !from.is_finite() {
            let message = format!("must be a finite number, got `{from}`");
            return Err(EvaluateError::new(path("at_least"), message));
        }
        if let Some(below) = below.filter(|&below| from <= below) {
            let message = format!("must be above the band before, `{below}`, got `{from}`");
            return Err(EvaluateError::new(path("at_least"), message));
        }
        below = Some(from);
    }
    Ok(())
}

/// Which dimension that is, `None` the composite.
pub(in crate::evaluate) fn place_of(
    matrix: &ScoreMatrix,
    by: RankBy<'_>,
) -> Result<Option<usize>, EvaluateError> {
    // Nothing to rank; what it is asked to rank by is checked.
    matrix
        .top(0, by)
        .map_err(|error| EvaluateError::new("by", error.to_string()))?;
    let named = |name: &str| {
        let mut dimensions = matrix.dimensions().iter();
        dimensions.position(|dimension| dimension.name() == name)
    };
    Ok(match by {
        RankBy::Dimension(name) => named(name),
        RankBy::Best if !matrix.shape.has_composite => Some(0),
        RankBy::Best | RankBy::Composite => None,
    })
}
