//! Records as rows: reading and writing one.

use koppel_embedding::Connection;
use koppel_embedding::store::flag;
use sqlx::{Row, any::AnyRow};
use std::collections::HashMap;

use super::{
    codes::Code,
    error::StoreError,
    record::{Choice, Mail, Record},
    statement::Statement,
};
use crate::contract::{RecordKind, RecordRef};

/// The columns that [`record_of_row`] reads.
pub(crate) const COLUMNS: &str = "kind, id, revision, state, gate, sync_enabled, mail_allowed, \
     mail_changed_at, mail_origin, mail_evidence, owner, relation, fields, status, reason";

/// How much of a text its column is searched and sorted by, in bytes: a row of an
/// index holds 2,700 bytes in PostgreSQL. An address of more than 254 is none.
const EMAIL_BYTES: usize = 320;
const SORT_BYTES: usize = 400;
const SEARCH_BYTES: usize = 1500;

/// One record, whatever its state.
pub(crate) async fn read(
    connection: &mut Connection,
    tenant: &str,
    reference: &RecordRef,
) -> Result<Option<Record>, StoreError> {
    let row = sqlx::query(
        "SELECT kind, id, revision, state, gate, sync_enabled, mail_allowed, mail_changed_at,
                mail_origin, mail_evidence, owner, relation, fields, status, reason
         FROM crm_records WHERE tenant = $1 AND kind = $2 AND id = $3",
    )
    .bind(tenant)
    .bind(reference.kind.code())
    .bind(&reference.id)
    .fetch_optional(&mut *connection)
    .await?;
    match row {
        Some(row) => Ok(Some(
            with_choices(connection, tenant, record_of_row(&row)?).await?,
        )),
        None => Ok(None),
    }
}

/// The record with what was said for its permissions.
async fn with_choices(
    connection: &mut Connection,
    tenant: &str,
    mut record: Record,
) -> Result<Record, StoreError> {
    let rows = sqlx::query(
        "SELECT bit, consent, changed_at, origin, evidence FROM crm_permission_choices
         WHERE tenant = $1 AND kind = $2 AND id = $3",
    )
    .bind(tenant)
    .bind(record.reference.kind.code())
    .bind(&record.reference.id)
    .fetch_all(connection)
    .await?;
    for row in rows {
        keep_choice(&mut record, &row)?;
    }
    Ok(record)
}

/// How many records are asked for at once.
const AT_ONCE: usize = 100;

/// The records of a page, all of one kind, with what was said for their permissions.
pub(crate) async fn with_choices_of_all(
    connection: &mut Connection,
    tenant: &str,
    kind: RecordKind,
    mut records: Vec<Record>,
) -> Result<Vec<Record>, StoreError> {
    for part in records.chunks_mut(AT_ONCE) {
        let mut query = Statement::new(
            "SELECT id, bit, consent, changed_at, origin, evidence FROM crm_permission_choices
             WHERE tenant = ",
        );
        query.push_bind(tenant.to_owned()).push(" AND kind = ");
        query.push_bind(kind.code()).push(" AND id IN (");
        for at in 0..AT_ONCE {
            // Always as many, so that the statement is prepared once.
            let record = &part[at.min(part.len() - 1)];
            query.push(if at == 0 { "" } else { ", " });
            query.push_bind(record.reference.id.clone());
        }
        query.push(")");
        let rows = query.fetch_all(&mut *connection).await?;
        let mut of: HashMap<String, &mut Record> = part
            .iter_mut()
            .map(|it| (it.reference.id.clone(), it))
            .collect();
        for row in rows {
            let id: &str = row.try_get("id")?;
            if let Some(record) = of.get_mut(id) {
                keep_choice(record, &row)?;
            }
        }
    }
    Ok(records)
}

