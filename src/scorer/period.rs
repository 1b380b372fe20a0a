/// Microseconds in a day of 86,400 seconds.
pub(crate) const DAY: i64 = 86_400_000_000;

/// Reads a length of time, `90s`, `15m`, `12h`, `14d` or `2w`, as microseconds.
pub(crate) fn parse_period(text: &str) -> Result<i64, String> {
    let wrong = || {
        format!(
            "expected a length of time such as `90s`, `15m`, `12h`, `14d` or `2w`, got `{}`",
            crate::lead::shortened(text)
        )
    };
    let trimmed = text.trim();
    let digits = trimmed.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let seconds: i64 = match trimmed.get(digits.len()..) {
        Some("s") => 1,
        Some("m") => 60,
        Some("h") => 3_600,
        Some("d") => 86_400,
        Some("w") => 604_800,
        _ => return Err(wrong()),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    digits
        .parse::<i64>()
        .ok()
        .and_then(|count| count.checked_mul(seconds * 1_000_000))
        .ok_or_else(|| {
            format!(
                "`{}` is longer than 292,000 years",
                crate::lead::shortened(text)
            )
        })
}

/// Writes a length of time in the largest unit that gives a whole number.
pub(crate) fn show_period(micros: i64) -> String {
    for (seconds, unit) in [(604_800, "w"), (86_400, "d"), (3_600, "h"), (60, "m")] {
        // Weeks only where there is more than one: `7d` is how people write a week.
        if micros > 0
            && micros % (seconds * 1_000_000) == 0
            && (unit != "w" || micros / 604_800_000_000 > 4)
        {
            return format!("{}{unit}", micros / (seconds * 1_000_000));
        }
    }
    format!("{}s", micros / 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_read_and_written() {
        for (text, seconds) in [
            ("90s", 90),
            ("15m", 900),
            ("12h", 43_200),
            ("14d", 1_209_600),
            ("2w", 1_209_600),
            ("0s", 0),
        ] {
            assert_eq!(parse_period(text), Ok(seconds * 1_000_000), "{text}");
        }
        for text in ["0s", "90s", "15m", "12h", "14d", "52w", "30d"] {
            assert_eq!(show_period(parse_period(text).unwrap()), text);
        }
    }

    #[test]
    fn what_is_no_period_is_said() {
        for text in [
            "", "d", "-3d", "1.5d", "3 days", "3M", "+3d", "3dd", "1e3s", "٣d",
        ] {
            assert_eq!(
                parse_period(text),
                Err(format!(
                    "expected a length of time such as `90s`, `15m`, `12h`, `14d` or `2w`, got `{text}`"
                ))
            );
        }
        assert_eq!(
            parse_period("99999999999999w"),
            Err("`99999999999999w` is longer than 292,000 years".to_owned())
        );
    }
}
