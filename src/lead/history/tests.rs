use super::*;

fn at(seconds: i64) -> Activity<'static> {
    Activity::new(KindSlot::new(0), Moment::from_seconds(seconds))
}

fn seen(activity: Activity<'_>) -> Reported<'_> {
    Reported {
        activity,
        voided: false,
    }
}

#[test]
fn activities_are_sorted_and_texts_stored_once() {
    let full = at(1)
        .id("x1")
        .product(ProductSlot::new(2))
        .subject("/pricing")
        .channel("web")
        .value(0.0);
    let second = Activity {
        kind: KindSlot::new(1),
        ..full.id("x2")
    };
    let history = History::new(vec![
        seen(at(2).subject("/pricing").channel("web")),
        seen(second),
        Reported {
            activity: full,
            voided: true,
        },
        seen(at(0)),
    ])
    .unwrap();
    assert_eq!(&*history.texts, " x1/pricingwebx2 ");
    assert_eq!(history.visible(), 3);
    let mut visited = Vec::new();
    history.visit(&mut |activity| visited.push(activity));
    assert_eq!(
        visited,
        [at(0), second, at(2).subject("/pricing").channel("web")]
    );
    let all: Vec<_> = history.iter().map(|r| (r.activity, r.voided)).collect();
    assert_eq!(all[1], (full, true));
    assert_eq!(history, history.clone());
}

#[test]
fn all_that_is_visible_is_appended() {
    let texts = ["", "/a", "/b/c", "é"];
    let some = |text: &'static str| Some(text).filter(|text| !text.is_empty());
    let all: Vec<_> = (0_i64..9)
        .zip(texts.iter().cycle())
        .map(|(second, text)| Activity {
            subject: some(text),
            channel: some(texts[usize::from(second % 2 == 0)]),
            product: (second % 3 == 0).then(|| ProductSlot::new(1)),
            ..at(second)
        })
        .collect();
    for voided in [None, Some(4)] {
        let reported = all.iter().enumerate().map(|(place, &activity)| Reported {
            activity,
            voided: voided == Some(place),
        });
        let history = History::new(reported.collect()).unwrap();
        let (mut appended, mut visited) = (Vec::new(), Vec::new());
        history.append(Moment::MIN, Moment::MAX, &mut appended);
        history.visit(&mut |activity| visited.push(activity));
        assert_eq!(appended, visited);
        assert_eq!(appended.len(), all.len() - usize::from(voided.is_some()));
    }
}

#[test]
fn order_of_reports_does_not_matter() {
    let mut reported = vec![
        seen(at(0)),
        Reported {
            activity: at(0),
            voided: true,
        },
        seen(at(0).value(1.0)),
        seen(at(0).subject("b")),
        seen(at(0).subject("a")),
    ];
    let first = History::new(reported.clone()).unwrap();
    reported.reverse();
    assert_eq!(History::new(reported).unwrap(), first);
    assert_ne!(History::new(vec![seen(at(0))]).unwrap(), first);
}

#[test]
fn long_texts_and_late_ones_come_back() {
    let long = "x".repeat(65_536);
    let edge = "y".repeat(65_535);
    let all = [
        at(0).id(&edge).subject("/a").channel("web"),
        at(1).id("i1").subject(&long).channel("web"),
        at(2).id("i2").subject("/a").channel(&edge),
        at(3).subject("/b").channel(&long),
        at(4).id("i3"),
    ];
    let mut reported: Vec<_> = all.map(seen).to_vec();
    reported[3].voided = true;
    let history = History::new(reported).unwrap();
    let back: Vec<_> = history.iter().map(|r| (r.activity, r.voided)).collect();
    let expected: Vec<_> = all.iter().map(|&one| (one, one == all[3])).collect();
    assert!(back == expected);
    let mut between = Vec::new();
    let second = Moment::from_seconds;
    history.append(second(1), second(3), &mut between);
    assert!(between == all[1..3]);
    assert_eq!(history.visible(), 4);
}

#[test]
fn too_much_text_is_refused() {
    let texts = |subject| vec![seen(at(0).subject(subject)), seen(at(1).subject(subject))];
    assert!(History::within(texts("12345678"), 8).is_some());
    assert!(History::within(texts("123456789"), 8).is_none());
    let differing = vec![seen(at(0).subject("1234")), seen(at(0).channel("12345"))];
    assert!(History::within(differing, 8).is_none());
}

#[test]
fn entries_are_small() {
    assert_eq!(size_of::<Entry>(), 32);
    assert_eq!(size_of::<History>(), 40);
}
