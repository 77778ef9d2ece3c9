//! From the contract's marketing lists to the model's.

use super::bindings::exports::koppel::crm_sync::marketing_lists;
use super::convert_in::same_cases;
use crate::marketing_list::{ListChange, MarketingList};
use crate::profile::ListForm;

same_cases!(marketing_lists::ListForm => ListForm: StaticList, Audience);

impl From<marketing_lists::MarketingList> for MarketingList {
    fn from(it: marketing_lists::MarketingList) -> Self {
        let marketing_lists::MarketingList {
            id,
            name,
            // Both types become the same in Spotler (DA-44).
            list_type: _,
            target,
            selection,
            form,
        } = it;
        Self {
            id,
            name,
            target: target.into(),
            selection,
            form: form.map(Into::into),
        }
    }
}

impl From<marketing_lists::ListChange> for ListChange {
    fn from(it: marketing_lists::ListChange) -> Self {
        match it {
            marketing_lists::ListChange::Saved => Self::Saved,
            marketing_lists::ListChange::MemberAdded(member) => Self::MemberAdded(member.into()),
            marketing_lists::ListChange::MemberRemoved(member) => {
                Self::MemberRemoved(member.into())
            }
            marketing_lists::ListChange::Deactivated => Self::Deactivated,
            marketing_lists::ListChange::Reactivated => Self::Reactivated,
            marketing_lists::ListChange::Deleted => Self::Deleted,
        }
    }
}
