//! Campaigns: the wizard, what a run would do, the run, and how they all stand
//! (PV-15..PV-17, PV-22, PV-42).

use koppel_embedding::store::flag;
use koppel_embedding::{
    Connection, Event, EventKey,
    contract::{campaigns::CampaignExport, types::EveningWindow},
    queue,
};
use sqlx::Row;

use super::{
    attributes, desk,
    desk::DemoCrm,
    error::StoreError,
    log, rows,
    selections::{self, Selection},
    statement::Statement,
};
use crate::contract::{LogLevel, LogLine, NamedValue, SubjectChange};

/// How a campaign is sent: the wizard's step “How” (PV-16).
pub const CHANNELS: [&str; 3] = ["external", "letter", "phone"];
/// The systems that an external campaign is sent with (PV-17).
pub const SYSTEMS: [&str; 1] = ["spotler"];
/// More selected relations than this run in the evening (PV-22).
pub const AT_ONCE: u64 = 2_500;
/// So many names of lists are asked for in one query.
const LISTS_AT_ONCE: usize = 400;
/// The subject's name in `crm_subjects`.
pub(crate) const SUBJECT: &str = "campaign";

/// The wizard, filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct CampaignForm {
    /// What users call the campaign.
    pub title: String,
    /// How it is sent: one of [`CHANNELS`].
    pub channel: String,
    /// With which system: one of [`SYSTEMS`].
    pub system: String,
    /// The list's name in Spotler.
    pub list_name: String,
    /// Who gets it.
    pub selection: Selection,
    /// The permission that the mailing is for; none: any one will do.
    pub permission: Option<u32>,
    /// Whether the mailing activity may be closed by itself (PV-37).
    pub auto_close: bool,
}

/// A campaign.
#[derive(Clone, Debug, PartialEq)]
pub struct Campaign {
    /// Its id.
    pub id: String,
    /// What users call it.
    pub title: String,
    /// How it is sent.
    pub channel: String,
    /// With which system.
    pub system: String,
    /// The list's name in Spotler.
    pub list_name: String,
    /// The id of the selection.
    pub selection: String,
    /// The permission that the mailing is for.
    pub permission: Option<u32>,
    /// Whether the mailing activity may be closed by itself.
    pub auto_close: bool,
    /// When it was made.
    pub created_at: u64,
    /// Who made it.
    pub created_by: Option<String>,
    /// The event of its last run.
    pub event: Option<EventKey>,
    /// How many were selected for it.
    pub selected: Option<u64>,
    /// When it was run last.
    pub run_at: Option<u64>,
}

impl Campaign {
    /// Whether it is sent through an external system, so that it can be exported.
    pub fn is_external(&self) -> bool {
        self.channel == "external"
    }
}

/// What a run would do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CampaignPlan {
    /// How many are selected.
    pub selected: u64,
    /// When it would start; none: at once.
    pub starts_at: Option<u64>,
}

