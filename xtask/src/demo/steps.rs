//! The steps of the demo, in order; each does something, shows what came of it, and fails if it is not what it should be.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::crm::Crm;
use super::expect::{self, Gate, Row, is_plain};
use super::screen::{self, heading, say};
use super::spotler::{SECRET, Spotler};
use crate::repo;

/// Fields of a contact that nobody maps unless asked to.
const RARELY_MAPPED: [&str; 3] = ["job_title", "salutation", "note"];
/// Fields whose mapping is shown.
const SHOWN_FIELDS: [&str; 6] = [
    "email",
    "first_name",
    "last_name",
    "organisation",
    "phone",
    "job_title",
];
/// How many people the last steps are about.
const PEOPLE: usize = 4;
/// Most records that one action may name.
const RECORDS_OF_AN_ACTION: usize = 500;

/// What the steps share.
#[derive(Debug)]
pub(crate) struct Demo {
    /// The simulated Spotler.
    pub(crate) spotler: Spotler,
    /// The CRM.
    pub(crate) crm: Crm,
    /// The file that is imported.
    pub(crate) contacts: PathBuf,
    /// Whether that is the example file, of which more is known.
    pub(crate) is_example: bool,
    /// The CRM's profile.
    pub(crate) profile: String,
    /// The people that the last steps are about, in Spotler since the import.
    pub(crate) people: Vec<Row>,
}

impl Demo {
    /// All steps.
    pub(crate) fn run(&mut self) -> Result<()> {
        let gate = Gate::of_profile(&repo::root(), &self.profile)?;
        heading("1  Spotler, simulated on this machine");
        say(&format!(
            "{}/ has {} contacts already",
            self.spotler.address(),
            self.spotler.contact_count()?
        ));
        self.connect()?;
        self.save_mapping()?;
        let refused = self.import()?;
        self.sync(gate, &refused)?;
        self.choose_people()?;
        if self.people.len() == PEOPLE {
            self.save_what_spotler_does_not_have()?;
            self.opt_out_and_save()?;
            self.tick()?;
        } else {
            say("the file has too few contacts with a permission to show more");
        }
        let breaches = self.spotler.breaches()?;
        ensure!(
            breaches == 0,
            "{breaches} times somebody was made reachable who had plainly opted out"
        );
        Ok(())
    }

    fn connect(&self) -> Result<()> {
        heading("2  Connect, first with a wrong secret");
        let api = self.spotler.api();
        self.crm.ask(&["settings", "profile", &self.profile])?;
        self.crm.fill_in(&[], &api, "not the secret")?;
        self.crm.ask(&["settings", "activate"])?;
        self.crm.work()?;
        let queue = self.crm.ask(&["queue"])?;
        let rejected = &queue["rejected"][0];
        ensure!(
            rejected["reason"]["code"] == "credentials-refused",
            "a wrong secret was not refused: {queue}"
        );
        say(&format!(
            "refused: {} {}",
            text(&rejected["reason"]["text"]),
            text(&rejected["next_step"])
        ));
        self.crm.fill_in(&[], &api, SECRET)?;
        self.crm.work()?;
        let status = self.crm.ask(&["status"])?;
        ensure!(
            status["connection"]["active"] == true,
            "the connection is not active: {status}"
        );
        say("active; Spotler's permissions are opt-in attributes of the CRM now:");
        for permission in self.permissions()? {
            say(&format!(
                "  {}  {}",
                permission["bit"],
                text(&permission["name"])
            ));
        }
        Ok(())
    }

    fn permissions(&self) -> Result<Vec<Value>> {
        let settings = self.crm.ask(&["settings", "show"])?;
        settings["permissions"]
            .as_array()
            .cloned()
            .context("the CRM does not list the permissions")
    }

    fn save_mapping(&self) -> Result<()> {
        heading("3  Save the mapping that was made by itself");
        let mapping = self.crm.ask(&["mapping", "show"])?;
        let rows = mapping["mapping"]
            .as_array()
            .context("there is no mapping")?;
        for field in SHOWN_FIELDS {
            let row = rows
                .iter()
                .find(|it| it["kind"] == "contact" && it["field"] == field);
            let property = row
                .and_then(|it| it["property"].as_str())
                .unwrap_or("(not sent)");
            say(&format!("  {field:<13} {property}"));
        }
        say(&format!(
            "  … {} rows for contacts, leads and accounts",
            rows.len()
        ));
        self.crm.ask(&["mapping", "save"])?;
        self.crm.work().map(drop)
    }

