//! Field values as text and as JSON, and whether they are what they say.

use serde_json::Value;

use crate::contract::{FieldType, FieldValue};

/// What is wrong with a value. Never says the value: it may be a person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueProblem {
    /// Not a whole number.
    #[error("is not a whole number")]
    Number,
    /// Not a decimal number with a point.
    #[error("is not a decimal number such as `12.50`")]
    Decimal,
    /// Neither yes nor no.
    #[error("is neither `yes` nor `no`")]
    Boolean,
    /// Not a day of the calendar.
    #[error("is not a date of the form `yyyy-mm-dd`")]
    Date,
    /// Not a moment.
    #[error("is not a moment of the form `yyyy-mm-ddThh:mm:ss+00:00`")]
    DateTime,
    /// None of the field's options.
    #[error("is none of the field's options")]
    Choice,
    /// A character that no text holds, and that PostgreSQL does not keep.
    #[error("holds the character number 0, which is no text")]
    Character,
    /// The value has another type than the field.
    #[error("has another type than the field")]
    Type,
}

/// Reads a value of a type as a person writes it; nothing but blanks is empty.
pub fn parse(
    field_type: FieldType,
    options: &[String],
    text: &str,
) -> Result<Option<FieldValue>, ValueProblem> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let value = match field_type {
        FieldType::Text => FieldValue::Text(text.to_owned()),
        FieldType::Number => FieldValue::Number(text.parse().map_err(|_| ValueProblem::Number)?),
        FieldType::Decimal => FieldValue::Decimal(text.to_owned()),
        FieldType::Boolean => FieldValue::Boolean(yes_or_no(text)?),
        FieldType::Date => FieldValue::Date(text.to_owned()),
        FieldType::DateTime => FieldValue::DateTime(text.to_owned()),
        FieldType::Choice => FieldValue::Choice(text.to_owned()),
        FieldType::MultiChoice => FieldValue::MultiChoice(
            text.split(';')
                .map(str::trim)
                .filter(|it| !it.is_empty())
                .map(str::to_owned)
                .collect(),
        ),
    };
    check(field_type, options, &value)?;
    Ok(Some(value))
}

/// Whether a value has the field's type and is well-formed.
pub fn check(
    field_type: FieldType,
    options: &[String],
    value: &FieldValue,
) -> Result<(), ValueProblem> {
    let fits = |ok: bool, problem| if ok { Ok(()) } else { Err(problem) };
    let offered = |it: &String| options.is_empty() || options.contains(it);
    if texts_of(value).any(|it| it.contains('\0')) {
        return Err(ValueProblem::Character);
    }
    match (field_type, value) {
        (FieldType::Text, FieldValue::Text(_))
        | (FieldType::Number, FieldValue::Number(_))
        | (FieldType::Boolean, FieldValue::Boolean(_)) => Ok(()),
        (FieldType::Decimal, FieldValue::Decimal(text)) => {
            fits(is_decimal(text), ValueProblem::Decimal)
        }
        (FieldType::Date, FieldValue::Date(text)) => fits(is_date(text), ValueProblem::Date),
        (FieldType::DateTime, FieldValue::DateTime(text)) => fits(
            text.parse::<jiff::Timestamp>().is_ok(),
            ValueProblem::DateTime,
        ),
        (FieldType::Choice, FieldValue::Choice(code)) => fits(offered(code), ValueProblem::Choice),
        (FieldType::MultiChoice, FieldValue::MultiChoice(codes)) => {
            fits(codes.iter().all(offered), ValueProblem::Choice)
        }
        _ => Err(ValueProblem::Type),
    }
}

/// The texts that a value is made of.
fn texts_of(value: &FieldValue) -> impl Iterator<Item = &String> {
    let texts = match value {
        FieldValue::Text(it)
        | FieldValue::Decimal(it)
        | FieldValue::Date(it)
        | FieldValue::DateTime(it)
        | FieldValue::Choice(it) => std::slice::from_ref(it),
        FieldValue::MultiChoice(codes) => codes.as_slice(),
        FieldValue::Number(_) | FieldValue::Boolean(_) => &[],
    };
    texts.iter()
}

