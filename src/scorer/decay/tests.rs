use super::super::period::DAY;
use super::*;

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::needless_pass_by_value,
    reason = "days of a test"
)]
fn share(spec: DecaySpec, days: f64) -> f64 {
    spec.build().unwrap().share((days * DAY as f64) as i64)
}

/// The decay table of the field: vendors' printed numbers and the formulas behind them.
#[test]
fn published_numbers() {
    let h = DecaySpec::half_life;
    assert_eq!(25.0 * share(h("14d"), 14.0), 12.5);
    // LeadVibe, "half-life": 10 points, 14 days. Its "roughly 0.6" at 90 days contradicts its own formula.
    for (days, expected) in [
        (0.0, 10.0),
        (14.0, 5.0),
        (28.0, 2.5),
        (30.0, 2.264_309_160_659_766_7),
        (90.0, 0.116_093_303_838_824_07),
    ] {
        assert!((10.0 * share(h("14d"), days) - expected).abs() < 1e-9);
    }
    // HubSpot, 50 % a month: 10, 5, 0; linear, not 2.5 after two months.
    let monthly = || DecaySpec::lose(0.5, "30d");
    for (days, expected) in [
        (0.0, 10.0),
        (29.9, 10.0),
        (30.0, 5.0),
        (59.0, 5.0),
        (60.0, 0.0),
        (90.0, 0.0),
    ] {
        assert_eq!(10.0 * share(monthly(), days), expected);
    }
    assert_eq!(10.0 * share(monthly().continuous(), 15.0), 7.5);
    // MadKudu: 9 points, 90 days, 3 days old: 8.7.
    assert!((9.0 * share(DecaySpec::lifespan("90d"), 3.0) - 8.7).abs() < 1e-12);
    assert_eq!(share(DecaySpec::lifespan("90d"), 90.0), 0.0);
    assert_eq!(share(DecaySpec::lifespan("90d"), 91.0), 0.0);
    let steps = || DecaySpec::steps([("7d", 0.5), ("30d", 0.1)]);
    for (days, expected) in [(6.9, 1.0), (7.0, 0.5), (29.9, 0.5), (30.0, 0.1), (9e3, 0.1)] {
        assert_eq!(share(steps(), days), expected);
    }
}

#[test]
fn grace_and_floor() {
    let spec = || DecaySpec::half_life("10d").grace("5d").floor(0.2);
    assert_eq!(share(spec(), 5.0), 1.0);
    assert_eq!(share(spec(), 15.0), 0.5);
    assert_eq!(share(spec(), 1e4), 0.2);
    assert_eq!(share(DecaySpec::lose(1.0, "1d").floor(0.3), 2.0), 0.3);
    let decay = spec().build().unwrap();
    assert_eq!(decay.share(i64::MIN), 1.0);
    assert_eq!(decay.share(i64::MAX), 0.2);
}

#[test]
fn round_trips() {
    for spec in [
        DecaySpec::half_life("14d").grace("36h").floor(0.25),
        DecaySpec::lose(0.5, "30d"),
        DecaySpec::lose(0.5, "30d").continuous(),
        DecaySpec::lifespan("90d"),
        DecaySpec::steps([("0s", 1.0), ("7d", 0.5)]),
    ] {
        let decay = spec.build().unwrap();
        assert_eq!(DecaySpec::from(decay.clone()), spec);
        let json = serde_json::to_string(&decay).unwrap();
        assert_eq!(serde_json::from_str::<Decay>(&json).unwrap(), decay);
    }
}

#[test]
fn bad_curves_are_named() {
    let two = DecaySpec {
        lifespan: Some("1d".into()),
        ..DecaySpec::half_life("-3d")
    };
    for (spec, message) in [
        (
            DecaySpec::default(),
            "give exactly one of `half_life`, `lose`, `lifespan` and `steps`",
        ),
        (
            two,
            "give exactly one of `half_life`, `lose`, `lifespan` and `steps`\nhalf_life: expected a length of time \
             such as `90s`, `15m`, `12h`, `14d` or `2w`, got `-3d`",
        ),
        (
            DecaySpec::half_life("0d"),
            "half_life: must be longer than 0, got `0d`",
        ),
        (
            DecaySpec::lifespan("0s"),
            "lifespan: must be longer than 0, got `0s`",
        ),
        (
            DecaySpec::lose(f64::NAN, "3d"),
            "lose: must be more than 0 and at most 1, got `NaN`",
        ),
        (
            DecaySpec::lose(0.0, "3d"),
            "lose: must be more than 0 and at most 1, got `0`",
        ),
        (
            DecaySpec {
                lose: Some(0.5),
                ..DecaySpec::default()
            },
            "`lose` needs `every`",
        ),
        (
            DecaySpec {
                every: Some("1d".into()),
                ..DecaySpec::half_life("1d")
            },
            "every: belongs to `lose`",
        ),
        (
            DecaySpec::half_life("1d").continuous(),
            "shape: belongs to `lose`",
        ),
        (
            DecaySpec::half_life("1d").floor(1.5),
            "floor: must be between 0 and 1, got `1.5`",
        ),
        (
            DecaySpec::half_life("1d").grace("x"),
            "grace: expected a length of time such as `90s`, `15m`, `12h`, `14d` or `2w`, got `x`",
        ),
        (
            DecaySpec::steps([("7d", 0.5), ("7d", 0.1)]),
            "steps[1].from: must be later than the step before, got `7d`",
        ),
        (
            DecaySpec::steps([("7d", -0.5)]),
            "steps[0].share: must be between 0 and 1, got `-0.5`",
        ),
    ] {
        assert_eq!(spec.build().unwrap_err().to_string(), message);
    }
}
