//! How long to wait before the next attempt: doubling, capped, full jitter.

/// The first pause at most, in milliseconds.
const BASE_MS: u64 = 2_000;

/// No pause is longer, in milliseconds.
const CAP_MS: u64 = 15 * 60 * 1_000;

/// The pause after the `failures`th failure in a row (1 for the first), in
/// milliseconds: anything up to twice the one before, by `chance` (0 to 1), so
/// that what failed together does not come back together.
#[must_use]
pub fn pause_ms(failures: u32, chance: f64) -> u64 {
    let doublings = failures.saturating_sub(1).min(20);
    let longest = (BASE_MS << doublings).min(CAP_MS);
    let part = if chance.is_finite() {
        chance.clamp(0.0, 1.0)
    } else {
        1.0
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "between 0 and 15 minutes"
    )]
    let pause = (longest as f64 * part) as u64;
    // Never at once: a loop that fails without waiting would eat the machine.
    pause.max(50)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_cap() {
        let longest: Vec<u64> = (1..=12).map(|it| pause_ms(it, 1.0)).collect();
        assert_eq!(longest.first(), Some(&2_000));
        assert_eq!(longest.get(3), Some(&16_000));
        assert_eq!(longest.last(), Some(&900_000));
        assert!(longest.is_sorted(), "{longest:?}");
        assert_eq!(pause_ms(u32::MAX, 1.0), 900_000);
    }

    #[test]
    fn chance_spreads_a_pause_over_its_whole_length() {
        assert_eq!(pause_ms(3, 0.5), 4_000);
        assert_eq!(pause_ms(3, 0.0), 50);
        assert_eq!(pause_ms(3, f64::NAN), 8_000);
    }
}
