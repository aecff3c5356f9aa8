//! playout

mod pulse;
pub mod supervisor; // keeps one output open, judges it by frames // whether an open stream is alive (pure)
