//! The clock that everything in the simulator is dated from.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

/// Where the virtual clock starts, and whether it runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockStart {
    /// The time of this machine.
    #[default]
    RealTime,
    /// Starts at the time given (ISO 8601 with an offset) and runs.
    RunningFrom(String),
    /// Stands still at the time given until it is set or advanced.
    FrozenAt(String),
}

/// The virtual clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Clock {
    /// Stands still at this many milliseconds since 1970.
    Frozen(i64),
    /// Runs, this many milliseconds ahead of the machine.
    Running(i64),
}

impl Clock {
    /// Reads the start; a time that cannot be read is answered with itself.
    pub(crate) fn start(start: &ClockStart) -> Result<Clock, String> {
        let read = |text: &String| instant_ms(text).ok_or_else(|| text.clone());
        match start {
            ClockStart::RealTime => Ok(Clock::Running(0)),
            ClockStart::RunningFrom(text) => Ok(Clock::Running(read(text)? - machine_ms())),
            ClockStart::FrozenAt(text) => Ok(Clock::Frozen(read(text)?)),
        }
    }

    /// The virtual time in milliseconds since 1970.
    pub(crate) fn now_ms(self) -> i64 {
        match self {
            Clock::Frozen(at_ms) => at_ms,
            Clock::Running(ahead_ms) => machine_ms() + ahead_ms,
        }
    }

    /// The same clock, showing the time given.
    pub(crate) fn set_to(self, at_ms: i64) -> Clock {
        match self {
            Clock::Frozen(_) => Clock::Frozen(at_ms),
            Clock::Running(_) => Clock::Running(at_ms - machine_ms()),
        }
    }
}

/// The time of this machine in milliseconds since 1970.
pub(crate) fn machine_ms() -> i64 {
    let elapsed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}

/// Reads an ISO 8601 time with offset.
pub(crate) fn instant_ms(text: &str) -> Option<i64> {
    text.parse::<Timestamp>()
        .ok()
        .map(Timestamp::as_millisecond)
}

/// Reads a time as the API's query parameters carry it: a date, a date and time, with or without
/// milliseconds and offset. A time without an offset is read at `offset_minutes`.
pub(crate) fn query_time_ms(text: &str, offset_minutes: i32) -> Option<i64> {
    // `+02:00` that was not percent-encoded arrives as a space.
    let text = text.trim_end().replace(' ', "+");
    if let Some(at_ms) = instant_ms(&text) {
        return Some(at_ms);
    }
    let local = match text.parse::<DateTime>() {
        Ok(it) => it,
        Err(_) => text.parse::<Date>().ok()?.at(0, 0, 0, 0),
    };
    let zone = jiff::tz::Offset::from_seconds(offset_minutes * 60).ok()?;
    zone.to_timestamp(local).ok().map(Timestamp::as_millisecond)
}

/// Writes a time as ISO 8601 with milliseconds and the offset given.
pub(crate) fn iso(at_ms: i64, offset_minutes: i32) -> String {
    let zone = jiff::tz::Offset::from_seconds(offset_minutes * 60).unwrap_or(jiff::tz::Offset::UTC);
    let instant = Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    let sign = if offset_minutes < 0 { '-' } else { '+' };
    let (hours, minutes) = (offset_minutes.abs() / 60, offset_minutes.abs() % 60);
    let local = zone.to_datetime(instant).strftime("%Y-%m-%dT%H:%M:%S%.3f");
    format!("{local}{sign}{hours:02}:{minutes:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_the_query_are_read_in_every_form_seen_in_clients() {
        let noon_utc = Some(1_767_614_400_000);
        for text in [
            "2026-01-05T12:00:00Z",
            "2026-01-05T13:00:00",
            "2026-01-05T13:00:00.000+01:00",
            "2026-01-05T14:00:00+02:00",
            "2026-01-05T14:00:00 02:00",
        ] {
            assert_eq!(query_time_ms(text, 60), noon_utc, "{text}");
        }
        assert_eq!(query_time_ms("2026-01-05", 0), Some(1_767_571_200_000));
        assert_eq!(query_time_ms("yesterday", 0), None);
    }

    #[test]
    fn times_are_written_with_milliseconds_and_offset() {
        assert_eq!(iso(1_767_614_400_007, 60), "2026-01-05T13:00:00.007+01:00");
        assert_eq!(iso(1_767_614_400_000, 0), "2026-01-05T12:00:00.000+00:00");
    }
}
