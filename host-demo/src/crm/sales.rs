//! Sales and their stages, with the automatic actions that are bound to them
//! (YO-37..YO-42). A move and its event are one transaction.

use koppel_embedding::{Connection, Event, EventKey, TenantId, queue};
use sqlx::Row;

use super::{
    codes::Code,
    desk::{self, DemoCrm},
    error::StoreError,
    journeys::{of_json, to_json},
};
use crate::contract::{AutomaticAction, RecordRef, StageChanged};

/// A stage of a sales scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// The scheme.
    pub scheme: String,
    /// The stage's name.
    pub name: String,
}

/// An action, and the stage that it is bound to.
#[derive(Clone, Debug, PartialEq)]
pub struct BoundAction {
    /// The stage.
    pub stage: Stage,
    /// What it does.
    pub action: AutomaticAction,
}

/// A sale and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Sale {
    /// Its id.
    pub id: String,
    /// Its stage.
    pub stage: Stage,
    /// Whose it is.
    pub target: Option<RecordRef>,
}

impl DemoCrm {
    /// The stages in which any sale stands, by scheme and name.
    pub async fn stages_of_sales(&self) -> Result<Vec<Stage>, StoreError> {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT DISTINCT scheme, stage FROM crm_sales WHERE tenant = $1
             ORDER BY scheme, stage",
        )
        .bind(self.tenant.as_str())
        .fetch_all(self.store.readers())
        .await?;
        let stage = |(scheme, name): (String, String)| Stage { scheme, name };
        Ok(rows.into_iter().map(stage).collect())
    }

    /// The sales of all schemes, by id, from after this one, at most `limit`.
    pub async fn sales_after(&self, after: &str, limit: u32) -> Result<Vec<Sale>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, scheme, stage, kind, record FROM crm_sales
             WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3",
        )
        .bind(self.tenant.as_str())
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(self.store.readers())
        .await?;
        let sale = |row: &sqlx::any::AnyRow| {
            let kind: Option<&str> = row.try_get("kind")?;
            let record: Option<String> = row.try_get("record")?;
            let kind = kind.and_then(crate::contract::RecordKind::from_code);
            Ok(Sale {
                id: row.try_get("id")?,
                stage: Stage {
                    scheme: row.try_get("scheme")?,
                    name: row.try_get("stage")?,
                },
                target: kind.zip(record).map(|(kind, id)| RecordRef { kind, id }),
            })
        };
        rows.iter().map(sale).collect()
    }

    /// Binds an action to a stage; one with its id is replaced.
    pub async fn bind_action(&self, bound: BoundAction) -> Result<(), StoreError> {
        self.write(move |connection, tenant| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO crm_automatic_actions (tenant, id, scheme, stage, definition)
                     VALUES ($1, $2, $3, $4, $5)
                     ON CONFLICT (tenant, id) DO UPDATE SET scheme = excluded.scheme,
                         stage = excluded.stage, definition = excluded.definition",
                )
                .bind(&tenant)
                .bind(&bound.action.id)
                .bind(&bound.stage.scheme)
                .bind(&bound.stage.name)
                .bind(to_json(&bound.action)?)
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// All actions with their stages, by id.
    pub async fn bound_actions(&self) -> Result<Vec<BoundAction>, StoreError> {
        let rows = sqlx::query(
            "SELECT scheme, stage, definition FROM crm_automatic_actions
             WHERE tenant = $1 ORDER BY id",
        )
        .bind(self.tenant.as_str())
        .fetch_all(self.store.readers())
        .await?;
        let bound = |row: &sqlx::any::AnyRow| {
            Ok(BoundAction {
                stage: Stage {
                    scheme: row.try_get("scheme")?,
                    name: row.try_get("stage")?,
                },
                action: of_json(row.try_get("definition")?)?,
            })
        };
        rows.iter().map(bound).collect()
    }

    /// Moves a sale to a stage, or makes it there; none where it is there already.
    pub async fn move_sale(
        &self,
        sale: &str,
        target: Option<RecordRef>,
        stage: Stage,
    ) -> Result<Option<EventKey>, StoreError> {
        let (crm, sale) = (self.clone(), sale.to_owned());
        self.write(move |connection, tenant| {
            Box::pin(async move {
                let before = stage_of(connection, &tenant, &sale).await?;
                if before.as_deref() == Some(stage.name.as_str()) {
                    return Ok(None);
                }
                write(connection, &tenant, &sale, target.as_ref(), &stage).await?;
                let actions = actions_of(connection, &tenant, &stage).await?;
                let event = Event::StageChanged(StageChanged {
                    sale,
                    scheme: stage.scheme,
                    before,
                    after: stage.name,
                    target,
                    actions,
                });
                let key = desk::enqueue(connection, &crm.tenant, crm.new_event(event)).await?;
                Ok(Some(key))
            })
        })
        .await
    }
}

/// The automatic action by which an event switches a permission on: its name, and the
/// user who moved the sale. None where the event is about something else.
pub(crate) async fn action_behind(
    connection: &mut Connection,
    tenant: &str,
    key: &EventKey,
    bit: u32,
) -> Result<Option<(String, Option<String>)>, StoreError> {
    let tenant = TenantId::new(tenant).map_err(|_| StoreError::Unreadable("tenant"))?;
    let waiting = queue::waiting_event(connection, &tenant, key).await;
    let waiting = waiting.map_err(|error| StoreError::Queue(error.into()))?;
    let Some(queue::Waiting { event, user, .. }) = waiting else {
        return Ok(None);
    };
    let Event::StageChanged(reached) = event else {
        return Ok(None);
    };
    let mut actions = reached.actions.into_iter();
    let action = actions.find(|it| it.permissions.contains(&bit));
    Ok(action.map(|it| (it.name, user)))
}

async fn stage_of(
    connection: &mut Connection,
    tenant: &str,
    sale: &str,
) -> Result<Option<String>, StoreError> {
    let stage = sqlx::query_scalar("SELECT stage FROM crm_sales WHERE tenant = $1 AND id = $2")
        .bind(tenant)
        .bind(sale)
        .fetch_optional(connection)
        .await?;
    Ok(stage)
}

async fn write(
    connection: &mut Connection,
    tenant: &str,
    sale: &str,
    target: Option<&RecordRef>,
    stage: &Stage,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO crm_sales (tenant, id, scheme, stage, kind, record)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (tenant, id) DO UPDATE SET scheme = excluded.scheme,
             stage = excluded.stage, kind = excluded.kind, record = excluded.record",
    )
    .bind(tenant)
    .bind(sale)
    .bind(&stage.scheme)
    .bind(&stage.name)
    .bind(target.map(|it| it.kind.code()))
    .bind(target.map(|it| it.id.as_str()))
    .execute(connection)
    .await?;
    Ok(())
}

async fn actions_of(
    connection: &mut Connection,
    tenant: &str,
    stage: &Stage,
) -> Result<Vec<AutomaticAction>, StoreError> {
    let rows = sqlx::query(
        "SELECT definition FROM crm_automatic_actions
         WHERE tenant = $1 AND scheme = $2 AND stage = $3 ORDER BY id",
    )
    .bind(tenant)
    .bind(&stage.scheme)
    .bind(&stage.name)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| of_json(row.try_get("definition")?))
        .collect()
}
