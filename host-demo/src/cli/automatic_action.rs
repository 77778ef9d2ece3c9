//! `automatic-action`: what happens to a contact when a sale reaches a stage
//! (YO-38..YO-42).

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    contact::bit_of,
    output::{or_dash, table},
    reference::word,
    session::Session,
};
use crate::{
    contract::RecordState,
    crm::{
        DemoCrm,
        automatic_actions::ActionForm,
        codes::Code,
        sales::{BoundAction, Stage},
    },
};

/// Automatic actions: what a stage of a sales scheme does to the contact.
#[derive(Debug, Subcommand)]
pub(crate) enum ActionCommand {
    /// Add an action; `--type`, `--name` and `--stage` are required.
    Add(FormArgs),
    /// Change an action; what is not named stays.
    Edit {
        /// Its id, such as `A-1`.
        id: String,
        #[command(flatten)]
        form: FormArgs,
    },
    /// List the actions with the stages that they are bound to.
    List,
}

#[derive(Debug, Args)]
pub(crate) struct FormArgs {
    /// What it does: change-contact, change-relation, make-task.
    #[arg(long = "type")]
    action_type: Option<String>,
    /// Which system it is for: spotler, mailchimp, act-on.
    #[arg(long)]
    target: Option<String>,
    /// Its name.
    #[arg(long)]
    name: Option<String>,
    /// What it is for.
    #[arg(long)]
    description: Option<String>,
    /// A note that it writes to the contact.
    #[arg(long)]
    note: Option<String>,
    /// The status that it gives the contact: active or inactive; `none` for none.
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// A permission to switch on, by number or name; all that are named replace
    /// those of before.
    #[arg(long = "on", value_name = "PERMISSION")]
    on: Vec<String>,
    /// The trigger code of a journey to start.
    #[arg(long = "start", value_name = "CODE")]
    starts: Vec<String>,
    /// The trigger code of a journey to stop.
    #[arg(long = "stop", value_name = "CODE")]
    stops: Vec<String>,
    /// The stage that it is bound to.
    #[arg(long)]
    stage: Option<String>,
    /// The sales scheme of `--stage`.
    #[arg(long, default_value = "sales")]
    scheme: String,
}

/// Carries the command out.
pub(crate) async fn run(command: ActionCommand, session: &Session) -> anyhow::Result<()> {
    let crm = session.crm().await?;
    let (id, form, done) = match command {
        ActionCommand::List => return list(session, &crm).await,
        ActionCommand::Add(form) => (None, form, "added"),
        ActionCommand::Edit { id, form } => (Some(id), form, "changed"),
    };
    let stage = form.stage.clone().map(|name| Stage {
        scheme: form.scheme.clone(),
        name,
    });
    let form = read_form(form, &crm).await?;
    let bound = crm
        .save_automatic_action(id.as_deref(), stage, form)
        .await?;
    session.output.show(&action_json(&bound), || {
        let BoundAction { stage, action } = &bound;
        format!(
            "{} {done}: {} at stage {} of scheme {}",
            action.id, action.name, stage.name, stage.scheme
        )
    })
}

async fn read_form(args: FormArgs, crm: &DemoCrm) -> anyhow::Result<ActionForm> {
    let mut permissions = Vec::new();
    for permission in &args.on {
        permissions.push(bit_of(permission, crm).await?);
    }
    let state = match args.status.as_deref() {
        None => None,
        Some("none") => Some(None),
        Some(text) => Some(Some(word::<RecordState>(text).map_err(anyhow::Error::msg)?)),
    };
    let named = |codes: Vec<String>| (!codes.is_empty()).then_some(codes);
    Ok(ActionForm {
        action_type: args.action_type,
        target: args.target,
        name: args.name,
        description: args.description,
        note: args.note,
        state,
        permissions: (!permissions.is_empty()).then_some(permissions),
        starts: named(args.starts),
        stops: named(args.stops),
    })
}

async fn list(session: &Session, crm: &DemoCrm) -> anyhow::Result<()> {
    let bound = crm.bound_actions().await?;
    let json = json!({"automatic_actions": bound.iter().map(action_json).collect::<Vec<_>>()});
    session.output.show(&json, || {
        let row = |BoundAction { stage, action }: &BoundAction| {
            let permissions: Vec<String> = action.permissions.iter().map(u32::to_string).collect();
            vec![
                action.id.clone(),
                action.name.clone(),
                action.action_type.clone(),
                action.target_system.clone(),
                format!("{}/{}", stage.scheme, stage.name),
                or_dash(action.note.as_deref()),
                or_dash(action.state.map(Code::code)),
                permissions.join(", "),
            ]
        };
        let headers = [
            "id",
            "name",
            "type",
            "target",
            "stage",
            "note",
            "status",
            "permissions",
        ];
        table(&headers, bound.iter().map(row).collect())
    })
}

fn action_json(BoundAction { stage, action }: &BoundAction) -> Value {
    json!({
        "id": action.id, "type": action.action_type, "target": action.target_system,
        "name": action.name, "description": action.description, "note": action.note,
        "status": action.state.map(Code::code), "permissions": action.permissions,
        "starts": action.starts, "stops": action.stops,
        "scheme": stage.scheme, "stage": stage.name,
    })
}
