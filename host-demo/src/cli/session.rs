//! What every command shares: the database, the component, who asks, and how
//! the answer is printed.

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context;
use clap::Args;
use jiff::Timestamp;
use koppel_embedding::{Clock, ManualClock, SystemClock, TenantId, store::Database};

use super::output::Output;
use crate::{
    crm::{DemoCrm, Rehearsal},
    host::{Component, DemoConfig, DemoHost, open_crm},
    window::EveningHours,
};

/// Options of every command.
#[derive(Clone, Debug, Args)]
pub(crate) struct Shared {
    /// The database: a file, which is made if it is missing, or `postgres://…`.
    #[arg(
        long,
        global = true,
        default_value = "koppel-demo.sqlite",
        value_name = "FILE-OR-URL"
    )]
    database: Database,
    /// With PostgreSQL: the seconds after which others take over from a process
    /// that died.
    #[arg(long, global = true, default_value_t = 10, value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(1..=3600))]
    lease: u64,
    /// The component; the one that comes along if none is named.
    #[arg(long, global = true, value_name = "FILE")]
    component: Option<PathBuf>,
    /// Whose CRM it is.
    #[arg(long, global = true, default_value = "demo")]
    tenant: String,
    /// The user at the desk.
    #[arg(long, global = true, default_value = "admin")]
    user: String,
    /// Print JSON.
    #[arg(long, global = true)]
    json: bool,
    /// Show what the command would lead to, field by field; nothing is saved and
    /// nothing sent.
    #[arg(long, global = true)]
    dry_run: bool,
    /// How many calls of the component a dry run plans at most.
    #[arg(long, global = true, default_value_t = 200, value_name = "COUNT")]
    dry_run_calls: usize,
    /// When the evening window opens, in which large campaigns run.
    #[arg(long, global = true, default_value = "19:00", value_name = "TIME")]
    evening_opens: String,
    /// When the evening window closes.
    #[arg(long, global = true, default_value = "06:00", value_name = "TIME")]
    evening_closes: String,
    /// Whose clock the evening window goes by.
    #[arg(
        long,
        global = true,
        default_value = "Europe/Amsterdam",
        value_name = "ZONE"
    )]
    zone: String,
    /// Let the clock stand still at this moment, as `2026-03-02T09:00:00Z`: for
    /// demos and tests beside a simulator whose clock stands still as well.
    #[arg(long, global = true, value_name = "MOMENT")]
    at: Option<Timestamp>,
}

impl Shared {
    /// The machine's clock, or one that stands still.
    fn clock(&self) -> anyhow::Result<Arc<dyn Clock>> {
        let Some(at) = self.at else {
            return Ok(Arc::new(SystemClock));
        };
        let at = u64::try_from(at.as_millisecond()).context("`--at` is before 1970")?;
        Ok(Arc::new(ManualClock::at(at)))
    }
}

/// A command at work.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) output: Output,
    shared: Shared,
    rehearsal: Option<Rehearsal>,
}

impl Session {
    pub(crate) fn new(shared: Shared) -> Self {
        Self {
            output: Output {
                json: shared.json,
                silent: shared.dry_run,
            },
            rehearsal: shared.dry_run.then(Rehearsal::default),
            shared,
        }
    }

    /// What the command would have queued, and how many calls are to be planned;
    /// none unless it is a dry run.
    pub(crate) fn rehearsal(&self) -> Option<(Rehearsal, usize)> {
        let rehearsal = self.rehearsal.clone()?;
        Some((rehearsal, self.shared.dry_run_calls))
    }

    /// Whether JSON is asked for.
    pub(crate) fn json(&self) -> bool {
        self.shared.json
    }

    /// The user at the desk.
    pub(crate) fn user(&self) -> &str {
        &self.shared.user
    }

    /// The CRM alone; it needs no component.
    pub(crate) async fn crm(&self) -> anyhow::Result<DemoCrm> {
        let crm = open_crm(&self.config()?)
            .await
            .with_context(|| format!("cannot open the database {}", self.shared.database))?;
        let crm = crm.as_user(&self.shared.user);
        Ok(match &self.rehearsal {
            Some(rehearsal) => crm.rehearsing(rehearsal),
            None => crm,
        })
    }

    /// The CRM with the component.
    pub(crate) async fn host(&self) -> anyhow::Result<DemoHost> {
        let host = DemoHost::open(self.config()?).await?;
        let host = host.as_user(&self.shared.user);
        Ok(match &self.rehearsal {
            Some(rehearsal) => host.rehearsing(rehearsal),
            None => host,
        })
    }

    /// The component's bytes are not read before it is needed.
    pub(crate) fn component(&self) -> Component {
        self.shared
            .component
            .clone()
            .map_or(Component::Bundled, Component::File)
    }

    /// Beside the database file; with PostgreSQL, where this user keeps such things.
    fn cache(&self) -> Option<PathBuf> {
        if let Some(file) = self.shared.database.file() {
            return Some(file.with_extension("cache"));
        }
        let caches = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let of_home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache"));
        Some(caches.or_else(of_home)?.join("koppel-demo"))
    }

    fn config(&self) -> anyhow::Result<DemoConfig> {
        let Shared {
            evening_opens,
            evening_closes,
            zone,
            ..
        } = &self.shared;
        let tenant = TenantId::new(self.shared.tenant.clone()).context("`--tenant` is no name")?;
        Ok(DemoConfig {
            tenant,
            component: self.component(),
            cache: self.cache(),
            lease: Duration::from_secs(self.shared.lease),
            clock: self.shared.clock()?,
            hours: EveningHours::parse(evening_opens, evening_closes, zone)?,
            ..DemoConfig::new(self.shared.database.clone())
        })
    }
}
