use super::*;

fn holds(op: TextOp, literal: &str, exact: bool, text: &str) -> bool {
    let test = TextTest {
        op,
        literal: folded(literal, exact),
        exact,
    };
    let alone = Matcher::new(&test).unwrap().holds(&mut Folded::new(text));
    let block = TextBlock::new([(&test, 1)].into_iter());
    assert_eq!(block.bits(text) == 1, alone);
    alone
}

#[test]
fn case_is_ignored_unless_exact() {
    use TextOp::{Contains, EndsWith, Equals, StartsWith};
    for (op, literal, text) in [
        (Equals, "Software", "sOFTWARE"),
        (Contains, "ENTER", "the enterprise"),
        (StartsWith, "vp ", "VP Sales"),
        (EndsWith, "@GMAIL.com", "a@gmail.COM"),
        (Equals, "ÉCOLE", "école"),
        (Contains, "straße", "HAUPTSTRAßE 1"),
        // The Kelvin sign's lower case is an ordinary k.
        (Equals, "kelvin", "\u{212a}elvin"),
        (Equals, "ΟΔΟΣ", "οδος"),
        (StartsWith, "ΟΔΟΣ", "οδοστρωμα"),
        (EndsWith, "Σ", "οδος"),
    ] {
        assert!(holds(op, literal, false, text), "{op:?} {literal} {text}");
        assert!(!holds(op, literal, true, text), "{op:?} {literal} {text}");
    }
    assert!(!holds(Equals, "é", false, "e"));
    assert!(!holds(Contains, "longer than the text", false, "text"));
    assert!(!holds(StartsWith, "longer", false, "l"));
    assert!(!holds(EndsWith, "longer", false, "r"));
}

#[test]
fn long_texts_are_searched_too() {
    let long = format!("{}NEEDLE", "a".repeat(100_000));
    assert!(holds(TextOp::Contains, "Needle", false, &long));
    assert!(!holds(
        TextOp::Contains,
        &format!("{}b", "a".repeat(50_000)),
        false,
        &long
    ));
}

#[test]
fn many_literals_are_found() {
    let tests: Vec<TextTest> = (0..40)
        .map(|i| TextTest {
            op: TextOp::Equals,
            literal: folded(&format!("Name{i}"), false),
            exact: false,
        })
        .collect();
    let block = TextBlock::new(tests.iter().enumerate().map(|(i, test)| (test, 1 << i)));
    for i in 0..40 {
        assert_eq!(block.bits(&format!("NAME{i}")), 1 << i);
    }
    assert_eq!(block.bits("NAME40"), 0);
    assert_eq!(block.bits("É"), 0);
}

#[test]
fn patterns_are_bounded() {
    assert!(holds(
        TextOp::Matches,
        r"\d{3}-\d{4}",
        true,
        "Call at 555-1234"
    ));
    assert_eq!(
        compile("(").unwrap_err(),
        "`(` is no pattern: unclosed group"
    );
    assert_eq!(
        compile(&"a".repeat(10_001)).unwrap_err(),
        "a pattern must not be longer than 10000 bytes, got 10001"
    );
    assert_eq!(
        compile(r"(\w{1000}){1000}").unwrap_err(),
        "the pattern is too large: it needs more than 524288 bytes"
    );
}
