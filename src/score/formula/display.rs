use super::Formula;
use crate::score::arithmetic::met;
use crate::scorer::Decay;
use std::fmt;

impl fmt::Display for Formula {
    #[expect(clippy::too_many_lines, reason = "an arm for each formula")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faded = |f: &mut fmt::Formatter<'_>, age: i64, decay: &Option<Decay>| match decay {
            None => Ok(()),
            Some(decay) => write!(f, ", {} old, {decay}", Age(age)),
        };
        match self {
            Self::Given => Ok(()),
            Self::Unknown => f.write_str("unknown"),
            Self::Sum => f.write_str("sum"),
            Self::Max | Self::Highest { .. } => f.write_str("highest"),
            Self::Lowest { .. } => f.write_str("lowest"),
            Self::First => f.write_str("first that holds"),
            Self::Clamp { min, max } => match (min, max) {
                (Some(min), Some(max)) => write!(f, "kept within {min} and {max}"),
                (Some(min), None) => write!(f, "at least {min}"),
                (None, Some(max)) => write!(f, "at most {max}"),
                (None, None) => Ok(()),
            },
            Self::Scale { zero, hundred } => write!(f, "{zero} is 0, {hundred} is 100"),
            Self::Occurrence {
                points,
                times,
                age_micros,
                decay,
            } => {
                write!(f, "{points}")?;
                #[allow(clippy::float_cmp)] // exactly 1 is what occurrences without a value have
                if *times != 1.0 {
                    write!(f, " x {times}")?;
                }
                faded(f, *age_micros, decay)
            }
            Self::Count {
                count,
                points,
                age_micros,
                decay,
            } => {
                write!(f, "{points} for {count}")?;
                faded(f, *age_micros, decay)
            }
            Self::Inactivity {
                points,
                every_micros,
                idle_micros,
                ..
            } => write!(
                f,
                "{points} per {} without activity, {} so far",
                Age(*every_micros),
                Age(*idle_micros)
            ),
            Self::WeightedMean { .. } => f.write_str("weighted mean"),
            Self::GeometricMean { .. } => f.write_str("geometric mean"),
            Self::DailyCount {
                count,
                at_most,
                weight,
            } => {
                write!(f, "{weight} for each of {count}")?;
                if *count > u64::from(*at_most) {
                    write!(f, ", at most {at_most}")?;
                }
                Ok(())
            }
            Self::Root => f.write_str("square root"),
            Self::Bin(cuts) => write!(f, "{cuts}"),
            Self::AmountShare { amount, price } => write!(f, "{amount} of {price}"),
            Self::Due { left_micros, due } => {
                let band = due.band(*left_micros);
                match left_micros {
                    0.. => write!(f, "{} ahead, {band}", Age(*left_micros)),
                    _ => write!(f, "{} ago, {band}", Age(left_micros.saturating_neg())),
                }
            }
            Self::Coverage { answered, whole } => {
                write!(f, "weight {answered} of {whole} is answered")
            }
            Self::Met {
                worths,
                from,
                open,
                needed,
            } => {
                let met = met(worths, from);
                let standing = match f64::from(*needed) {
                    needed if met >= needed => "qualified",
                    needed if met + f64::from(*open) >= needed => "open",
                    _ => "not qualified",
                };
                write!(f, "{standing}, {needed} needed")
            }
            Self::Momentum => f.write_str("100 for all in the last week, 50 for a mean week"),
            Self::Difference => f.write_str("later less earlier"),
            Self::Logistic => f.write_str("logistic"),
            Self::Within => f.write_str("in any of the periods"),
            Self::Calibrated(calibration) => write!(f, "{calibration}"),
            Self::Contribution {
                coefficient,
                value,
                mean,
                deviation,
            } => {
                write!(f, "{coefficient:.4} x ({value} - {mean:.4})")?;
                match deviation {
                    Some(deviation) => write!(f, " / {deviation:.4}"),
                    None => Ok(()),
                }
            }
            Self::Prior { .. } | Self::LikelihoodRatio { .. } => self.counted(f),
        }
    }
}

impl Formula {
    /// What naive Bayes counted.
    fn counted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prior {
                converted,
                not_converted,
            } => write!(f, "{converted} converted, {not_converted} did not"),
            Self::LikelihoodRatio {
                converted,
                of_converted,
                not_converted,
                of_not_converted,
                ..
            } => write!(
                f,
                "{converted} of {of_converted} converted, {not_converted} of {of_not_converted} not"
            ),
            _ => Ok(()),
        }
    }
}

/// An age for display, in its largest fitting unit.
struct Age(i64);

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[allow(clippy::cast_precision_loss)] // for display
        let seconds = self.0 as f64 / 1e6;
        let (value, unit) = match seconds.abs() {
            s if s >= 86_400.0 => (seconds / 86_400.0, "d"),
            s if s >= 3_600.0 => (seconds / 3_600.0, "h"),
            s if s >= 60.0 => (seconds / 60.0, "m"),
            _ => (seconds, "s"),
        };
        let shown = format!("{value:.1}");
        write!(f, "{}{unit}", shown.strip_suffix(".0").unwrap_or(&shown))
    }
}
