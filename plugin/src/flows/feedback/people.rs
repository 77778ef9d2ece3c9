//! Whom feedback is about, and what follows from it for the record: fields that
//! the profile maps, and tasks that its rules ask for.

use std::collections::BTreeMap;

use crate::change::CrmChange;
use crate::crm::{Field, FieldType, FieldValue, RecordKind, RecordRef, Timestamp};
use crate::follow_up::Deed;
use crate::ports::Ports;
use crate::profile::Enrichment;
use crate::spotler::time;

use super::Reading;

/// Moments for fields, the latest for each record and kind.
#[derive(Default)]
pub(super) struct Moments(BTreeMap<(RecordRef, Enrichment), Timestamp>);

impl Moments {
    pub(super) fn add(&mut self, target: &RecordRef, what: Enrichment, at: Timestamp) {
        let latest = self.0.entry((target.clone(), what)).or_insert(at);
        *latest = at.max(*latest);
    }
}

impl<P: Ports> Reading<'_, P> {
    /// The record behind an external id, if it is linked; what was blanked stays
    /// without a history.
    pub(super) fn known(&self, external_id: Option<&str>) -> Option<RecordRef> {
        let reference = self.memory.behind(external_id?)?;
        let link = self.memory.link(&reference)?;
        link.blanked.is_none().then_some(reference)
    }

    /// The tasks that the rules ask for.
    pub(super) fn follow_up(
        &self,
        target: &RecordRef,
        (deed, occasion): (Deed<'_>, &str),
        at: Timestamp,
        changes: &mut Vec<CrmChange>,
    ) {
        let rules = &self.connection.profile.follow_up;
        for rule in rules.iter().filter(|it| it.fits(deed)) {
            if let Some(record) = self.ports.read_record(target) {
                changes.push(rule.task(&record, occasion, at));
            }
        }
    }

    /// Writes moments into the fields that the profile maps, where the CRM has
    /// such a field and nothing newer in it (DA-65).
    pub(super) fn enrich(&self, moments: Moments, changes: &mut Vec<CrmChange>) {
        let mapped = &self.connection.profile.enrichment;
        if mapped.is_empty() || moments.0.is_empty() {
            return;
        }
        let fields = self.ports.fields();
        let takes = |name: &str, kind: RecordKind| {
            let fits = |it: &crate::crm::FieldDescription| {
                it.name == name && it.field_type == FieldType::DateTime && it.kinds.contains(&kind)
            };
            fields.iter().any(fits)
        };
        for ((target, what), at) in moments.0 {
            let Some(name) = mapped.get(&what).filter(|it| takes(it, target.kind)) else {
                continue;
            };
            let Some(record) = self.ports.read_record(&target) else {
                continue;
            };
            if moment(record.value(name)).is_none_or(|before| before < at / 1000) {
                let value = Some(FieldValue::DateTime(time::write(at)));
                let name = name.clone();
                changes.push(CrmChange::Fields {
                    target,
                    fields: vec![Field { name, value }],
                });
            }
        }
    }
}

/// The moment in a field, in seconds.
fn moment(value: Option<&FieldValue>) -> Option<Timestamp> {
    match value? {
        FieldValue::DateTime(text) => {
            time::read(&serde_json::Value::from(text.as_str())).map(|it| it / 1000)
        }
        FieldValue::Text(_)
        | FieldValue::Number(_)
        | FieldValue::Decimal(_)
        | FieldValue::Boolean(_)
        | FieldValue::Date(_)
        | FieldValue::Choice(_)
        | FieldValue::MultiChoice(_) => None,
    }
}
