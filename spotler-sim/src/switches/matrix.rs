//! Every world that the safety of the plugin has to hold in.

use super::{
    ChannelSignal, Dedup, FeedSwitches, PermissionSignal, ReactivationSwitches, SignalSwitches,
    Switches,
};

/// One world of the matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    /// What is special about it, as `channel-off/upsert/email-then-external-id/incomplete`.
    pub name: String,
    /// Its switches.
    pub switches: Switches,
}

/// Every combination of signal, re-activating write, deduplication and feed.
pub fn matrix() -> Vec<World> {
    let mut worlds = Vec::new();
    for (signal, signals) in signals() {
        for (write, reactivation) in reactivations() {
            let name = format!("{signal}/{write}");
            let signals = signals.clone();
            let switches = Switches {
                signals,
                reactivation,
                ..Switches::default()
            };
            worlds.extend(with_rules_and_feeds(&World { name, switches }));
        }
    }
    worlds
}

fn with_rules_and_feeds(world: &World) -> Vec<World> {
    let mut worlds = Vec::new();
    for (rule, dedup) in dedups() {
        for (feed_name, feed) in feeds() {
            let name = format!("{}/{rule}/{feed_name}", world.name);
            let mut switches = Switches {
                feed,
                ..world.switches.clone()
            };
            switches.identity.dedup = dedup;
            worlds.push(World { name, switches });
        }
    }
    worlds
}

/// Each signal alone, all of them, and none.
pub fn signals() -> [(&'static str, SignalSwitches); 10] {
    let none = SignalSwitches::none;
    let channels = |channels| SignalSwitches { channels, ..none() };
    let permissions = |permissions| SignalSwitches {
        permissions,
        ..none()
    };
    let opt_out_refusal = SignalSwitches {
        write_says_opt_out: true,
        ..none()
    };
    let no_channel_refusal = SignalSwitches {
        write_says_no_active_channel: true,
        ..none()
    };
    let bounce_list = SignalSwitches {
        bounce_list: true,
        ..none()
    };
    let hidden = SignalSwitches {
        read_is_404: true,
        ..none()
    };
    let turned_off = PermissionSignal::TurnedOff;
    let all = SignalSwitches {
        permissions: turned_off,
        ..SignalSwitches::default()
    };
    [
        ("no-signal", none()),
        ("channel-always-on", channels(ChannelSignal::AlwaysTrue)),
        ("channel-off", channels(ChannelSignal::Truthful)),
        ("opt-out-refusal", opt_out_refusal),
        ("no-channel-refusal", no_channel_refusal),
        (
            "permissions-shown-off",
            permissions(PermissionSignal::ShownOff),
        ),
        ("permissions-turned-off", permissions(turned_off)),
        ("bounce-list", bounce_list),
        ("hidden", hidden),
        ("all-signals", all),
    ]
}

/// Which writes make an inactive person active again.
pub fn reactivations() -> [(&'static str, ReactivationSwitches); 4] {
    let none = ReactivationSwitches::default;
    [
        ("no-write", none()),
        ("upsert", ReactivationSwitches::upsert_only()),
        (
            "subscribe",
            ReactivationSwitches {
                subscribe: true,
                ..none()
            },
        ),
        ("any-write", ReactivationSwitches::any_write()),
    ]
}

/// The deduplication rules.
pub fn dedups() -> [(&'static str, Dedup); 3] {
    [
        ("email-then-external-id", Dedup::EmailThenExternalId),
        ("external-id-only", Dedup::ExternalIdOnly),
        ("email-only", Dedup::EmailOnly),
    ]
}

/// A complete and an incomplete feed of changes.
pub fn feeds() -> [(&'static str, FeedSwitches); 2] {
    [
        ("complete", FeedSwitches::default()),
        ("incomplete", FeedSwitches::incomplete()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_matrix_has_every_combination_once() {
        let worlds = matrix();
        let names: BTreeSet<&str> = worlds.iter().map(|it| it.name.as_str()).collect();
        assert_eq!((worlds.len(), names.len()), (240, 240));
        let different = worlds.iter().all(|it| {
            worlds
                .iter()
                .filter(|other| it.switches == other.switches)
                .count()
                == 1
        });
        assert!(different, "two worlds have the same switches");
    }
}
