//! What the guard holds, and a person's word on it.

use koppel_embedding::guard::{self, GuardRun, GuardSettings};

use super::{DemoHost, HostError};
use crate::crm::rehearsal::MOST_EVENTS;

impl DemoHost {
    /// The runs that wait for a person's word, oldest first.
    pub async fn guard_runs(&self) -> Result<Vec<GuardRun>, HostError> {
        let mut connection = self.crm.store().readers().acquire().await?;
        Ok(guard::runs(&mut connection, self.crm.tenant()).await?)
    }

    /// The records that wait with a run, such as `contact/17`.
    pub async fn held_records(&self, run: &str, limit: u32) -> Result<Vec<String>, HostError> {
        let mut connection = self.crm.store().readers().acquire().await?;
        let tenant = self.crm.tenant();
        Ok(guard::held_records(&mut connection, tenant, run, limit).await?)
    }

    /// Hands in what waits with a run; while it is only tried, notes it for the plan.
    /// None: there is no such run open.
    pub async fn confirm_run(&self, run: &str) -> Result<Option<u64>, HostError> {
        if let Some(rehearsal) = &self.crm.rehearsal {
            let mut connection = self.crm.store().readers().acquire().await?;
            let held = guard::held_events(&mut connection, self.crm.tenant(), run, MOST_EVENTS);
            let (events, left) = held.await?;
            let number = events.len() + left;
            rehearsal.note(events, left);
            return Ok((number > 0).then_some(number as u64));
        }
        let (tenant, user) = (self.crm.tenant(), self.crm.user.as_deref());
        Ok(self.host.confirm_run(tenant, run, user).await?)
    }

    /// Ends what waits with a run, each event visibly; while it is only tried, there
    /// is nothing to plan: none of it reaches Spotler. None: there is no such run
    /// open.
    pub async fn reject_run(&self, run: &str) -> Result<Option<u64>, HostError> {
        if self.crm.rehearsal.is_some() {
            let runs = self.guard_runs().await?;
            return Ok(runs.iter().find(|it| it.id == run).map(|it| it.records));
        }
        let (tenant, user) = (self.crm.tenant(), self.crm.user.as_deref());
        Ok(self.host.reject_run(tenant, run, user).await?)
    }

    /// When a run is paused.
    pub async fn guard_settings(&self) -> Result<GuardSettings, HostError> {
        let mut connection = self.crm.store().readers().acquire().await?;
        Ok(guard::settings(&mut connection, self.crm.tenant()).await?)
    }

    /// Sets when a run is paused.
    pub async fn save_guard_settings(&self, settings: GuardSettings) -> Result<(), HostError> {
        let of = self.crm.tenant().clone();
        self.crm
            .write(move |connection, _| {
                Box::pin(async move { Ok(guard::save_settings(connection, &of, &settings).await?) })
            })
            .await
    }
}
