//! The simulated Spotler: started, looked at, and driven as its users and recipients would.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{fs, thread};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::expect::{Row, is_plain};

/// The credentials that the simulator lets in; they open nothing else.
pub(crate) const KEY: &str = "demo-key";
/// The secret that goes with the key.
pub(crate) const SECRET: &str = "demo-secret";
/// How many people of the file are in Spotler before the CRM is connected.
const KNOWN_BEFORE: usize = 12;
/// How long the simulator may take for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running simulator; dropping it stops it.
#[derive(Debug)]
pub(crate) struct Spotler {
    process: Child,
    address: String,
    known_before: Vec<String>,
}

impl Spotler {
    /// Starts it, with a few people of the file in it already.
    pub(crate) fn start(program: &Path, folder: &Path, contacts: &Path) -> Result<Self> {
        let known_before = choose_known(contacts)?;
        let data = folder.join("spotler-before.json");
        fs::write(&data, seed(&known_before).to_string())
            .context("could not write the simulator's contacts")?;
        let data = data.to_string_lossy();
        let mut spotler = Self::start_with(program, &["--data", &data])?;
        spotler.known_before = known_before;
        Ok(spotler)
    }

    /// Starts it with options of its own.
    pub(crate) fn start_with(program: &Path, options: &[&str]) -> Result<Self> {
        let mut process = Command::new(program)
            .args(["--listen", "127.0.0.1:0", "--key", KEY])
            .args(options)
            .env("SPOTLER_SIM_SECRET", SECRET)
            .stdout(Stdio::piped())
            .spawn()
            .context("could not start the simulator")?;
        let address = first_line(&mut process).context("the simulator did not tell its address")?;
        Ok(Self {
            process,
            address,
            known_before: Vec::new(),
        })
    }

    /// `http://127.0.0.1:…`, where its page is.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Where its API is.
    pub(crate) fn api(&self) -> String {
        format!("{}/integrationservice", self.address)
    }

    /// The addresses that it knew from the start.
    pub(crate) fn known_before(&self) -> &[String] {
        &self.known_before
    }

    /// How many requests its API has got so far.
    pub(crate) fn request_count(&self) -> Result<usize> {
        Ok(self.requests()?.len())
    }

    /// The requests from the number given on, as `PUT /contact/{id} → 400 CONTACT_OPTOUT`.
    pub(crate) fn requests_since(&self, count: usize) -> Result<Vec<String>> {
        let text = |it: &Value, name: &str| it[name].as_str().unwrap_or_default().to_owned();
        let line = |it: &Value| {
            let status = it["status"].as_u64().unwrap_or_default();
            let line = format!(
                "{} {} → {status} {}",
                text(it, "method"),
                text(it, "route"),
                text(it, "error_type")
            );
            line.trim_end().to_owned()
        };
        Ok(self.requests()?.iter().skip(count).map(line).collect())
    }

    fn requests(&self) -> Result<Vec<Value>> {
        let log = self.control("GET", "/_sim/requests", &Value::Null)?;
        let requests = log.as_array().cloned();
        requests.context("the simulator's log is no list")
    }

    /// How many contacts it has.
    pub(crate) fn contact_count(&self) -> Result<usize> {
        let contacts = self.control("GET", "/_sim/contacts", &Value::Null)?;
        Ok(contacts.as_array().map_or(0, Vec::len))
    }

    /// One contact as Spotler has it.
    pub(crate) fn contact(&self, who: &str) -> Result<Value> {
        self.control(
            "GET",
            &format!("/_sim/contacts?who={}", who.replace('+', "%2B")),
            &Value::Null,
        )
    }

    /// How often an answer had plainly shown that a person is inactive and the API made that person reachable again.
    pub(crate) fn breaches(&self) -> Result<usize> {
        let breaches = self.control("GET", "/_sim/breaches", &Value::Null)?;
        Ok(breaches.as_array().map_or(0, Vec::len))
    }

    /// A person opts out of everything.
    pub(crate) fn opt_out(&self, who: &str) -> Result<()> {
        self.control(
            "POST",
            "/_sim/ui",
            &json!({"action": "opt_out", "who": who}),
        )
        .map(drop)
    }

    /// A person switches one permission off, on a page for preferences.
    pub(crate) fn withdraw(&self, who: &str, bit: u64) -> Result<()> {
        let action = json!({"action": "set_permission", "who": who, "bit": bit, "enabled": false});
        self.control("POST", "/_sim/ui", &action).map(drop)
    }

    /// Chooses how reading a contact tells that the person is inactive: `truthful` (its e-mail channel is off) or
    /// `left_out` (not at all, so that only a refused write tells).
    pub(crate) fn set_channels(&self, signal: &str) -> Result<()> {
        self.control(
            "PATCH",
            "/_sim/switches",
            &json!({"signals": {"channels": signal}}),
        )
        .map(drop)
    }

    /// One request to the control API.
    pub(crate) fn control(&self, method: &str, path: &str, body: &Value) -> Result<Value> {
        let asked = || -> Result<Value> {
            let host = self.address.trim_start_matches("http://");
            let body = if body.is_null() {
                String::new()
            } else {
                body.to_string()
            };
            let length = body.len();
            let mut stream = TcpStream::connect(host)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            write!(
                stream,
                "{method} {path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
            )?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer)?;
            let (head, body) = answer.split_once("\r\n\r\n").context("half an answer")?;
            if !head.starts_with("HTTP/1.1 200") {
                bail!("{body}");
            }
            Ok(serde_json::from_str(body)?)
        };
        asked().with_context(|| format!("the simulator does not answer `{method} {path}`"))
    }
}

impl Drop for Spotler {
    fn drop(&mut self) {
        stop(&mut self.process);
    }
}

/// Ends a program, which may have ended by itself.
pub(crate) fn stop(process: &mut Child) {
    let _ = process.kill();
    let _ = process.wait();
}

/// The first line that a program prints; what it prints later is passed over.
pub(crate) fn first_line(process: &mut Child) -> Result<String> {
    let stdout = process.stdout.take().context("its output is not read")?;
    let mut reader = BufReader::new(stdout);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    thread::spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));
    if line.trim().is_empty() {
        bail!("it ended with {}", process.wait()?);
    }
    Ok(line.trim().to_owned())
}

/// Some addresses of the file that one active contact alone has.
fn choose_known(contacts: &Path) -> Result<Vec<String>> {
    let rows = Row::read(contacts)?;
    let suits = |it: &&Row| it.kind == "contact" && it.spotler && it.active && is_plain(&it.email);
    let alone = |it: &&Row| {
        rows.iter()
            .filter(|other| other.address() == it.address())
            .count()
            == 1
    };
    let suited = rows.iter().filter(suits).filter(alone).skip(10).step_by(20);
    Ok(suited.take(KNOWN_BEFORE).map(Row::address).collect())
}

fn seed(addresses: &[String]) -> Value {
    let contact = |(number, address): (usize, &String)| {
        json!({
            "external_id": format!("shop-{number}"),
            "properties": {"email": address, "organisation": "Imported from the webshop"},
            "permissions": [1],
        })
    };
    (1..).zip(addresses).map(contact).collect()
}
