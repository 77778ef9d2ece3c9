//! Backups and what is put back from them or from what was kept before it was
//! overwritten (YO-02, YO-03).

use koppel_embedding::{Event, EventKey, contract::actions::ManualAction};

use super::{DemoHost, HostError};
use crate::{
    contract::{NamedValue, RecordRef},
    crm::selections::Selection,
};

/// What is to be put back.
#[derive(Clone, Debug, PartialEq)]
pub enum Restore {
    /// These records, at most 500: what Spotler had before the last time that we
    /// overwrote it, or before a run.
    Records(Vec<RecordRef>, Option<u64>),
    /// The records of a selection, in the same way.
    Selection(String, Option<u64>),
    /// Everything that a run overwrote, or a backup kept of linked records: the
    /// number of its job.
    Run(u64),
}

impl DemoHost {
    /// Queues a backup of everything that Spotler shows; a job.
    pub async fn backup(&self) -> Result<EventKey, HostError> {
        let action = action("backup", Vec::new(), None, None);
        self.enqueue(Event::Action(action)).await
    }

    /// Queues a restore; a job.
    pub async fn restore(&self, what: Restore) -> Result<EventKey, HostError> {
        let action = match what {
            Restore::Records(records, run) => action("restore", records, None, run),
            Restore::Selection(selection, run) => {
                action("restore", Vec::new(), Some(selection), run)
            }
            Restore::Run(run) => {
                let records = self.crm().records_of_run(run).await?;
                let selection = format!("restore-of-job-{run}");
                let chosen = Selection::Records(records);
                self.crm().save_selection(&selection, chosen).await?;
                action("restore", Vec::new(), Some(selection), Some(run))
            }
        };
        self.enqueue(Event::Action(action)).await
    }
}

fn action(
    operation: &str,
    records: Vec<RecordRef>,
    selection: Option<String>,
    run: Option<u64>,
) -> ManualAction {
    let run = run.map(|it| NamedValue {
        name: "run".to_owned(),
        value: it.to_string(),
    });
    ManualAction {
        operation: operation.to_owned(),
        records,
        selection,
        permissions: Vec::new(),
        fields: Vec::new(),
        parameters: run.into_iter().collect(),
    }
}
