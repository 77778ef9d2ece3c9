//! Spotler's two ways of writing a moment: a number of milliseconds, or ISO
//! 8601 text. Both are read everywhere.

use jiff::civil::{Date, DateTime};
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::crm::Timestamp;

/// Reads a moment in either way; none if it is neither. Text without an offset
/// is taken as UTC.
pub fn read(value: &Value) -> Option<Timestamp> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => parse(text).and_then(|it| u64::try_from(it).ok()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn parse(text: &str) -> Option<i64> {
    let with_offset = text.parse::<jiff::Timestamp>().or_else(|_| {
        strtime::parse("%Y-%m-%dT%H:%M:%S%.f%z", text).and_then(|it| it.to_timestamp())
    });
    let moment = with_offset.or_else(|_| {
        text.parse::<DateTime>()
            .and_then(|it| TimeZone::UTC.to_timestamp(it))
    });
    moment.ok().map(jiff::Timestamp::as_millisecond)
}

/// Writes a moment as Spotler's queries want it: to the second, in UTC.
pub fn write(at: Timestamp) -> String {
    let second = i64::try_from(at / 1000).unwrap_or(i64::MAX);
    jiff::Timestamp::from_second(second)
        .unwrap_or(jiff::Timestamp::MAX)
        .to_string()
}

/// Writes a moment as the queries for form results want it: digits only, in UTC.
pub fn write_compact(at: Timestamp) -> String {
    let digits = write(at);
    digits
        .chars()
        .filter(char::is_ascii_digit)
        .take(14)
        .collect()
}

/// Whether the text is a day of the calendar, `yyyy-mm-dd`.
pub fn is_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<Date>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_as_a_number_and_as_text() {
        let expected = Some(1_774_738_800_000);
        for value in [
            serde_json::json!(1_774_738_800_000_u64),
            serde_json::json!("2026-03-28T23:00:00Z"),
            serde_json::json!("2026-03-29T00:00:00+01:00"),
            serde_json::json!("2026-03-29T00:00:00.000+0100"),
            serde_json::json!("2026-03-28T23:00:00"),
        ] {
            assert_eq!(read(&value), expected, "{value}");
        }
        assert_eq!(
            read(&serde_json::json!("2026-03-28")),
            Some(1_774_656_000_000)
        );
    }

    #[test]
    fn what_is_no_moment_is_none() {
        for text in [
            "",
            "yesterday",
            "2026-02-30",
            "2026-3-1",
            "2026-03-01T25:00:00",
        ] {
            assert_eq!(read(&serde_json::json!(text)), None, "{text}");
        }
        assert_eq!(read(&Value::Null), None);
    }

    #[test]
    fn what_is_written_is_read_back() {
        for at in [0, 951_782_400_000, 1_774_738_800_000, 4_107_542_399_000] {
            assert_eq!(read(&Value::String(write(at))), Some(at));
        }
    }

    #[test]
    fn a_moment_for_form_results_is_fourteen_digits() {
        assert_eq!(write_compact(1_774_738_800_999), "20260328230000");
    }

    #[test]
    fn a_leap_day_exists_in_leap_years_only() {
        assert!(is_day("2024-02-29"));
        assert!(!is_day("2023-02-29"));
        assert!(!is_day("1900-02-29"));
        assert!(is_day("2000-02-29"));
    }
}
