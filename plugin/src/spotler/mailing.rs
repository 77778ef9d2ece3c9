//! Reads mailings, their details and statistics, campaigns and their messages.
//! The reader is tolerant: a row without an id is passed over, everything else
//! may be left out.

use serde_json::Value;

use crate::report::{
    Bounce, Campaign, Details, Happened, Link, Mailing, Medium, Message, SentMessage, Statistics,
};
use crate::spotler::time;

/// Text that is there and not empty.
pub(crate) fn text(value: &Value, name: &str) -> Option<String> {
    let text = value.get(name)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

/// An id, written as text or as a number.
pub(crate) fn id(value: &Value, name: &str) -> Option<String> {
    match value.get(name)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            None
        }
    }
}

/// A count, written as a number or as text.
fn count(value: &Value, name: &str) -> Option<u64> {
    let count = value.get(name)?;
    count
        .as_u64()
        .or_else(|| count.as_str()?.trim().parse().ok())
}

/// The medium; what we do not know counts as e-mail, the documented default.
pub(crate) fn medium(value: &Value) -> Medium {
    match value.get("type").and_then(Value::as_str) {
        Some(it) if it.eq_ignore_ascii_case("SMS") => Medium::Sms,
        _ => Medium::Email,
    }
}

/// The kind of a bounce: `HARDBOUNCE` in lists, `HARD` in the account-wide feed.
pub(crate) fn bounce(value: Option<&Value>) -> Option<Bounce> {
    let kind = value?.as_str()?.to_ascii_uppercase();
    if kind.starts_with("HARD") {
        Some(Bounce::Hard)
    } else if kind.starts_with("SOFT") {
        Some(Bounce::Soft)
    } else {
        None
    }
}

/// A mailing; none without an id or a moment.
pub fn mailing(value: &Value) -> Option<Mailing> {
    Some(Mailing {
        id: id(value, "encryptedId")?,
        name: text(value, "name").unwrap_or_default(),
        medium: medium(value),
        online_version: text(value, "archiveLink"),
        sent_at: time::read(value.get("scheduledStartDate")?)?,
        sent: count(value, "sentCount").unwrap_or_default(),
    })
}

/// The details of a mailing or of a message of a journey. A text message has
/// neither subject nor links (RE-36).
pub fn details(value: &Value) -> Details {
    let is_email = medium(value) == Medium::Email;
    let links = value.get("links").and_then(Value::as_array);
    Details {
        sender: text(value, "sender"),
        target_group: text(value, "targetGroup"),
        message: value
            .get("message")
            .filter(|it| it.is_object())
            .map(|it| Message {
                name: text(it, "name").unwrap_or_default(),
                author: text(it, "author").unwrap_or_default(),
                subject: text(it, "subject").filter(|_| is_email),
                from_name: text(it, "fromName").unwrap_or_default(),
                from_email: text(it, "fromEmail").filter(|_| is_email),
            }),
        links: links
            .filter(|_| is_email)
            .map(|it| it.iter().filter_map(link).collect())
            .unwrap_or_default(),
    }
}

fn link(value: &Value) -> Option<Link> {
    Some(Link {
        id: count(value, "id")?,
        name: text(value, "name").unwrap_or_default(),
        url: text(value, "url").unwrap_or_default(),
        code: text(value, "code"),
        link_type: text(value, "type"),
    })
}

/// The fourteen statistics; what is left out counts as nothing, except those of
/// a webshop, which are none. None if it is not an object.
pub fn statistics(value: &Value) -> Option<Statistics> {
    value.as_object()?;
    let number = |name| count(value, name).unwrap_or_default();
    Some(Statistics {
        sent: number("sentCount"),
        accepted: number("acceptedCount"),
        opened: number("openCount"),
        rendered: number("openRenderedCount"),
        clicked: number("clickCount"),
        hard_bounced: number("hardbounceCount"),
        soft_bounced: number("softbounceCount"),
        not_retained: number("notRetainedAfterBounceCount"),
        conversion_clicked: number("conversionClickCount"),
        unsubscribed: number("unsubscribeCount"),
        to_webshop: count(value, "toWebshopCount"),
        carts_created: count(value, "shoppingcartCreatedCount"),
        carts_converted: count(value, "shoppingcartConvertedCount"),
        revenue: value.get("conversionValue").and_then(cents).map(money),
    })
}

/// Whole cents; a refund may make them negative.
fn cents(value: &Value) -> Option<i64> {
    value
        .as_i64()
        .or_else(|| value.as_str()?.trim().parse().ok())
}

/// Cents as a decimal number, exactly.
fn money(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let cents = cents.unsigned_abs();
    format!("{sign}{}.{:02}", cents / 100, cents % 100)
}

/// A campaign of the older kind.
pub fn campaign(value: &Value) -> Option<Campaign> {
    Some(Campaign {
        id: id(value, "encryptedId")?,
        name: text(value, "name").unwrap_or_default(),
        active: value.get("active").and_then(Value::as_bool) == Some(true),
    })
}

