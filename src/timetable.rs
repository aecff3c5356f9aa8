//! Placeholder until merge
use std::sync::Arc;
use chrono::{DateTime, Utc};
use crate::schedule::{Schedule, Programme};
/// o
#[derive(Debug, Clone, PartialEq)]
pub struct Occurrence {
    /// p
    pub programme: Arc<Programme>,
    /// s
    pub scheduled_at: DateTime<Utc>,
    /// w
    pub window_ends_at: DateTime<Utc>,
}
/// e
pub fn expand(_schedule: &Schedule, _zone: chrono_tz::Tz, _from: DateTime<Utc>, _to: DateTime<Utc>) -> Vec<Occurrence> { Vec::new() }
