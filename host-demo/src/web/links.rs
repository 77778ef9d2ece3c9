//! Addresses of our own pages, and moments as people read them.

use crate::{contract::RecordRef, crm::codes::Code};

/// Kind and id of a record as the end of an address.
pub(crate) fn tail(reference: &RecordRef) -> String {
    format!("{}/{}", reference.kind.code(), encoded(&reference.id))
}

/// A text as a part of an address.
pub(crate) fn encoded(text: &str) -> String {
    // `+` means a blank in a query only; `%20` does everywhere.
    let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    encoded.replace('+', "%20")
}

/// A moment in UTC.
pub(crate) fn moment(ms: u64) -> String {
    let moment = i64::try_from(ms)
        .ok()
        .and_then(|it| jiff::Timestamp::from_millisecond(it).ok());
    moment.map_or_else(
        || ms.to_string(),
        |it| it.strftime("%Y-%m-%d %H:%M:%S").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::RecordKind;

    #[test]
    fn an_id_may_hold_anything() {
        let reference = RecordRef {
            kind: RecordKind::Contact,
            id: "a/b c+d?é".to_owned(),
        };
        assert_eq!(tail(&reference), "contact/a%2Fb%20c%2Bd%3F%C3%A9");
    }
}
