//! The station's state machine.
mod protocol;
pub use protocol::*;
