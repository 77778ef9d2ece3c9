//! The evening window: when large campaigns may run (PV-22, C9, C29).
//!
//! The component knows no time zones, so the host tells it whether the window
//! is open. A window is a pair of moments, not of clock readings: that keeps
//! the two nights a year right in which the clock changes.

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Time},
    tz::TimeZone,
};

/// From when to when the window is open, on which clock.
#[derive(Clone, Debug)]
pub struct EveningHours {
    /// The reading at which it opens.
    pub opens: Time,
    /// The reading at which it closes; not after `opens`: the next day.
    pub closes: Time,
    /// Whose clock is read.
    pub zone: TimeZone,
}

/// How the window stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// True while it is open.
    pub open: bool,
    /// When it opens next, in milliseconds since 1970.
    pub opens_at_ms: u64,
}

/// Why evening hours could not be read.
#[derive(Debug, thiserror::Error)]
pub enum HoursError {
    /// Not a time of day.
    #[error("`{text}` is not a time of day; write it as `19:00`")]
    Time {
        /// What was given.
        text: String,
        /// What is wrong with it.
        #[source]
        source: jiff::Error,
    },
    /// Not a time zone.
    #[error("`{name}` is not a time zone; write it as `Europe/Amsterdam`")]
    Zone {
        /// What was given.
        name: String,
        /// What is wrong with it.
        #[source]
        source: jiff::Error,
    },
}

impl Default for EveningHours {
    /// 19:00 to 06:00 in UTC.
    fn default() -> Self {
        Self {
            opens: Time::constant(19, 0, 0, 0),
            closes: Time::constant(6, 0, 0, 0),
            zone: TimeZone::UTC,
        }
    }
}

impl EveningHours {
    /// Reads `19:00`, `06:00` and `Europe/Amsterdam`.
    pub fn parse(opens: &str, closes: &str, zone: &str) -> Result<Self, HoursError> {
        Ok(Self {
            opens: time(opens)?,
            closes: time(closes)?,
            zone: TimeZone::get(zone).map_err(|source| HoursError::Zone {
                name: zone.to_owned(),
                source,
            })?,
        })
    }

    /// How the window stands at `now_ms`.
    pub fn at(&self, now_ms: u64) -> Window {
        let now = Timestamp::from_millisecond(i64::try_from(now_ms).unwrap_or(i64::MAX))
            .unwrap_or(Timestamp::MAX);
        let today = now.to_zoned(self.zone.clone()).date();
        let mut window = Window {
            open: false,
            opens_at_ms: now_ms,
        };
        for days in [2, 1, 0, -1] {
            let Some((opens, closes)) = self.of_day(today, days) else {
                continue;
            };
            if opens > now {
                window.opens_at_ms = u64::try_from(opens.as_millisecond()).unwrap_or(0);
            } else if now < closes {
                window.open = true;
            }
        }
        window
    }

    /// The window that opens `days` after `today`, as two moments.
    fn of_day(&self, today: Date, days: i64) -> Option<(Timestamp, Timestamp)> {
        let first = today.checked_add(days.days()).ok()?;
        let last = if self.closes > self.opens {
            first
        } else {
            first.tomorrow().ok()?
        };
        Some((
            self.moment(first, self.opens)?,
            self.moment(last, self.closes)?,
        ))
    }

    fn moment(&self, date: Date, time: Time) -> Option<Timestamp> {
        let zoned = self.zone.to_zoned(date.to_datetime(time)).ok()?;
        Some(zoned.timestamp())
    }
}

fn time(text: &str) -> Result<Time, HoursError> {
    text.parse().map_err(|source| HoursError::Time {
        text: text.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amsterdam() -> EveningHours {
        EveningHours::parse("19:00", "06:00", "Europe/Amsterdam").expect("valid hours")
    }

    fn ms(text: &str) -> u64 {
        let moment: Timestamp = text.parse().expect("a moment");
        u64::try_from(moment.as_millisecond()).expect("after 1970")
    }

    #[test]
    fn opens_at_seven_and_closes_at_six() {
        let hours = amsterdam();
        assert!(!hours.at(ms("2026-07-01T18:59:59.999+02:00")).open);
        assert!(hours.at(ms("2026-07-01T19:00:00+02:00")).open);
        assert!(hours.at(ms("2026-07-02T05:59:59.999+02:00")).open);
        assert!(!hours.at(ms("2026-07-02T06:00:00+02:00")).open);
    }

    #[test]
    fn a_closed_window_tells_when_it_opens() {
        let window = amsterdam().at(ms("2026-07-01T12:00:00+02:00"));
        assert_eq!(window.opens_at_ms, ms("2026-07-01T19:00:00+02:00"));
    }

    #[test]
    fn an_open_window_tells_when_the_next_one_opens() {
        let window = amsterdam().at(ms("2026-07-01T23:00:00+02:00"));
        assert!(window.open);
        assert_eq!(window.opens_at_ms, ms("2026-07-02T19:00:00+02:00"));
    }

    /// PV-22: in the night in which the clock goes forward the window is an
    /// hour shorter.
    #[test]
    fn the_night_to_summer_time_is_an_hour_shorter() {
        let hours = amsterdam();
        assert!(hours.at(ms("2027-03-28T01:59:59+01:00")).open);
        assert!(hours.at(ms("2027-03-28T05:59:59+02:00")).open);
        assert!(!hours.at(ms("2027-03-28T06:00:00+02:00")).open);
        let sunday = hours.at(ms("2027-03-28T12:00:00+02:00"));
        assert_eq!(sunday.opens_at_ms, ms("2027-03-28T19:00:00+02:00"));
    }

    /// PV-22: in the night in which the clock goes back the window is an hour
    /// longer, and does not close when a reading comes by for the second time.
    #[test]
    fn the_night_to_winter_time_is_an_hour_longer() {
        let hours = amsterdam();
        assert!(hours.at(ms("2026-10-25T02:30:00+02:00")).open);
        assert!(hours.at(ms("2026-10-25T02:30:00+01:00")).open);
        assert!(hours.at(ms("2026-10-25T05:59:59+01:00")).open);
        assert!(!hours.at(ms("2026-10-25T06:00:00+01:00")).open);
        let sunday = hours.at(ms("2026-10-25T12:00:00+01:00"));
        assert_eq!(sunday.opens_at_ms, ms("2026-10-25T19:00:00+01:00"));
    }

    #[test]
    fn an_opening_that_the_clock_skips_comes_an_hour_later() {
        let hours = EveningHours::parse("02:30", "04:00", "Europe/Amsterdam").expect("hours");
        let window = hours.at(ms("2027-03-28T00:00:00+01:00"));
        assert_eq!(window.opens_at_ms, ms("2027-03-28T03:30:00+02:00"));
    }

    #[test]
    fn a_window_by_day_is_possible_too() {
        let hours = EveningHours::parse("09:00", "17:00", "UTC").expect("hours");
        assert!(hours.at(ms("2026-07-01T10:00:00Z")).open);
        assert!(!hours.at(ms("2026-07-01T17:00:00Z")).open);
    }

    #[test]
    fn errors_name_what_was_given() {
        let error = EveningHours::parse("19 o'clock", "06:00", "UTC").expect_err("no time");
        assert!(error.to_string().contains("19 o'clock"), "{error}");
        let error = EveningHours::parse("19:00", "06:00", "Mars/Olympus").expect_err("no zone");
        assert!(error.to_string().contains("Mars/Olympus"), "{error}");
    }
}