/// Reads yes or no as people write it in Dutch and English.
pub fn yes_or_no(text: &str) -> Result<bool, ValueProblem> {
    match text.trim().to_lowercase().as_str() {
        "yes" | "true" | "1" | "ja" | "y" | "j" | "allow" => Ok(true),
        "no" | "false" | "0" | "nee" | "n" | "do-not-allow" => Ok(false),
        _ => Err(ValueProblem::Boolean),
    }
}

/// The value as a person reads it.
pub fn to_text(value: &FieldValue) -> String {
    match value {
        FieldValue::Text(it)
        | FieldValue::Decimal(it)
        | FieldValue::Date(it)
        | FieldValue::DateTime(it)
        | FieldValue::Choice(it) => it.clone(),
        FieldValue::Number(it) => it.to_string(),
        FieldValue::Boolean(true) => "yes".to_owned(),
        FieldValue::Boolean(false) => "no".to_owned(),
        FieldValue::MultiChoice(codes) => codes.join("; "),
    }
}

/// The value as JSON shows it: the plain text, number or list.
pub fn to_json(value: &FieldValue) -> Value {
    match value {
        FieldValue::Text(it)
        | FieldValue::Decimal(it)
        | FieldValue::Date(it)
        | FieldValue::DateTime(it)
        | FieldValue::Choice(it) => Value::from(it.as_str()),
        FieldValue::Number(it) => Value::from(*it),
        FieldValue::Boolean(it) => Value::from(*it),
        FieldValue::MultiChoice(codes) => Value::from(codes.clone()),
    }
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

fn is_decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let digits = |it: &str| !it.is_empty() && it.bytes().all(|b| b.is_ascii_digit());
    digits(whole) && digits(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_people_write_them() {
        let values = [
            (FieldType::Text, " Anna ", "Anna"),
            (FieldType::Number, "-3", "-3"),
            (FieldType::Decimal, "12.50", "12.50"),
            (FieldType::Boolean, "ja", "yes"),
            (FieldType::Date, "1971-02-28", "1971-02-28"),
            (
                FieldType::DateTime,
                "2026-07-01T12:00:00+02:00",
                "2026-07-01T12:00:00+02:00",
            ),
            (FieldType::Choice, "V", "V"),
            (FieldType::MultiChoice, "a;b ;", "a; b"),
        ];
        for (field_type, text, shown) in values {
            let value = parse(field_type, &[], text)
                .expect("well-formed")
                .expect("not empty");
            assert_eq!(to_text(&value), shown);
        }
    }

    #[test]
    fn what_is_malformed_is_refused() {
        let problem = |field_type, text| parse(field_type, &[], text).expect_err("malformed");
        assert_eq!(problem(FieldType::Date, "1971-02-30"), ValueProblem::Date);
        assert_eq!(problem(FieldType::Date, "28-02-1971"), ValueProblem::Date);
        assert_eq!(problem(FieldType::Decimal, "12,50"), ValueProblem::Decimal);
        assert_eq!(problem(FieldType::Number, "three"), ValueProblem::Number);
        assert_eq!(
            problem(FieldType::Boolean, "perhaps"),
            ValueProblem::Boolean
        );
        assert_eq!(problem(FieldType::Text, "An\0na"), ValueProblem::Character);
        let options = ["M".to_owned(), "V".to_owned()];
        let choice = parse(FieldType::Choice, &options, "X").expect_err("no option");
        assert_eq!(choice, ValueProblem::Choice);
    }

    #[test]
    fn blanks_are_empty() {
        assert!(
            parse(FieldType::Number, &[], "  ")
                .expect("empty")
                .is_none()
        );
    }
}
