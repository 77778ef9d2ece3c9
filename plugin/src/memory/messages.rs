//! What is remembered of the messages that Spotler sends: what does not change
//! is read once and kept. No person stands in it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Memory;
use crate::crm::Timestamp;
use crate::ports::Ports;
use crate::report::{Link, Mailing, Medium};
use crate::spotler::mailing;
use crate::spotler::reporting::Family;

/// What a message is, by Spotler's id of it.
const MESSAGES: &str = "messages";

/// What a message is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KnownMessage {
    /// The resource that it belongs to; none: Spotler shows it in neither.
    pub family: Option<Family>,
    /// The name.
    pub name: String,
    /// How it goes out.
    pub medium: Medium,
    /// The subject.
    pub subject: Option<String>,
    /// Its links.
    pub links: Vec<Link>,
    /// The mailing as the list told it; none for journeys.
    pub mailing: Option<Mailing>,
}

impl KnownMessage {
    /// What the details of a message tell of it.
    pub fn of(family: Family, details: &Value) -> Self {
        let told = mailing::details(details);
        Self {
            family: Some(family),
            name: mailing::text(details, "name").unwrap_or_default(),
            medium: mailing::medium(details),
            subject: told.message.and_then(|it| it.subject),
            links: told.links,
            mailing: mailing::mailing(details).filter(|_| family == Family::Mailing),
        }
    }

    /// A message that Spotler mentions and does not show.
    pub fn unknown(name: Option<&str>) -> Self {
        Self {
            family: None,
            name: name.unwrap_or_default().to_owned(),
            medium: Medium::Email,
            subject: None,
            links: Vec::new(),
            mailing: None,
        }
    }

    /// When the mailing was scheduled; none for journeys.
    pub fn sent_at(&self) -> Option<Timestamp> {
        self.mailing.as_ref().map(|it| it.sent_at)
    }

    /// The link with a number.
    pub fn link(&self, id: u64) -> Option<&Link> {
        self.links.iter().find(|it| it.id == id)
    }
}

impl<P: Ports> Memory<'_, P> {
    /// What a message is; none if it was never read.
    pub fn message(&self, id: &str) -> Option<KnownMessage> {
        self.read(MESSAGES, id)
    }

    /// Keeps what a message is.
    pub fn keep_message(&self, id: &str, message: &KnownMessage) {
        self.write(MESSAGES, id, message);
    }
}
