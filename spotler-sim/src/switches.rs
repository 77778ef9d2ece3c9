//! The switches: every behaviour of the real service that is not known for certain.
//!
//! The README says of each one whether its default is documented, observed or assumed.

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

/// How signatures are checked and refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuthSwitches {
    /// Whether signatures are checked at all.
    pub required: bool,
    /// Status of a refused signature: 401, or 403.
    pub refusal_status: u16,
    /// Whether a refusal carries an error body.
    pub refusal_has_body: bool,
    /// How far a timestamp may be off in seconds; absent: any timestamp will do.
    pub timestamp_window_s: Option<u64>,
    /// Whether timestamps are compared with the virtual clock, or with this machine's.
    pub timestamps_follow_virtual_clock: bool,
    /// Whether a nonce that was used before is refused.
    pub refuse_used_nonces: bool,
}

impl Default for AuthSwitches {
    fn default() -> AuthSwitches {
        AuthSwitches {
            required: true,
            refusal_status: 401,
            refusal_has_body: true,
            timestamp_window_s: Some(300),
            timestamps_follow_virtual_clock: true,
            refuse_used_nonces: true,
        }
    }
}

/// How dates without a documented text form are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateForm {
    /// Milliseconds since 1970 as a number.
    EpochMs,
    /// ISO 8601 text with milliseconds and offset.
    Iso,
}

/// Which form the feeds of changes and bounces have on the pinned prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedShape {
    /// Paged on the unversioned prefix, a bare array on `-1.1.0`.
    ByPrefix,
    /// `{paging, …}` on both.
    Paged,
    /// A bare array on both.
    Bare,
}

/// What `paging.after` holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PagingAfter {
    /// The offset that was asked for.
    Asked,
    /// The offset of the next page.
    Next,
}

/// What the last page says about paging.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LastPage {
    /// `paging` without `next`.
    WithoutNext,
    /// No `paging` at all.
    WithoutPaging,
    /// `next` is there and leads to an empty page.
    NextToEmpty,
}

/// How answers are shaped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ShapeSwitches {
    /// How `created`, `lastChanged`, bounce dates and the like are written.
    pub dates: DateForm,
    /// Offset of ISO times that are written, and of times without offset that are read.
    pub offset_minutes: i32,
    /// Form of `contact/updates/list` and `contact/bounces/list`.
    pub feeds: FeedShape,
    /// What `paging.after` holds.
    pub paging_after: PagingAfter,
    /// What the last page says.
    pub last_page: LastPage,
    /// Whether `paging.next` is a whole URL or starts at the path.
    pub next_is_absolute: bool,
    /// Whether `POST contact/list` answers in the order of the request or in reverse.
    pub bulk_answers_in_order: bool,
    /// Whether `Accept: application/xml` is refused with 406 or answered with JSON.
    pub refuse_xml: bool,
}

impl Default for ShapeSwitches {
    fn default() -> ShapeSwitches {
        ShapeSwitches {
            dates: DateForm::EpochMs,
            offset_minutes: 60,
            feeds: FeedShape::ByPrefix,
            paging_after: PagingAfter::Asked,
            last_page: LastPage::WithoutNext,
            next_is_absolute: true,
            bulk_answers_in_order: true,
            refuse_xml: true,
        }
    }
}

/// Which rule decides that two records are one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dedup {
    /// E-mail first, then external id; a known e-mail with a new external id takes that id over.
    EmailThenExternalId,
    /// External id only; several contacts may share an address.
    ExternalIdOnly,
    /// E-mail only; several contacts may share an external id.
    EmailOnly,
}

/// What a create (`update:false`) does to a person who exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnExisting {
    /// Refused as already existing.
    Refused,
    /// Answered as done; nothing is changed.
    Ignored,
    /// Updated, as if `update` had been true.
    Updated,
}

/// What `null` as a property's value does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NullValue {
    /// Clears the property.
    Clears,
    /// Leaves the property as it is.
    Ignored,
    /// Refused as invalid.
    Refused,
}

/// Who is the same person, and what a create does to a person who exists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IdentitySwitches {
    /// The account's deduplication rule.
    pub dedup: Dedup,
    /// What a create does to a person who exists.
    pub create_on_existing: OnExisting,
    /// Status of that refusal on `POST contact`.
    pub already_exists_status: u16,
    /// What `null` as a property's value does.
    pub null_value: NullValue,
    /// Whether a blanked record keeps its external id.
    pub blank_keeps_external_id: bool,
    /// Whether reading a blanked record answers 404.
    pub blank_reads_404: bool,
}

impl Default for IdentitySwitches {
    fn default() -> IdentitySwitches {
        IdentitySwitches {
            dedup: Dedup::EmailThenExternalId,
            create_on_existing: OnExisting::Refused,
            already_exists_status: 400,
            null_value: NullValue::Clears,
            blank_keeps_external_id: true,
            blank_reads_404: false,
        }
    }
}

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

/// What a page size above the maximum does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverMaximum {
    /// Answered with the maximum.
    Clamped,
    /// Refused with 400.
    Refused,
}

/// Numbers above which a request is refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitSwitches {
    /// Contacts in one `POST contact/list`.
    pub bulk_contacts: usize,
    /// Rows of a page when none is asked for.
    pub page_size: usize,
    /// Rows of a page at most.
    pub max_page_size: usize,
    /// What a page size above the maximum does.
    pub over_max_page_size: OverMaximum,
    /// Characters of an external id.
    pub external_id_chars: usize,
    /// Characters of a text property.
    pub property_chars: usize,
    /// Temporary lists in the account.
    pub temporary_lists: usize,
    /// Contacts in one request to a temporary list.
    pub temporary_list_batch: usize,
    /// Audiences in the account.
    pub audiences: usize,
    /// Contacts in one request to an audience.
    pub audience_batch: usize,
    /// Soft bounces in a row that make a person inactive.
    pub soft_bounces_in_a_row: u32,
}

impl Default for LimitSwitches {
    fn default() -> LimitSwitches {
        LimitSwitches {
            bulk_contacts: 100,
            page_size: 1000,
            max_page_size: 10_000,
            over_max_page_size: OverMaximum::Clamped,
            external_id_chars: 255,
            property_chars: 1000,
            temporary_lists: 250,
            temporary_list_batch: 10_000,
            audiences: 250,
            audience_batch: 2500,
            soft_bounces_in_a_row: 4,
        }
    }
}

/// The product that the account has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Product {
    /// Mailings and the older campaigns.
    Mail,
    /// Audiences and automations too.
    Automation,
    /// Products, orders and conversions too.
    ECommerce,
}

/// What the account's product can do, and how lists and mailings behave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccountSwitches {
    /// The product that the account has.
    pub product: Product,
    /// Whether unknown contacts in a list request refuse the whole request.
    pub lists_are_all_or_nothing: bool,
    /// Whether a mailing to a static list goes to people without its permission too.
    pub static_list_ignores_permissions: bool,
}

impl Default for AccountSwitches {
    fn default() -> AccountSwitches {
        AccountSwitches {
            product: Product::ECommerce,
            lists_are_all_or_nothing: true,
            static_list_ignores_permissions: true,
        }
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
