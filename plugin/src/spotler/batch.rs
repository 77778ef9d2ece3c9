//! Many contacts in one request, with an answer for each.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::ports::Ports;
use crate::spotler::client::{Spotler, garbled, read};
use crate::spotler::contact::ContactBody;
use crate::spotler::trouble::Trouble;
use crate::spotler::wire::Method;

/// How many contacts Spotler takes in one request.
pub const MOST_CONTACTS: usize = 100;

/// What a request for many does with each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchWrite {
    /// Creates; somebody who is there already is left alone (C16).
    Create,
    /// Changes what is named of somebody who is there.
    Change,
}

/// What became of one contact of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemResult {
    /// It was written.
    Done,
    /// A value was refused; nothing of it was written.
    ValueRefused,
    /// Somebody has its id or its address already.
    AlreadyExists,
    /// There is no such contact.
    NotFound,
    /// The person opted out (C15).
    OptedOut,
    /// The person cannot be mailed (C15).
    NoActiveChannel,
    /// Refused for another reason, or not mentioned in the answer.
    Refused,
}

impl ItemResult {
    fn of(code: &str) -> Self {
        match code {
            "OK" => Self::Done,
            "PROPERTY_INVALID" => Self::ValueRefused,
            "CONTACT_ALREADY_EXISTS" => Self::AlreadyExists,
            "CONTACT_UNKNOWN" => Self::NotFound,
            "CONTACT_OPTOUT" => Self::OptedOut,
            "NO_ACTIVE_CHANNEL" => Self::NoActiveChannel,
            _ => Self::Refused,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    external_id: String,
    code: String,
}

impl<P: Ports> Spotler<'_, P> {
    /// Writes at most [`MOST_CONTACTS`] contacts, and tells what became of each,
    /// in the order of `contacts`. The answer names them in any order.
    pub async fn write_contacts(
        &self,
        write: BatchWrite,
        contacts: &[ContactBody],
    ) -> Result<Vec<ItemResult>, Trouble> {
        let body = json!({
            "update": write == BatchWrite::Change,
            "purge": false,
            "contacts": contacts.iter().map(ContactBody::plain).collect::<Vec<Value>>(),
        });
        let answer = self
            .call(Method::Post, "/contact/list", &[], Some(body))
            .await?;
        let items: Vec<Item> = read(&answer).map_err(|_| garbled())?;
        let codes: BTreeMap<&str, &str> = items
            .iter()
            .map(|it| (it.external_id.as_str(), it.code.as_str()))
            .collect();
        let of = |it: &ContactBody| codes.get(it.external_id.as_str()).copied();
        Ok(contacts
            .iter()
            .map(|it| of(it).map_or(ItemResult::Refused, ItemResult::of))
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::memory::Memory;
    use crate::testing::{Outside, answer, run};

    fn body(id: &str) -> ContactBody {
        ContactBody {
            external_id: id.into(),
            properties: BTreeMap::from([("firstName".into(), json!("Anna"))]),
            permissions: BTreeMap::new(),
        }
    }

    /// C16: a batch of new people updates nobody, and codes are matched by id,
    /// in whatever order the answer names them.
    #[test]
    fn a_batch_tells_what_became_of_each_contact_by_its_id() {
        let outside = Outside::connected("default");
        let reversed = json!([
            { "externalId": "c", "code": "CONTACT_OPTOUT", "message": "" },
            { "externalId": "a", "code": "OK", "message": "" },
        ]);
        outside.expect("POST /contact/list", answer(200, reversed));
        let connection = Memory::new(&outside).connection().expect("a connection");
        let spotler = Spotler::of(&outside, &connection);
        let contacts = [body("a"), body("b"), body("c")];
        let results = run(spotler.write_contacts(BatchWrite::Create, &contacts));
        let expected = vec![ItemResult::Done, ItemResult::Refused, ItemResult::OptedOut];
        assert_eq!(results, Ok(expected));
        let sent = &outside.sent()[0].1;
        assert_eq!(
            (&sent["update"], &sent["purge"]),
            (&json!(false), &json!(false))
        );
        assert!(sent["contacts"][0].get("channels").is_none(), "{sent}");
    }

    #[test]
    fn an_answer_that_cannot_be_read_may_hide_work_that_was_done() {
        let outside = Outside::connected("default");
        outside.expect("POST /contact/list", answer(200, json!({ "contacts": [] })));
        let connection = Memory::new(&outside).connection().expect("a connection");
        let spotler = Spotler::of(&outside, &connection);
        let trouble = run(spotler.write_contacts(BatchWrite::Change, &[body("a")]));
        assert!(trouble.expect_err("garbled").may_be_done());
    }
}
