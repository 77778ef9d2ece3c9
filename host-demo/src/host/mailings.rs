//! Which campaign each mailing belongs to: the one that made the list of exactly the
//! name that the mailing went to (PV-36, PV-51).

use std::collections::BTreeSet;

use super::{DemoHost, HostError};
use crate::contract::SubjectChange;
use crate::crm::attached::is_attached;
use crate::crm::campaigns::Campaign;
use crate::crm::mailings::StoredMailing;

/// To which campaigns a mailing belongs.
#[derive(Clone, Debug, PartialEq)]
pub enum BelongsTo {
    /// To these.
    Campaigns(Vec<Campaign>),
    /// To none: no campaign has a list of exactly the name that it went to.
    NoSuchName,
    /// To none: a campaign has the name, but it was not the campaign's list then.
    OtherList,
    /// Spotler has not told yet to which list it went.
    NotTold,
}

impl DemoHost {
    /// To which campaigns each of these mailings belongs, in their order.
    pub async fn campaigns_of_mailings(
        &self,
        mailings: &[StoredMailing],
    ) -> Result<Vec<BelongsTo>, HostError> {
        let lists: BTreeSet<&str> = mailings.iter().filter_map(list_of).collect();
        let lists: Vec<&str> = lists.into_iter().collect();
        let campaigns = self.crm().campaigns_to(&lists).await?;
        Ok(mailings
            .iter()
            .map(|it| belongs_to(it, &campaigns))
            .collect())
    }
}

fn list_of(mailing: &StoredMailing) -> Option<&str> {
    mailing.details.as_ref()?.target_group.as_deref()
}

fn belongs_to(
    mailing: &StoredMailing,
    campaigns: &[(Campaign, Option<SubjectChange>)],
) -> BelongsTo {
    let Some(list) = list_of(mailing) else {
        return BelongsTo::NotTold;
    };
    let of_name = campaigns.iter().filter(|(it, _)| it.list_name == list);
    let of_name: Vec<_> = of_name.collect();
    if of_name.is_empty() {
        return BelongsTo::NoSuchName;
    }
    let sent_at = mailing.mailing.sent_at;
    let attached = of_name
        .into_iter()
        .filter(|(_, stands)| is_attached(stands.as_ref(), sent_at));
    let attached: Vec<Campaign> = attached.map(|(it, _)| it.clone()).collect();
    if attached.is_empty() {
        BelongsTo::OtherList
    } else {
        BelongsTo::Campaigns(attached)
    }
}
