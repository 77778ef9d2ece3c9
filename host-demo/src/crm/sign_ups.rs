//! Sign-ups through a form (AU-24): the contact with its opt-ins, and the sign-up,
//! in one transaction. The same form sent in twice is one sign-up.

use koppel_embedding::{Connection, Event};

use super::{
    attributes,
    codes::Code,
    desk::{self, DemoCrm, Expect},
    edit::Edit,
    error::{SaveError, StoreError},
    rows,
};
use crate::contract::{Consent, RecordKind, RecordRef, SignUp};

/// A form as it was sent in.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// Names this sending, so that a second one is known.
    pub id: String,
    /// The form's name.
    pub name: String,
    /// The address.
    pub email: String,
    /// The last name; the address where none was asked for.
    pub last_name: Option<String>,
    /// The first name.
    pub first_name: Option<String>,
    /// The permissions that were ticked.
    pub permissions: Vec<u32>,
    /// Further values for the message.
    pub values: Vec<(String, String)>,
}

impl DemoCrm {
    /// Takes a form in: the contact with this address, or a new one, says yes to
    /// the permissions. Answers with the contact; none for a form that was taken
    /// in before.
    pub async fn sign_up(&self, form: Form) -> Result<Option<RecordRef>, SaveError> {
        let crm = self.clone();
        self.write(move |connection, tenant| {
            Box::pin(async move {
                let target = contact_with(connection, &tenant, &form.email).await?;
                let known = target.is_some();
                let target = target.unwrap_or_else(|| RecordRef {
                    kind: RecordKind::Contact,
                    id: format!("form-{}", form.id),
                });
                if !note(connection, &tenant, &form, &target, crm.now()).await? {
                    return Ok(None);
                }
                let rules = attributes::rules(connection, &tenant).await?;
                let edit = edit(&form, known);
                crm.save_on(connection, &rules, &target, &edit, Expect::Either)
                    .await?;
                let values = form.values.into_iter();
                let signed_up = Event::SignedUp(SignUp {
                    id: form.id,
                    form: form.name,
                    target: target.clone(),
                    values: values
                        .map(|(name, value)| crate::contract::NamedValue { name, value })
                        .collect(),
                });
                desk::enqueue(connection, &crm.tenant, crm.new_event(signed_up)).await?;
                Ok(Some(target))
            })
        })
        .await
    }
}

/// The save that a form makes. What somebody is called already stays.
fn edit(form: &Form, known: bool) -> Edit {
    let mut edit = Edit::new()
        .evidence(&format!("form {}", form.name))
        .gate(true);
    if !known {
        let last_name = form.last_name.as_ref().unwrap_or(&form.email);
        edit = edit.text("email", &form.email).text("last_name", last_name);
        if let Some(first_name) = &form.first_name {
            edit = edit.text("first_name", first_name);
        }
    }
    form.permissions
        .iter()
        .fold(edit, |edit, bit| edit.permission(*bit, Consent::Given))
}

/// The active contact with an address, the first by id.
async fn contact_with(
    connection: &mut Connection,
    tenant: &str,
    email: &str,
) -> Result<Option<RecordRef>, StoreError> {
    let id: Option<String> = sqlx::query_scalar(
        "SELECT id FROM crm_records
         WHERE tenant = $1 AND kind = $2 AND state = 'active' AND lower(email) = lower($3)
         ORDER BY id LIMIT 1",
    )
    .bind(tenant)
    .bind(RecordKind::Contact.code())
    .bind(email.trim())
    .fetch_optional(connection)
    .await?;
    let kind = RecordKind::Contact;
    Ok(id.map(|id| RecordRef { kind, id }))
}

/// Notes the sign-up; false if it was noted before.
async fn note(
    connection: &mut Connection,
    tenant: &str,
    form: &Form,
    target: &RecordRef,
    at: u64,
) -> Result<bool, StoreError> {
    let noted = sqlx::query(
        "INSERT INTO crm_sign_ups (tenant, id, form, kind, record, at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, id) DO NOTHING",
    )
    .bind(tenant)
    .bind(&form.id)
    .bind(&form.name)
    .bind(target.kind.code())
    .bind(&target.id)
    .bind(rows::integer(at))
    .execute(connection)
    .await?;
    Ok(noted.rows_affected() > 0)
}
