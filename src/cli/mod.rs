//! cli
pub mod devices; // `loa devices`
