//! `cargo xtask demo`: a simulated Spotler, a small CRM, and a thousand contacts that get from one to the other.
//!
//! programs (built, started, asked) ─▶ steps (what is done and shown) ─▶ expect (what it should come to)

mod crm;
mod expect;
mod profile_story;
mod screen;
mod spotler;
mod steps;
mod story;

use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{env, fs};

use anyhow::{Context, Result, bail};

use crate::{repo, setup};
use crm::Crm;
use profile_story::{Script, Story};
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
    /// The profile of the CRM: default, perfectview, yoobi or dynamics365. The last three tell the story of their CRM
    /// from its beginning to its end.
    #[arg(long, value_name = "NAME", default_value = "default")]
    profile: String,
    /// The contacts to import, instead of examples/contacts.csv. With a profile, what everybody sees is shown instead
    /// of the story of its CRM.
    #[arg(long, value_name = "FILE")]
    contacts: Option<PathBuf>,
    /// Tells one of the stories of mailings instead.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["keep", "profile", "contacts"])]
    story: Option<story::Story>,
    /// Where everything is kept, instead of target/demo: a folder that is new or empty.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

/// Runs the demo; fails if anything comes out otherwise than it should.
pub(crate) fn run(args: &Args) -> Result<()> {
    let root = repo::root();
    setup::wasm_target()?;
    build()?;
    let start = Instant::now();
    let folder = match &args.folder {
        Some(folder) => {
            new_folder(folder)?;
            folder.clone()
        }
        None => {
            let folder = root.join(FOLDER);
            empty(&folder)?;
            folder
        }
    };
    if let Some(story) = args.story {
        return story.tell(&folder);
    }
    let shown = match profile_story::of_profile(&args.profile).filter(|_| args.contacts.is_none()) {
        Some(script) => tell(script, &folder)?,
        None => show(args, &root, &folder)?,
    };
    println!(
        "\nEverything came out as it should, in {:.0} seconds.",
        start.elapsed().as_secs_f64()
    );
    if args.keep {
        keep(&shown)
    } else {
        say_how_to_go_on(&shown, &folder);
        Ok(())
    }
}

/// What was shown, with its programs.
enum Shown {
    /// What everybody sees.
    Demo(Box<Demo>),
    /// The story of a CRM.
    Story(Box<Story>),
}

impl Shown {
    fn programs(&self) -> (&Spotler, &Crm) {
        match self {
            Self::Demo(it) => (&it.spotler, &it.crm),
            Self::Story(it) => (&it.spotler, &it.crm),
        }
    }

    fn next_commands(&self, running: bool) {
        match self {
            Self::Demo(it) => screen::next_commands(it, running),
            Self::Story(it) => screen::first_commands(it.crm.database()),
        }
    }
}

fn tell(script: Script, folder: &Path) -> Result<Shown> {
    let crm = Crm::new(program("host-demo")?, folder);
    let story = Story::run(script, &program("spotler-sim")?, crm, folder)?;
    Ok(Shown::Story(Box::new(story)))
}

fn show(args: &Args, root: &Path, folder: &Path) -> Result<Shown> {
    let contacts = match &args.contacts {
        Some(file) => fs::canonicalize(file)
            .with_context(|| format!("there is no file {}", file.display()))?,
        None => root.join(CONTACTS),
    };
    let mut demo = Demo {
        spotler: Spotler::start(&program("spotler-sim")?, folder, &contacts)?,
        crm: Crm::new(program("host-demo")?, folder),
        contacts,
        is_example: args.contacts.is_none(),
        profile: args.profile.clone(),
        people: Vec::new(),
    };
    demo.run()?;
    Ok(Shown::Demo(Box::new(demo)))
}

/// Set by the tests that tell the stories: what they compiled is used as it is, for
/// without the tests cargo would compile many crates anew, with fewer features.
const WITH_TESTS: &str = "KOPPEL_BUILD_WITH_TESTS";

/// Builds the two programs; cargo shows how far it is.
fn build() -> Result<()> {
    heading("Building the simulator and the CRM");
    // Of the whole workspace, so that the tests need not compile the same crates again.
    let mut cargo = repo::cargo();
    cargo.args(["build", "--workspace", "--bins"]);
    if env::var_os(WITH_TESTS).is_some() {
        cargo.arg("--tests");
    }
    let status = cargo.status().context("could not run `cargo`")?;
    if !status.success() {
        bail!("`cargo build --workspace --bins` ended with {status}");
    }
    Ok(())
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

/// A folder that somebody named is never emptied.
fn new_folder(folder: &Path) -> Result<()> {
    let place = folder.display();
    fs::create_dir_all(folder).with_context(|| format!("could not make {place}"))?;
    if fs::read_dir(folder)?.next().is_some() {
        bail!("{place} is not empty; name a folder that is new or empty");
    }
    Ok(())
}

fn empty(folder: &Path) -> Result<()> {
    let place = folder.display();
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("could not empty {place}; is a demo still running?"))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("could not make {place}"))
}

/// Serves the CRM's pages next to the simulator until Ctrl-C, which reaches all three programs.
fn keep(shown: &Shown) -> Result<()> {
    let (spotler, crm) = shown.programs();
    let password = crm.new_password("admin")?;
    let mut serving = crm.serve()?;
    heading("Look around; Ctrl-C ends everything");
    screen::where_to_look(spotler.address(), Some((serving.address(), &password)));
    shown.next_commands(true);
    serving.wait()
}

/// Says what can be done with what the demo leaves behind.
fn say_how_to_go_on(shown: &Shown, folder: &Path) {
    heading("Look around");
    println!("The simulator stops now. `--keep` leaves it and the CRM's pages running.");
    let place = folder.strip_prefix(repo::root()).unwrap_or(folder);
    println!(
        "What the CRM has stored stays in {} until the next demo:\n",
        place.display()
    );
    shown.next_commands(false);
}
