//! `report`: mailings, their results, journeys and forms (RE-01..RE-41).

use clap::{Args, Subcommand};
use koppel_embedding::contract::reports::{
    Campaign, CampaignStep, Form, Interaction, InteractionKind, Whose,
};
use serde_json::{Value, json};

use super::{
    output::{moment, or_dash, table},
    reference::Named,
    session::Session,
};
use crate::{
    contract::{Details, Mailing, Snapshot, Statistics},
    crm::{
        codes::Code,
        mailings::StoredMailing,
        results::{self, ResultRow},
    },
    explain::Language,
    host::{DemoHost, HostError},
};

mod forms;
mod statistics;

const DAY_MS: u64 = 24 * 3_600_000;

/// What to show.
#[derive(Debug, Subcommand)]
pub(crate) enum ReportCommand {
    /// The mailings that were sent, newest first.
    Mailings(MailingsArgs),
    /// Sender, list, message and links of a mailing or of a journey's message.
    Details {
        /// Spotler's id of it.
        message: String,
    },
    /// The statistics of a mailing over time; with `--live` as they are now.
    Statistics {
        /// Spotler's id of it.
        mailing: String,
        /// Ask Spotler.
        #[arg(long)]
        live: bool,
    },
    /// The seven rows of the campaign activity, over all mailings to a list.
    Results {
        /// The list's exact name.
        list: String,
    },
    /// To whom a mailing or a journey's message was sent.
    Recipients(OfMessage),
    /// Who opened it.
    Opens(OfMessage),
    /// Who followed which link of it.
    Clicks(OfMessage),
    /// For whom it came back.
    Bounces(OfMessage),
    /// The campaigns of Spotler's older kind; with an id the steps of one.
    Campaigns {
        /// Spotler's id of a campaign.
        campaign: Option<String>,
    },
    /// The forms.
    Forms,
    /// What people answered to a form.
    Answers(forms::AnswersArgs),
}

/// Which mailings to show.
#[derive(Debug, Args)]
pub(crate) struct MailingsArgs {
    /// How many at most.
    #[arg(long, default_value_t = 50)]
    limit: u32,
    /// Ask Spotler for those of the last so many days.
    #[arg(long, value_name = "DAYS")]
    live: Option<u64>,
}

/// Which message, and of whom.
#[derive(Debug, Args)]
pub(crate) struct OfMessage {
    /// Spotler's id of the message.
    message: String,
    /// Of one record; opens and clicks of a mailing only.
    #[arg(long, conflicts_with = "participation")]
    contact: Option<Named>,
    /// Of one participation; opens and clicks of a journey's message only.
    #[arg(long)]
    participation: Option<String>,
}

/// Shows a report.
pub(crate) async fn run(command: ReportCommand, session: &Session) -> anyhow::Result<()> {
    let host = session.host().await?;
    let shown = show(command, session, &host).await;
    explained(&host, shown).await
}

async fn show(command: ReportCommand, session: &Session, host: &DemoHost) -> Result<(), Failed> {
    match command {
        ReportCommand::Mailings(args) => mailings(args, session, host).await,
        ReportCommand::Details { message } => {
            let tenant = host.crm().tenant();
            let details = host.embedding().read_details(tenant, &message).await;
            let details = details.map_err(HostError::from)?;
            let json = details_json(&details);
            Ok(session.output.show(&json, || details_table(&details))?)
        }
        ReportCommand::Statistics { mailing, live } => {
            statistics::run(&mailing, live, session, host).await
        }
        ReportCommand::Results { list } => shown_results(&list, session, host).await,
        ReportCommand::Recipients(of) => {
            interactions(of, InteractionKind::Recipients, session, host).await
        }
        ReportCommand::Opens(of) => interactions(of, InteractionKind::Opens, session, host).await,
        ReportCommand::Clicks(of) => interactions(of, InteractionKind::Clicks, session, host).await,
        ReportCommand::Bounces(of) => {
            interactions(of, InteractionKind::Bounces, session, host).await
        }
        ReportCommand::Campaigns { campaign: None } => campaigns(session, host).await,
        ReportCommand::Campaigns { campaign: Some(id) } => steps(&id, session, host).await,
        ReportCommand::Forms => forms::list(session, host).await,
        ReportCommand::Answers(args) => forms::answers(args, session, host).await,
    }
}

/// A command failed: at a question, or elsewhere.
#[derive(Debug)]
pub(crate) enum Failed {
    /// The host or the component.
    Host(HostError),
    /// Anything else.
    Other(anyhow::Error),
}

