//! `cargo xtask demo`: a simulated Spotler, a small CRM, and a thousand contacts that get from one to the other.
//!
//! programs (built, started, asked) ─▶ steps (what is done and shown) ─▶ expect (what it should come to)

mod crm;
mod expect;
mod screen;
mod spotler;
mod steps;
mod story;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use std::{env, fs};

use anyhow::{Context, Result, bail};

use crate::{repo, setup};
use crm::Crm;
use screen::heading;
use spotler::Spotler;
use steps::Demo;

/// Where everything of the demo is kept, from the root of the repository; emptied at the start.
const FOLDER: &str = "target/demo";
/// The file that is imported if no other is named.
const CONTACTS: &str = "examples/contacts.csv";

/// Shows everything once, on this machine and without an account at Spotler.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Leave the simulator and the CRM running until Ctrl-C.
    #[arg(long)]
    keep: bool,
    /// The profile of the CRM: default, perfectview, yoobi or dynamics365.
    #[arg(long, value_name = "NAME", default_value = "default")]
    profile: String,
    /// The contacts to import, instead of examples/contacts.csv.
    #[arg(long, value_name = "FILE")]
    contacts: Option<PathBuf>,
    /// Tells one of the stories of mailings instead.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["keep", "profile", "contacts"])]
    story: Option<story::Story>,
}

/// Runs the demo; fails if anything comes out otherwise than it should.
pub(crate) fn run(args: &Args) -> Result<()> {
    let root = repo::root();
    setup::wasm_target()?;
    build(&root)?;
    let start = Instant::now();
    let folder = root.join(FOLDER);
    empty(&folder)?;
    if let Some(story) = args.story {
        return story.tell(&folder);
    }
    let contacts = match &args.contacts {
        Some(file) => fs::canonicalize(file)
            .with_context(|| format!("there is no file {}", file.display()))?,
        None => root.join(CONTACTS),
    };
    let is_example = args.contacts.is_none();
    let spotler = Spotler::start(&program("spotler-sim")?, &folder, &contacts)?;
    let crm = Crm::new(program("host-demo")?, &folder);
    let mut demo = Demo {
        spotler,
        crm,
        contacts,
        is_example,
        profile: args.profile.clone(),
        people: Vec::new(),
    };
    demo.run()?;
    println!(
        "\nEverything came out as it should, in {:.0} seconds.",
        start.elapsed().as_secs_f64()
    );
    if args.keep {
        keep(&mut demo)
    } else {
        say_how_to_go_on(&demo)
    }
}

/// Builds the two programs; cargo shows how far it is.
fn build(root: &Path) -> Result<()> {
    heading("Building the simulator and the CRM");
    let status = Command::new(cargo())
        .args(["build", "-p", "spotler-sim", "-p", "host-demo"])
        .current_dir(root)
        .status()
        .context("could not run `cargo`")?;
    if !status.success() {
        bail!("`cargo build -p spotler-sim -p host-demo` ended with {status}");
    }
    Ok(())
}

fn cargo() -> std::ffi::OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// A program that was built; it stands next to this one.
fn program(name: &str) -> Result<PathBuf> {
    let this = env::current_exe().context("cannot tell where this program is")?;
    let place = this.with_file_name(format!("{name}{}", env::consts::EXE_SUFFIX));
    if !place.is_file() {
        bail!(
            "`{name}` was not built where it was expected: {}",
            place.display()
        );
    }
    Ok(place)
}

fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("could not empty {FOLDER}; is a demo still running?"))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("could not make {FOLDER}"))
}

/// Serves the CRM's pages next to the simulator until Ctrl-C, which reaches all three programs.
fn keep(demo: &mut Demo) -> Result<()> {
    let password = demo.crm.new_password("admin")?;
    let mut serving = demo.crm.serve()?;
    heading("Look around; Ctrl-C ends everything");
    screen::where_to_look(demo.spotler.address(), Some((serving.address(), &password)));
    screen::next_commands(demo, true);
    serving.wait()
}

/// Says what can be done with what the demo leaves behind.
fn say_how_to_go_on(demo: &Demo) -> Result<()> {
    heading("Look around");
    println!(
        "The simulator stops now. `cargo xtask demo --keep` leaves it and the CRM's pages running."
    );
    println!("What the CRM has stored stays in {FOLDER} until the next demo:\n");
    screen::next_commands(demo, false);
    Ok(())
}
