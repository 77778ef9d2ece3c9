//! What Spotler tells of what it sent: the same shapes as `wit/mailings.wit`
//! and `wit/reports.wit`.

use serde::{Deserialize, Serialize};

use crate::crm::{RecordRef, Timestamp};

/// How a message went out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Medium {
    /// E-mail.
    #[default]
    Email,
    /// Text message: no opens, clicks, subject and links (RE-43).
    Sms,
}

/// How a message came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bounce {
    /// For good.
    Hard,
    /// For now.
    Soft,
}

/// Whether a person did something with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// Yes.
    Yes,
    /// Not as far as Spotler knows.
    No,
    /// It cannot be done with a message of this kind; never taken for `No`.
    NotApplicable,
}

/// A mailing that was sent, as the list tells it (RE-02).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mailing {
    /// Spotler's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How it went out.
    pub medium: Medium,
    /// Link to the online version.
    pub online_version: Option<String>,
    /// When it was scheduled to be sent.
    pub sent_at: Timestamp,
    /// To how many contacts.
    pub sent: u64,
}

/// The message of a mailing or of a journey's step (RE-04, RE-36).
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// The name of the layout.
    pub name: String,
    /// Who made it.
    pub author: String,
    /// The subject.
    pub subject: Option<String>,
    /// The name of the sender.
    pub from_name: String,
    /// The address of the sender.
    pub from_email: Option<String>,
}

/// A link that is tracked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Spotler's number for it.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Where it leads.
    pub url: String,
    /// The code that a user gave it.
    pub code: Option<String>,
    /// Its type.
    pub link_type: Option<String>,
}

/// What does not change any more once a message was sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Details {
    /// Who sent it.
    pub sender: Option<String>,
    /// To which list.
    pub target_group: Option<String>,
    /// The message.
    pub message: Option<Message>,
    /// Its links.
    pub links: Vec<Link>,
}

/// The fourteen statistics (RE-06..RE-19).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Sent.
    pub sent: u64,
    /// Accepted by the receiving server.
    pub accepted: u64,
    /// Opened.
    pub opened: u64,
    /// Images downloaded.
    pub rendered: u64,
    /// Clicked.
    pub clicked: u64,
    /// Hard bounces.
    pub hard_bounced: u64,
    /// Soft bounces.
    pub soft_bounced: u64,
    /// Lost to a hard or a fourth soft bounce.
    pub not_retained: u64,
    /// Clicked a conversion link.
    pub conversion_clicked: u64,
    /// Unsubscribed.
    pub unsubscribed: u64,
    /// Went to the webshop.
    pub to_webshop: Option<u64>,
    /// Made a cart.
    pub carts_created: Option<u64>,
    /// Checked out a cart.
    pub carts_converted: Option<u64>,
    /// Revenue, a decimal number with two places.
    pub revenue: Option<String>,
}

/// How often something happened, not counted by contact, and when last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// How often; none where it does not apply.
    pub total: Option<u64>,
    /// When last.
    pub last_at: Option<Timestamp>,
}

/// How often things happened with a mailing (PV-24).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tallies {
    /// Opened: images downloaded or a link followed.
    pub opened: Tally,
    /// Images downloaded.
    pub rendered: Tally,
    /// Links followed.
    pub clicked: Tally,
    /// Soft bounces.
    pub soft_bounced: Tally,
    /// Hard bounces.
    pub hard_bounced: Tally,
}

/// The results of a mailing at one moment (RE-05).
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// When they were read.
    pub at: Timestamp,
    /// By contact.
    pub statistics: Statistics,
    /// By occurrence.
    pub tallies: Tallies,
    /// Whether no further one comes by itself.
    pub is_last: bool,
}

/// A mailing, or news of one.
#[derive(Clone, Debug, PartialEq)]
pub struct MailingChange {
    /// The mailing.
    pub mailing: Mailing,
    /// What does not change any more; told once.
    pub details: Option<Details>,
    /// The results as they are now.
    pub snapshot: Option<Snapshot>,
}

/// What people do with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InteractionKind {
    /// To whom it was sent.
    Recipients,
    /// Who downloaded its images.
    Opens,
    /// Who followed which link.
    Clicks,
    /// For whom it came back.
    Bounces,
}

impl InteractionKind {
    /// Spotler's word for it, in paths and answers.
    pub fn word(self) -> &'static str {
        match self {
            Self::Recipients => "recipients",
            Self::Opens => "opens",
            Self::Clicks => "clicks",
            Self::Bounces => "bounces",
        }
    }
}

/// Whose interactions are asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Whose {
    /// Everybody's.
    Everybody,
    /// One person's.
    Person(RecordRef),
    /// Those of one participation in a journey.
    Participation(String),
}

/// What a person did with a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Interaction {
    /// Who, where the CRM knows the person.
    pub target: Option<RecordRef>,
    /// Spotler's external id of the person.
    pub external_id: Option<String>,
    /// When.
    pub at: Option<Timestamp>,
    /// Which participation in a journey it belongs to.
    pub participation: Option<String>,
    /// Which link.
    pub link: Option<Link>,
    /// How it came back.
    pub bounce: Option<Bounce>,
}

/// A page of rows, and where the next one starts.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Where the next page starts; none after the last.
    pub next: Option<String>,
}

/// A campaign of Spotler's older kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Campaign {
    /// Spotler's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether triggers start it.
    pub active: bool,
}

/// A step of a campaign that sends a message.
#[derive(Clone, Debug, PartialEq)]
pub struct CampaignStep {
    /// Spotler's id of the message.
    pub message: String,
    /// Its name.
    pub name: String,
    /// How it goes out.
    pub medium: Medium,
    /// The message and its links.
    pub details: Details,
}

/// A form or survey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// Spotler's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `normal`, `subscribe`, `unSubscribe` or `editProfile`.
    pub form_type: String,
    /// `draft`, `proof` or `final`.
    pub form_state: String,
}

/// A question of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormQuestion {
    /// Spotler's number for it.
    pub id: String,
    /// Its place in the form.
    pub rank: u32,
    /// Its text.
    pub text: String,
}

/// What was answered to one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormAnswer {
    /// The question.
    pub question: FormQuestion,
    /// The answers.
    pub answers: Vec<String>,
}

/// A form as it was filled in once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormResult {
    /// Spotler's id.
    pub id: String,
    /// When.
    pub submitted_at: Timestamp,
    /// Whether all pages were filled in.
    pub completed: bool,
    /// Whether it was a test.
    pub test: bool,
    /// The answers.
    pub answers: Vec<FormAnswer>,
}

/// A message that was sent to one person (RE-26, RE-42).
#[derive(Clone, Debug, PartialEq)]
pub struct SentMessage {
    /// Spotler's id of the mailing or the journey's message.
    pub message: String,
    /// Its name.
    pub name: String,
    /// How it went out.
    pub medium: Medium,
    /// When.
    pub sent_at: Timestamp,
    /// Link to the online version.
    pub online_version: Option<String>,
    /// Which participation in a journey sent it.
    pub participation: Option<String>,
    /// Whether the person opened it.
    pub opened: Happened,
    /// Whether the person followed a link.
    pub clicked: Happened,
    /// How it came back.
    pub bounced: Option<Bounce>,
}

/// A form that one person filled in (RE-27..RE-29).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilledInForm {
    /// The form.
    pub form: Form,
    /// Spotler's id of this one time.
    pub result: String,
    /// When.
    pub submitted_at: Timestamp,
    /// Whether all pages were filled in.
    pub completed: bool,
}
