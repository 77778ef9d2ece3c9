//! `user`: who uses the CRM, and with which rights (PV-02).

use anyhow::Context;
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
    /// Give a user a new password for the pages, and show it once. Ends the
    /// sessions that the user has.
    Password {
        /// The user's id.
        id: String,
        /// Read the password from standard input instead of making one.
        #[arg(long)]
        stdin: bool,
    },
}

/// Carries the command out.
pub(crate) async fn run(command: UserCommand, session: &Session) -> anyhow::Result<()> {
    let (id, name, rights) = match command {
        UserCommand::Set { id, name, rights } => (id, name, rights),
        UserCommand::Password { id, stdin } => return password(&id, stdin, session).await,
    };
    let list: Vec<&str> = rights.iter().map(String::as_str).collect();
    session.crm().await?.set_user(&id, &name, &list).await?;
    let json = json!({"id": id, "name": name, "rights": rights});
    session.output.show(&json, || {
        format!("saved user {id} with rights: {}", list.join(", "))
    })
}

async fn password(id: &str, stdin: bool, session: &Session) -> anyhow::Result<()> {
    let crm = session.crm().await?;
    if stdin {
        let mut typed = String::new();
        std::io::stdin()
            .read_line(&mut typed)
            .context("cannot read the password")?;
        crm.set_password(id, typed.trim_end_matches(['\r', '\n']))
            .await?;
        let json = json!({"id": id, "password": null});
        return session
            .output
            .show(&json, || format!("saved the password of {id}"));
    }
    let password = crm.new_password(id).await?;
    let json = json!({"id": id, "password": password});
    session.output.show(&json, || {
        format!("log in as {id} with the password {password}\nit is not shown again")
    })
}
