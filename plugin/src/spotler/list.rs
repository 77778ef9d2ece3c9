//! Static lists: the API's `templist`. It knows no rename, no removal of one
//! member and no reading of members; a list can be made, added to and deleted.

use serde::Deserialize;
use serde_json::json;

use crate::ports::Ports;
use crate::spotler::client::{Spotler, garbled, read};
use crate::spotler::oauth::encode;
use crate::spotler::trouble::{Trouble, check};
use crate::spotler::wire::{Method, Response};

/// How many members a request names at most, until Spotler refuses so many: the
/// API documents no number.
pub const MOST_MEMBERS: usize = 10_000;

/// The numbers of members that are tried when a larger one is refused: limits
/// tend to be round.
const TRIED: [usize; 12] = [5_000, 2_500, 1_000, 500, 250, 100, 50, 25, 10, 5, 2, 1];

/// How many members to name when so many were refused.
pub fn fewer_than(refused: usize) -> usize {
    TRIED.into_iter().find(|it| *it < refused).unwrap_or(1)
}

/// A static list as the account has it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StaticList {
    /// Our id of it; none for a list that was imported by hand.
    #[serde(rename = "externalTemporaryListId")]
    pub external_id: Option<String>,
    /// Its name, unique in the account.
    pub name: String,
}

/// Why Spotler refuses something about a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListRefusal {
    /// A list with this id is there already.
    IdTaken,
    /// A list with this name is there already.
    NameTaken,
    /// The account has as many lists as it may.
    TooManyLists,
    /// One or more of the members are not there; nothing was done.
    UnknownMembers,
    /// A mailing or a dynamic list needs it.
    InUse,
    /// There is no list with this id.
    NoSuchList,
    /// Refused for a reason that is not documented; it may be the number of
    /// members.
    Refused,
}

/// Why something about a list did not end as it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListTrouble {
    /// Spotler said no.
    Refused(ListRefusal),
    /// As with any other request.
    Trouble(Trouble),
}

impl From<Trouble> for ListTrouble {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ErrorResponse {
    error_type: String,
    message: String,
}

impl<P: Ports> Spotler<'_, P> {
    /// All static lists of the account; there are no pages.
    pub async fn static_lists(&self) -> Result<Vec<StaticList>, Trouble> {
        let answer = self.call(Method::Get, "/templist", &[], None).await?;
        read(&answer).map_err(|_| garbled())
    }

    /// Makes a list with these members; nothing is done where it is refused.
    pub async fn create_list(
        &self,
        external_id: &str,
        name: &str,
        members: &[String],
    ) -> Result<(), ListTrouble> {
        let body = json!({
            "externalTemporaryListId": external_id,
            "name": name,
            "contacts": members,
        });
        let answer = self
            .exchange(Method::Post, "/templist", &[], Some(body))
            .await?;
        accepted(answer)
    }

    /// Adds members to a list. Somebody who is on it stays on it.
    pub async fn add_to_list(
        &self,
        external_id: &str,
        members: &[String],
    ) -> Result<(), ListTrouble> {
        let path = format!("/templist/{}", encode(external_id));
        let body = json!({ "contacts": members });
        let answer = self.exchange(Method::Post, &path, &[], Some(body)).await?;
        accepted(answer)
    }

    /// Deletes a list.
    pub async fn delete_list(&self, external_id: &str) -> Result<(), ListTrouble> {
        let path = format!("/templist/{}", encode(external_id));
        let answer = self.exchange(Method::Delete, &path, &[], None).await?;
        accepted(answer)
    }
}

fn accepted(answer: Response) -> Result<(), ListTrouble> {
    match refusal(&answer) {
        Some(refusal) => Err(ListTrouble::Refused(refusal)),
        None => Ok(check(answer).map(drop)?),
    }
}

/// What a refusal is about. Which error type goes with which documented message
/// is not publicly known, so either tells it.
fn refusal(answer: &Response) -> Option<ListRefusal> {
    let error: ErrorResponse = serde_json::from_slice(&answer.body).unwrap_or_default();
    let message = error.message.to_lowercase();
    let says = |part: &str| message.contains(part);
    match (answer.status, error.error_type.as_str()) {
        (404 | 410, _) => Some(ListRefusal::NoSuchList),
        (400 | 409 | 413 | 417, "AUTH_NOT_FOUND" | "NOT_AUTHORIZED") => None,
        (400 | 409 | 417, "NAME_ALREADY_IN_USE") => Some(ListRefusal::NameTaken),
        (400 | 409 | 417, "ID_NOTUNIQUE") => Some(ListRefusal::IdTaken),
        (400 | 409 | 417, "CONTACT_NOT_FOUND") => Some(ListRefusal::UnknownMembers),
        (400 | 409 | 417, _) if says("too many temporary lists") => Some(ListRefusal::TooManyLists),
        (400 | 409 | 417, _) if says("name already exists") => Some(ListRefusal::NameTaken),
        (400 | 409 | 417, _) if says("already exists") => Some(ListRefusal::IdTaken),
        (400 | 409 | 417, _) if says("in use") => Some(ListRefusal::InUse),
        (400 | 409 | 417, _) if says("not found") || says("not be found") => {
            Some(ListRefusal::UnknownMembers)
        }
        (400 | 409 | 413 | 417, _) => Some(ListRefusal::Refused),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, error_type: &str, message: &str) -> Option<ListRefusal> {
        let body = json!({ "errorType": error_type, "message": message });
        refusal(&Response {
            status,
            retry_after: None,
            body: body.to_string().into_bytes(),
        })
    }

    /// PV-17, DA-49
    #[test]
    fn every_documented_refusal_is_told_by_its_type_or_by_its_message() {
        for (error_type, message, expected) in [
            ("NAME_ALREADY_IN_USE", "", ListRefusal::NameTaken),
            (
                "INVALID_PARAMS",
                "Name already exists",
                ListRefusal::NameTaken,
            ),
            ("ID_NOTUNIQUE", "", ListRefusal::IdTaken),
            ("INVALID_PARAMS", "Id already exists", ListRefusal::IdTaken),
            (
                "INVALID_STATE",
                "Too many temporary lists",
                ListRefusal::TooManyLists,
            ),
            ("INVALID_STATE", "Temporary list in use", ListRefusal::InUse),
            ("CONTACT_NOT_FOUND", "", ListRefusal::UnknownMembers),
            (
                "INVALID_PARAMS",
                "One or more contacts not found",
                ListRefusal::UnknownMembers,
            ),
            ("INVALID_PARAMS", "too many contacts", ListRefusal::Refused),
        ] {
            assert_eq!(
                refused(400, error_type, message),
                Some(expected),
                "{message}"
            );
        }
        assert_eq!(
            refused(404, "RESOURCE_NOT_FOUND", ""),
            Some(ListRefusal::NoSuchList)
        );
        assert_eq!(refused(413, "", ""), Some(ListRefusal::Refused));
    }

    #[test]
    fn what_is_no_refusal_of_a_list_is_left_to_the_table_of_all_requests() {
        for (status, error_type) in [
            (401, ""),
            (403, ""),
            (429, ""),
            (500, ""),
            (400, "NOT_AUTHORIZED"),
        ] {
            assert_eq!(refused(status, error_type, "m"), None, "{status}");
        }
    }
}
