//! Audiences: groups that can be renamed and lose members. Only accounts with
//! Automation or eCommerce have them; others answer 403 (C21).
//!
//! A removal without a body would empty the whole audience. So members are
//! removed with [`SomeMembers`] only, which cannot be empty, and there is no
//! other function that sends DELETE to an audience's contacts.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::ports::Ports;
use crate::spotler::client::Spotler;
use crate::spotler::list::{ListRefusal, ListTrouble};
use crate::spotler::oauth::encode;
use crate::spotler::trouble::check;
use crate::spotler::wire::{Method, Response};

/// How many members a request names at most.
pub const MOST_MEMBERS: usize = 2_500;

/// External ids of members: at least one, at most [`MOST_MEMBERS`], none blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SomeMembers<'a>(&'a [String]);

impl<'a> SomeMembers<'a> {
    /// None where there is nobody, too many, or an id that names nobody.
    pub fn of(external_ids: &'a [String]) -> Option<Self> {
        let fits = (1..=MOST_MEMBERS).contains(&external_ids.len());
        let named = external_ids.iter().all(|it| !it.trim().is_empty());
        (fits && named).then_some(Self(external_ids))
    }

    fn body(self) -> Value {
        json!({ "contacts": self.0 })
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Refused {
    error_type: String,
    message: String,
    external_contact_ids: Vec<String>,
}

impl<P: Ports> Spotler<'_, P> {
    /// Whether there is an audience with this id.
    pub async fn has_audience(&self, external_id: &str) -> Result<bool, ListTrouble> {
        let answer = self
            .exchange(Method::Get, &path(external_id), &[], None)
            .await?;
        match accepted(answer) {
            Ok(()) => Ok(true),
            Err(ListTrouble::Refused(ListRefusal::NoSuchList)) => Ok(false),
            Err(trouble) => Err(trouble),
        }
    }

    /// Makes an audience without members.
    pub async fn create_audience(&self, external_id: &str, name: &str) -> Result<(), ListTrouble> {
        let body = json!({ "externalId": external_id, "name": name });
        accepted(
            self.exchange(Method::Post, "/audience", &[], Some(body))
                .await?,
        )
    }

    /// Gives an audience another name.
    pub async fn rename_audience(&self, external_id: &str, name: &str) -> Result<(), ListTrouble> {
        let body = json!({ "externalId": external_id, "name": name });
        let path = path(external_id);
        accepted(self.exchange(Method::Put, &path, &[], Some(body)).await?)
    }

    /// Deletes an audience.
    pub async fn delete_audience(&self, external_id: &str) -> Result<(), ListTrouble> {
        let path = path(external_id);
        accepted(self.exchange(Method::Delete, &path, &[], None).await?)
    }

    /// Adds members. Somebody who is in it stays in it. Answers who of them is
    /// not in Spotler: then it is not certain that any of the others was added.
    pub async fn add_to_audience(
        &self,
        external_id: &str,
        members: SomeMembers<'_>,
    ) -> Result<Vec<String>, ListTrouble> {
        let path = contacts_path(external_id);
        let answer = self
            .exchange(Method::Post, &path, &[], Some(members.body()))
            .await?;
        if answer.status == 404 {
            let refused: Refused = serde_json::from_slice(&answer.body).unwrap_or_default();
            if !refused.external_contact_ids.is_empty() {
                return Ok(refused.external_contact_ids);
            }
        }
        accepted(answer).map(|()| Vec::new())
    }

    /// Removes members. Somebody who is not in it is passed over.
    pub async fn remove_from_audience(
        &self,
        external_id: &str,
        members: SomeMembers<'_>,
    ) -> Result<(), ListTrouble> {
        let path = contacts_path(external_id);
        let answer = self.exchange(Method::Delete, &path, &[], Some(members.body()));
        accepted(answer.await?)
    }
}

fn path(external_id: &str) -> String {
    format!("/audience/{}", encode(external_id))
}

fn contacts_path(external_id: &str) -> String {
    format!("{}/contact", path(external_id))
}

fn accepted(answer: Response) -> Result<(), ListTrouble> {
    match refusal(&answer) {
        Some(refusal) => Err(ListTrouble::Refused(refusal)),
        None => Ok(check(answer).map(drop)?),
    }
}

/// What a refusal is about. The documentation shows no body for them, so often
/// nothing but the status tells.
fn refusal(answer: &Response) -> Option<ListRefusal> {
    let error: Refused = serde_json::from_slice(&answer.body).unwrap_or_default();
    let message = error.message.to_lowercase();
    match (answer.status, error.error_type.as_str()) {
        (404 | 410, _) => Some(ListRefusal::NoSuchList),
        (417, "NAME_ALREADY_IN_USE") => Some(ListRefusal::NameTaken),
        (417, "ID_NOTUNIQUE") => Some(ListRefusal::IdTaken),
        (417, _) if message.contains("in use") => Some(ListRefusal::InUse),
        (417, _) if message.contains("maximum") || message.contains("too many") => {
            Some(ListRefusal::TooManyLists)
        }
        (413 | 417, _) => Some(ListRefusal::Refused),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Memory;
    use crate::spotler::trouble::{Kind, Trouble};
    use crate::testing::{Outside, answer, run};

    fn ids(count: usize) -> Vec<String> {
        (0..count).map(|it| format!("contact-{it}")).collect()
    }

    /// C19: an empty body would empty the audience, so no list of members that
    /// says nobody can be made at all.
    #[test]
    fn members_that_name_nobody_cannot_be_removed() {
        assert_eq!(SomeMembers::of(&[]), None);
        assert_eq!(SomeMembers::of(&["a".into(), " ".into()]), None);
        assert_eq!(SomeMembers::of(&ids(MOST_MEMBERS + 1)), None);
        assert!(SomeMembers::of(&ids(MOST_MEMBERS)).is_some());
    }

    /// C19: what is sent names the members, whatever their ids look like.
    #[test]
    fn a_removal_always_names_whom_it_removes() {
        let outside = Outside::connected("dynamics365");
        let connection = Memory::new(&outside).connection().expect("connected");
        let spotler = Spotler::of(&outside, &connection);
        let some = vec!["a+b@voorbeeld.nl".to_owned()];
        let members = SomeMembers::of(&some).expect("somebody");
        outside.expect(
            "DELETE /audience/list%2F1/contact",
            answer(204, Value::Null),
        );
        assert_eq!(run(spotler.remove_from_audience("list/1", members)), Ok(()));
        let sent = outside.sent();
        assert_eq!(sent[0].1, json!({ "contacts": ["a+b@voorbeeld.nl"] }));
    }

    /// DA-49, C21
    #[test]
    fn a_refusal_is_told_by_its_status_where_it_has_no_body() {
        let bare = |status| {
            accepted(Response {
                status,
                retry_after: None,
                body: Vec::new(),
            })
        };
        let refused = |it| Err(ListTrouble::Refused(it));
        assert_eq!(bare(404), refused(ListRefusal::NoSuchList));
        assert_eq!(bare(413), refused(ListRefusal::Refused));
        assert_eq!(bare(417), refused(ListRefusal::Refused));
        let not_in_product = Trouble {
            status: Some(403),
            ..Trouble::of(Kind::NotAuthorised)
        };
        assert_eq!(bare(403), Err(ListTrouble::Trouble(not_in_product)));
        assert_eq!(bare(204), Ok(()));
    }
}
