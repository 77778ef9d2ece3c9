//! `campaign`: exports of a selection to a static list in Spotler.

mod forecast;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    output::{moment, or_dash, table},
    selecting::Selected,
    session::Session,
};
use crate::{
    contract::SubjectChange,
    crm::{
        attached::ABSENT,
        campaigns::{Campaign, CampaignForm},
        codes::Code,
        dump::facts,
    },
    explain::Language,
};

#[derive(Debug, Subcommand)]
pub(crate) enum CampaignCommand {
    /// Make a campaign, as its wizard is filled in.
    New(NewArgs),
    /// How many a run would select, when it would start, who would be left out and
    /// why, and how many requests it would take; nothing is queued.
    Plan { campaign: String },
    /// Hand a campaign to the connector; `work` carries it out.
    Run { campaign: String },
    /// All campaigns, closed ones too.
    List,
    /// How a campaign stands, and how far its export is.
    Show { campaign: String },
    /// Who was exported, and who was left out and why.
    Results(ResultsArgs),
    /// When the queue gets to each campaign, and what each would do.
    Forecast,
}

#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    /// The campaign's id.
    campaign: String,
    /// What users call it.
    #[arg(long)]
    title: String,
    /// Who gets it: `all`, `attribute` (who carries “Spotler”), `permission:BIT`,
    /// `search:TEXT`, `relation:ID`, `activity:TEXT`, `filter:FIELD=VALUE` (or
    /// `!=`, or `~` for “contains”), `records:ID,ID`; `lead/` or `account/` in
    /// front for another kind.
    #[arg(long, value_name = "SELECTION")]
    select: Selected,
    /// The list's name in Spotler; it must be free.
    #[arg(long, default_value = "", value_name = "NAME")]
    list: String,
    /// The permission that the mailing is for; without one, any will do.
    #[arg(long, value_name = "BIT")]
    permission: Option<u32>,
    /// How it is sent: external, letter, phone.
    #[arg(long, default_value = "external")]
    channel: String,
    /// With which system.
    #[arg(long, default_value = "spotler")]
    system: String,
    /// The mailing activity may be closed by itself: no to-do.
    #[arg(long)]
    auto_close: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ResultsArgs {
    campaign: String,
    /// Those who were left out only.
    #[arg(long, conflicts_with = "exported")]
    left_out: bool,
    /// Those who were exported only.
    #[arg(long)]
    exported: bool,
}

/// Carries a command out.
pub(crate) async fn run(command: CampaignCommand, session: &Session) -> anyhow::Result<()> {
    match command {
        CampaignCommand::New(args) => new(args, session).await,
        CampaignCommand::Plan { campaign } => plan(&campaign, session).await,
        CampaignCommand::Run { campaign } => start(&campaign, session).await,
        CampaignCommand::List => list(session).await,
        CampaignCommand::Show { campaign } => show(&campaign, session).await,
        CampaignCommand::Results(args) => results(args, session).await,
        CampaignCommand::Forecast => forecast::run(session).await,
    }
}

async fn new(args: NewArgs, session: &Session) -> anyhow::Result<()> {
    let form = CampaignForm {
        title: args.title,
        channel: args.channel,
        system: args.system,
        list_name: args.list,
        selection: args.select.0,
        permission: args.permission,
        auto_close: args.auto_close,
    };
    let id = args.campaign;
    session.crm().await?.new_campaign(&id, form).await?;
    session.output.show(&json!({"campaign": id}), || {
        format!("campaign {id} is made; `campaign plan {id}` shows what a run would do")
    })
}

async fn plan(id: &str, session: &Session) -> anyhow::Result<()> {
    let host = session.host().await?;
    let plan = host.crm().plan_campaign(id).await?;
    let foreseen = match host.crm().campaign(id).await? {
        Some(campaign) => host.foreseen(&campaign, u64::MAX).await?,
        None => None,
    };
    let explainer = host.explainer().await?;
    let mut json = json!({"campaign": id, "selected": plan.selected, "starts_at": plan.starts_at});
    json["foreseen"] = foreseen
        .as_ref()
        .map_or(Value::Null, forecast::foreseen_json);
    session.output.show(&json, || {
        let starts = match plan.starts_at {
            None => format!("{} selected; it runs at once", plan.selected),
            Some(at) => format!(
                "{} selected, more than 2,500: it waits until {} (UTC); one with 2,500 at most runs at once",
                plan.selected,
                moment(at)
            ),
        };
        let lines = foreseen
            .iter()
            .flat_map(|it| forecast::foreseen_lines(it, &explainer));
        std::iter::once(starts).chain(lines).collect::<Vec<_>>().join("\n")
    })
}