    /// Imports the file twice; answers the lines that were refused.
    fn import(&self) -> Result<BTreeSet<u64>> {
        heading("4  Import the contacts");
        let file = self.contacts.to_string_lossy();
        let report = self.crm.ask_leniently(&["contact", "import", &file])?;
        let count = |it: &Value, name: &str| it[name].as_u64().unwrap_or_default();
        let errors = report["errors"].as_array().cloned().unwrap_or_default();
        say(&format!(
            "{} rows: {} imported, {} refused",
            count(&report, "rows"),
            count(&report, "created"),
            errors.len()
        ));
        for error in &errors {
            say(&format!(
                "  line {:<5} {}",
                count(error, "line"),
                text(&error["problem"])
            ));
        }
        let refused: BTreeSet<u64> = errors.iter().map(|it| count(it, "line")).collect();
        if self.is_example {
            let malformed = expect::malformed_lines(&self.contacts)?;
            ensure!(
                refused == malformed,
                "these lines should be refused: {malformed:?}"
            );
            say("as expected: these are the malformed rows, and no others");
        }
        let again = self.crm.ask_leniently(&["contact", "import", &file])?;
        ensure!(
            count(&again, "created") == 0 && count(&again, "updated") == 0,
            "importing the same file again changed something: {again}"
        );
        say(&format!(
            "the same file once more: {} unchanged, nothing else",
            count(&again, "unchanged")
        ));
        Ok(refused)
    }

    fn sync(&self, gate: Gate, refused: &BTreeSet<u64>) -> Result<()> {
        heading("5  Work the queue to its end");
        let rows = Row::read(&self.contacts)?;
        if gate == Gate::Linked {
            self.link(rows.iter().filter(|it| !refused.contains(&it.line)))?;
        }
        let before = self.spotler.request_count()?;
        say(&self.crm.work()?);
        let requests = self.spotler.request_count()? - before;
        let endings = self.crm.endings()?;
        let came_out = expect::came_out(&endings);
        screen::reasons(&came_out, &endings);
        let expected = expect::reasons(&rows, refused, gate, self.spotler.known_before());
        if came_out != expected {
            bail!(
                "the contacts did not end as the file says:\n  expected {expected:?}\n  came out {came_out:?}"
            );
        }
        say("as expected: counted from the file alone, the same comes out");
        let contacts = self.spotler.contact_count()?;
        say(&format!(
            "Spotler has {contacts} contacts now, after {requests} requests"
        ));
        Ok(())
    }

