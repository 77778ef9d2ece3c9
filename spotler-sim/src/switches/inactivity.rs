//! Switches for how inactivity shows, what ends it, and what the feed tells.

use serde::{Deserialize, Serialize};

/// What reads say in `channels`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelSignal {
    /// EMAIL is false for an inactive person.
    Truthful,
    /// There is no `channels` key.
    LeftOut,
    /// EMAIL is always true.
    AlwaysTrue,
}

/// What happens to the permissions of a person who opts out of everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PermissionSignal {
    /// They stay, and are shown as they are.
    Kept,
    /// They stay, and are shown as off while the person is inactive.
    ShownOff,
    /// They are switched off for good.
    TurnedOff,
}

/// How a read or a write shows that a person is inactive; each switch by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SignalSwitches {
    /// What reads say in `channels`.
    pub channels: ChannelSignal,
    /// Whether a write to a person who opted out (or complained) is refused with `CONTACT_OPTOUT`.
    pub write_says_opt_out: bool,
    /// Whether a write to an inactive person is refused with `NO_ACTIVE_CHANNEL`
    /// (opted-out ones included only while `write_says_opt_out` is off).
    pub write_says_no_active_channel: bool,
    /// What happens to the permissions of a person who opts out.
    pub permissions: PermissionSignal,
    /// Whether bounces are listed.
    pub bounce_list: bool,
    /// Whether an inactive person can no longer be read or searched.
    pub read_is_404: bool,
}

impl Default for SignalSwitches {
    fn default() -> SignalSwitches {
        SignalSwitches {
            channels: ChannelSignal::Truthful,
            write_says_opt_out: true,
            write_says_no_active_channel: true,
            permissions: PermissionSignal::Kept,
            bounce_list: true,
            read_is_404: false,
        }
    }
}

impl SignalSwitches {
    /// No signal at all: an inactive person looks like any other.
    pub fn none() -> SignalSwitches {
        SignalSwitches {
            channels: ChannelSignal::LeftOut,
            write_says_opt_out: false,
            write_says_no_active_channel: false,
            permissions: PermissionSignal::Kept,
            bounce_list: false,
            read_is_404: false,
        }
    }
}

/// Which writes make an inactive person active again; making a contact with only the e-mail
/// address in Spotler's own screens always does.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReactivationSwitches {
    /// `POST contact` and `POST contact/list` with `update:true`.
    pub upsert: bool,
    /// `PUT contact/{id}`.
    pub put: bool,
    /// `POST subscription/subscribe`.
    pub subscribe: bool,
    /// Any of these when it carries `channels` with EMAIL true.
    pub channel_true: bool,
}

impl ReactivationSwitches {
    /// Only upserts re-activate.
    pub fn upsert_only() -> ReactivationSwitches {
        ReactivationSwitches {
            upsert: true,
            ..ReactivationSwitches::default()
        }
    }

    /// Every write re-activates.
    pub fn any_write() -> ReactivationSwitches {
        ReactivationSwitches {
            upsert: true,
            put: true,
            subscribe: true,
            channel_true: true,
        }
    }
}

/// What the feed of changed contacts leaves out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FeedSwitches {
    /// Whether changes made through the API are listed.
    pub shows_api_changes: bool,
    /// Whether people who opted out or complained are listed.
    pub shows_opt_outs: bool,
    /// Whether people who are inactive for another reason are listed.
    pub shows_other_inactive: bool,
    /// Whether blanked records are listed.
    pub shows_blanked: bool,
    /// Whether a change exactly at `toDate` is listed.
    pub to_date_is_included: bool,
}

impl Default for FeedSwitches {
    fn default() -> FeedSwitches {
        FeedSwitches {
            shows_api_changes: true,
            shows_opt_outs: true,
            shows_other_inactive: true,
            shows_blanked: true,
            to_date_is_included: true,
        }
    }
}

impl FeedSwitches {
    /// A feed without the caller's own writes, opt-outs, bounces and blanked records.
    pub fn incomplete() -> FeedSwitches {
        FeedSwitches {
            shows_api_changes: false,
            shows_opt_outs: false,
            shows_other_inactive: false,
            shows_blanked: false,
            to_date_is_included: false,
        }
    }
}
