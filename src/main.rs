//! The program `loa`.
//!
//! In: the arguments. Out: an exit code. Everything is in the library, so that tests can call it. Next: `cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    loa::library::abort_on_panic();
    loa::cli::run(std::env::args_os())
}