async fn start(id: &str, session: &Session) -> anyhow::Result<()> {
    let event = session.crm().await?.run_campaign(id).await?;
    let json = json!({"campaign": id, "event": event.to_string()});
    session.output.show(&json, || {
        format!("campaign {id} is queued: `work` carries it out, `campaign show {id}` follows it")
    })
}

async fn list(session: &Session) -> anyhow::Result<()> {
    let campaigns = session.crm().await?.campaigns().await?;
    let json = json!({"campaigns": campaigns.iter().map(|(it, stands)| to_json(it, stands.as_ref())).collect::<Vec<_>>()});
    session.output.show(&json, || {
        let row = |(it, stands): &(Campaign, Option<SubjectChange>)| {
            vec![
                it.id.clone(),
                it.title.clone(),
                it.list_name.clone(),
                or_dash(stands.as_ref().map(|it| it.status.code())),
                fact(stands.as_ref(), "exported"),
                fact(stands.as_ref(), "left-out"),
                it.run_at.map_or_else(|| or_dash(None), moment),
            ]
        };
        let headers = [
            "campaign",
            "title",
            "list",
            "status",
            "exported",
            "left out",
            "run (UTC)",
        ];
        table(&headers, campaigns.iter().map(row).collect())
    })
}

async fn show(id: &str, session: &Session) -> anyhow::Result<()> {
    let host = session.host().await?;
    let Some(campaign) = host.crm().campaign(id).await? else {
        anyhow::bail!("there is no campaign `{id}`; `campaign list` shows those that there are");
    };
    let stands = host.crm().subject("campaign", id).await?;
    let forecast = host.campaign_forecast().await?;
    let line = forecast.lines.iter().find(|it| it.campaign == id);
    let explainer = host.explainer().await?;
    let mut json = to_json(&campaign, stands.as_ref());
    json["queue"] = line.map_or(Value::Null, |it| forecast::line_json(it, &explainer));
    session.output.show(&json, || {
        let mut rows = vec![
            vec!["title".to_owned(), campaign.title.clone()],
            vec!["list".to_owned(), campaign.list_name.clone()],
            vec![
                "status".to_owned(),
                or_dash(stands.as_ref().map(|it| it.status.code())),
            ],
        ];
        if let Some(line) = line {
            rows.push(vec!["queue".to_owned(), forecast::waits(line, &explainer)]);
        }
        let facts = stands.iter().flat_map(|it| &it.facts);
        for it in facts.filter(|it| it.name != ABSENT) {
            rows.push(vec![it.name.clone(), it.value.clone()]);
        }
        table(&["", ""], rows)
    })
}

async fn results(args: ResultsArgs, session: &Session) -> anyhow::Result<()> {
    let host = session.host().await?;
    let explainer = host.explainer().await?;
    let mut addressees = Vec::new();
    let mut start = None;
    loop {
        let page = host.addressees(&args.campaign, start.as_deref()).await?;
        addressees.extend(page.addressees);
        start = page.next;
        if start.is_none() {
            break;
        }
    }
    addressees.retain(|it| match &it.left_out {
        Some(_) => !args.exported,
        None => !args.left_out,
    });
    let name =
        |it: &crate::contract::Addressee| format!("{}/{}", it.target.kind.code(), it.target.id);
    let one = |it: &crate::contract::Addressee| json!({"record": name(it), "exported": it.left_out.is_none(), "left_out": it.left_out});
    let json = json!({"addressees": addressees.iter().map(one).collect::<Vec<_>>()});
    session.output.show(&json, || {
        let row = |it: &crate::contract::Addressee| {
            let ended = match &it.left_out {
                None => "exported".to_owned(),
                Some(code) => explainer.text(Language::English, code, &[]),
            };
            vec![name(it), ended]
        };
        table(&["record", ""], addressees.iter().map(row).collect())
    })
}

fn to_json(campaign: &Campaign, stands: Option<&SubjectChange>) -> Value {
    json!({
        "campaign": campaign.id, "title": campaign.title, "list": campaign.list_name,
        "channel": campaign.channel, "permission": campaign.permission,
        "auto_close": campaign.auto_close, "selected": campaign.selected,
        "run_at": campaign.run_at, "status": stands.map(|it| it.status.code()),
        "facts": stands.map(|it| facts(&it.facts)),
    })
}

fn fact(stands: Option<&SubjectChange>, name: &str) -> String {
    let found = stands
        .iter()
        .flat_map(|it| &it.facts)
        .find(|it| it.name == name);
    or_dash(found.map(|it| it.value.as_str()))
}
