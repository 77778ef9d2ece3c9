//! The switches: every behaviour of the real service that is not known for certain.
//!
//! The README says of each one whether its default is documented, observed or assumed.

mod account;
mod identity;
mod inactivity;
mod matrix;
mod shape;

pub use account::*;
pub use identity::*;
pub use inactivity::*;
pub use matrix::*;
pub use shape::*;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::SimError;

/// Every switch, in groups.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// How signatures are checked and refused.
    pub auth: AuthSwitches,
    /// How answers are shaped.
    pub shape: ShapeSwitches,
    /// Who is the same person, and what a create does to a person who exists.
    pub identity: IdentitySwitches,
    /// How a read or a write shows that a person is inactive.
    pub signals: SignalSwitches,
    /// Which writes make an inactive person active again.
    pub reactivation: ReactivationSwitches,
    /// What the feed of changed contacts leaves out.
    pub feed: FeedSwitches,
    /// Numbers above which a request is refused.
    pub limits: LimitSwitches,
    /// What the account's product can do, and how lists and mailings behave.
    pub account: AccountSwitches,
    /// Paths and names that are invented.
    pub invented: InventedSwitches,
}

impl Switches {
    /// Sets one switch by its dotted name, as `signals.channels`.
    pub fn set(&mut self, name: &str, value: Value) -> Result<(), SimError> {
        let unknown = || SimError::UnknownSwitch(name.to_owned());
        let mut all = serde_json::to_value(&*self).map_err(|_| unknown())?;
        let pointer = format!("/{}", name.replace('.', "/"));
        *all.pointer_mut(&pointer).ok_or_else(unknown)? = value;
        *self = serde_json::from_value(all).map_err(|source| SimError::SwitchValue {
            name: name.to_owned(),
            source,
        })?;
        Ok(())
    }

    /// Sets the switches named in a (partial) JSON object of groups.
    pub fn merge(&mut self, change: &Value) -> Result<(), SimError> {
        let mut next = self.clone();
        for (group, switches) in change.as_object().into_iter().flatten() {
            for (name, value) in switches.as_object().into_iter().flatten() {
                next.set(&format!("{group}.{name}"), value.clone())?;
            }
        }
        *self = next;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_switch_is_set_by_its_dotted_name() {
        let mut switches = Switches::default();
        switches
            .set("signals.channels", json!("left_out"))
            .expect("a known switch");
        assert_eq!(switches.signals.channels, ChannelSignal::LeftOut);
        assert!(switches.set("signals.unknown", json!(1)).is_err());
        assert!(
            switches
                .set("signals.channels", json!("sometimes"))
                .is_err()
        );
    }

    #[test]
    fn a_merge_changes_only_what_it_names_and_all_or_nothing() {
        let mut switches = Switches::default();
        switches
            .merge(&json!({"feed": {"shows_opt_outs": false}}))
            .expect("known switches");
        assert!(!switches.feed.shows_opt_outs && switches.feed.shows_blanked);
        let before = switches.clone();
        assert!(
            switches
                .merge(&json!({"feed": {"shows_blanked": false, "x": 1}}))
                .is_err()
        );
        assert_eq!(switches, before);
    }
}