    /// A profile may sync only whom a user links by hand: links all.
    fn link<'a>(&self, rows: impl Iterator<Item = &'a Row>) -> Result<()> {
        let subjects: Vec<String> = rows.map(Row::subject).collect();
        say(&format!(
            "with the profile {} a user links contacts first: {} are linked",
            self.profile,
            subjects.len()
        ));
        for some in subjects.chunks(RECORDS_OF_AN_ACTION) {
            let mut arguments = vec!["action", "link"];
            arguments.extend(some.iter().map(String::as_str));
            self.crm.ask(&arguments)?;
        }
        Ok(())
    }

    /// Chooses people that Spotler has since the import, with a permission.
    fn choose_people(&mut self) -> Result<()> {
        let endings = self.crm.endings()?;
        let created: BTreeSet<&str> = endings
            .iter()
            .filter(|it| it.reason == "created")
            .map(|it| it.subject.as_str())
            .collect();
        let opted_in = |it: &Row| it.permissions.iter().any(|name| !name.starts_with('-'));
        let suits = |it: &&Row| {
            it.kind == "contact"
                && it.allows_mail
                && opted_in(it)
                && is_plain(&it.email)
                && created.contains(it.subject().as_str())
        };
        let rows = Row::read(&self.contacts)?;
        self.people = rows.iter().filter(suits).take(PEOPLE).cloned().collect();
        Ok(())
    }

    fn save_what_spotler_does_not_have(&self) -> Result<()> {
        let mapping = self.crm.ask(&["mapping", "show"])?;
        let rows = mapping["mapping"]
            .as_array()
            .context("there is no mapping")?;
        let is_mapped = |it: &Value, field: &str| {
            it["kind"] == "contact" && it["field"] == field && it["property"].is_string()
        };
        let field = RARELY_MAPPED
            .iter()
            .find(|field| !rows.iter().any(|it| is_mapped(it, field)));
        let field = *field.context("every field of a contact is mapped")?;
        let person = &self.people[0];
        heading(&format!(
            "6  Save a field that is not mapped: `{field}` of {}",
            name(person)
        ));
        let requests = self.save(person, &format!("{field}=Something else"))?;
        self.expect_outcome(person, "nothing-changed")?;
        ensure!(requests.is_empty(), "requests were made: {requests:?}");
        say("0 requests to Spotler");
        Ok(())
    }

    fn opt_out_and_save(&self) -> Result<()> {
        let person = &self.people[1];
        heading(&format!(
            "7  {} opts out in Spotler, and is saved in the CRM",
            name(person)
        ));
        say("here Spotler tells of an opt-out only by refusing a write");
        self.spotler.set_channels("left_out")?;
        self.spotler.opt_out(&person.address())?;
        let before = self.spotler.contact(&person.address())?;
        for request in self.save(person, "phone=030 123 45 67")? {
            say(&format!("  {request}"));
        }
        self.expect_outcome(person, "opted-out-in-spotler")?;
        ensure!(
            self.spotler.contact(&person.address())? == before,
            "something was written in Spotler"
        );
        say("in Spotler nothing is different");
        let record = self.record(person)?;
        ensure!(
            record["status"] == "opt-out" && record["mail"]["allowed"] == false,
            "the CRM does not show it: {record}"
        );
        say("in the CRM: status opt-out, bulk e-mail not allowed");
        let why = self.crm.ask(&["why", &person.subject()])?;
        for rule in why["why"].as_array().into_iter().flatten() {
            say(&format!(
                "  why: {:<6} {}",
                text(&rule["rule"]),
                text(&rule["text"])
            ));
        }
        let requests = self.save(person, "phone=030 765 43 21")?;
        ensure!(requests.is_empty(), "requests were made: {requests:?}");
        say("and saved once more: 0 requests");
        self.spotler.set_channels("truthful")
    }

    fn tick(&self) -> Result<()> {
        let (opted_out, withdrew) = (&self.people[2], &self.people[3]);
        heading("8  What happens in Spotler meanwhile, read by a tick");
        let (bit, permission) = self.first_permission(withdrew)?;
        self.spotler.opt_out(&opted_out.address())?;
        self.spotler.withdraw(&withdrew.address(), bit)?;
        self.crm.ask(&["tick"])?;
        self.crm.work()?;
        say(&format!("{} switched `{permission}` off:", name(withdrew)));
        let record = self.record(withdrew)?;
        let held = record["permissions"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|it| it["bit"] == bit);
        let held = held.context("the CRM lost the permission")?;
        ensure!(
            held["consent"] == "withdrawn" && held["origin"] == "spotler",
            "the CRM does not show it: {record}"
        );
        say("  withdrawn in the CRM too, because of Spotler");
        say(&format!(
            "{} opted out; here Spotler shows only that the e-mail channel is off, not why:",
            name(opted_out)
        ));
        let record = self.record(opted_out)?;
        ensure!(
            record["reason"] == "inactive-in-spotler",
            "the CRM does not show it: {record}"
        );
        say(&format!(
            "  status {}, reason {}",
            text(&record["status"]),
            text(&record["reason"])
        ));
        let tasks = self.crm.ask(&["tasks"])?;
        let about = opted_out.subject();
        let task = tasks["tasks"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|it| it["target"] == about.as_str());
        say(&format!(
            "  a task: {}",
            text(&task.context("there is no task about it")?["text"])
        ));
        let requests = self.save(opted_out, "phone=030 123 45 67")?;
        ensure!(requests.is_empty(), "requests were made: {requests:?}");
        say("  and saved in the CRM: 0 requests");
        Ok(())
    }

    /// The first permission that a person of the file has given, with its number.
    fn first_permission(&self, person: &Row) -> Result<(u64, String)> {
        let given = person
            .permissions
            .iter()
            .find(|it| !it.starts_with('-'))
            .context("no permission is given")?;
        let permissions = self.permissions()?;
        let found = permissions.iter().find(|it| it["name"] == given.as_str());
        let bit = found
            .and_then(|it| it["bit"].as_u64())
            .context("the permission is not known")?;
        Ok((bit, given.clone()))
    }

    /// Saves a field of a contact and works the queue; answers the requests that Spotler got.
    fn save(&self, person: &Row, value: &str) -> Result<Vec<String>> {
        let before = self.spotler.request_count()?;
        self.crm
            .ask(&["contact", "edit", &person.subject(), "--set", value])?;
        self.crm.work()?;
        self.spotler.requests_since(before)
    }

    /// Fails unless the last call about a record ended for the reason; shows it.
    fn expect_outcome(&self, person: &Row, reason: &str) -> Result<()> {
        let why = self.crm.ask(&["why", &person.subject()])?;
        ensure!(
            why["reason"] == reason,
            "the save should have ended as {reason}: {why}"
        );
        say(&format!(
            "{}: {}",
            text(&why["outcome"]),
            text(&why["text"])
        ));
        Ok(())
    }

    fn record(&self, person: &Row) -> Result<Value> {
        self.crm.ask(&["contact", "show", &person.subject()])
    }

    /// The people that the last steps are about, if there were enough: who was only saved, and who opted out.
    pub(crate) fn people(&self) -> Option<(&Row, &Row)> {
        match self.people.as_slice() {
            [saved, opted_out, ..] => Some((saved, opted_out)),
            [] | [_] => None,
        }
    }
}

fn name(person: &Row) -> String {
    format!("{} {} ({})", person.first_name, person.last_name, person.id)
        .trim()
        .to_owned()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
