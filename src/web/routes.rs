//! The one table of all routes: method, path, what it needs, what it is called in the audit.
//!
//! In: the lists of the pages. Out: axum's router with the gate before each route; and the table itself for the tests, which
//! walk every route with every role. A route that is not here is not served. Next: `gate`.

use std::sync::Arc;

use axum::http::Method;
use axum::routing::MethodRouter;
use axum::{Router, middleware};

use super::gate::{self, Gate};
use super::site::Site;
use super::{assets, live, page, people, sound, upload};
use crate::people::Right;

/// What somebody must be for a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Anybody: the sign-in, style and scripts, `/health`.
    Nothing,
    /// Anybody with an account.
    SignIn,
    /// Who has this right.
    Right(Right),
}

/// A route.
pub(super) struct Route {
    pub(super) method: Method,
    /// As axum writes it: `/tin-bai/{n}`.
    pub(super) path: &'static str,
    pub(super) needs: Needs,
    /// What it is called in the audit if it is an act: `bulletin.approve`; empty for what only shows.
    pub(super) act: &'static str,
    pub(super) handler: MethodRouter<Arc<Site>>,
}

impl Route {
    /// A page or JSON to look at.
    pub(super) fn get(path: &'static str, needs: Needs, handler: MethodRouter<Arc<Site>>) -> Self {
        Self { method: Method::GET, path, needs, act: "", handler }
    }

    /// An act.
    pub(super) fn post(path: &'static str, needs: Needs, act: &'static str, handler: MethodRouter<Arc<Site>>) -> Self {
        Self { method: Method::POST, path, needs, act, handler }
    }
}

/// A route as tests and documents know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// `GET` or `POST`.
    pub method: String,
    /// As axum writes it.
    pub path: &'static str,
    /// What somebody must be.
    pub needs: Needs,
    /// What it is called in the audit; empty for what only shows.
    pub act: &'static str,
}

/// Every route of the page.
#[must_use]
pub fn table() -> Vec<Told> {
    let told =
        |route: Route| Told { method: route.method.to_string(), path: route.path, needs: route.needs, act: route.act };
    all().into_iter().map(told).collect()
}

fn all() -> Vec<Route> {
    let mut routes = people::routes();
    routes.extend(assets::routes());
    routes.extend(live::routes());
    routes.extend(page::routes());
    routes.extend(sound::routes());
    routes.extend(upload::routes());
    routes
}

/// The router, with the gate before every route and behind everything that is not one.
pub(super) fn router(site: &Arc<Site>) -> Router {
    let mut router = Router::new();
    for Route { path, needs, act, handler, .. } in all() {
        let gate = Gate { site: Arc::clone(site), needs, act };
        router = router.route(path, handler.route_layer(middleware::from_fn_with_state(gate, gate::pass)));
    }
    let nowhere = Gate { site: Arc::clone(site), needs: Needs::Nothing, act: "" };
    router
        .fallback(gate::nowhere)
        .method_not_allowed_fallback(gate::other_method)
        .layer(middleware::from_fn_with_state(nowhere, gate::cover))
        .with_state(Arc::clone(site))
}
