use super::*;

#[test]
fn slots_follow_the_declaration() {
    let spec = SchemaSpec::new()
        .text("z")
        .number("a")
        .kind("visit")
        .product("crm");
    let schema = spec.build().unwrap();
    assert_eq!(schema.attribute("z"), Some(AttributeSlot::new(0)));
    assert_eq!(
        schema.attribute_type(AttributeSlot::new(1)),
        Some(AttributeType::Number)
    );
    assert_eq!(schema.kind("visit"), Some(KindSlot::new(0)));
    assert_eq!(schema.spec(), spec);
    assert_eq!(schema.attribute("b"), None);
}

#[test]
fn identity_is_the_declaration() {
    let id = |spec: SchemaSpec| spec.build().unwrap().id();
    let base = id(SchemaSpec::new().text("a").kind("b"));
    assert_eq!(base, id(SchemaSpec::new().text("a").kind("b")));
    for other in [
        SchemaSpec::new().number("a").kind("b"),
        SchemaSpec::new().text("b").kind("a"),
        SchemaSpec::new().text("a").product("b"),
        SchemaSpec::new().text("ab"),
        SchemaSpec::new(),
    ] {
        assert_ne!(base, id(other));
    }
}

#[test]
fn files_keep_order_and_repeats() {
    let json = r#"{"attributes":{"z":"text","a":"number"},"kinds":["visit"]}"#;
    let spec: SchemaSpec = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&spec).unwrap(), json);
    let twice: SchemaSpec =
        serde_json::from_str(r#"{"attributes":{"a":"text","a":"number"}}"#).unwrap();
    assert_eq!(
        twice.build().unwrap_err().to_string(),
        "attributes[1]: `a` stands twice"
    );
}

#[test]
fn all_problems_at_once() {
    let error = SchemaSpec::new()
        .text("")
        .kind(" x")
        .kind("y")
        .kind("y")
        .build();
    let error = error.unwrap_err();
    let shown: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "attributes[0]: a name must not be empty",
            "kinds[0]: a name must not begin or end with white space",
            "kinds[2]: `y` stands twice",
        ]
    );
    let many = SchemaSpec::new().kinds((0..70_000).map(|i| i.to_string()));
    assert_eq!(
        many.build().unwrap_err().to_string(),
        "kinds: at most 65,535 names"
    );
}