impl From<HostError> for Failed {
    fn from(error: HostError) -> Self {
        Self::Host(error)
    }
}

impl From<anyhow::Error> for Failed {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}

/// Puts a refusal of the component into words.
pub(crate) async fn explained(host: &DemoHost, shown: Result<(), Failed>) -> anyhow::Result<()> {
    match shown {
        Ok(()) => Ok(()),
        Err(Failed::Other(error)) => Err(error),
        Err(Failed::Host(error)) => {
            let explainer = host.explainer().await?;
            match explainer.refusal(Language::English, &error) {
                Some(text) => Err(anyhow::anyhow!(text)),
                None => Err(error.into()),
            }
        }
    }
}

async fn mailings(args: MailingsArgs, session: &Session, host: &DemoHost) -> Result<(), Failed> {
    let known = match args.live {
        None => host
            .crm()
            .mailings(args.limit)
            .await
            .map_err(HostError::from)?,
        Some(days) => {
            let end = host.crm().now();
            let start = end.saturating_sub(days * DAY_MS);
            let tenant = host.crm().tenant();
            let live = host
                .embedding()
                .list_mailings(tenant, start, end, args.limit);
            let live = live.await.map_err(HostError::from)?;
            let unkept = |mailing| StoredMailing {
                mailing,
                details: None,
            };
            live.into_iter().map(unkept).collect()
        }
    };
    let json = json!({"mailings": known.iter().map(mailing_json).collect::<Vec<_>>()});
    Ok(session.output.show(&json, || {
        let row = |it: &StoredMailing| {
            let Mailing {
                id,
                name,
                medium,
                online_version,
                sent_at,
                sent,
            } = &it.mailing;
            let list = it
                .details
                .as_ref()
                .and_then(|it| it.target_group.as_deref());
            vec![
                moment(*sent_at),
                name.clone(),
                medium.code().to_owned(),
                sent.to_string(),
                or_dash(list),
                or_dash(online_version.as_deref()),
                id.clone(),
            ]
        };
        let headers = [
            "sent (UTC)",
            "mailing",
            "as",
            "to",
            "list",
            "online version",
            "id",
        ];
        table(&headers, known.iter().map(row).collect())
    })?)
}

fn mailing_json(stored: &StoredMailing) -> Value {
    let it = &stored.mailing;
    json!({
        "id": it.id, "name": it.name, "medium": it.medium.code(), "sent_at": it.sent_at,
        "sent": it.sent, "online_version": it.online_version,
        "details": stored.details.as_ref().map(details_json),
    })
}

fn details_json(details: &Details) -> Value {
    let link = |it: &crate::contract::Link| json!({"id": it.id, "name": it.name, "url": it.url, "code": it.code, "type": it.link_type});
    json!({
        "sender": details.sender, "target_group": details.target_group,
        "message": details.message.as_ref().map(|it| json!({
            "name": it.name, "author": it.author, "subject": it.subject,
            "from_name": it.from_name, "from_email": it.from_email,
        })),
        "links": details.links.iter().map(link).collect::<Vec<_>>(),
    })
}

fn details_table(details: &Details) -> String {
    let message = details.message.as_ref();
    let mut rows = vec![
        vec!["sender".to_owned(), or_dash(details.sender.as_deref())],
        vec!["list".to_owned(), or_dash(details.target_group.as_deref())],
        vec![
            "layout".to_owned(),
            or_dash(message.map(|it| it.name.as_str())),
        ],
        vec![
            "subject".to_owned(),
            or_dash(message.and_then(|it| it.subject.as_deref())),
        ],
        vec![
            "from".to_owned(),
            or_dash(message.map(|it| it.from_name.as_str())),
        ],
    ];
    for link in &details.links {
        let kind = link.link_type.as_deref();
        let name = format!("{} ({})", link.name, or_dash(kind));
        rows.push(vec![
            format!("link {}", link.id),
            format!("{name}: {}", link.url),
        ]);
    }
    table(&["", ""], rows)
}

async fn shown_results(list: &str, session: &Session, host: &DemoHost) -> Result<(), Failed> {
    let mailings = host.mailings_with_results(list).await?;
    let rows = results::results(&mailings);
    let ids: Vec<&str> = mailings.iter().map(|it| it.0.mailing.id.as_str()).collect();
    let json = json!({
        "list": list, "mailings": ids, "results": rows.iter().map(result_json).collect::<Vec<_>>(),
    });
    Ok(session.output.show(&json, || results_table(&rows))?)
}

