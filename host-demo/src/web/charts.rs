//! Charts as SVG, drawn here: no script, and the numbers stand in a table
//! beside them.

use super::links::moment;

/// Space for the names, for the bars, and for the numbers, in points.
const NAMES: u64 = 130;
const BARS: u64 = 380;
const NUMBERS: u64 = 90;
/// A bar with its gap, in points.
const ROW: u64 = 28;

/// Bars beside each other, the longest one as wide as there is space.
#[derive(Debug)]
pub(crate) struct Bars {
    pub(crate) width: u64,
    pub(crate) height: u64,
    pub(crate) bars: Vec<Bar>,
}

/// One bar with its name and number.
#[derive(Debug)]
pub(crate) struct Bar {
    pub(crate) name: String,
    pub(crate) number: u64,
    pub(crate) x: u64,
    pub(crate) y: u64,
    pub(crate) text_y: u64,
    pub(crate) width: u64,
    pub(crate) number_x: u64,
}

impl Bars {
    pub(crate) fn of<'a>(rows: impl Iterator<Item = (&'a str, u64)>) -> Self {
        let rows: Vec<(&str, u64)> = rows.collect();
        let most = rows.iter().map(|it| it.1).max().unwrap_or(0).max(1);
        let bars = (0..).zip(&rows).map(|(place, (name, number))| {
            let width = u64::try_from(u128::from(*number) * u128::from(BARS) / u128::from(most));
            let width = width.unwrap_or(BARS);
            Bar {
                name: (*name).to_owned(),
                number: *number,
                x: NAMES,
                y: place * ROW + 4,
                text_y: place * ROW + 19,
                width,
                number_x: NAMES + width + 6,
            }
        });
        let bars: Vec<Bar> = bars.collect();
        Self {
            width: NAMES + BARS + NUMBERS,
            height: ROW * rows.len() as u64,
            bars,
        }
    }

    /// A bar for each moment; none where there are fewer than two to compare.
    pub(crate) fn over_time(moments: &[(u64, u64)]) -> Option<Self> {
        if moments.len() < 2 {
            return None;
        }
        let named = moments.iter().map(|(at, number)| {
            let minute: String = moment(*at).chars().take(16).collect();
            (minute, *number)
        });
        let named: Vec<(String, u64)> = named.collect();
        Some(Self::of(named.iter().map(|(at, it)| (at.as_str(), *it))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_moment_is_no_course_of_time() {
        assert!(Bars::over_time(&[(0, 1)]).is_none());
        let bars = Bars::over_time(&[(0, 1), (60_000, 2)]).expect("two moments");
        assert_eq!(bars.bars[1].name, "1970-01-01 00:01");
    }

    #[test]
    fn the_longest_bar_fills_the_space_and_none_divides_by_zero() {
        let bars = Bars::of([("sent", 200), ("opened", 50), ("clicked", 0)].into_iter());
        let widths: Vec<u64> = bars.bars.iter().map(|it| it.width).collect();
        assert_eq!(widths, [BARS, BARS / 4, 0]);
        let nothing = Bars::of([("sent", 0)].into_iter());
        assert_eq!(nothing.bars[0].width, 0);
        let huge = Bars::of([("sent", u64::MAX)].into_iter());
        assert_eq!(huge.bars[0].width, BARS);
    }
}
