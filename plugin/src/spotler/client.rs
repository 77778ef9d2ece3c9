//! The operations that the component uses, each one request.

use serde_json::Value;

use crate::address::Address;
use crate::connection::Connection;
use crate::crm::Timestamp;
use crate::ports::Ports;
use crate::spotler::contact::{ContactBody, SeenContact, page};
use crate::spotler::oauth::{Unsigned, encode};
use crate::spotler::property::Property;
use crate::spotler::time;
use crate::spotler::trouble::{Kind, Trouble, check};
use crate::spotler::wire::{Method, Request, Response};

/// How many people with one address are looked at, at most.
const SEARCH_PAGE: usize = 50;

/// Spotler, as one connection reaches it.
pub struct Spotler<'a, P> {
    ports: &'a P,
    address: &'a str,
    key: &'a str,
}

/// A part of a feed of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// From when, inclusive.
    pub start: Timestamp,
    /// Until when.
    pub end: Timestamp,
    /// How many rows were read before.
    pub after: usize,
    /// How many rows at most.
    pub page_size: usize,
}

impl<'a, P: Ports> Spotler<'a, P> {
    /// Spotler at the address of a connection.
    pub fn of(ports: &'a P, connection: &'a Connection) -> Self {
        Self::at(ports, &connection.address, &connection.key)
    }

    /// Spotler at an address that is not a connection yet.
    pub fn at(ports: &'a P, address: &'a str, key: &'a str) -> Self {
        Self {
            ports,
            address,
            key,
        }
    }

    /// The properties of the account, permissions among them.
    pub async fn properties(&self) -> Result<Vec<Property>, Trouble> {
        let answer = self
            .call(Method::Get, "/contact/properties/list", &[], None)
            .await?;
        read(&answer)
    }

    /// The contact with an external id.
    pub async fn contact(&self, external_id: &str) -> Result<SeenContact, Trouble> {
        let path = format!("/contact/{}", encode(external_id));
        let answer = self.call(Method::Get, &path, &[], None).await?;
        SeenContact::read(&read(&answer)?).ok_or_else(garbled)
    }

    /// All contacts with an address. What the search gives is filtered, because
    /// its grammar is not publicly known.
    pub async fn contacts_with(&self, address: &Address) -> Result<Vec<SeenContact>, Trouble> {
        let query = [
            (
                "MPSearchQuery".to_owned(),
                format!("email={}", address.as_sent()),
            ),
            ("after".to_owned(), "0".to_owned()),
            ("pageSize".to_owned(), SEARCH_PAGE.to_string()),
        ];
        let answer = self
            .call(Method::Get, "/contact/search", &query, None)
            .await?;
        let (rows, _) = page(read(&answer)?, "contacts", SEARCH_PAGE).ok_or_else(garbled)?;
        let has_address = |it: &SeenContact| {
            let email = it.properties.get("email").and_then(Value::as_str);
            email.is_some_and(|email| address.is_same_as(email))
        };
        Ok(rows
            .iter()
            .filter_map(SeenContact::read)
            .filter(has_address)
            .collect())
    }

    /// Creates a contact; an existing one is left alone (C16).
    pub async fn create(&self, contact: &ContactBody) -> Result<(), Trouble> {
        self.call(Method::Post, "/contact", &[], Some(contact.wrap(false)))
            .await
            .map(drop)
    }

    /// Changes the contact with the body's external id.
    pub async fn change(&self, contact: &ContactBody) -> Result<(), Trouble> {
        let path = format!("/contact/{}", encode(&contact.external_id));
        self.call(Method::Put, &path, &[], Some(contact.wrap(true)))
            .await
            .map(drop)
    }

    /// Empties a contact (DA-20, C31).
    pub async fn blank(&self, external_id: &str) -> Result<(), Trouble> {
        let path = format!("/contact/anonymize/{}", encode(external_id));
        self.call(Method::Put, &path, &[], None).await.map(drop)
    }

    /// A page of the contacts that changed, and whether another one follows.
    pub async fn updates(&self, window: Window) -> Result<(Vec<SeenContact>, bool), Trouble> {
        let (rows, more) = self
            .feed("/contact/updates/list", "contacts", window)
            .await?;
        let contacts = rows.into_iter().filter_map(|it| SeenContact::read(&it));
        Ok((contacts.collect(), more))
    }

    /// A page of the contacts that bounced, and whether another one follows.
    pub async fn bounces(&self, window: Window) -> Result<(Vec<Bounce>, bool), Trouble> {
        let (rows, more) = self
            .feed("/contact/bounces/list", "bounces", window)
            .await?;
        let bounces = rows.into_iter().filter_map(|it| Bounce::read(&it));
        Ok((bounces.collect(), more))
    }

    async fn feed(
        &self,
        path: &str,
        rows: &str,
        window: Window,
    ) -> Result<(Vec<Value>, bool), Trouble> {
        let query = [
            ("fromDate".to_owned(), time::write(window.start)),
            ("toDate".to_owned(), time::write(window.end)),
            ("after".to_owned(), window.after.to_string()),
            ("pageSize".to_owned(), window.page_size.to_string()),
        ];
        let answer = self.call(Method::Get, path, &query, None).await?;
        let body = read(&answer)?;
        // A page is large: not twice in memory for longer than it takes.
        drop(answer);
        page(body, rows, window.page_size).ok_or_else(garbled)
    }

    /// One request, and its good answer.
    pub(super) async fn call(
        &self,
        method: Method,
        path: &str,
        query: &[(String, String)],
        body: Option<Value>,
    ) -> Result<Response, Trouble> {
        check(self.exchange(method, path, query, body).await?)
    }

    /// One request, and its answer, good or bad.
    pub(super) async fn exchange(
        &self,
        method: Method,
        path: &str,
        query: &[(String, String)],
        body: Option<Value>,
    ) -> Result<Response, Trouble> {
        let url = format!("{}{path}", self.address);
        let nonce: String = self
            .ports
            .random()
            .iter()
            .map(|it| format!("{it:02x}"))
            .collect();
        let unsigned = Unsigned {
            method,
            url: &url,
            query,
            key: self.key,
            nonce: &nonce,
            now: self.ports.now(),
        };
        let authorization = unsigned.header(|base| self.ports.sign(base))?;
        let query: Vec<String> = query
            .iter()
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        let url = if query.is_empty() {
            url
        } else {
            format!("{url}?{}", query.join("&"))
        };
        let body = body.map(|it| it.to_string().into_bytes());
        let request = Request {
            method,
            url,
            authorization,
            body,
        };
        Ok(self.ports.send(request).await?)
    }
}

/// A bounce, as the list of bounces tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct Bounce {
    /// The contact.
    pub contact: SeenContact,
    /// Hard: the address does not exist. Soft: it could not be reached.
    pub hard: bool,
    /// When.
    pub at: Option<Timestamp>,
}

impl Bounce {
    fn read(value: &Value) -> Option<Self> {
        Some(Self {
            contact: SeenContact::read(value.get("contact")?)?,
            hard: value.get("type")?.as_str()?.starts_with("HARD"),
            at: value.get("date").and_then(time::read),
        })
    }
}

/// Reads the body of a good answer.
pub(super) fn read<T: serde::de::DeserializeOwned>(answer: &Response) -> Result<T, Trouble> {
    let body = match answer.body.as_slice() {
        [] => b"null",
        body => body,
    };
    serde_json::from_slice(body).map_err(|_| garbled())
}

/// An answer that is not what it should be.
pub(super) fn garbled() -> Trouble {
    Trouble::of(Kind::Garbled)
}
