//! Switches for limits and for the account.

use serde::{Deserialize, Serialize};

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

/// Paths and names that exist in the real API but are not public, so that these are invented.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InventedSwitches {
    /// `GET`: all automations.
    pub automation_list: String,
    /// `POST`: stops every participation of a contact; `{}` is the trigger code.
    pub automation_stop_all: String,
    /// `POST`: stops one participation; `{}` is the automation contact id.
    pub automation_stop_one: String,
    /// The key of the fields in the body of a trigger.
    pub automation_fields_key: String,
}

impl Default for InventedSwitches {
    fn default() -> InventedSwitches {
        InventedSwitches {
            automation_list: "/automation/list".to_owned(),
            automation_stop_all: "/automation/stop/{}".to_owned(),
            automation_stop_one: "/automation/participation/{}/stop".to_owned(),
            automation_fields_key: "automationFields".to_owned(),
        }
    }
}
