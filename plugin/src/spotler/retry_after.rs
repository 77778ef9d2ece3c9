//! The header `Retry-After` as a moment.

use jiff::fmt::strtime;
use jiff::tz::TimeZone;

use crate::crm::Timestamp;

/// Reads both of its forms: a number of seconds from `now` on, or a date such
/// as `Sun, 06 Nov 1994 08:49:37 GMT`. None where it is neither; the two date
/// forms that HTTP calls obsolete are neither.
pub fn read(value: &[u8], now: Timestamp) -> Option<Timestamp> {
    let text = str::from_utf8(value).ok()?.trim();
    if !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit()) {
        let seconds: u64 = text.parse().unwrap_or(u64::MAX);
        return Some(now.saturating_add(seconds.saturating_mul(1000)));
    }
    date(text)
}

fn date(text: &str) -> Option<Timestamp> {
    let date = strtime::parse("%a, %d %b %Y %H:%M:%S GMT", text)
        .ok()?
        .to_datetime()
        .ok()?;
    let moment = TimeZone::UTC.to_timestamp(date).ok()?;
    u64::try_from(moment.as_millisecond()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_count_from_now_and_a_date_stands_for_itself() {
        assert_eq!(read(b" 30 ", 1_000), Some(31_000));
        assert_eq!(
            read(b"Sun, 06 Nov 1994 08:49:37 GMT", 1_000),
            Some(784_111_777_000)
        );
    }

    #[test]
    fn what_is_neither_is_none() {
        for text in [
            "",
            "soon",
            "-1",
            "1.5",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "\u{ff11}",
        ] {
            assert_eq!(read(text.as_bytes(), 0), None, "{text}");
        }
        assert_eq!(read(b"99999999999999999999999", 5), Some(u64::MAX));
    }
}
