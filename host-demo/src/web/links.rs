//! Addresses of our own pages, and moments as people read them.

pub(crate) use crate::moment::moment;
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
