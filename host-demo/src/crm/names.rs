//! What records are called, many at a time.

use std::collections::HashMap;

use sqlx::Row;

use super::{codes::Code, desk::DemoCrm, error::StoreError, statement::Statement};
use crate::contract::RecordRef;

/// So many records are asked for in one query.
const AT_ONCE: usize = 400;

/// Names of records.
#[derive(Clone, Debug, Default)]
pub struct Names(HashMap<(&'static str, String), String>);

impl Names {
    /// The name of a record; its id where it has none.
    pub fn of(&self, record: &RecordRef) -> String {
        let found = self.0.get(&(record.kind.code(), record.id.clone()));
        found.cloned().unwrap_or_else(|| record.id.clone())
    }
}

impl DemoCrm {
    /// The names of these records; those without a name are left out.
    pub async fn names_of(&self, records: &[RecordRef]) -> Result<Names, StoreError> {
        let mut names = Names::default();
        for some in records.chunks(AT_ONCE) {
            let mut query =
                Statement::new("SELECT kind, id, name FROM crm_records WHERE tenant = ");
            query
                .push_bind(self.tenant.as_str())
                .push(" AND (kind, id) IN (VALUES ");
            for (number, it) in some.iter().enumerate() {
                query.push(if number == 0 { "(" } else { ", (" });
                query.push_bind(it.kind.code());
                query.push(", ").push_bind(&it.id).push(")");
            }
            query.push(")");
            let mut connection = self.store.readers().acquire().await?;
            for row in query.fetch_all(&mut connection).await? {
                let (kind, name): (&str, String) = (row.try_get("kind")?, row.try_get("name")?);
                if let Some(kind) = crate::contract::RecordKind::from_code(kind)
                    && !name.is_empty()
                {
                    names.0.insert((kind.code(), row.try_get("id")?), name);
                }
            }
        }
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use crate::crm::testing::TestCrm;

    #[tokio::test]
    async fn a_record_without_a_row_is_called_by_its_id() {
        let it = TestCrm::open().await;
        let anna = it.contact("p1").await;
        let nobody = crate::crm::testing::contact("p2");
        let names = it.crm.names_of(&[anna.clone(), nobody.clone()]).await;
        let names = names.expect("read");
        let record = it.crm.record(&anna).await.expect("read").expect("there");
        assert_eq!(names.of(&anna), record.name());
        assert_eq!(names.of(&nobody), "p2");
        assert!(it.crm.names_of(&[]).await.expect("read").0.is_empty());
    }
}