/// The message of a journey, in the list of its campaign: id, name and medium.
pub fn campaign_mailing(value: &Value) -> Option<(String, String, Medium)> {
    let name = text(value, "name").unwrap_or_default();
    Some((id(value, "encryptedId")?, name, medium(value)))
}

/// A row of a contact's mailing history.
pub fn mailing_history(row: &Value) -> Option<SentMessage> {
    let mailing = row.get("mailing")?;
    sent_message(row, mailing, text(mailing, "archiveLink"))
}

/// A row of a contact's history of journeys.
pub fn journey_history(row: &Value) -> Option<SentMessage> {
    let message = row.get("campaignMailing")?;
    Some(SentMessage {
        participation: id(row, "campaignSubscriptionId"),
        ..sent_message(row, message, None)?
    })
}

fn sent_message(row: &Value, message: &Value, online: Option<String>) -> Option<SentMessage> {
    let medium = medium(message);
    let told = |name: &str| match (medium, row.get(name).and_then(Value::as_bool)) {
        (Medium::Sms, _) => Happened::NotApplicable,
        (Medium::Email, Some(true)) => Happened::Yes,
        (Medium::Email, Some(false) | None) => Happened::No,
    };
    let sent_at = row.get("sentDate").and_then(time::read);
    let scheduled = || message.get("scheduledStartDate").and_then(time::read);
    Some(SentMessage {
        message: id(message, "encryptedId")?,
        name: text(message, "name").unwrap_or_default(),
        medium,
        sent_at: sent_at.or_else(scheduled)?,
        online_version: online,
        participation: None,
        opened: told("opened"),
        clicked: told("clicked"),
        bounced: bounce(row.get("bounce")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// RE-06..RE-19: all fourteen, and money to the cent.
    #[test]
    fn all_fourteen_statistics_are_read_exactly() {
        let seen = statistics(&json!({
            "sentCount": 14, "acceptedCount": 13, "openCount": 12, "openRenderedCount": 11,
            "clickCount": 10, "hardbounceCount": 9, "softbounceCount": 8,
            "notRetainedAfterBounceCount": 7, "conversionClickCount": 6, "unsubscribeCount": 5,
            "toWebshopCount": 4, "shoppingcartCreatedCount": 3, "shoppingcartConvertedCount": 2,
            "conversionValue": 9_007_199_254_740_993_i64,
        }))
        .expect("statistics");
        let counts = [
            seen.sent,
            seen.accepted,
            seen.opened,
            seen.rendered,
            seen.clicked,
            seen.hard_bounced,
            seen.soft_bounced,
            seen.not_retained,
            seen.conversion_clicked,
            seen.unsubscribed,
        ];
        assert_eq!(counts, [14, 13, 12, 11, 10, 9, 8, 7, 6, 5]);
        let shop = (seen.to_webshop, seen.carts_created, seen.carts_converted);
        assert_eq!(shop, (Some(4), Some(3), Some(2)));
        assert_eq!(seen.revenue.as_deref(), Some("90071992547409.93"));
    }

    /// RE-16..RE-19: an account without a webshop has none of the four, not zero.
    #[test]
    fn statistics_of_a_webshop_are_none_where_there_is_no_webshop() {
        let seen = statistics(&json!({ "sentCount": 1 })).expect("statistics");
        assert_eq!((seen.to_webshop, seen.revenue), (None, None));
        assert_eq!(statistics(&json!([])), None);
        assert_eq!((money(-5), money(100)), ("-0.05".into(), "1.00".into()));
    }

    /// RE-43, RE-36: never `no` where it cannot be, whatever the row says.
    #[test]
    fn a_text_message_has_no_opens_clicks_subject_and_links() {
        let row = json!({
            "campaignMailing": { "encryptedId": "s", "name": "n", "type": "SMS" },
            "campaignSubscriptionId": 12, "sentDate": "2026-03-02T10:00:00Z",
            "opened": false, "clicked": false,
        });
        let seen = journey_history(&row).expect("a message");
        assert_eq!(
            (seen.opened, seen.clicked),
            (Happened::NotApplicable, Happened::NotApplicable)
        );
        assert_eq!(seen.participation.as_deref(), Some("12"));
        let seen = details(&json!({
            "type": "SMS", "links": [{ "id": 1 }], "message": { "name": "m", "subject": "x" },
        }));
        assert!(seen.links.is_empty());
        assert_eq!(seen.message.and_then(|it| it.subject), None);
    }

    /// RE-26
    #[test]
    fn a_row_of_the_history_is_read_with_and_without_what_may_be_left_out() {
        let row = json!({
            "mailing": { "encryptedId": "m", "type": "EMAIL", "archiveLink": "https://x",
                         "scheduledStartDate": 5 },
            "opened": true, "clicked": false, "bounce": "SOFTBOUNCE",
        });
        let seen = mailing_history(&row).expect("a message");
        assert_eq!((seen.sent_at, seen.bounced), (5, Some(Bounce::Soft)));
        assert_eq!((seen.opened, seen.clicked), (Happened::Yes, Happened::No));
        assert_eq!(mailing_history(&json!({ "mailing": {} })), None);
        assert_eq!(mailing_history(&json!(1)), None);
    }
}
