//! The first pages, in Dutch and English: overview, records, one record. They
//! only read; there is no form that writes, no script, and no secret.

mod language;
mod overview;
mod page;
mod record;
mod records;
mod texts;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;

use crate::{
    explain::Explainer,
    host::{DemoHost, HostError},
};

/// Nothing but our own style sheet and our own forms.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'";

/// What all pages share.
#[derive(Clone, Debug)]
pub struct Pages {
    host: DemoHost,
    explainer: Arc<Explainer>,
}

impl Pages {
    /// Asks the component for the texts of its codes.
    pub async fn open(host: DemoHost) -> Result<Self, HostError> {
        let explainer = Arc::new(host.explainer().await?);
        Ok(Self { host, explainer })
    }
}

/// All pages.
pub fn router(pages: Pages) -> Router {
    Router::new()
        .route("/", get(overview::show))
        .route("/records", get(records::show))
        .route("/records/{kind}/{*id}", get(record::show))
        .route("/health", get(health))
        .route("/style.css", get(style))
        .fallback(page::not_found)
        .layer(middleware::from_fn(guard))
        .with_state(pages)
}

async fn health(State(pages): State<Pages>) -> Response {
    match pages.host.crm().count_queue().await {
        Ok(queue) => Json(json!({
            "status": "ok",
            "queue": {
                "waiting": queue.waiting, "retrying": queue.retrying, "rejected": queue.rejected,
            },
        }))
        .into_response(),
        Err(error) => {
            tracing::error!(error = %page::chain(&error), "the database failed");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                Json(json!({"status": "failed"})),
            )
                .into_response()
        }
    }
}

async fn style() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/css; charset=utf-8")],
        include_str!("../../templates/style.css"),
    )
}

async fn guard(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests;
