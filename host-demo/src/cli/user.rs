//! `user`: who uses the CRM, and with which rights (PV-02).

use clap::Subcommand;
use serde_json::json;

use super::session::Session;

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Add a user, or change their rights.
    Set {
        /// The user's id, as `--user` names it.
        id: String,
        /// The user's name.
        #[arg(long, default_value = "")]
        name: String,
        /// A right; `spotler` is the right to make the connection.
        #[arg(long = "right")]
        rights: Vec<String>,
    },
}

/// Carries the command out.
pub(crate) async fn run(command: UserCommand, session: &Session) -> anyhow::Result<()> {
    let UserCommand::Set { id, name, rights } = command;
    let list: Vec<&str> = rights.iter().map(String::as_str).collect();
    session.crm().await?.set_user(&id, &name, &list).await?;
    let json = json!({"id": id, "name": name, "rights": rights});
    session.output.show(&json, || {
        format!("saved user {id} with rights: {}", list.join(", "))
    })
}
