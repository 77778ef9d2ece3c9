//! What a user set up for journeys: bindings of events (AU-04), and the fields
//! of messages. Each save is queued for the connector in the same transaction.

use koppel_embedding::{Connection, Event, EventKey};
use serde::{Serialize, de::DeserializeOwned};
use sqlx::Row;

use super::{
    desk::{self, DemoCrm},
    error::StoreError,
};
use crate::contract::{Binding, JourneySettings, TriggerFields};

impl DemoCrm {
    /// Everything that is set up.
    pub async fn journey_settings(&self) -> Result<JourneySettings, StoreError> {
        let mut connection = self.store.readers().acquire().await?;
        read(&mut connection, self.tenant.as_str()).await
    }

    /// Adds a binding; one with its id is replaced.
    pub async fn bind(&self, binding: Binding) -> Result<EventKey, StoreError> {
        self.set_up(move |connection, tenant| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO crm_journey_bindings (tenant, id, definition) VALUES ($1, $2, $3)
                     ON CONFLICT (tenant, id) DO UPDATE SET definition = excluded.definition",
                )
                .bind(tenant)
                .bind(&binding.id)
                .bind(to_json(&binding)?)
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// Takes a binding, or the automatic action of this name, away.
    pub async fn unbind(&self, id: &str) -> Result<EventKey, StoreError> {
        let id = id.to_owned();
        self.set_up(move |connection, tenant| {
            Box::pin(async move {
                for statement in [
                    "DELETE FROM crm_journey_bindings WHERE tenant = $1 AND id = $2",
                    "DELETE FROM crm_automatic_actions WHERE tenant = $1 AND id = $2",
                ] {
                    sqlx::query(statement)
                        .bind(tenant)
                        .bind(&id)
                        .execute(&mut *connection)
                        .await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// Sets the fields that go with a trigger; none takes them away.
    pub async fn set_journey_fields(&self, fields: TriggerFields) -> Result<EventKey, StoreError> {
        self.set_up(move |connection, tenant| {
            Box::pin(async move {
                let statement = if fields.fields.is_empty() {
                    "DELETE FROM crm_journey_fields WHERE tenant = $1 AND trigger_code = $2"
                } else {
                    "INSERT INTO crm_journey_fields (tenant, trigger_code, definition)
                     VALUES ($1, $2, $3) ON CONFLICT (tenant, trigger_code)
                     DO UPDATE SET definition = excluded.definition"
                };
                let mut query = sqlx::query(statement).bind(tenant).bind(&fields.trigger);
                if !fields.fields.is_empty() {
                    query = query.bind(to_json(&fields)?);
                }
                query.execute(connection).await?;
                Ok(())
            })
        })
        .await
    }

    /// Changes the settings and queues them as they are then.
    async fn set_up<F>(&self, change: F) -> Result<EventKey, StoreError>
    where
        F: for<'c> FnOnce(
                &'c mut Connection,
                &'c str,
            ) -> std::pin::Pin<
                Box<dyn Future<Output = Result<(), StoreError>> + Send + 'c>,
            > + Send
            + 'static,
    {
        let crm = self.clone();
        self.write(move |connection, tenant| {
            Box::pin(async move {
                change(connection, &tenant).await?;
                let settings = read(connection, &tenant).await?;
                let new = crm.new_event(Event::JourneySettingsSaved(settings));
                desk::enqueue(connection, &crm.tenant, new).await
            })
        })
        .await
    }
}

async fn read(connection: &mut Connection, tenant: &str) -> Result<JourneySettings, StoreError> {
    let bindings = definitions(
        connection,
        "SELECT definition FROM crm_journey_bindings WHERE tenant = $1 ORDER BY id",
        tenant,
    )
    .await?;
    let fields = definitions(
        connection,
        "SELECT definition FROM crm_journey_fields WHERE tenant = $1 ORDER BY trigger_code",
        tenant,
    )
    .await?;
    Ok(JourneySettings { bindings, fields })
}

async fn definitions<T: DeserializeOwned>(
    connection: &mut Connection,
    statement: &'static str,
    tenant: &str,
) -> Result<Vec<T>, StoreError> {
    let rows = sqlx::query(statement)
        .bind(tenant)
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| of_json(row.try_get("definition")?))
        .collect()
}

/// What a column keeps of the contract.
pub(crate) fn to_json(definition: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(definition).map_err(|_| StoreError::Unreadable("definition"))
}

/// What a column kept of the contract.
pub(crate) fn of_json<T: DeserializeOwned>(json: &str) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(|_| StoreError::Unreadable("definition"))
}
