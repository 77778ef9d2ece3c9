//! A story: what the document of a CRM tells, from its beginning to its end, done with the real programs.
//!
//! Each step says what is done in the CRM or in Spotler, lists the requests that went over, shows what a user sees,
//! and fails if that is not what the document promises.

mod acts;
mod looks;
mod perfectview;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::crm::Crm;
use super::screen;
use super::spotler::{KEY, SECRET, Spotler};

/// How many lines of requests a step shows at most.
const MOST_REQUESTS: usize = 14;
/// How long before now a story begins: longer than any of them takes.
const BEFORE_NOW_S: i64 = 40 * DAY_S;
/// When it begins, in UTC: between nine and ten in the Netherlands.
const MORNING: &str = "08:00:00Z";
/// An hour in seconds.
pub(crate) const HOUR_S: i64 = 3600;
/// A day in seconds.
pub(crate) const DAY_S: i64 = 24 * HOUR_S;

/// A CRM's story.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Script {
    /// The profile that it runs with.
    profile: &'static str,
    /// What is in Spotler before it begins: `contacts`, `automations`, `switches` of its configuration.
    account: fn() -> Value,
    /// Its steps, from the first to the last.
    tell: fn(&mut Story) -> Result<()>,
}

/// The story of a profile; none for a profile without a document of its own.
pub(crate) fn of_profile(name: &str) -> Option<Script> {
    [perfectview::SCRIPT]
        .into_iter()
        .find(|it| it.profile == name)
}

/// The CRM and Spotler of a story, and how far it is.
#[derive(Debug)]
pub(crate) struct Story {
    /// The simulated Spotler.
    pub(crate) spotler: Spotler,
    /// The CRM.
    pub(crate) crm: Crm,
    profile: &'static str,
    folder: PathBuf,
    steps: usize,
    /// How many requests were shown already.
    told: usize,
    /// How far Spotler's clock is from this machine's.
    behind_s: i64,
}

impl Story {
    /// Starts the programs and tells the story; fails where something is not as it should be.
    pub(crate) fn run(script: Script, simulator: &Path, crm: Crm, folder: &Path) -> Result<Self> {
        let mut account = (script.account)();
        account["credentials"] = json!([{"key": KEY, "secret": SECRET}]);
        let file = folder.join("spotler.json");
        fs::write(&file, account.to_string()).context("could not write Spotler's account")?;
        let spotler = Spotler::start_with(simulator, &["--config", &file.to_string_lossy()])?;
        let mut story = Self {
            spotler,
            crm,
            profile: script.profile,
            folder: folder.to_owned(),
            steps: 0,
            told: 0,
            behind_s: 0,
        };
        story.begin_in_the_morning()?;
        (script.tell)(&mut story)?;
        let breaches = story.spotler.breaches()?;
        ensure!(
            breaches == 0,
            "{breaches} times somebody was made reachable who had plainly opted out"
        );
        story.move_clock(story.behind_s)?;
        Ok(story)
    }

    /// Where files of the story may be kept.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The name of the profile.
    pub(crate) fn profile(&self) -> &'static str {
        self.profile
    }

    /// Begins a step, and names the requirements that it shows.
    pub(crate) fn step(&mut self, title: &str, ids: &str) -> Result<()> {
        self.steps += 1;
        screen::heading(&format!("{}  {title}   {ids}", self.steps));
        self.told = self.spotler.request_count()?;
        Ok(())
    }

    /// Says what is done in the CRM.
    pub(crate) fn in_crm(&self, text: &str) {
        screen::told("CRM", text);
    }

    /// Says what happens in Spotler.
    pub(crate) fn in_spotler(&self, text: &str) {
        screen::told("Spotler", text);
    }

    /// Says what a user of the CRM sees.
    pub(crate) fn shown(&self, text: &str) {
        screen::told("screen", text);
    }

    /// Says something about the step.
    pub(crate) fn note(&self, text: &str) {
        screen::told("note", text);
    }

    /// Runs a command of the CRM and answers its JSON.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Result<Value> {
        let at = self.moment()?;
        self.crm.ask(&[&["--at", at.as_str()], arguments].concat())
    }

    /// Runs a command of the CRM that has to be refused, and answers what it says.
    pub(crate) fn refused(&self, arguments: &[&str]) -> Result<String> {
        let at = self.moment()?;
        self.crm
            .refused(&[&["--at", at.as_str()], arguments].concat())
    }

    /// Works the queue to its end, and shows and answers the requests.
    pub(crate) fn work(&mut self) -> Result<Vec<String>> {
        self.ask(&["work"])?;
        let requests = self.spotler.requests_since(self.told)?;
        self.told += requests.len();
        screen::requests(&requests, MOST_REQUESTS);
        Ok(requests)
    }

    /// Looks at what changed in Spotler, as the CRM does every five minutes.
    pub(crate) fn tick(&mut self) -> Result<Vec<String>> {
        self.ask(&["tick"])?;
        self.work()
    }

    /// Lets time pass, in Spotler and in the CRM.
    pub(crate) fn later(&mut self, seconds: i64) -> Result<()> {
        ensure!(
            seconds < self.behind_s,
            "the story is longer than {BEFORE_NOW_S} seconds"
        );
        self.move_clock(seconds)
    }

    /// Every story begins on a morning before now, so that no evening comes in between.
    fn begin_in_the_morning(&mut self) -> Result<()> {
        let now = self.clock()?;
        self.move_clock(-BEFORE_NOW_S)?;
        let then = self.moment()?;
        let (day, _) = then.split_once('T').context("the time is no time")?;
        let morning = json!({"set": format!("{day}T{MORNING}")});
        self.spotler.control("PUT", "/_sim/clock", &morning)?;
        self.behind_s = (now - self.clock()?) / 1000;
        Ok(())
    }

    /// Spotler's clock, in milliseconds since 1970.
    fn clock(&self) -> Result<i64> {
        let clock = self.spotler.control("GET", "/_sim/clock", &Value::Null)?;
        clock["now_ms"]
            .as_i64()
            .context("the simulator has no time")
    }

    fn move_clock(&mut self, seconds: i64) -> Result<()> {
        self.behind_s -= seconds;
        let forward = json!({"advance_s": seconds});
        self.spotler.control("PUT", "/_sim/clock", &forward)?;
        Ok(())
    }

    /// What time it is in the story.
    fn moment(&self) -> Result<String> {
        let clock = self.spotler.control("GET", "/_sim/clock", &Value::Null)?;
        let now = clock["now"].as_str().context("the simulator has no time")?;
        Ok(now.to_owned())
    }
}
