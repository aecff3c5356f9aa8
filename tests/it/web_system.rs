//! The page "Hệ thống" of the real program: lights, settings by form, copies, devices, help.
//!
//! In: a running station with its page. Out: what a technician and others see and may do there, and what stands in the files
//! afterwards. Next: `web_robust`.