/// Why a campaign was not made or not run.
#[derive(Debug, thiserror::Error)]
pub enum CampaignError {
    /// An answer of the wizard is missing or impossible.
    #[error("the campaign was not saved")]
    Wizard(#[from] WizardFault),
    /// There is one with this id.
    #[error("there is a campaign `{0}` already")]
    Exists(String),
    /// There is none with this id.
    #[error("there is no campaign `{0}`; `campaign list` shows those that there are")]
    Unknown(String),
    /// It is under way.
    #[error("campaign `{0}` is under way; `campaign show` tells how far it is")]
    UnderWay(String),
    /// It does not go through an external system.
    #[error("campaign `{id}` is not sent through an external system but by {channel}")]
    NotExternal {
        /// Which campaign.
        id: String,
        /// How it is sent.
        channel: String,
    },
    /// The storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for CampaignError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// What is wrong with an answer of the wizard.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WizardFault {
    /// No id, or a long one.
    #[error("its id must have 1 to 200 bytes")]
    Id,
    /// No title.
    #[error("it has no title")]
    Title,
    /// The step “How”.
    #[error("`{0}` is no way of sending; choose one of external, letter, phone")]
    Channel(String),
    /// No such system.
    #[error("`{0}` is no system to send with; choose spotler")]
    System(String),
    /// The list has no name, or a long one.
    #[error("the list in Spotler needs a name of 1 to 255 characters")]
    ListName,
    /// The CRM has no opt-in attribute for it.
    #[error("there is no permission {0}; `status` shows those that there are")]
    Permission(u32),
}

impl CampaignForm {
    /// Checks the answers, in the order in which the wizard asks them.
    fn check(&self, id: &str, permissions: &[u32]) -> Result<(), WizardFault> {
        if id.is_empty() || id.len() > 200 {
            return Err(WizardFault::Id);
        }
        if self.title.trim().is_empty() {
            return Err(WizardFault::Title);
        }
        if !CHANNELS.contains(&self.channel.as_str()) {
            return Err(WizardFault::Channel(self.channel.clone()));
        }
        if self.channel == "external" {
            if !SYSTEMS.contains(&self.system.as_str()) {
                return Err(WizardFault::System(self.system.clone()));
            }
            if self.list_name.trim().is_empty() || self.list_name.chars().count() > 255 {
                return Err(WizardFault::ListName);
            }
        }
        match self.permission {
            Some(bit) if !permissions.contains(&bit) => Err(WizardFault::Permission(bit)),
            _ => Ok(()),
        }
    }
}

impl DemoCrm {
    /// Makes a campaign as the wizard was filled in.
    pub async fn new_campaign(&self, id: &str, form: CampaignForm) -> Result<(), CampaignError> {
        let (id, now, user) = (id.to_owned(), self.now(), self.user.clone());
        self.write(move |connection, tenant| {
            Box::pin(async move {
                let attributes = attributes::current(connection, &tenant).await?;
                let bits: Vec<u32> = attributes.iter().map(|it| it.bit).collect();
                form.check(&id, &bits)?;
                if read(connection, &tenant, &id).await?.is_some() {
                    return Err(CampaignError::Exists(id));
                }
                let selection = format!("campaign-{id}");
                selections::write(connection, &tenant, &selection, form.selection).await?;
                sqlx::query(
                    "INSERT INTO crm_campaigns (tenant, id, title, channel, system, list_name,
                         selection, permission, auto_close, created_at, created_by)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                )
                .bind(&tenant)
                .bind(&id)
                .bind(form.title)
                .bind(form.channel)
                .bind(form.system)
                .bind(form.list_name)
                .bind(selection)
                .bind(form.permission.map(i64::from))
                .bind(i64::from(form.auto_close))
                .bind(rows::integer(now))
                .bind(user)
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// A campaign; none if there is none with this id.
    pub async fn campaign(&self, id: &str) -> Result<Option<Campaign>, StoreError> {
        let mut connection = self.store.readers().acquire().await?;
        read(&mut connection, self.tenant.as_str(), id).await
    }

    /// All campaigns, closed ones too, newest first, with how they stand (PV-42).
    pub async fn campaigns(&self) -> Result<Vec<(Campaign, Option<SubjectChange>)>, StoreError> {
        let statement = format!(
            "SELECT {COLUMNS} FROM crm_campaigns WHERE tenant = $1 ORDER BY created_at DESC, id"
        );
        let found = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(self.tenant.as_str())
            .fetch_all(self.store.readers())
            .await?;
        self.with_standing(&found).await
    }

    /// A page of the campaigns, newest first, from after the one with this id.
    pub async fn campaigns_after(
        &self,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(Campaign, Option<SubjectChange>)>, StoreError> {
        let statement = format!(
            "SELECT {COLUMNS} FROM crm_campaigns WHERE tenant = $1
                 AND ($2 = '' OR (created_at, id) <
                     (SELECT created_at, id FROM crm_campaigns WHERE tenant = $1 AND id = $2))
             ORDER BY created_at DESC, id DESC LIMIT $3"
        );
        let found = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(self.tenant.as_str())
            .bind(after.unwrap_or_default())
            .bind(i64::from(limit))
            .fetch_all(self.store.readers())
            .await?;
        self.with_standing(&found).await
    }

    /// The campaigns to lists of these names, oldest first, with how they stand.
    pub(crate) async fn campaigns_to(
        &self,
        lists: &[&str],
    ) -> Result<Vec<(Campaign, Option<SubjectChange>)>, StoreError> {
        let mut found = Vec::new();
        for some in lists.chunks(LISTS_AT_ONCE) {
            let mut query = Statement::new("SELECT ");
            query.push(COLUMNS);
            query.push(" FROM crm_campaigns WHERE tenant = ");
            query
                .push_bind(self.tenant.as_str())
                .push(" AND list_name IN (");
            for (number, list) in some.iter().enumerate() {
                query.push(if number == 0 { "" } else { ", " });
                query.push_bind(*list);
            }
            query.push(") ORDER BY created_at, id");
            let mut connection = self.store.readers().acquire().await?;
            found.extend(query.fetch_all(&mut connection).await?);
        }
        self.with_standing(&found).await
    }

    /// The campaigns of these rows, with how they stand.
    async fn with_standing(
        &self,
        found: &[sqlx::any::AnyRow],
    ) -> Result<Vec<(Campaign, Option<SubjectChange>)>, StoreError> {
        let mut campaigns = Vec::with_capacity(found.len());
        for row in found {
            let campaign = campaign_of(row)?;
            let stands = self.subject(SUBJECT, &campaign.id).await?;
            campaigns.push((campaign, stands));
        }
        Ok(campaigns)
    }

    /// What a run would do now; nothing is queued.
    pub async fn plan_campaign(&self, id: &str) -> Result<CampaignPlan, CampaignError> {
        self.plan_campaign_up_to(id, u32::MAX).await
    }

    /// The same, with the selection counted no further than `most`.
    pub async fn plan_campaign_up_to(
        &self,
        id: &str,
        most: u32,
    ) -> Result<CampaignPlan, CampaignError> {
        let campaign = self.campaign(id).await?;
        let campaign = campaign.ok_or_else(|| CampaignError::Unknown(id.to_owned()))?;
        let mut connection = self.store.readers().acquire().await?;
        let tenant = self.tenant.as_str();
        let selected = selections::count_up_to(
            &mut connection,
            tenant,
            &campaign.selection,
            i64::from(most),
        )
        .await?;
        let window = self.hours.at(self.now());
        let waits = selected > AT_ONCE && !window.open;
        Ok(CampaignPlan {
            selected,
            starts_at: waits.then_some(window.opens_at_ms),
        })
    }

    /// Hands a campaign to the connector: counted, queued and logged in one
    /// transaction.
    pub async fn run_campaign(&self, id: &str) -> Result<EventKey, CampaignError> {
        let (crm, id) = (self.clone(), id.to_owned());
        self.write(move |connection, tenant| {
            Box::pin(async move { crm.run_on(connection, &tenant, &id).await })
        })
        .await
    }

    /// Whether a run of a campaign waits in the queue or is being worked on.
    pub async fn is_under_way(&self, campaign: &Campaign) -> Result<bool, StoreError> {
        let mut connection = self.store.readers().acquire().await?;
        self.is_under_way_on(&mut connection, campaign).await
    }

    async fn is_under_way_on(
        &self,
        connection: &mut Connection,
        campaign: &Campaign,
    ) -> Result<bool, StoreError> {
        let Some(event) = &campaign.event else {
            return Ok(false);
        };
        let waiting = queue::waiting_event(connection, &self.tenant, event).await;
        Ok(waiting.map_err(not_read)?.is_some())
    }

    async fn run_on(
        &self,
        connection: &mut Connection,
        tenant: &str,
        id: &str,
    ) -> Result<EventKey, CampaignError> {
        let campaign = read(connection, tenant, id).await?;
        let campaign = campaign.ok_or_else(|| CampaignError::Unknown(id.to_owned()))?;
        if !campaign.is_external() {
            return Err(CampaignError::NotExternal {
                id: campaign.id,
                channel: campaign.channel,
            });
        }
        if self.is_under_way_on(connection, &campaign).await? {
            return Err(CampaignError::UnderWay(campaign.id));
        }
        let selected = selections::count(connection, tenant, &campaign.selection).await?;
        let export = CampaignExport {
            campaign: campaign.id.clone(),
            channel: campaign.channel,
            system: campaign.system,
            list_name: campaign.list_name,
            selection: campaign.selection,
            selected,
            permission: campaign.permission,
            auto_close: campaign.auto_close,
            // Filled in with every step.
            window: EveningWindow {
                open: false,
                opens_at: 0,
            },
            more: Vec::new(),
        };
        let event = self.new_event(Event::CampaignExport(export));
        let key = desk::enqueue(connection, &self.tenant, event).await?;
        sqlx::query(
            "UPDATE crm_campaigns SET event = $1, selected = $2, run_at = $3
             WHERE tenant = $4 AND id = $5",
        )
        .bind(key.as_str())
        .bind(rows::integer(selected))
        .bind(rows::integer(self.now()))
        .bind(tenant)
        .bind(id)
        .execute(&mut *connection)
        .await?;
        let fact = |name: &str, value: String| NamedValue {
            name: name.to_owned(),
            value,
        };
        let line = LogLine {
            level: LogLevel::Info,
            code: "campaign-queued".to_owned(),
            about: vec![
                fact("campaign", campaign.id),
                fact("selected", selected.to_string()),
            ],
        };
        log::append(connection, tenant, self.now(), &line).await?;
        Ok(key)
    }
}

fn not_read(error: koppel_embedding::store::StoreError) -> StoreError {
    StoreError::Queue(Box::new(error))
}

const COLUMNS: &str = "id, title, channel, system, list_name, selection, permission, auto_close, \
     created_at, created_by, event, selected, run_at";

async fn read(
    connection: &mut Connection,
    tenant: &str,
    id: &str,
) -> Result<Option<Campaign>, StoreError> {
    let statement = format!("SELECT {COLUMNS} FROM crm_campaigns WHERE tenant = $1 AND id = $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(tenant)
        .bind(id)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(campaign_of).transpose()
}

fn campaign_of(row: &sqlx::any::AnyRow) -> Result<Campaign, StoreError> {
    let optional = |column: &'static str| -> Result<Option<u64>, StoreError> {
        Ok(row
            .try_get::<Option<i64>, _>(column)?
            .map(i64::unsigned_abs))
    };
    Ok(Campaign {
        id: row.try_get("id")?,
        title: row.try_get("title")?,
        channel: row.try_get("channel")?,
        system: row.try_get("system")?,
        list_name: row.try_get("list_name")?,
        selection: row.try_get("selection")?,
        permission: row
            .try_get::<Option<i64>, _>("permission")?
            .and_then(|it| u32::try_from(it).ok()),
        auto_close: flag(row, "auto_close")?,
        created_at: rows::moment_of(row, "created_at")?,
        created_by: row.try_get("created_by")?,
        event: row
            .try_get::<Option<String>, _>("event")?
            .map(EventKey::from_stored),
        selected: optional("selected")?,
        run_at: optional("run_at")?,
    })
}
