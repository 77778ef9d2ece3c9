//! Carts and orders of the shop (AU-26, AU-30). A change of status and its event
//! are one transaction; the same status again raises none.

use koppel_embedding::{Event, EventKey};
use sqlx::Row;

use super::{
    desk::{self, DemoCrm},
    error::StoreError,
    journeys::{of_json, to_json},
};
use crate::contract::Purchase;

/// Whether it is a cart or an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Not bought yet.
    Cart,
    /// Bought.
    Order,
}

impl Sort {
    fn word(self) -> &'static str {
        match self {
            Self::Cart => "cart",
            Self::Order => "order",
        }
    }
}

impl DemoCrm {
    /// Saves a cart or an order; none where its status has not changed.
    pub async fn save_purchase(
        &self,
        sort: Sort,
        purchase: Purchase,
    ) -> Result<Option<EventKey>, StoreError> {
        let crm = self.clone();
        self.write(move |connection, tenant| {
            Box::pin(async move {
                let before: Option<String> = sqlx::query_scalar(
                    "SELECT status FROM crm_purchases
                     WHERE tenant = $1 AND sort = $2 AND id = $3",
                )
                .bind(&tenant)
                .bind(sort.word())
                .bind(&purchase.id)
                .fetch_optional(&mut *connection)
                .await?;
                sqlx::query(
                    "INSERT INTO crm_purchases (tenant, sort, id, status, definition)
                     VALUES ($1, $2, $3, $4, $5)
                     ON CONFLICT (tenant, sort, id) DO UPDATE SET status = excluded.status,
                         definition = excluded.definition",
                )
                .bind(&tenant)
                .bind(sort.word())
                .bind(&purchase.id)
                .bind(&purchase.status)
                .bind(to_json(&purchase)?)
                .execute(&mut *connection)
                .await?;
                if before.as_deref() == Some(purchase.status.as_str()) {
                    return Ok(None);
                }
                let event = match sort {
                    Sort::Cart => Event::CartChanged(purchase),
                    Sort::Order => Event::OrderChanged(purchase),
                };
                let key = desk::enqueue(connection, &crm.tenant, crm.new_event(event)).await?;
                Ok(Some(key))
            })
        })
        .await
    }

    /// The carts or the orders, by id, from after this one, at most `limit`.
    pub async fn purchases_after(
        &self,
        sort: Sort,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Purchase>, StoreError> {
        let rows = sqlx::query(
            "SELECT definition FROM crm_purchases
             WHERE tenant = $1 AND sort = $2 AND id > $3 ORDER BY id LIMIT $4",
        )
        .bind(self.tenant.as_str())
        .bind(sort.word())
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(self.store.readers())
        .await?;
        rows.iter()
            .map(|row| of_json(row.try_get("definition")?))
            .collect()
    }
}
