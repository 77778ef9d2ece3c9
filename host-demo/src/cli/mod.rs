//! The command line: one file a command. English, tables for people, `--json`
//! for programs.

mod action;
mod automatic_action;
mod backup;
mod bulk;
mod campaign;
mod card;
mod component;
mod contact;
mod contact_import;
mod field;
mod guard;
mod history;
mod inspect;
mod jobs;
mod journey;
mod list;
mod log;
mod mapping;
mod messages;
mod output;
mod plan;
mod queue;
mod reference;
mod relation;
mod report;
mod selecting;
mod serve;
mod session;
mod settings;
mod shop;
mod status;
mod stop;
mod tasks;
mod tick;
mod user;
mod work;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::telemetry::Telemetry;
use session::{Session, Shared};

/// A small demo CRM that keeps its contacts in step with Spotler Mail+.
#[derive(Debug, Parser)]
#[command(name = "host-demo", version)]
struct Cli {
    #[command(flatten)]
    shared: Shared,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the pages and work the queue in the background.
    Serve(serve::ServeArgs),
    /// Work the queue until nothing is due.
    Work,
    /// Add, change, list and import contacts, leads and accounts.
    #[command(subcommand)]
    Contact(contact::ContactCommand),
    /// Marketing lists: members, sync to Spotler, how they stand there.
    #[command(subcommand)]
    List(list::ListCommand),
    /// The connection with Spotler.
    #[command(subcommand)]
    Settings(settings::SettingsCommand),
    /// Which field of the CRM is which property in Spotler.
    #[command(subcommand)]
    Mapping(mapping::MappingCommand),
    /// The fields that records have.
    #[command(subcommand)]
    Field(field::FieldCommand),
    /// What waits because unusually many records would be taken down or changed.
    Guard(guard::GuardArgs),
    /// The connection, and how many records show which status.
    Status,
    /// What became of every call about a record.
    History(history::HistoryArgs),
    /// Why the last outcome of a record is what it is: rule by rule.
    Why(history::WhyArgs),
    /// What waits, what is retried, and for what somebody has to act.
    Queue(queue::QueueArgs),
    /// The Spotler block of a record, and what was sent to it and filled in by it.
    Card(card::CardArgs),
    /// Mailings and their results, journeys, forms and answers.
    #[command(subcommand)]
    Report(report::ReportCommand),
    /// Campaigns: exports of a selection to a static list in Spotler.
    #[command(subcommand)]
    Campaign(campaign::CampaignCommand),
    /// What users were told.
    Messages(messages::MessagesArgs),
    /// The log, newest line first.
    Log(log::LogArgs),
    /// Tasks that are still to be done.
    Tasks(tasks::TasksArgs),
    /// Start an operation of the component, such as `sync-contact`.
    Action(action::ActionArgs),
    /// Change many contacts at once: `choose`, `set`, `preview`, `apply`.
    #[command(subcommand)]
    Bulk(bulk::BulkCommand),
    /// What a stage of a sales scheme does to the contact of a sale.
    #[command(subcommand)]
    AutomaticAction(automatic_action::ActionCommand),
    /// Keep what Spotler has of everybody, as a CSV file.
    Backup(backup::BackupArgs),
    /// Put back what Spotler had before it was overwritten.
    Restore(backup::RestoreArgs),
    /// What is kept of a record from before it was overwritten.
    #[command(subcommand)]
    Snapshots(backup::SnapshotsCommand),
    /// What was started by hand, how it stands, and what it came to.
    Jobs(jobs::JobsArgs),
    /// Automations and campaigns of Spotler.
    #[command(subcommand)]
    Journey(journey::JourneyCommand),
    /// Carts and orders of a webshop.
    #[command(subcommand)]
    Shop(shop::ShopCommand),
    /// A form for a newsletter is sent in.
    Signup(shop::SignUpArgs),
    /// A sale reaches a stage.
    Sale(shop::SaleArgs),
    /// Relations: organisations with contacts, and their module fields.
    #[command(subcommand)]
    Relation(relation::RelationCommand),
    /// Look at what changed in Spotler.
    Tick,
    /// What a component imports, offers and may use.
    Inspect(inspect::InspectArgs),
    /// Which version of the component is used, and using another one.
    #[command(subcommand)]
    Component(component::ComponentCommand),
    /// Users and their rights.
    #[command(subcommand)]
    User(user::UserCommand),
}

