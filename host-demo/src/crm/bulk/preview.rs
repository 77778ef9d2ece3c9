//! What a bulk change would do in the CRM, before anything is saved (YO-36).

use super::{Bulk, BulkError, PAGE};
use crate::contract::RecordRef;
use crate::crm::{attributes, desk::DemoCrm, edit, edit::RuleBroken, rows, selections};

/// How many records a preview names.
const NAMED: usize = 10;

/// What saving would come to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Preview {
    /// Records of which a field would change.
    pub changed: u64,
    /// Records that have the values already. They are linked all the same.
    pub unchanged: u64,
    /// Records for which a rule of the CRM forbids it.
    pub refused: u64,
    /// Some of those that would change.
    pub examples: Vec<RecordRef>,
    /// Some of those that are refused, and by which rule; none: there is no such
    /// record.
    pub refusals: Vec<(RecordRef, Option<RuleBroken>)>,
    /// Whether there are more than were looked at.
    pub more: bool,
}

impl DemoCrm {
    /// Tries a bulk change on every chosen record, and keeps nothing of it.
    pub async fn preview_bulk(&self, number: u64) -> Result<(Bulk, Preview), BulkError> {
        self.preview_bulk_of(number, u64::MAX).await
    }

    /// The same, with so many of the chosen records and hardly more.
    pub async fn preview_bulk_of(
        &self,
        number: u64,
        most: u64,
    ) -> Result<(Bulk, Preview), BulkError> {
        let bulk = self.bulk(number).await?;
        let mut connection = self.store.readers().acquire().await?;
        let tenant = self.tenant.as_str();
        let rules = attributes::rules(&mut connection, tenant).await?;
        let mut preview = Preview::default();
        let mut start: Option<String> = None;
        loop {
            let from = start.as_deref();
            let page =
                selections::members(&mut connection, tenant, &bulk.selection, from, PAGE).await?;
            for reference in page.references {
                let Some(record) = rows::read(&mut connection, tenant, &reference).await? else {
                    preview.refuse(reference, None);
                    continue;
                };
                let form = bulk.change.form_for(&record);
                match edit::save(Some(&record), &reference, &form, &rules, self.now()) {
                    Ok(Some(_)) => preview.change(reference),
                    Ok(None) => preview.unchanged += 1,
                    Err(broken) => preview.refuse(reference, Some(broken)),
                }
            }
            match page.next {
                Some(_) if preview.looked_at() >= most => {
                    preview.more = true;
                    return Ok((bulk, preview));
                }
                Some(next) => start = Some(next),
                None => return Ok((bulk, preview)),
            }
        }
    }
}

impl Preview {
    /// How many records were looked at.
    pub fn looked_at(&self) -> u64 {
        self.changed + self.unchanged + self.refused
    }

    fn change(&mut self, reference: RecordRef) {
        self.changed += 1;
        if self.examples.len() < NAMED {
            self.examples.push(reference);
        }
    }

    fn refuse(&mut self, reference: RecordRef, why: Option<RuleBroken>) {
        self.refused += 1;
        if self.refusals.len() < NAMED {
            self.refusals.push((reference, why));
        }
    }
}
