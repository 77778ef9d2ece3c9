//! `journey`: automations and campaigns of Spotler, what is bound to them, and
//! what is known of a record in them.

use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::json;

use super::{
    output::{moment, or_dash, table},
    reference::{Named, Setting},
    session::Session,
};
use crate::{
    contract::{
        AutomaticAction, Binding, FieldSource, ManualAction, MessageField, NamedValue, Occasion,
        TriggerFields,
    },
    crm::{
        codes::Code,
        sales::{BoundAction, Stage},
    },
};

/// Automations and campaigns. `TRIGGER` is a trigger code of `journey list`.
#[derive(Debug, Subcommand)]
pub(crate) enum JourneyCommand {
    /// The journeys as they were last listed.
    List,
    /// List them anew; `work` asks Spotler.
    Refresh,
    /// Let an event start and stop journeys.
    Bind(BindArgs),
    /// Take a binding away.
    Unbind { id: String },
    /// What is bound, and which fields go with which trigger.
    Bindings,
    /// Set the fields of a trigger's message, instead of those of before.
    Fields(FieldsArgs),
    /// Start a journey for records.
    Start(StartArgs),
    /// Stop a journey for records.
    Stop(StopArgs),
    /// What is known of a record in each journey.
    Show { contact: Named },
    /// Compare the placeholders of a message with the fields that are sent.
    Lint {
        trigger: String,
        /// The message; `-` for standard input.
        file: String,
    },
}

