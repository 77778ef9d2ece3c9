//! A backup as a file: the seven columns of Spotler's own list of contacts
//! (YO-04), streamed from what a backup job kept.

use std::io::Write;

use serde_json::{Map, Value};

use super::{desk::DemoCrm, error::StoreError};
use crate::contract::ContactSnapshot;

/// The columns, worded as in Spotler.
pub const COLUMNS: [&str; 7] = [
    "E-mail",
    "First name",
    "Last name",
    "Job title",
    "Company",
    "E-mail status",
    "External id",
];

/// How many contacts are read at a time.
const PAGE: u32 = 500;

/// A backup could not be written.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// What is kept could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file could not be written.
    #[error("the file could not be written")]
    File(#[from] csv::Error),
}

impl DemoCrm {
    /// Writes what a backup job kept, one contact a line; answers how many.
    pub async fn write_backup(&self, job: u64, file: impl Write) -> Result<u64, BackupError> {
        let mut writer = csv::Writer::from_writer(file);
        writer.write_record(COLUMNS)?;
        let (mut after, mut contacts) = (0, 0);
        loop {
            let page = self.contact_snapshots_of_run(job, after, PAGE).await?;
            let Some((last, _)) = page.last() else { break };
            after = *last;
            for (_, snapshot) in &page {
                writer.write_record(line_of(snapshot))?;
                contacts += 1;
            }
        }
        writer.flush().map_err(csv::Error::from)?;
        Ok(contacts)
    }
}

fn line_of(snapshot: &ContactSnapshot) -> [String; 7] {
    let properties: Map<String, Value> =
        serde_json::from_str(&snapshot.properties).unwrap_or_default();
    let text = |meaning: &str| {
        let property = snapshot.meanings.iter().find(|it| it.name == meaning);
        match property.and_then(|it| properties.get(&it.value)) {
            Some(Value::String(text)) => text.clone(),
            None | Some(Value::Null) => String::new(),
            Some(other) => other.to_string(),
        }
    };
    [
        text("email"),
        text("first-name"),
        text("last-name"),
        text("job-title"),
        text("organisation"),
        snapshot.email_status.clone(),
        snapshot.external_id.clone(),
    ]
}
