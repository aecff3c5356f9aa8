//! People, under Hệ thống: their accounts, and what they did on the page.
//!
//! In: requests that passed the gate. Out: two pages, and the same as JSON. Both are the technician's. Next: `accounts`.

mod accounts; // made, changed, removed
mod acts; // the names of acts, as people read them
mod audit; // what people did

use super::super::routes::Route;

pub(super) fn routes() -> Vec<Route> {
    [accounts::routes(), audit::routes()].into_iter().flatten().collect()
}
