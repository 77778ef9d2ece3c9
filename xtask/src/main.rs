//! The commands of this repository: `cargo xtask <command>`.
//!
//! One file a command, each with its `Args` and a `run`. A new command is a
//! module, a variant of [`Command`] and an arm of `main`.

mod bench;
mod browser_tools;
mod demo;
mod example_contacts;
mod faults;
mod generated;
mod licences;
mod packages;
mod pictures;
mod repo;
mod requirements;
mod scratch;
mod setup;
mod soak;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// What a developer may ask of this repository.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about, long_about = None)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// One variant a command; its doc comment is the line that `--help` shows.
#[derive(Debug, Subcommand)]
enum Command {
    /// Measures what things cost: requests against the least that is possible.
    Bench(bench::Args),
    /// Shows it all once: a simulated Spotler, a small CRM, a thousand contacts.
    Demo(demo::Args),
    /// Writes examples/contacts.csv and the page that counts what is in it.
    ExampleContacts(example_contacts::Args),
    /// Makes the pictures of the README anew, in a browser.
    Pictures(pictures::Args),
    /// Kills processes on one PostgreSQL and cuts them off, and counts what was lost.
    Faults(faults::Args),
    /// Writes docs/requirements.md: which test or page covers which requirement.
    Requirements(requirements::Args),
    /// Tries random sequences of events and faults for as long as asked, and counts violations.
    Soak(soak::Args),
    /// Runs everything that must hold before a change lands, and prints the time of each part.
    Test(test::Args),
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Bench(args) => bench::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::ExampleContacts(args) => example_contacts::run(&args),
        Command::Pictures(args) => pictures::run(&args),
        Command::Faults(args) => faults::run(&args),
        Command::Requirements(args) => requirements::run(&args),
        Command::Soak(args) => soak::run(&args),
        Command::Test(args) => test::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