fn keep_choice(record: &mut Record, row: &AnyRow) -> Result<(), StoreError> {
    let choice = Choice {
        consent: code_of(row, "consent")?,
        changed_at: moment_of(row, "changed_at")?,
        origin: code_of(row, "origin")?,
        evidence: row.try_get("evidence")?,
    };
    record.permissions.insert(number_of(row, "bit")?, choice);
    Ok(())
}

/// A record without its permissions.
pub(crate) fn record_of_row(row: &AnyRow) -> Result<Record, StoreError> {
    let fields: &str = row.try_get("fields")?;
    Ok(Record {
        reference: RecordRef {
            kind: code_of(row, "kind")?,
            id: row.try_get("id")?,
        },
        revision: moment_of(row, "revision")?,
        state: code_of(row, "state")?,
        gate: flag(row, "gate")?,
        sync_enabled: flag(row, "sync_enabled")?,
        mail: Mail {
            allowed: flag(row, "mail_allowed")?,
            changed_at: moment_of(row, "mail_changed_at")?,
            origin: code_of(row, "mail_origin")?,
            evidence: row.try_get("mail_evidence")?,
        },
        permissions: std::collections::BTreeMap::new(),
        owner: row.try_get("owner")?,
        relation: row.try_get("relation")?,
        fields: serde_json::from_str(fields).map_err(|_| StoreError::Unreadable("fields"))?,
        status: optional_code_of(row, "status")?,
        reason: row.try_get("reason")?,
    })
}

/// Writes a record and what was said for its permissions.
pub(crate) async fn write(
    connection: &mut Connection,
    tenant: &str,
    record: &Record,
) -> Result<(), StoreError> {
    let fields =
        serde_json::to_string(&record.fields).map_err(|_| StoreError::Unreadable("fields"))?;
    sqlx::query(
        "INSERT INTO crm_records (tenant, kind, id, revision, state, gate, sync_enabled,
             mail_allowed, mail_changed_at, mail_origin, mail_evidence, owner, relation,
             primary_contact, name, email, sort_name, search, fields, status, reason)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
         ON CONFLICT (tenant, kind, id) DO UPDATE SET
             revision = excluded.revision, state = excluded.state, gate = excluded.gate,
             sync_enabled = excluded.sync_enabled, mail_allowed = excluded.mail_allowed,
             mail_changed_at = excluded.mail_changed_at, mail_origin = excluded.mail_origin,
             mail_evidence = excluded.mail_evidence, owner = excluded.owner,
             relation = excluded.relation, primary_contact = excluded.primary_contact,
             name = excluded.name, email = excluded.email, sort_name = excluded.sort_name,
             search = excluded.search, fields = excluded.fields, status = excluded.status,
             reason = excluded.reason",
    )
    .bind(tenant)
    .bind(record.reference.kind.code())
    .bind(&record.reference.id)
    .bind(integer(record.revision))
    .bind(record.state.code())
    .bind(i64::from(record.gate))
    .bind(i64::from(record.sync_enabled))
    .bind(i64::from(record.mail.allowed))
    .bind(integer(record.mail.changed_at))
    .bind(record.mail.origin.code())
    .bind(&record.mail.evidence)
    .bind(&record.owner)
    .bind(&record.relation)
    .bind(i64::from(record.is_primary()))
    .bind(record.name())
    .bind(beginning(
        record.text("email").trim().to_lowercase(),
        EMAIL_BYTES,
    ))
    .bind(beginning(record.sort_name(), SORT_BYTES))
    .bind(beginning(record.search_text(), SEARCH_BYTES))
    .bind(fields)
    .bind(record.status.map(Code::code))
    .bind(&record.reason)
    .execute(&mut *connection)
    .await?;
    write_choices(connection, tenant, record).await
}

/// The beginning of a text, at most so many bytes.
fn beginning(mut text: String, bytes: usize) -> String {
    text.truncate(text.floor_char_boundary(bytes));
    text
}

