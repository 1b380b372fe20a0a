use super::super::activity_spec::ActivitySpec;
use crate::lead::shortened;
use crate::scorer::period::parse_period;

/// Why an activity's decay leaves all points to every age that counts; `None` where it does not.
pub(super) fn never_acts(activity: &ActivitySpec) -> Option<String> {
    let spec = activity.decay.as_ref()?;
    if spec.floor.is_some_and(|floor| floor >= 1.0) {
        return Some("with `floor` = `1` all points remain".to_owned());
    }
    let last = activity.window.as_ref()?.last.as_ref()?;
    let oldest = parse_period(last).ok()?.saturating_sub(1);
    let grace = match &spec.grace {
        Some(grace) => parse_period(grace).ok()?,
        None => 0,
    };
    let decay = spec.build().ok()?;
    // Shares of a table need not fall with age; all others do.
    let steps = spec.steps.iter().map(|step| {
        let from = parse_period(&step.from).unwrap_or(i64::MAX);
        grace.saturating_add(from)
    });
    let mut ages = steps.filter(|&age| age <= oldest).chain([0, oldest]);
    if ages.any(|age| decay.share(age) < 1.0) {
        return None;
    }
    let last = shortened(last);
    Some(match &spec.grace {
        Some(grace) => format!(
            "with `grace` = `{}` nothing fades within `last` = `{last}`",
            shortened(grace)
        ),
        None => format!("nothing fades within `last` = `{last}`"),
    })
}
