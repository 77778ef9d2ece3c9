//! Fields of a message, `[automationfield:NAME]` (AU-15..AU-23): what is set up,
//! what an occasion brings along, and what is sent. Values are read when a journey
//! is started, and kept nowhere (AU-16).

use serde::{Deserialize, Serialize};

use crate::crm::{CrmRecord, Facts, FieldValue};

/// The default name of a block with products (AU-28).
const PRODUCTLIST: &str = "productlist";
/// The usual name of the link back to a cart (AU-29).
const LINK_TO_CART: &str = "linktocart";

/// The type of a field (AU-19).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FieldType {
    /// A text.
    #[serde(rename = "STRING")]
    Text,
    /// A row of product ids.
    #[serde(rename = "PRODUCTLIST")]
    ProductList,
    /// An absolute https address.
    #[serde(rename = "URL")]
    Url,
}

impl FieldType {
    /// Reads Spotler's word for it; none given is `STRING`, another one nothing.
    pub fn of(word: Option<&str>) -> Option<Self> {
        match word {
            None | Some("STRING") => Some(Self::Text),
            Some("PRODUCTLIST") => Some(Self::ProductList),
            Some("URL") => Some(Self::Url),
            Some(_) => None,
        }
    }

    /// Spotler's word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "STRING",
            Self::ProductList => "PRODUCTLIST",
            Self::Url => "URL",
        }
    }
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A field of the record.
    RecordField(String),
    /// Always this text.
    Fixed(String),
    /// The products of the cart or order.
    Products,
    /// The link of the cart or order.
    Link,
    /// A value that the occasion brought along.
    Value(String),
}

/// A field as it is set up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageField {
    /// Its name.
    pub name: String,
    /// Its type.
    pub field_type: FieldType,
    /// Where its value comes from.
    pub source: Source,
}

/// What an occasion brings along.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Ids of products, as Spotler knows them.
    pub products: Vec<String>,
    /// The link back.
    pub link: Option<String>,
    /// Other values by name.
    pub values: Facts,
}

/// A field as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentField {
    /// Its name.
    pub name: String,
    /// Its type.
    pub field_type: FieldType,
    /// One value, or the ids of products.
    pub values: Vec<String>,
}

/// Why fields cannot be sent; the name is the field's, never its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldFault {
    /// It has no name, or one with white space (AU-22).
    Name(String),
    /// The name occurs twice (AU-21).
    Twice(String),
    /// An address that is not an absolute https one (AU-29).
    Address(String),
    /// Several values where one is wanted (AU-20).
    Several(String),
    /// A type that cannot be had from its source (AU-20).
    Source(String),
}

impl FieldFault {
    /// The code of the fault and the field's name, for a reason.
    pub fn told(&self) -> String {
        let (what, name) = match self {
            Self::Name(name) => ("name", name),
            Self::Twice(name) => ("twice", name),
            Self::Address(name) => ("not-https", name),
            Self::Several(name) => ("several-values", name),
            Self::Source(name) => ("type-and-source", name),
        };
        format!("{name}: {what}")
    }
}

/// What is sent, and the names of what was left out because it is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assembled {
    /// The fields.
    pub fields: Vec<SentField>,
    /// The names of empty ones.
    pub empty: Vec<String>,
}

/// Checks what is set up, before anything is triggered with it.
pub fn check(fields: &[MessageField]) -> Result<(), FieldFault> {
    for (at, field) in fields.iter().enumerate() {
        check_name(&field.name)?;
        if fields.iter().take(at).any(|it| it.name == field.name) {
            return Err(FieldFault::Twice(field.name.clone()));
        }
        let fits = match (&field.source, field.field_type) {
            (Source::Products, it) => it == FieldType::ProductList,
            (Source::Link, it) => it != FieldType::ProductList,
            (Source::Fixed(text), FieldType::Url) => is_https(text),
            (Source::RecordField(_) | Source::Fixed(_) | Source::Value(_), _) => true,
        };
        if !fits {
            return Err(FieldFault::Source(field.name.clone()));
        }
    }
    Ok(())
}

/// The fields that go with a trigger on an occasion: those that are set up, and
/// what the occasion brings along under the usual names.
pub fn with_usual(fields: &[MessageField], given: &Given) -> Vec<MessageField> {
    let mut all = fields.to_vec();
    let mut add = |name: &str, field_type, source: Source| {
        if !fields
            .iter()
            .any(|it| it.source == source || it.name == name)
        {
            let name = name.to_owned();
            all.push(MessageField {
                name,
                field_type,
                source,
            });
        }
    };
    if !given.products.is_empty() {
        add(PRODUCTLIST, FieldType::ProductList, Source::Products);
    }
    if given.link.is_some() {
        add(LINK_TO_CART, FieldType::Url, Source::Link);
    }
    for (name, _) in &given.values {
        add(name, FieldType::Text, Source::Value(name.clone()));
    }
    all
}

/// Reads the values, and refuses what Spotler would misread.
pub fn assemble(
    fields: &[MessageField],
    record: &CrmRecord,
    given: &Given,
) -> Result<Assembled, FieldFault> {
    let fields = with_usual(fields, given);
    check(&fields)?;
    let mut assembled = Assembled::default();
    for field in fields {
        let mut values = read(&field, record, given);
        values.retain(|it| !it.is_empty());
        let [first, rest @ ..] = values.as_slice() else {
            assembled.empty.push(field.name);
            continue;
        };
        match field.field_type {
            FieldType::Text | FieldType::Url if !rest.is_empty() => {
                return Err(FieldFault::Several(field.name));
            }
            FieldType::Url if !is_https(first) => return Err(FieldFault::Address(field.name)),
            FieldType::Text | FieldType::Url | FieldType::ProductList => {}
        }
        assembled.fields.push(SentField {
            name: field.name,
            field_type: field.field_type,
            values,
        });
    }
    Ok(assembled)
}

fn read(field: &MessageField, record: &CrmRecord, given: &Given) -> Vec<String> {
    let one_or_ids = |text: &str| match field.field_type {
        FieldType::ProductList => text.split(',').map(|it| it.trim().to_owned()).collect(),
        FieldType::Text | FieldType::Url => vec![text.trim().to_owned()],
    };
    match &field.source {
        Source::RecordField(name) => match record.value(name) {
            Some(FieldValue::MultiChoice(codes)) => codes.clone(),
            Some(value) => one_or_ids(&value.to_text(",")),
            None => Vec::new(),
        },
        Source::Fixed(text) => one_or_ids(text),
        Source::Products => given.products.clone(),
        Source::Link => given.link.iter().cloned().collect(),
        Source::Value(name) => given
            .values
            .iter()
            .filter(|it| it.0 == *name)
            .flat_map(|it| one_or_ids(&it.1))
            .collect(),
    }
}

fn check_name(name: &str) -> Result<(), FieldFault> {
    let bad = name.is_empty() || name.chars().any(|it| it.is_whitespace() || it == ']');
    if bad {
        Err(FieldFault::Name(name.to_owned()))
    } else {
        Ok(())
    }
}

/// Whether a text is an absolute https address with a host.
fn is_https(text: &str) -> bool {
    let clean = text
        .chars()
        .all(|it| !it.is_whitespace() && !it.is_control());
    let host = text
        .strip_prefix("https://")
        .and_then(|it| it.split(['/', '?', '#']).next());
    let host = host.and_then(|it| it.rsplit('@').next());
    clean && host.is_some_and(|it| !it.is_empty() && !it.starts_with([':', '.']))
}

#[cfg(test)]
mod tests;
