//! What is served to everybody: style, script, and what programs ask for.

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;

use super::{Pages, metrics, trouble::chain};

/// None of these needs a log-in, and none holds a person's data.
pub(crate) fn routes() -> Router<Pages> {
    Router::new()
        .route("/style.css", get(style))
        .route("/live.js", get(script))
        .route("/favicon.svg", get(icon))
        .route("/healthz", get(alive))
        .route("/metrics", get(metrics::show))
}

async fn style() -> impl IntoResponse {
    let kind = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    (kind, include_str!("../../assets/style.css"))
}

async fn script() -> impl IntoResponse {
    let kind = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
    (kind, include_str!("../../assets/live.js"))
}

async fn icon() -> impl IntoResponse {
    let kind = [(header::CONTENT_TYPE, "image/svg+xml")];
    (kind, include_str!("../../assets/favicon.svg"))
}

/// Whether the database answers, with the length of the queue.
async fn alive(State(pages): State<Pages>) -> Response {
    match pages.host.crm().count_queue().await {
        Ok(queue) => Json(json!({
            "status": "ok",
            "queue": {
                "waiting": queue.waiting, "retrying": queue.retrying, "rejected": queue.rejected,
            },
        }))
        .into_response(),
        Err(error) => {
            tracing::error!(error = %chain(&error), "the database failed");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                Json(json!({"status": "failed"})),
            )
                .into_response()
        }
    }
}