#[derive(Debug, Args)]
#[group(id = "event", required = true, multiple = false)]
struct EventArgs {
    /// When somebody signs up through this form.
    #[arg(long, group = "event", value_name = "FORM")]
    sign_up: Option<String>,
    /// When a cart gets this status.
    #[arg(long, group = "event", value_name = "STATUS")]
    cart: Option<String>,
    /// When an order gets this status.
    #[arg(long, group = "event", value_name = "STATUS")]
    order: Option<String>,
    /// When a sale reaches this stage.
    #[arg(long, group = "event", value_name = "STAGE")]
    stage: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct BindArgs {
    /// Its name; one with this name is replaced.
    id: String,
    #[command(flatten)]
    event: EventArgs,
    /// A trigger to start.
    #[arg(long = "start", value_name = "TRIGGER")]
    starts: Vec<String>,
    /// A trigger to stop.
    #[arg(long = "stop", value_name = "TRIGGER")]
    stops: Vec<String>,
    /// The CRM sends a confirmation of its own as well: warns.
    #[arg(long)]
    own_confirmation: bool,
    /// The sales scheme of `--stage`.
    #[arg(long, default_value = "sales")]
    scheme: String,
}

#[derive(Debug, Args)]
pub(crate) struct FieldsArgs {
    trigger: String,
    /// `NAME=SOURCE`, where the source is `field:NAME` of the record, `text:…`,
    /// `products`, `link`, or `value:NAME` of the event; `URL:` or `PRODUCTLIST:`
    /// in front of the source is its type.
    #[arg(long = "set", value_name = "NAME=SOURCE")]
    fields: Vec<Setting>,
}

#[derive(Debug, Args)]
pub(crate) struct StartArgs {
    trigger: String,
    /// The records, at most 500.
    records: Vec<Named>,
    /// A saved selection instead.
    #[arg(long, conflicts_with = "records")]
    selection: Option<String>,
    /// Start although it is not certain whether an earlier start began.
    #[arg(long, conflicts_with = "assume_started")]
    again: bool,
    /// Do not start: the start that is uncertain did begin.
    #[arg(long)]
    assume_started: bool,
    /// A field of the message, as `NAME=TEXT`.
    #[arg(long = "field", value_name = "NAME=TEXT")]
    fields: Vec<Setting>,
}

#[derive(Debug, Args)]
pub(crate) struct StopArgs {
    trigger: String,
    /// The records, at most 500.
    records: Vec<Named>,
    /// A saved selection instead.
    #[arg(long, conflicts_with = "records")]
    selection: Option<String>,
    /// Only this participation, by its id of `journey show`.
    #[arg(long)]
    participation: Option<String>,
}

/// Carries the command out.
pub(crate) async fn run(command: JourneyCommand, session: &Session) -> anyhow::Result<()> {
    match command {
        JourneyCommand::List => list(session).await,
        JourneyCommand::Refresh => act(session, "refresh-journeys", Vec::new(), None, &[]).await,
        JourneyCommand::Bind(args) => bind(args, session).await,
        JourneyCommand::Unbind { id } => {
            let key = session.crm().await?.unbind(&id).await?;
            let json = json!({"event": key.to_string()});
            session.output.show(&json, || format!("took `{id}` away"))
        }
        JourneyCommand::Bindings => bindings(session).await,
        JourneyCommand::Fields(args) => fields(args, session).await,
        JourneyCommand::Start(args) => start(args, session).await,
        JourneyCommand::Stop(args) => stop(args, session).await,
        JourneyCommand::Show { contact } => show(contact, session).await,
        JourneyCommand::Lint { trigger, file } => lint(&trigger, &file, session).await,
    }
}

async fn list(session: &Session) -> anyhow::Result<()> {
    let journeys = session.host().await?.journeys().await?;
    let line = |it: &crate::contract::Journey| {
        let trigger = |it: &crate::contract::Trigger| json!({"code": it.code, "name": it.name});
        let triggers: Vec<_> = it.triggers.iter().map(trigger).collect();
        json!({"kind": it.kind.code(), "id": it.id, "name": it.name, "active": it.active,
            "triggers": triggers})
    };
    let json = json!({"journeys": journeys.iter().map(line).collect::<Vec<_>>()});
    session.output.show(&json, || {
        let row = |it: &crate::contract::Journey| {
            let codes: Vec<&str> = it.triggers.iter().map(|its| its.code.as_str()).collect();
            let active = if it.active { "on" } else { "off" };
            vec![
                it.kind.code().to_owned(),
                it.name.clone(),
                active.to_owned(),
                codes.join("\n"),
            ]
        };
        let rows = journeys.iter().map(row).collect();
        table(&["kind", "name", "active", "trigger"], rows)
    })
}

async fn bind(args: BindArgs, session: &Session) -> anyhow::Result<()> {
    anyhow::ensure!(
        !args.starts.is_empty() || !args.stops.is_empty(),
        "name what starts or stops, with `--start TRIGGER` or `--stop TRIGGER`"
    );
    let crm = session.crm().await?;
    let EventArgs {
        sign_up,
        cart,
        order,
        stage,
    } = args.event;
    let told = |what: &str| format!("bound `{}` to {what}; `work` checks it", args.id);
    if let Some(name) = stage {
        let action = AutomaticAction {
            id: args.id.clone(),
            action_type: "change-contact".to_owned(),
            target_system: "spotler".to_owned(),
            name: args.id.clone(),
            description: None,
            note: None,
            state: None,
            permissions: Vec::new(),
            starts: args.starts.clone(),
            stops: args.stops.clone(),
        };
        let stage = Stage {
            scheme: args.scheme.clone(),
            name,
        };
        crm.bind_action(BoundAction { stage, action }).await?;
        let json = json!({"event": null, "binding": args.id});
        return session.output.show(&json, || told("a stage"));
    }
    let (occasion, status) = match (sign_up, cart, order) {
        (Some(form), ..) => (Occasion::SignUp, form),
        (_, Some(status), _) => (Occasion::Cart, status),
        (_, _, status) => (Occasion::Order, status.unwrap_or_default()),
    };
    let binding = Binding {
        id: args.id.clone(),
        occasion,
        status,
        starts: args.starts.clone(),
        stops: args.stops.clone(),
        own_confirmation: args.own_confirmation,
    };
    let key = crm.bind(binding).await?;
    let json = json!({"event": key.to_string(), "binding": args.id});
    session.output.show(&json, || told(occasion.code()))
}

async fn bindings(session: &Session) -> anyhow::Result<()> {
    let crm = session.crm().await?;
    let settings = crm.journey_settings().await?;
    let actions = crm.bound_actions().await?;
    let action = |it: &BoundAction| {
        json!({"id": it.action.id, "scheme": it.stage.scheme, "stage": it.stage.name,
            "starts": it.action.starts, "stops": it.action.stops})
    };
    let json = json!({
        "bindings": settings.bindings,
        "stages": actions.iter().map(action).collect::<Vec<_>>(),
        "fields": settings.fields,
    });
    session.output.show(&json, || {
        let row = |it: &Binding| {
            vec![
                it.id.clone(),
                format!("{} {}", it.occasion.code(), it.status),
                it.starts.join("\n"),
                it.stops.join("\n"),
            ]
        };
        let of_stage = |it: &BoundAction| {
            vec![
                it.action.id.clone(),
                format!("stage {}", it.stage.name),
                it.action.starts.join("\n"),
                it.action.stops.join("\n"),
            ]
        };
        let rows = settings.bindings.iter().map(row);
        let rows = rows.chain(actions.iter().map(of_stage)).collect();
        let bound = table(&["binding", "event", "starts", "stops"], rows);
        let field = |of: &TriggerFields| {
            let names: Vec<&str> = of.fields.iter().map(|it| it.name.as_str()).collect();
            vec![of.trigger.clone(), names.join("\n")]
        };
        let fields = settings.fields.iter().map(field).collect();
        format!("{bound}\n{}", table(&["trigger", "fields"], fields))
    })
}

async fn fields(args: FieldsArgs, session: &Session) -> anyhow::Result<()> {
    let fields = args.fields.iter().map(field).collect::<Result<_, _>>()?;
    let trigger = args.trigger.clone();
    let crm = session.crm().await?;
    let key = crm
        .set_journey_fields(TriggerFields { trigger, fields })
        .await?;
    let json = json!({"event": key.to_string()});
    session.output.show(&json, || {
        format!("set {} fields; `work` checks them", args.fields.len())
    })
}

fn field(setting: &Setting) -> anyhow::Result<MessageField> {
    let (field_type, source) = match setting.value.split_once(':') {
        Some((word @ ("STRING" | "URL" | "PRODUCTLIST"), rest)) => (Some(word.to_owned()), rest),
        _ => (None, setting.value.as_str()),
    };
    let source = match source.split_once(':') {
        Some(("field", name)) => FieldSource::RecordField(name.to_owned()),
        Some(("text", text)) => FieldSource::Fixed(text.to_owned()),
        Some(("value", name)) => FieldSource::Value(name.to_owned()),
        None if source == "products" => FieldSource::Products,
        None if source == "link" => FieldSource::Link,
        Some(_) | None => anyhow::bail!(
            "the source of field `{}` is none of field:NAME, text:TEXT, value:NAME, products, link",
            setting.name
        ),
    };
    Ok(MessageField {
        name: setting.name.clone(),
        field_type,
        source,
    })
}

async fn start(args: StartArgs, session: &Session) -> anyhow::Result<()> {
    let mut parameters = vec![("trigger".to_owned(), args.trigger)];
    if args.again {
        parameters.push(("again".to_owned(), "yes".to_owned()));
    }
    if args.assume_started {
        parameters.push(("assume-started".to_owned(), "yes".to_owned()));
    }
    let field = |it: Setting| (format!("field.{}", it.name), it.value);
    parameters.extend(args.fields.into_iter().map(field));
    act(
        session,
        "start-journey",
        args.records,
        args.selection,
        &parameters,
    )
    .await
}

async fn stop(args: StopArgs, session: &Session) -> anyhow::Result<()> {
    let parameter = match args.participation {
        Some(id) => ("participation".to_owned(), id),
        None => ("trigger".to_owned(), args.trigger),
    };
    act(
        session,
        "stop-journey",
        args.records,
        args.selection,
        &[parameter],
    )
    .await
}

async fn act(
    session: &Session,
    operation: &str,
    records: Vec<Named>,
    selection: Option<String>,
    parameters: &[(String, String)],
) -> anyhow::Result<()> {
    let named = |(name, value): &(String, String)| NamedValue {
        name: name.clone(),
        value: value.clone(),
    };
    let action = ManualAction {
        operation: operation.to_owned(),
        records: records.into_iter().map(|it| it.0).collect(),
        selection,
        permissions: Vec::new(),
        fields: Vec::new(),
        parameters: parameters.iter().map(named).collect(),
    };
    let event = session.host().await?.run_action(action).await?;
    let json = json!({"event": event.to_string(), "operation": operation});
    session.output.show(&json, || {
        format!("queued {operation}: `work` carries it out")
    })
}

async fn show(contact: Named, session: &Session) -> anyhow::Result<()> {
    let switches = session.host().await?.switches(&contact.0).await?;
    let line = |it: &crate::contract::JourneySwitch| {
        json!({"kind": it.kind.code(), "name": it.name, "trigger": it.trigger.code,
            "active": it.active, "standing": it.standing.code(), "since": it.since,
            "reason": it.reason, "participations": it.participations})
    };
    let json = json!({"journeys": switches.iter().map(line).collect::<Vec<_>>()});
    session.output.show(&json, || {
        let row = |it: &crate::contract::JourneySwitch| {
            let since = it.since.map(moment);
            vec![
                it.kind.code().to_owned(),
                it.name.clone(),
                it.standing.code().to_owned(),
                or_dash(since.as_deref()),
                or_dash(it.reason.as_deref()),
                it.participations.join("\n"),
            ]
        };
        let headers = ["kind", "name", "here", "since", "reason", "participations"];
        table(&headers, switches.iter().map(row).collect())
    })
}

async fn lint(trigger: &str, file: &str, session: &Session) -> anyhow::Result<()> {
    let text = match file {
        "-" => std::io::read_to_string(std::io::stdin()),
        path => std::fs::read_to_string(path),
    };
    let text = text.with_context(|| format!("cannot read the message {file}"))?;
    let findings = session.host().await?.lint_message(trigger, &text).await?;
    let line = |it: &crate::contract::Finding| json!({"lint": it.lint.code(), "name": it.name, "meant": it.meant});
    let json = json!({"findings": findings.iter().map(line).collect::<Vec<_>>()});
    session.output.show(&json, || {
        if findings.is_empty() {
            return "every placeholder has its field".to_owned();
        }
        let row = |it: &crate::contract::Finding| {
            vec![
                it.lint.code().to_owned(),
                it.name.clone(),
                or_dash(it.meant.as_deref()),
            ]
        };
        table(
            &["finding", "name", "meant"],
            findings.iter().map(row).collect(),
        )
    })
}
