//! Where a story is told: the CRM's command line and the simulated Spotler, on one clock that stands still until it is
//! turned.

use std::path::Path;
use std::time::{Duration, Instant};
use std::{fs, thread};

use anyhow::{Context, Result, bail, ensure};
use jiff::{Span, Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use super::super::crm::Crm;
use super::super::program;
use super::super::screen::say;
use super::super::spotler::{SECRET, Spotler};

/// When every story starts: a Monday morning.
const START: &str = "2026-03-02T09:00:00+01:00[Europe/Amsterdam]";
/// Whose clock the story is told by.
const ZONE: &str = "Europe/Amsterdam";
/// How many lines of an answer are shown.
const SHOWN_LINES: usize = 24;
/// How long something may take that other programs do.
const PATIENCE: Duration = Duration::from_secs(120);

/// Both programs, and what time it is for them.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) spotler: Spotler,
    pub(crate) crm: Crm,
    now: Timestamp,
    started: Timestamp,
}

impl Stage {
    /// Starts Spotler with some contacts, and makes an empty CRM in the folder.
    pub(crate) fn set(folder: &Path, seed: &[Value]) -> Result<Self> {
        let now: jiff::Zoned = START.parse()?;
        let now = now.timestamp();
        let at = now.to_string();
        let data = folder.join("spotler-before.json");
        fs::write(&data, json!(seed).to_string()).context("could not write Spotler's contacts")?;
        let data = data.to_string_lossy();
        let options = ["--frozen-at", &at, "--data", &data];
        let spotler = Spotler::start_with(&program("spotler-sim")?, &options)?;
        let mut crm = Crm::new(program("host-demo")?, folder);
        crm.set_options(&["--at", &at]);
        Ok(Self {
            spotler,
            crm,
            now,
            started: now,
        })
    }

    /// Connects with a profile and saves the mapping.
    pub(crate) fn connect(&self, profile: &str) -> Result<()> {
        self.crm.ask(&["settings", "profile", profile])?;
        self.crm.fill_in(&[], &self.spotler.api(), SECRET)?;
        self.ask("settings activate")?;
        self.work()?;
        let status = self.ask("status")?;
        ensure!(
            status["connection"]["active"] == true,
            "the connection is not active: {status}"
        );
        self.ask("mapping save")?;
        self.work()?;
        say(&format!(
            "connected, with the profile {profile}; the mapping that was made by itself is saved"
        ));
        Ok(())
    }

    /// What time it is on both sides, as milliseconds since 1970.
    pub(crate) fn now_ms(&self) -> i64 {
        self.now.as_millisecond()
    }

    /// What time it is, as ISO 8601.
    pub(crate) fn moment(&self) -> String {
        self.now.to_string()
    }

    /// So many minutes after the story started.
    pub(crate) fn since_start(&self, minutes: i64) -> Timestamp {
        self.started + jiff::SignedDuration::from_mins(minutes)
    }

    /// What time it is, as it is said.
    pub(crate) fn time(&self) -> String {
        told(self.now)
    }

    /// Turns both clocks to a moment, and says so.
    pub(crate) fn turn_to(&mut self, moment: Timestamp) -> Result<()> {
        ensure!(moment >= self.now, "clocks only go forward");
        self.now = moment;
        let at = moment.to_string();
        self.spotler
            .control("PUT", "/_sim/clock", &json!({"set": at}))?;
        self.crm.set_options(&["--at", &at]);
        Ok(())
    }

    /// Turns both clocks on.
    pub(crate) fn pass(&mut self, span: Span) -> Result<()> {
        let moment = self.now.checked_add(span)?;
        self.turn_to(moment)
    }

    /// The next time that the clocks show the hour of the day.
    pub(crate) fn next_hour(&self, hour: i8) -> Result<Timestamp> {
        let zone = TimeZone::get(ZONE)?;
        let now = self.now.to_zoned(zone);
        let today = now
            .date()
            .at(hour, 0, 0, 0)
            .to_zoned(now.time_zone().clone())?;
        let next = if today > now {
            today
        } else {
            today.tomorrow()?
        };
        Ok(next.timestamp())
    }

    /// Types a command of the CRM, and shows it with what it answers.
    pub(crate) fn type_in(&self, line: &str) -> Result<String> {
        let answer = self.answer(line)?;
        show(line, &answer);
        Ok(answer)
    }

    /// What a command answers, as a person reads it.
    pub(crate) fn answer(&self, line: &str) -> Result<String> {
        let words = words(line)?;
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.crm.read(&words)
    }