async fn write_choices(
    connection: &mut Connection,
    tenant: &str,
    record: &Record,
) -> Result<(), StoreError> {
    for (bit, choice) in &record.permissions {
        sqlx::query(
            "INSERT INTO crm_permission_choices
                 (tenant, kind, id, bit, consent, changed_at, origin, evidence)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (tenant, kind, id, bit) DO UPDATE SET
                 consent = excluded.consent, changed_at = excluded.changed_at,
                 origin = excluded.origin, evidence = excluded.evidence",
        )
        .bind(tenant)
        .bind(record.reference.kind.code())
        .bind(&record.reference.id)
        .bind(i64::from(*bit))
        .bind(choice.consent.code())
        .bind(integer(choice.changed_at))
        .bind(choice.origin.code())
        .bind(&choice.evidence)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// A kind and an id in two columns as a reference; none where either is empty.
pub(crate) fn reference_of(row: &AnyRow) -> Result<Option<RecordRef>, StoreError> {
    let kind: Option<RecordKind> = optional_code_of(row, "kind")?;
    let id: Option<String> = row.try_get("id")?;
    Ok(kind.zip(id).map(|(kind, id)| RecordRef { kind, id }))
}

/// A moment or a count as SQLite keeps it.
pub(crate) fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A small number.
pub(crate) fn number_of(row: &AnyRow, column: &'static str) -> Result<u32, StoreError> {
    u32::try_from(row.try_get::<i64, _>(column)?).map_err(|_| StoreError::Unreadable(column))
}

/// A moment or a count as SQLite kept it.
pub(crate) fn moment_of(row: &AnyRow, column: &'static str) -> Result<u64, StoreError> {
    let number: i64 = row.try_get(column)?;
    u64::try_from(number).map_err(|_| StoreError::Unreadable(column))
}

/// A case by its word.
pub(crate) fn code_of<T: Code>(row: &AnyRow, column: &'static str) -> Result<T, StoreError> {
    optional_code_of(row, column)?.ok_or(StoreError::Unreadable(column))
}

/// A case by its word, or none.
pub(crate) fn optional_code_of<T: Code>(
    row: &AnyRow,
    column: &'static str,
) -> Result<Option<T>, StoreError> {
    let word: Option<&str> = row.try_get(column)?;
    word.map(|it| T::from_code(it).ok_or(StoreError::Unreadable(column)))
        .transpose()
}

#[cfg(test)]
mod tests {
    use super::super::{edit::Edit, selections, selections::Selection, testing::TestCrm};
    use super::*;
    use crate::contract::Consent;

    /// A page gives each record what was said for its own permissions, as reading it
    /// alone does, on both sides of the number that is asked for at once.
    #[tokio::test]
    async fn a_page_holds_the_same_records_as_reading_each_alone() {
        let it = TestCrm::open().await;
        for number in 0..=AT_ONCE {
            let reference = RecordRef {
                kind: RecordKind::Contact,
                id: format!("{number:03}"),
            };
            let edit = Edit::new().text("last_name", "Jansen");
            it.crm.save(&reference, edit).await.expect("saved");
            for bit in [1, 2].into_iter().take(number % 3) {
                let consent = [Consent::Given, Consent::Withdrawn][(number / 3) % 2];
                let said = it.crm.set_permission(&reference, bit, consent, "form");
                said.await.expect("saved");
            }
        }
        let readers = it.crm.store().readers();
        let mut connection = readers.acquire().await.expect("a reader");
        let tenant = it.crm.tenant().as_str();
        let all = Selection::All(RecordKind::Contact);
        let page = selections::matching(&mut connection, tenant, &all, None, 500);
        let page = page.await.expect("a page").records;
        assert_eq!(page.len(), AT_ONCE + 1);
        let with_any = page.iter().filter(|it| !it.permissions.is_empty()).count();
        assert!(with_any > AT_ONCE / 2, "{with_any}");
        for record in page {
            let alone = read(&mut connection, tenant, &record.reference).await;
            let alone = alone.expect("read").expect("there");
            assert_eq!(format!("{record:?}"), format!("{:?}", alone.to_contract()));
        }
    }
}
