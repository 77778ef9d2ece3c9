//! How often somebody may try to log in. Pure, but for the lock around it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// So many wrong passwords in a row are allowed.
const FREE: u32 = 5;
/// After that, so long between two tries.
const PAUSE_MS: u64 = 60_000;
/// Wrong passwords are forgotten after so long without one.
const FORGET_MS: u64 = 15 * 60_000;
/// So many names are remembered; who tries more at once must wait.
const NAMES: usize = 10_000;

/// The wrong passwords of the last minutes, by user name. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Throttle(Arc<Mutex<HashMap<String, Wrong>>>);

#[derive(Clone, Copy, Debug)]
struct Wrong {
    times: u32,
    last: u64,
}

impl Throttle {
    /// Whether a password may be tried for this name now. The try counts as a
    /// wrong one until [`Throttle::right`] is called: so tries at the same time
    /// are counted too.
    pub(crate) fn may_try(&self, name: &str, now: u64) -> bool {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        names.retain(|_, it| now < it.last + FORGET_MS);
        let wrong = names.get(name).copied();
        if wrong.is_some_and(|it| it.times >= FREE && now < it.last + PAUSE_MS)
            || (wrong.is_none() && names.len() >= NAMES)
        {
            return false;
        }
        let times = wrong.map_or(0, |it| it.times) + 1;
        names.insert(name.to_owned(), Wrong { times, last: now });
        true
    }

    /// The password was right: earlier tries do not matter any more.
    pub(crate) fn right(&self, name: &str) {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        names.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_five_wrong_passwords_one_waits_a_minute() {
        let throttle = Throttle::default();
        for _ in 0..FREE {
            assert!(throttle.may_try("admin", 0));
        }
        assert!(!throttle.may_try("admin", PAUSE_MS - 1));
        assert!(throttle.may_try("sanne", PAUSE_MS - 1));
        assert!(throttle.may_try("admin", PAUSE_MS));
        assert!(!throttle.may_try("admin", PAUSE_MS + 1));
        assert!(throttle.may_try("admin", PAUSE_MS + FORGET_MS));
    }

    #[test]
    fn a_right_password_clears_the_count() {
        let throttle = Throttle::default();
        for _ in 0..20 {
            assert!(throttle.may_try("admin", 0));
            throttle.right("admin");
        }
    }

    #[test]
    fn many_names_do_not_fill_the_memory() {
        let throttle = Throttle::default();
        for number in 0..NAMES {
            assert!(throttle.may_try(&number.to_string(), 0));
        }
        assert!(!throttle.may_try("another", 0));
        assert!(throttle.may_try("another", FORGET_MS));
    }
}
