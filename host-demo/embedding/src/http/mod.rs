//! Requests of the component to Spotler, and to nowhere else.

mod body;
mod client;
mod path;
mod rehearsal;
mod shape;

pub use client::HttpClient;
pub(crate) use path::template;

use crate::address::AllowedAddress;
use crate::faults::FaultPoints;
use crate::limits::Limits;
use crate::pace::Paced;
use crate::plan::Mirror;
use crate::trace;
use body::Budget;
use rehearsal::Rehearsal;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use tokio::sync::Semaphore;
use tracing::Instrument;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

/// What `send_request` answers, and what goes on in the background.
type Sent = Result<(http::Response<WasiBody>, Background), Error>;
type Background = Box<dyn Future<Output = Result<(), Error>> + Send>;

/// The gate of one call: lets requests to the allowed address through, within
/// the limits, and counts them.
pub(crate) struct Gate {
    allowed: Option<AllowedAddress>,
    client: HttpClient,
    limits: Arc<Limits>,
    at_once: Arc<Semaphore>,
    budget: Arc<Budget>,
    faults: FaultPoints,
    requests: BTreeMap<String, u32>,
    sent: u32,
    /// Whose pace the answers set.
    paced: Option<Paced>,
    /// Which attempt it is, where the call is one of an event.
    attempt: Option<u32>,
    /// Set while a plan is made: what changes something is held back.
    mirror: Option<Arc<Mutex<Mirror>>>,
    /// Why requests were refused, each said once.
    refused: BTreeSet<&'static str>,
}

impl Gate {
    pub(crate) fn new(
        allowed: Option<AllowedAddress>,
        client: HttpClient,
        limits: Arc<Limits>,
        faults: FaultPoints,
    ) -> Self {
        Self {
            allowed,
            client,
            at_once: Arc::new(Semaphore::new(limits.requests_at_once)),
            budget: Arc::new(Budget::new(limits.all_response_bytes)),
            limits,
            faults,
            requests: BTreeMap::new(),
            sent: 0,
            paced: None,
            attempt: None,
            mirror: None,
            refused: BTreeSet::new(),
        }
    }

    /// From now on, requests that would change something are held back.
    pub(crate) fn rehearse(&mut self, mirror: Arc<Mutex<Mirror>>) {
        self.mirror = Some(mirror);
    }

    /// From now on, answers set this pace.
    pub(crate) fn pace(&mut self, paced: Paced) {
        self.paced = Some(paced);
    }

    /// Which attempt of its event this is, for traces.
    pub(crate) fn attempt(&mut self, attempt: u32) {
        self.attempt = Some(attempt);
    }

    pub(crate) fn allowed(&self) -> Option<&AllowedAddress> {
        self.allowed.as_ref()
    }

    /// How often each method and path (without ids) was asked for.
    pub(crate) fn requests(&self) -> &BTreeMap<String, u32> {
        &self.requests
    }

    /// What holds this request back, or puts the plan over its answer.
    fn rehearsal(&self, uri: &http::Uri) -> Option<Rehearsal> {
        let mirror = self.mirror.clone()?;
        let below = self.allowed.as_ref()?.below_prefix(uri.path())?;
        Some(Rehearsal::new(mirror, below, uri))
    }

    /// Counts the request if it may go out; its method and path without ids.
    fn admit(&mut self, request: &http::Request<WasiBody>) -> Result<String, Error> {
        if let Some(code) = self.refusal(request) {
            if self.refused.insert(code) {
                tracing::warn!(code, "a request of the component was refused");
            }
            return Err(Error::HttpRequestDenied);
        }
        self.sent += 1;
        let path = request.uri().path();
        let below = self.allowed.as_ref().and_then(|it| it.below_prefix(path));
        let template = path::template(request.method(), below.unwrap_or_default());
        *self.requests.entry(template.clone()).or_default() += 1;
        Ok(template)
    }

    /// Why a request may not go out, as a code for the log.
    fn refusal(&self, request: &http::Request<WasiBody>) -> Option<&'static str> {
        let uri = request.uri();
        let has_user = uri.authority().is_some_and(|it| it.as_str().contains('@'));
        let scheme = uri.scheme_str().unwrap_or_default();
        let host = uri.host().unwrap_or_default();
        let is_spotler = self
            .allowed
            .as_ref()
            .is_some_and(|it| it.allows(scheme, host, uri.port_u16(), uri.path()));
        if has_user || !is_spotler {
            return Some("foreign-address");
        }
        if self.sent >= self.limits.requests {
            return Some("limit-requests");
        }
        shape::refusal(request.method(), request.headers())
    }
}

fn nothing_behind() -> Background {
    Box::new(std::future::ready(Ok(())))
}

impl WasiHttpHooks for Gate {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _sent: Background,
    ) -> Box<dyn Future<Output = Sent> + Send> {
        let template = match self.admit(&request) {
            Ok(template) => template,
            Err(error) => return Box::new(std::future::ready(Err(error))),
        };
        let (client, limits, budget) = (
            self.client.clone(),
            self.limits.clone(),
            self.budget.clone(),
        );
        let (at_once, faults) = (self.at_once.clone(), self.faults.clone());
        let paced = self.paced.clone();
        let rehearsal = self.rehearsal(request.uri());
        if let Some(rehearsal) = &rehearsal
            && request.method() != http::Method::GET
        {
            return Box::new(rehearsal.clone().hold_back(request, limits));
        }
        let span = trace::request(request.method(), &template, self.attempt);
        Box::new(async move {
            let permit = at_once
                .acquire_owned()
                .await
                .map_err(|_| Error::ConfigurationError)?;
            faults.step().await;
            let waiting = paced.map(Paced::begin);
            let sent = client.send(request, options.unwrap_or_default(), &limits);
            let sent = sent.instrument(span.clone()).await;
            trace::answered(&span, sent.as_ref().ok().map(http::Response::status));
            drop(span);
            let response = sent?;
            if let Some(waiting) = waiting {
                waiting.end(response.status(), response.headers());
            }
            faults.step().await;
            let pause = options
                .and_then(|it| it.between_bytes_timeout)
                .map_or(limits.between_bytes, |it| it.min(limits.between_bytes));
            let response = response.map(|incoming| {
                body::incoming(incoming, pause, limits.response_body_bytes, budget, permit)
            });
            match rehearsal {
                Some(rehearsal) => rehearsal.over(response).await,
                None => Ok((response, nothing_behind())),
            }
        })
    }
}

#[cfg(test)]
mod tests;
