//! Reads what people did with messages: the rows of one message, and those of
//! the account-wide feed, which name neither link nor participation (C24).

use serde_json::Value;

use crate::crm::Timestamp;
use crate::report::{Bounce, InteractionKind};
use crate::spotler::mailing::{bounce, id, text};
use crate::spotler::time;

/// What one person did with one message.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Spotler's external id of the person; may be absent.
    pub external_id: Option<String>,
    /// When; recipients of a mailing have no moment of their own.
    pub at: Option<Timestamp>,
    /// Which participation in a journey.
    pub participation: Option<String>,
    /// Number of the link.
    pub link: Option<u64>,
    /// How it came back.
    pub bounce: Option<Bounce>,
}

/// Reads a row of one message.
pub fn row(kind: InteractionKind, value: &Value) -> Option<Row> {
    value.as_object()?;
    let date = match kind {
        InteractionKind::Recipients => "sendDate",
        InteractionKind::Opens => "openDate",
        InteractionKind::Clicks => "clickDate",
        InteractionKind::Bounces => "bounceDate",
    };
    let is_bounce = kind == InteractionKind::Bounces;
    Some(Row {
        external_id: value
            .get("contactIdentifier")
            .and_then(|it| id(it, "externalId")),
        at: value.get(date).and_then(time::read),
        participation: id(value, "campaignSubscriptionId"),
        link: value.get("linkId").and_then(Value::as_u64),
        bounce: bounce(value.get("type").filter(|_| is_bounce)),
    })
}

/// The four lists of the account-wide feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedKind {
    /// What was sent.
    Sent,
    /// What was opened.
    Opened,
    /// In what a link was followed.
    Clicked,
    /// What came back.
    Bounced,
}

impl FeedKind {
    /// Spotler's word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Opened => "opened",
            Self::Clicked => "clicked",
            Self::Bounced => "bounced",
        }
    }
}

/// A row of the account-wide feed.
#[derive(Clone, Debug, PartialEq)]
pub struct FeedRow {
    /// Spotler's external id of the person.
    pub external_id: Option<String>,
    /// The mailing, or the message of a journey.
    pub message: String,
    /// When.
    pub at: Timestamp,
    /// The name, of what was sent.
    pub name: Option<String>,
    /// The subject as the person saw it, of what was sent.
    pub subject: Option<String>,
    /// Link to the online version, of what was sent.
    pub online_version: Option<String>,
    /// How it came back.
    pub bounce: Option<Bounce>,
}

impl FeedRow {
    /// Reads a row; none without a message and a moment.
    pub fn read(value: &Value) -> Option<Self> {
        let at = value.get("date").and_then(time::read);
        Some(Self {
            external_id: id(value, "externalContactId"),
            message: id(value, "encryptedMailingId")?,
            at: at.or_else(|| value.get("changeDate").and_then(time::read))?,
            name: text(value, "name"),
            subject: text(value, "subject"),
            online_version: text(value, "onlineVersionLink"),
            bounce: bounce(value.get("bounceType")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// RE-22, RE-23, RE-37..RE-40
    #[test]
    fn a_row_is_read_with_and_without_what_may_be_left_out() {
        let click = json!({
            "contactIdentifier": { "encryptedId": "e", "externalId": "contact-1" },
            "clickDate": "2026-03-02T10:00:00+01:00", "linkId": 3, "campaignSubscriptionId": 9,
        });
        let seen = row(InteractionKind::Clicks, &click).expect("a row");
        assert_eq!(
            (
                seen.external_id.as_deref(),
                seen.link,
                seen.participation.as_deref()
            ),
            (Some("contact-1"), Some(3), Some("9"))
        );
        assert_eq!(seen.at, Some(1_772_442_000_000));
        let bare = row(InteractionKind::Bounces, &json!({ "type": "HARDBOUNCE" })).expect("a row");
        assert_eq!((bare.external_id, bare.bounce), (None, Some(Bounce::Hard)));
        assert_eq!(row(InteractionKind::Opens, &json!("x")), None);
    }

    /// C24
    #[test]
    fn the_account_wide_feed_is_read_by_date_or_by_change_date() {
        let seen = FeedRow::read(&json!({
            "id": 1, "encryptedMailingId": "m", "changeDate": 7, "bounceType": "SOFT",
        }))
        .expect("a row");
        assert_eq!((seen.at, seen.bounce), (7, Some(Bounce::Soft)));
        assert_eq!(FeedRow::read(&json!({ "encryptedMailingId": "m" })), None);
    }
}
