//! x
use super::super::super::routes::Route;
pub(super) fn routes() -> Vec<Route> {
    vec![]
}
