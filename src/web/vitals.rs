//! Three pages for machines that watch over the service: `/healthz` (restart me where it is not 200),
//! `/readyz` (can it do its work now), `/metrics`. Nothing secret is on them, and nothing can be
//! changed through them.

use std::{io, sync::Arc};

use async_trait::async_trait;
use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use tokio::net::TcpListener;

/// Prometheus' text format.
const METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Who is asked.
#[async_trait]
pub(crate) trait Vitals: Send + Sync {
    /// Whether it lives at all. Asks nobody: a slow disk is no death.
    fn health(&self) -> HealthReport;
    /// Whether it can do its work now.
    async fn readiness(&self) -> HealthReport;
    /// All that can be counted.
    async fn metrics(&self) -> String;
}

/// Well, where nothing ails.
#[derive(Debug, Default, serde::Serialize)]
pub(crate) struct HealthReport {
    ok: bool,
    ails: Vec<String>,
}

impl HealthReport {
    /// Not well.
    #[must_use]
    pub(crate) fn ailing(what: &str) -> Self {
        let mut wellness = Self::default();
        wellness.add(what);
        wellness
    }

    /// Not well in this way either.
    pub(crate) fn add(&mut self, what: &str) {
        self.ails.push(what.to_owned());
    }
}

impl IntoResponse for HealthReport {
    fn into_response(mut self) -> Response {
        self.ok = self.ails.is_empty();
        let status = match self.ok {
            true => StatusCode::OK,
            false => StatusCode::SERVICE_UNAVAILABLE,
        };
        (status, [(header::CACHE_CONTROL, "no-store")], Json(self)).into_response()
    }
}

/// Serves the pages until `stop` is done.
///
/// # Errors
/// When the listener fails.
pub(crate) async fn serve(
    listener: TcpListener,
    vitals: Arc<dyn Vitals>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, router(vitals))
        .with_graceful_shutdown(stop)
        .await
}

/// The pages.
pub(crate) fn router(vitals: Arc<dyn Vitals>) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state(vitals)
}

async fn healthz(State(vitals): State<Arc<dyn Vitals>>) -> HealthReport {
    vitals.health()
}

async fn readyz(State(vitals): State<Arc<dyn Vitals>>) -> HealthReport {
    vitals.readiness().await
}

async fn metrics(State(vitals): State<Arc<dyn Vitals>>) -> Response {
    let page = vitals.metrics().await;
    ([(header::CONTENT_TYPE, METRICS)], page).into_response()
}
