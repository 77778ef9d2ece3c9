//! The pages of the demo CRM, in Dutch and English, for those who may log in.
//!
//! ```text
//! request ─▶ guard (headers, other sites) ─▶ visit (who, language) ─▶ page: words + template
//!                                        └─▶ form  (limits, secret of the session) ─▶ CRM ─▶ back to a page
//! ```
//!
//! Every page works without script; the one script file only fetches anew what
//! changes by itself.

mod asking;
mod cookies;
mod form;
mod frame;
mod guard;
mod language;
mod throttle;
mod trouble;
mod visit;
mod words;

mod backups;
mod bulk;
mod campaigns;
mod charts;
mod connect;
mod facts;
mod files;
mod forms;
mod health;
mod hooks;
mod jobs;
mod journeys;
mod labels;
mod links;
mod lists;
mod log;
mod login;
mod mailings;
mod mapping;
mod messages;
mod metrics;
mod operations;
mod overview;
mod paused;
mod people;
mod plan;
mod preferences;
mod queue;
mod record;
mod records;
mod sales;
mod shop;
mod sign_up;
mod subjects;
mod tasks;
mod users;

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{get, post},
};
use tokio::sync::Semaphore;

use crate::{
    explain::Explainer,
    host::{DemoHost, HostError},
};

/// A form is at most so large.
const FORM_BYTES: usize = 256 * 1024;
/// So many passwords are checked at the same time; each takes 19 MiB.
const PASSWORDS_AT_ONCE: usize = 2;

/// What all pages share.
#[derive(Clone, Debug)]
pub struct Pages {
    host: DemoHost,
    /// The texts of the component with this hash.
    explainer: Arc<Mutex<(String, Arc<Explainer>)>>,
    throttle: throttle::Throttle,
    hashing: Arc<Semaphore>,
    https: bool,
}

impl Pages {
    /// Asks the component for the texts of its codes.
    pub async fn open(host: DemoHost) -> Result<Self, HostError> {
        let sha256 = host.embedding().component_in_use().sha256;
        let explainer = Arc::new(host.explainer().await?);
        Ok(Self {
            host,
            explainer: Arc::new(Mutex::new((sha256, explainer))),
            throttle: throttle::Throttle::default(),
            hashing: Arc::new(Semaphore::new(PASSWORDS_AT_ONCE)),
            https: false,
        })
    }

    /// The texts of the component that is in use now.
    async fn explainer(&self) -> Result<Arc<Explainer>, HostError> {
        let now = self.host.embedding().component_in_use().sha256;
        let (of, known) = {
            let texts = self.explainer.lock();
            texts.unwrap_or_else(PoisonError::into_inner).clone()
        };
        if of == now {
            return Ok(known);
        }
        let new = Arc::new(self.host.explainer().await?);
        let mut texts = self
            .explainer
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *texts = (now, Arc::clone(&new));
        Ok(new)
    }

    /// The pages are reached through HTTPS: the browser shall send the session
    /// over nothing else.
    #[must_use]
    pub fn behind_https(self, https: bool) -> Self {
        Self { https, ..self }
    }
}

/// All pages.
pub fn router(pages: Pages) -> Router {
    Router::new()
        .route("/", get(overview::show))
        .route("/login", get(login::show).post(login::log_in))
        .route("/logout", post(login::log_out))
        .route("/preferences", get(preferences::show))
        .route("/connect", get(connect::show).post(connect::save))
        .route("/backups", get(backups::show).post(backups::save))
        .route("/backups/{number}", get(backups::download))
        .route("/mapping", get(mapping::show).post(mapping::save))
        .route("/tasks", get(tasks::show).post(tasks::end))
        .route("/queue", get(queue::show).post(queue::change))
        .route("/bulk", get(bulk::choose).post(bulk::chosen))
        .route("/bulk/{number}", get(bulk::show).post(bulk::save))
        .route("/bulk/{number}/values", get(bulk::values))
        .route("/jobs", get(jobs::show).post(jobs::start))
        .route("/jobs/{number}", get(jobs::one))
        .route("/campaigns", get(campaigns::show).post(campaigns::create))
        .route(
            "/campaigns/{*id}",
            get(campaigns::page::one).post(campaigns::page::run),
        )
        .route(
            "/attachments/{*campaign}",
            get(campaigns::page::attachments::download),
        )
        .route("/people/{set}/{*message}", get(people::show))
        .route(
            "/addressees/{set}/{*campaign}",
            get(people::addressees::show),
        )
        .route("/journeys", get(journeys::show).post(journeys::save))
        .route(
            "/journey-fields/{*trigger}",
            get(journeys::fields::show).post(journeys::fields::save),
        )
        .route("/journey-messages/{*id}", get(journeys::steps::show))
        .route("/forms", get(forms::show))
        .route("/form-answers/{*form}", get(forms::answers))
        .route("/mailings", get(mailings::show))
        .route("/mailings/{*id}", get(mailings::one))
        .route("/paused", get(paused::show).post(paused::decide))
        .route("/sales", get(sales::board).post(sales::act))
        .route(
            "/actions",
            get(sales::actions::show).post(sales::actions::save),
        )
        .route("/lists", get(lists::show).post(lists::create))
        .route("/lists/{*id}", get(lists::one).post(lists::change))
        .route("/messages", get(messages::show))
        .route("/users", get(users::show).post(users::save))
        .route("/sign-up", get(sign_up::show).post(sign_up::save))
        .route("/shop", get(shop::show).post(shop::save))
        .route("/log", get(log::show))
        .route("/health", get(health::show))
        .merge(record_routes())
        .merge(files::routes())
        .fallback(missing)
        .layer(DefaultBodyLimit::max(FORM_BYTES))
        .layer(middleware::from_fn(guard::guard))
        .with_state(pages)
}

fn record_routes() -> Router<Pages> {
    Router::new()
        .route("/records", get(records::show))
        .route("/records/{kind}/{*id}", get(record::show))
        .route(
            "/new/{kind}",
            get(record::edit::new).post(record::edit::create),
        )
        .route(
            "/edit/{kind}/{*id}",
            get(record::edit::show).post(record::edit::save),
        )
        .route(
            "/spotler/{kind}/{*id}",
            get(record::block::show).post(record::block::save),
        )
        .route(
            "/marketing/{kind}/{*id}",
            get(record::marketing::show).post(record::marketing::save),
        )
        .route("/received/{kind}/{*id}", get(record::received::show))
        .route(
            "/participations/{kind}/{*id}",
            get(record::participations::show).post(record::participations::save),
        )
        .route(
            "/kept/{kind}/{*id}",
            get(record::kept::show).post(record::kept::save),
        )
        .route("/change/{kind}/{*id}", post(record::change::save))
        .route(
            "/relations/{*id}",
            get(record::relation::show).post(record::relation::save),
        )
}

async fn missing(visit: visit::Visit) -> axum::response::Response {
    trouble::shown(&visit.frame, &trouble::Trouble::NotFound)
}

#[cfg(test)]
mod tests;