/// A row of the campaign activity as JSON.
pub(crate) fn result_json(row: &ResultRow) -> Value {
    json!({
        "counted": row.counted.code(), "percentage": row.per_mille.map(results::percentage),
        "unique": row.unique, "total": row.total, "last_action_at": row.last_at,
    })
}

/// The seven rows of the campaign activity.
pub(crate) fn results_table(rows: &[ResultRow]) -> String {
    let number = |it: Option<u64>| or_dash(it.map(|it| it.to_string()).as_deref());
    let row = |it: &ResultRow| {
        vec![
            it.counted.code().to_owned(),
            or_dash(it.per_mille.map(results::percentage).as_deref()),
            number(it.unique),
            number(it.total),
            or_dash(it.last_at.map(moment).as_deref()),
        ]
    };
    let headers = ["", "percentage", "unique", "total", "last action (UTC)"];
    table(&headers, rows.iter().map(row).collect())
}

async fn interactions(
    of: OfMessage,
    kind: InteractionKind,
    session: &Session,
    host: &DemoHost,
) -> Result<(), Failed> {
    let whose = match (of.contact, of.participation) {
        (Some(contact), _) => Whose::Person(contact.0),
        (None, Some(participation)) => Whose::Participation(participation),
        (None, None) => Whose::Everybody,
    };
    let rows = host.interactions(&of.message, kind, whose).await?;
    let record = |it: &Interaction| {
        let target = it.target.as_ref();
        target.map(|it| format!("{}/{}", it.kind.code(), it.id))
    };
    let as_json = |it: &Interaction| {
        json!({
            "record": record(it), "external_id": it.external_id, "at": it.at,
            "participation": it.participation, "link": it.link.as_ref().map(|it| json!({
                "id": it.id, "name": it.name, "url": it.url, "type": it.link_type,
            })),
            "bounce": it.bounce.map(Code::code),
        })
    };
    let json = json!({"interactions": rows.iter().map(as_json).collect::<Vec<_>>()});
    Ok(session.output.show(&json, || {
        let row = |it: &Interaction| {
            let link = it.link.as_ref().map(|it| it.name.as_str());
            vec![
                or_dash(record(it).as_deref().or(it.external_id.as_deref())),
                or_dash(it.at.map(moment).as_deref()),
                or_dash(it.participation.as_deref()),
                or_dash(link.or(it.bounce.map(Code::code))),
            ]
        };
        let headers = ["who", "moment (UTC)", "participation", "link or bounce"];
        table(&headers, rows.iter().map(row).collect())
    })?)
}

async fn campaigns(session: &Session, host: &DemoHost) -> Result<(), Failed> {
    let campaigns = host.embedding().list_campaigns(host.crm().tenant()).await;
    let campaigns = campaigns.map_err(HostError::from)?;
    let as_json = |it: &Campaign| json!({"id": it.id, "name": it.name, "active": it.active});
    let json = json!({"campaigns": campaigns.iter().map(as_json).collect::<Vec<_>>()});
    Ok(session.output.show(&json, || {
        let row = |it: &Campaign| {
            let active = if it.active { "active" } else { "off" };
            vec![it.name.clone(), active.to_owned(), it.id.clone()]
        };
        table(&["campaign", "", "id"], campaigns.iter().map(row).collect())
    })?)
}

async fn steps(campaign: &str, session: &Session, host: &DemoHost) -> Result<(), Failed> {
    let tenant = host.crm().tenant();
    let steps = host.embedding().list_campaign_steps(tenant, campaign).await;
    let steps = steps.map_err(HostError::from)?;
    let as_json = |it: &CampaignStep| {
        json!({
            "message": it.message, "name": it.name, "medium": it.medium.code(),
            "details": details_json(&it.details),
        })
    };
    let json = json!({"steps": steps.iter().map(as_json).collect::<Vec<_>>()});
    Ok(session.output.show(&json, || {
        let row = |it: &CampaignStep| {
            let subject = it
                .details
                .message
                .as_ref()
                .and_then(|it| it.subject.as_deref());
            vec![
                it.name.clone(),
                it.medium.code().to_owned(),
                or_dash(subject),
                it.details.links.len().to_string(),
                it.message.clone(),
            ]
        };
        let headers = ["step", "as", "subject", "links", "message"];
        table(&headers, steps.iter().map(row).collect())
    })?)
}
