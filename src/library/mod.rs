//! Audio: probe, full decode, content store.
