use super::*;
use crate::testing::anna;

fn field(name: &str, field_type: FieldType, source: Source) -> MessageField {
    MessageField {
        name: name.into(),
        field_type,
        source,
    }
}

fn fixed(name: &str, text: &str) -> MessageField {
    field(name, FieldType::Text, Source::Fixed(text.into()))
}

/// AU-19
#[test]
fn the_type_is_string_unless_another_known_one_is_named() {
    assert_eq!(FieldType::of(None), Some(FieldType::Text));
    assert_eq!(FieldType::of(Some("URL")), Some(FieldType::Url));
    assert_eq!(
        FieldType::of(Some("PRODUCTLIST")),
        Some(FieldType::ProductList)
    );
    for wrong in ["url", "productlist", "INTEGER", ""] {
        assert_eq!(FieldType::of(Some(wrong)), None, "{wrong}");
    }
}

/// AU-21, AU-22, AU-23
#[test]
fn a_name_occurs_once_has_no_white_space_and_its_case_counts() {
    assert_eq!(check(&[fixed("Name", "a"), fixed("name", "b")]), Ok(()));
    assert_eq!(
        check(&[fixed("name", "a"), fixed("name", "b")]),
        Err(FieldFault::Twice("name".into()))
    );
    for wrong in ["a b", "", " a", "a\tb", "a]"] {
        assert_eq!(
            check(&[fixed(wrong, "a")]),
            Err(FieldFault::Name(wrong.into()))
        );
    }
}

/// AU-20
#[test]
fn a_list_goes_into_a_product_list_and_nowhere_else() {
    let products = field("productlist", FieldType::ProductList, Source::Products);
    assert_eq!(check(std::slice::from_ref(&products)), Ok(()));
    let wrong = field("productlist", FieldType::Text, Source::Products);
    assert_eq!(
        check(&[wrong]),
        Err(FieldFault::Source("productlist".into()))
    );
    let mut record = anna();
    record.fields.push(crate::crm::Field {
        name: "interests".into(),
        value: Some(FieldValue::MultiChoice(vec!["a".into(), "b".into()])),
    });
    let list = |field_type| {
        let source = Source::RecordField("interests".into());
        assemble(
            &[field("x", field_type, source)],
            &record,
            &Given::default(),
        )
    };
    assert_eq!(list(FieldType::Text), Err(FieldFault::Several("x".into())));
    let sent = list(FieldType::ProductList).expect("fine").fields;
    assert_eq!(sent[0].values, ["a", "b"]);
}

/// AU-26, AU-28, AU-29
#[test]
fn a_cart_brings_its_products_link_and_values_under_the_usual_names() {
    let given = Given {
        products: vec!["p-1".into(), "p-2".into()],
        link: Some("https://shop.example/cart/7".into()),
        values: vec![("voucher".into(), "LENTE".into())],
    };
    let sent = assemble(&[], &anna(), &given).expect("fine").fields;
    let told: Vec<(&str, &str, Vec<&str>)> = sent
        .iter()
        .map(|it| {
            let values = it.values.iter().map(String::as_str).collect();
            (it.name.as_str(), it.field_type.word(), values)
        })
        .collect();
    assert_eq!(
        told,
        [
            ("productlist", "PRODUCTLIST", vec!["p-1", "p-2"]),
            ("linktocart", "URL", vec!["https://shop.example/cart/7"]),
            ("voucher", "STRING", vec!["LENTE"]),
        ]
    );
    let renamed = field("bought", FieldType::ProductList, Source::Products);
    let sent = assemble(&[renamed], &anna(), &given).expect("fine").fields;
    assert!(sent.iter().all(|it| it.name != "productlist"), "{sent:?}");
}

/// AU-29
#[test]
fn a_link_must_be_an_absolute_https_address() {
    for wrong in [
        "http://shop.example/cart",
        "/cart/7",
        "shop.example/cart",
        "https:///cart",
        "https://",
        "https://shop.example/a b",
        "javascript:alert(1)",
    ] {
        let given = Given {
            link: Some(wrong.into()),
            ..Given::default()
        };
        let refused = assemble(&[], &anna(), &given);
        assert_eq!(
            refused,
            Err(FieldFault::Address("linktocart".into())),
            "{wrong}"
        );
    }
}

/// AU-16
#[test]
fn values_are_read_from_the_record_as_it_is_and_empty_ones_are_left_out() {
    let name = field(
        "firstName",
        FieldType::Text,
        Source::RecordField("voornaam".into()),
    );
    let gone = field(
        "city",
        FieldType::Text,
        Source::RecordField("plaats".into()),
    );
    let assembled = assemble(&[name, gone], &anna(), &Given::default()).expect("fine");
    assert_eq!(assembled.fields[0].values, ["Anna"]);
    assert_eq!(assembled.empty, ["city"]);
}