    /// What a command answers, as a program reads it.
    pub(crate) fn ask(&self, line: &str) -> Result<Value> {
        let words = words(line)?;
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.crm.ask(&words)
    }

    /// Works the queue until nothing is due.
    pub(crate) fn work(&self) -> Result<Value> {
        self.ask("work")
    }

    /// Works the queue to its end: turns the clocks to whatever is due next.
    pub(crate) fn work_to_the_end(&mut self) -> Result<()> {
        for _ in 0..500 {
            let left = self.work()?;
            let Some(due) = left["next_due"].as_i64() else {
                return Ok(());
            };
            let due = Timestamp::from_millisecond(due.max(self.now_ms() + 1))?;
            self.turn_to(due)?;
        }
        bail!("the queue does not come to its end")
    }

    /// Reads what changed in Spotler and works the queue.
    pub(crate) fn tick(&self) -> Result<()> {
        self.ask("tick")?;
        self.work().map(drop)
    }

    /// Something that a user does in Spotler's own screens; `where_` is the screen.
    pub(crate) fn in_spotler(&self, screen: &str, action: &Value) -> Result<Value> {
        let path = if screen.is_empty() {
            "/_sim/ui".to_owned()
        } else {
            format!("/_sim/ui/{screen}")
        };
        self.spotler.control("POST", &path, action)
    }

    /// What Spotler has of something.
    pub(crate) fn look(&self, what: &str) -> Result<Value> {
        self.spotler
            .control("GET", &format!("/_sim/{what}"), &Value::Null)
    }

    /// The body of the last request with a pattern, as `POST /automation/trigger/*`.
    pub(crate) fn last_body(&self, pattern: &str) -> Result<Value> {
        let pattern = pattern.replace(' ', "%20");
        let requests = self.look(&format!("requests?bodies=true&on={pattern}"))?;
        let last = requests
            .as_array()
            .and_then(|it| it.last())
            .context("there was no such request")?;
        Ok(serde_json::from_str(text(last, "body"))?)
    }

    /// Waits until something is so; `what` is said where it takes too long.
    pub(crate) fn wait_until(&self, what: &str, is_so: impl Fn() -> Result<bool>) -> Result<()> {
        let until = Instant::now() + PATIENCE;
        while !is_so()? {
            if Instant::now() > until {
                bail!("waited {} seconds until {what}", PATIENCE.as_secs());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// The messages with a code that users have got.
    pub(crate) fn messages(&self, code: &str) -> Result<Vec<Value>> {
        let messages = self.ask("messages")?;
        let messages = list(&messages, "messages")?;
        Ok(messages
            .into_iter()
            .filter(|it| it["code"] == code)
            .collect())
    }

    /// Fails if an answer had plainly shown that a person is inactive and the API made that person reachable again.
    pub(crate) fn nobody_was_made_reachable(&self) -> Result<()> {
        let breaches = self.spotler.breaches()?;
        ensure!(
            breaches == 0,
            "{breaches} times somebody was made reachable who had plainly opted out"
        );
        Ok(())
    }
}

/// A moment as a story tells it.
fn told(moment: Timestamp) -> String {
    let zone = TimeZone::get(ZONE).unwrap_or(TimeZone::UTC);
    moment
        .to_zoned(zone)
        .strftime("%A %-d %B %H:%M")
        .to_string()
}

/// Shows a command as it is typed, and the beginning of its answer.
fn show(line: &str, answer: &str) {
    println!("   $ host-demo {line}");
    let lines: Vec<&str> = answer.lines().collect();
    for line in lines.iter().take(SHOWN_LINES) {
        println!("     {line}");
    }
    if lines.len() > SHOWN_LINES {
        println!("     … {} lines more", lines.len() - SHOWN_LINES);
    }
}

/// The arguments of a line, as a shell reads them.
fn words(line: &str) -> Result<Vec<String>> {
    shlex::split(line).with_context(|| format!("a quote is not closed: {line}"))
}

/// A list of an answer.
pub(crate) fn list(answer: &Value, name: &str) -> Result<Vec<Value>> {
    let list = answer[name].as_array().cloned();
    list.with_context(|| format!("there is no `{name}` in {answer}"))
}

/// A text of an answer; empty where there is none.
pub(crate) fn text<'a>(answer: &'a Value, name: &str) -> &'a str {
    answer[name].as_str().unwrap_or_default()
}
