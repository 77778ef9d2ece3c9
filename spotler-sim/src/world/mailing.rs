//! Mailings: made in Spotler's screens, sent when due, and what recipients do with them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::World;
use super::ledger::{Event, Stamp};

/// The medium of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Medium {
    /// E-mail.
    #[default]
    Email,
    /// Text message.
    Sms,
}

/// What is sent: a layout stored in Spotler, with its texts and links.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Message {
    /// The name of the layout.
    pub name: String,
    /// Who made it.
    pub author: String,
    /// The subject, of an e-mail.
    pub subject: Option<String>,
    /// The sender's name.
    pub from_name: String,
    /// The sender's address, of an e-mail.
    pub from_email: Option<String>,
    /// The text; may hold placeholders such as `[automationfield:NAME]`.
    pub body: String,
    /// The links that are tracked.
    pub links: Vec<Link>,
}

/// A link that is tracked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Link {
    /// Number within the message.
    pub id: u64,
    /// The name.
    pub name: String,
    /// Where it leads.
    pub url: String,
    /// The kind, as `webshop`, `conversion` or `unsubscribe`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
}

/// To whom a mailing goes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Every contact that can be mailed.
    #[default]
    AllContacts,
    /// The static list of this name.
    StaticList(String),
    /// The dynamic list of this name.
    DynamicList(String),
    /// The audience with this name.
    Audience(String),
}

impl Target {
    /// The name that the API gives as the mailing's target group.
    pub fn name(&self) -> &str {
        match self {
            Target::AllContacts => "Alle contacten",
            Target::StaticList(name) | Target::DynamicList(name) | Target::Audience(name) => name,
        }
    }
}

/// A mailing with its five parts: message, list, report, schedule, confirmation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mailing {
    /// The id that Spotler gave.
    pub id: String,
    /// The name.
    pub name: String,
    /// The user who made it.
    pub sender: String,
    /// Part 1: the type.
    pub medium: Medium,
    /// Part 1: the message.
    pub message: Option<Message>,
    /// Part 2: to whom.
    pub target: Option<Target>,
    /// Part 2: the permission that a recipient must have.
    pub permission: Option<u32>,
    /// Part 3: the trend report.
    pub report: Option<u64>,
    /// Part 4: when it is to be sent.
    pub scheduled_ms: Option<i64>,
    /// Part 5: whether a user confirmed it.
    pub confirmed: bool,
    /// When it was sent.
    pub sent_ms: Option<i64>,
}

/// A message that is sent by the step of a journey.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JourneyMailing {
    /// The id that Spotler gave.
    pub id: String,
    /// The journey that it belongs to.
    pub journey: String,
    /// The name.
    pub name: String,
    /// The type.
    pub medium: Medium,
    /// The message.
    pub message: Message,
}

/// One message to one contact, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sending {
    /// Number, from 1.
    pub id: u64,
    /// Id of the mailing, or of the journey's message.
    pub mailing: String,
    /// Number of the contact.
    pub contact: u64,
    /// Number of the participation, if a journey sent it.
    pub participation: Option<u64>,
    /// When.
    pub at_ms: i64,
    /// The subject as the contact saw it.
    pub subject: Option<String>,
    /// The text as the contact saw it.
    pub body: String,
    /// When images were downloaded.
    pub opens: Vec<i64>,
    /// When links were followed, and which.
    pub clicks: Vec<(i64, u64)>,
    /// When it came back, and whether for good.
    pub bounce: Option<(i64, bool)>,
    /// Whether that made the contact inactive.
    pub not_retained: bool,
    /// When the contact unsubscribed or complained because of it.
    pub unsubscribed_ms: Option<i64>,
    /// When the webshop reported a cart.
    pub cart_ms: Option<i64>,
    /// When the webshop reported a purchase, and its value in cents.
    pub purchase: Option<(i64, i64)>,
}

/// A trend report, which groups mailings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrendReport {
    /// Number, from 1.
    pub id: u64,
    /// The name.
    pub name: String,
    /// Whether it is in use.
    pub enabled: bool,
    /// When it was made.
    pub created_ms: i64,
}

/// What a send starts with.
#[derive(Clone, Debug)]
pub(crate) struct Posting<'a> {
    pub(crate) mailing: &'a str,
    pub(crate) contact: u64,
    pub(crate) participation: Option<u64>,
    pub(crate) message: &'a Message,
    pub(crate) fields: &'a BTreeMap<String, String>,
}

impl World {
    /// Sends a message to a contact.
    pub(crate) fn send(&mut self, posting: &Posting<'_>, stamp: &Stamp) {
        let last = self
            .sends
            .iter()
            .rev()
            .find(|it| it.contact == posting.contact);
        if last.is_some_and(|it| it.bounce.is_none()) {
            self.contacts
                .change(posting.contact, |it| it.soft_bounces_in_a_row = 0);
        }
        let subject = posting.message.subject.as_deref();
        self.sends.push(Sending {
            id: self.sends.len() as u64 + 1,
            mailing: posting.mailing.to_owned(),
            contact: posting.contact,
            participation: posting.participation,
            at_ms: stamp.at_ms,
            subject: subject.map(|it| filled(it, posting.fields)),
            body: filled(&posting.message.body, posting.fields),
            opens: Vec::new(),
            clicks: Vec::new(),
            bounce: None,
            not_retained: false,
            unsubscribed_ms: None,
            cart_ms: None,
            purchase: None,
        });
        let mailing = posting.mailing.to_owned();
        self.note(posting.contact, Event::Mailed { mailing }, stamp);
    }

    /// The mailing with this id.
    pub(crate) fn mailing(&self, id: &str) -> Option<&Mailing> {
        self.mailings.iter().find(|it| it.id == id)
    }

    /// The message of a journey with this id.
    pub(crate) fn journey_mailing(&self, id: &str) -> Option<&JourneyMailing> {
        self.journey_mailings.iter().find(|it| it.id == id)
    }

    /// What was sent of a mailing, oldest first.
    pub(crate) fn sends_of<'a>(&'a self, mailing: &'a str) -> impl Iterator<Item = &'a Sending> {
        self.sends.iter().filter(move |it| it.mailing == mailing)
    }
}

/// The text with its placeholders filled in; names are case-sensitive, unknown ones become empty.
pub(crate) fn filled(text: &str, fields: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('[') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let placeholder = from.split_once(']').and_then(|(inside, after)| {
            let name = inside
                .strip_prefix("[automationfield:")
                .or_else(|| inside.strip_prefix("[campaignfield:"))?;
            Some((name, after))
        });
        match placeholder {
            Some((name, after)) => {
                out.push_str(fields.get(name).map_or("", String::as_str));
                rest = after;
            }
            None => {
                out.push('[');
                rest = &from[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// AU-17 AU-23
    #[test]
    fn placeholders_are_filled_in_by_their_exact_name() {
        let fields = BTreeMap::from([
            ("Name".to_owned(), "A".to_owned()),
            ("name".to_owned(), "b".to_owned()),
        ]);
        let text = "[x] [automationfield:Name][automationfield:name] [automationfield:none]. [";
        assert_eq!(filled(text, &fields), "[x] Ab . [");
    }
}
