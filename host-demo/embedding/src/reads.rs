//! What a call has read, and whether it is still so when the call is committed
//! (C17).

use crate::bounds::Passed;
use crate::contract::crm::RecordPage;
use crate::contract::types::{RecordKind, RecordRef};
use crate::crm::{Crm, CrmError};
use crate::kv::{self, Version};
use crate::queue::{kind_name, subject_of};
use crate::{Connection, TenantId, settings};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};

/// A question to the CRM other than for one record; asked again at the commit.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Question {
    Fields,
    PrimaryContacts(String),
    PermissionAttributes,
    Right(String, String),
    Records(&'static str, Option<String>, u32),
    Selection(String, Option<String>, u32),
    Snapshot(&'static str, String, Option<String>),
}

/// The fingerprint of an answer of the CRM.
pub(crate) type Fingerprint = [u8; 32];

/// Everything that one call has read.
#[derive(Debug)]
pub(crate) struct Reads {
    settings: i64,
    keys: HashMap<(String, String), Version>,
    records: HashMap<String, (RecordRef, Option<u64>)>,
    questions: HashMap<Question, Fingerprint>,
    /// The record that the event is about.
    own: Option<String>,
    /// Two reads within the call disagreed.
    torn: bool,
}

/// Whether what a call read is still so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing has changed.
    Unchanged,
    /// The event's own record has changed, and nothing else.
    OwnRecordChanged,
    /// Something else has changed.
    Changed,
}

/// At most so many keys, records and questions are remembered each.
const MOST: usize = 200_000;

impl Reads {
    pub(crate) fn new(settings_revision: i64, own: Option<&RecordRef>) -> Self {
        Self {
            settings: settings_revision,
            keys: HashMap::new(),
            records: HashMap::new(),
            questions: HashMap::new(),
            own: own.map(subject_of),
            torn: false,
        }
    }

    /// A key was read; the first version that was seen is the one that counts.
    pub(crate) fn key(
        &mut self,
        bucket: String,
        key: String,
        version: Version,
    ) -> Result<(), Passed> {
        let first = *self.keys.entry((bucket, key)).or_insert(version);
        self.torn |= first != version;
        within(self.keys.len())
    }

    /// A record was read, or found not to be there.
    pub(crate) fn record(
        &mut self,
        reference: &RecordRef,
        revision: Option<u64>,
    ) -> Result<(), Passed> {
        let entry = self.records.entry(subject_of(reference));
        let (_, first) = entry.or_insert_with(|| (reference.clone(), revision));
        self.torn |= *first != revision && self.own.as_deref() != Some(&subject_of(reference));
        within(self.records.len())
    }

    /// A question was answered.
    pub(crate) fn question(
        &mut self,
        question: Question,
        answer: Fingerprint,
    ) -> Result<(), Passed> {
        let first = *self.questions.entry(question).or_insert(answer);
        self.torn |= first != answer;
        within(self.questions.len())
    }

    fn keys_by_bucket(&self) -> BTreeMap<&str, Vec<(&str, Version)>> {
        let mut buckets: BTreeMap<&str, Vec<(&str, Version)>> = BTreeMap::new();
        for ((bucket, key), seen) in &self.keys {
            buckets.entry(bucket).or_default().push((key, *seen));
        }
        buckets
    }

    /// Reads everything again, in the transaction that would commit the call.
    pub(crate) async fn verify(
        &self,
        crm: &dyn Crm,
        tenant: &TenantId,
        connection: &mut Connection,
    ) -> Result<Verdict, CrmError> {
        if self.torn || settings::revision(connection, tenant).await? != self.settings {
            return Ok(Verdict::Changed);
        }
        for (bucket, keys) in self.keys_by_bucket() {
            for part in keys.chunks(kv::AT_ONCE) {
                let names: Vec<&str> = part.iter().map(|(key, _)| *key).collect();
                let now = kv::versions(connection, tenant, bucket, &names).await?;
                if part
                    .iter()
                    .any(|(key, seen)| now.get(*key) != seen.as_ref())
                {
                    return Ok(Verdict::Changed);
                }
            }
        }
        for (question, seen) in &self.questions {
            if ask_again(question, crm, tenant, connection).await? != *seen {
                return Ok(Verdict::Changed);
            }
        }
        let mut verdict = Verdict::Unchanged;
        for (subject, (reference, seen)) in &self.records {
            let now = crm.read_record(tenant, connection, reference).await?;
            if now.map(|it| it.revision) == *seen {
                continue;
            }
            if self.own.as_ref() != Some(subject) {
                return Ok(Verdict::Changed);
            }
            verdict = Verdict::OwnRecordChanged;
        }
        Ok(verdict)
    }
}

fn within(count: usize) -> Result<(), Passed> {
    if count <= MOST {
        Ok(())
    } else {
        Err(Passed("limit-reads"))
    }
}

async fn ask_again(
    question: &Question,
    crm: &dyn Crm,
    tenant: &TenantId,
    connection: &mut Connection,
) -> Result<Fingerprint, CrmError> {
    Ok(match question {
        Question::Fields => fingerprint(&crm.fields(tenant, connection).await?),
        Question::PrimaryContacts(relation) => {
            fingerprint(&crm.primary_contacts(tenant, connection, relation).await?)
        }
        Question::PermissionAttributes => {
            fingerprint(&crm.permission_attributes(tenant, connection).await?)
        }
        Question::Right(user, right) => {
            fingerprint(&crm.user_has_right(tenant, connection, user, right).await?)
        }
        Question::Snapshot(kind, id, run) => {
            let reference = RecordRef {
                kind: kind_named(kind),
                id: id.clone(),
            };
            fingerprint(
                &crm.read_snapshot(tenant, connection, &reference, run.as_deref())
                    .await?,
            )
        }
        Question::Records(kind, start, limit) => {
            let kind = kind_named(kind);
            page(
                &crm.list_records(tenant, connection, kind, start.as_deref(), *limit)
                    .await?,
            )
        }
        Question::Selection(selection, start, limit) => {
            let start = start.as_deref();
            page(
                &crm.read_selection(tenant, connection, selection, start, *limit)
                    .await?,
            )
        }
    })
}

fn kind_named(name: &str) -> RecordKind {
    [RecordKind::Lead, RecordKind::Account]
        .into_iter()
        .find(|it| kind_name(*it) == name)
        .unwrap_or(RecordKind::Contact)
}

/// The fingerprint of an answer.
pub(crate) fn fingerprint(answer: &impl Serialize) -> Fingerprint {
    // Plain records and lists always have a JSON form.
    Sha256::digest(serde_json::to_vec(answer).unwrap_or_default()).into()
}

/// The fingerprint of a page: which records, in which revision, and what follows.
pub(crate) fn page(page: &RecordPage) -> Fingerprint {
    let records: Vec<(String, u64)> = page
        .records
        .iter()
        .map(|it| (subject_of(&it.reference), it.revision))
        .collect();
    fingerprint(&(records, &page.next))
}