/// The whole program: log and traces, the command, and how it ended.
pub async fn program() -> ExitCode {
    let ended = match Telemetry::start() {
        Ok(telemetry) => {
            let ended = run().await;
            telemetry.end().await;
            ended
        }
        Err(error) => Err(error),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Reads the arguments and carries the command out.
async fn run() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let session = Session::new(cli.shared);
    let Some((rehearsal, most_calls)) = session.rehearsal() else {
        return carry_out(cli.command, &session).await;
    };
    anyhow::ensure!(
        cli.command.may_queue(),
        "`--dry-run` is for commands that save or queue something, such as `contact` or `action`"
    );
    carry_out(cli.command, &session).await?;
    plan::show(&session, &rehearsal, most_calls).await
}

async fn carry_out(command: Command, session: &Session) -> anyhow::Result<()> {
    match command {
        Command::Serve(args) => serve::run(args, session).await,
        Command::Work => work::run(session).await,
        Command::Contact(command) => contact::run(command, session).await,
        Command::List(command) => list::run(command, session).await,
        Command::Settings(command) => settings::run(command, session).await,
        Command::Mapping(command) => mapping::run(command, session).await,
        Command::Field(command) => field::run(command, session).await,
        Command::Guard(args) => guard::run(args, session).await,
        Command::Status => status::run(session).await,
        Command::History(args) => history::run(args, session).await,
        Command::Why(args) => history::why(args, session).await,
        Command::Queue(args) => queue::run(args, session).await,
        Command::Card(args) => card::run(args, session).await,
        Command::Report(command) => report::run(command, session).await,
        Command::Campaign(command) => campaign::run(command, session).await,
        Command::Messages(args) => messages::run(args, session).await,
        Command::Log(args) => log::run(args, session).await,
        Command::Tasks(args) => tasks::run(args, session).await,
        Command::Action(args) => action::run(args, session).await,
        Command::Bulk(command) => bulk::run(command, session).await,
        Command::AutomaticAction(command) => automatic_action::run(command, session).await,
        Command::Backup(args) => backup::backup(args, session).await,
        Command::Restore(args) => backup::restore(args, session).await,
        Command::Snapshots(command) => backup::snapshots(command, session).await,
        Command::Jobs(args) => jobs::run(args, session).await,
        Command::Journey(command) => journey::run(command, session).await,
        Command::Shop(command) => shop::shop(command, session).await,
        Command::Signup(args) => shop::sign_up(args, session).await,
        Command::Sale(args) => shop::sale(args, session).await,
        Command::Relation(command) => relation::run(command, session).await,
        Command::Tick => tick::run(session).await,
        Command::Inspect(args) => inspect::run(args, session).await,
        Command::Component(command) => component::run(command, session).await,
        Command::User(command) => user::run(command, session).await,
    }
}

impl Command {
    /// Whether there is something that it could queue.
    fn may_queue(&self) -> bool {
        !matches!(
            self,
            Self::Serve(_)
                | Self::Work
                | Self::Field(_)
                | Self::Status
                | Self::History(_)
                | Self::Why(_)
                | Self::Queue(_)
                | Self::Card(_)
                | Self::Report(_)
                | Self::Messages(_)
                | Self::Log(_)
                | Self::Tasks(_)
                | Self::AutomaticAction(_)
                | Self::Backup(_)
                | Self::Snapshots(_)
                | Self::Jobs(_)
                | Self::Inspect(_)
                | Self::Component(_)
                | Self::User(_)
        )
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_fit_together() {
        super::Cli::command().debug_assert();
    }

    #[test]
    fn no_option_takes_the_secret_itself() {
        let command = super::Cli::command();
        let settings = command.find_subcommand("settings").expect("there");
        for subcommand in settings.get_subcommands() {
            let names: Vec<_> = subcommand
                .get_arguments()
                .map(|it| it.get_id().as_str())
                .collect();
            assert!(!names.contains(&"secret"), "{names:?}");
        }
    }
}
