//! Keeps a panic of a decoder, or of the page, from taking the station down with it.
//!
//! In: a piece of work over bytes that nobody vouches for. Out: its result, or `None` if it panicked. symphonia's AAC decoder
//! indexes out of bounds on damaged packets (its issues 424 and 512), and no check from outside can foresee it. The threads of
//! the page tell who they are: a panic there is answered as a fault of that request. Everything else that panics must still
//! end the program at once, so that no station looks alive that is not: `abort_on_panic` sees to that, in place of
//! `panic = "abort"`, which would leave nothing to contain. Next: `decode`, `web::serve`.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};

thread_local! {
    static CONTAINED: Cell<bool> = const { Cell::new(false) };
    static BESIDE_THE_AIR: Cell<bool> = const { Cell::new(false) };
}

/// Says of this thread that the air does not depend on it: its panics print their message and end what they are in, no more.
/// For threads of the page and what it starts.
pub fn beside_the_air() {
    BESIDE_THE_AIR.set(true);
}

/// From now on every panic ends the program after its message, but for those of a decoder, which are answered as
/// damage of the file, and of threads beside the air. To be called first in `main`; tests do without, since there a panic is a test's own.
pub fn abort_on_panic() {
    let print = take_hook();
    set_hook(Box::new(move |panic| {
        if CONTAINED.get() {
            return;
        }
        print(panic);
        if !BESIDE_THE_AIR.get() {
            std::process::abort();
        }
    }));
}

/// Does the work; `None` if it panicked, after which whatever it had hold of must only be dropped.
pub(super) fn contained<T>(work: impl FnOnce() -> T) -> Option<T> {
    let outer = CONTAINED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    CONTAINED.set(outer);
    result.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_inside_is_answered_and_leaves_no_trace() {
        let beyond = std::hint::black_box(4);
        assert_eq!(contained(|| [1, 2, 3][beyond]), None);
        assert!(!CONTAINED.get());
        assert_eq!(contained(|| 5), Some(5));
    }

    /// Which thread is to panic, in a process of its own: the hook is the whole process's.
    const PANICS: &str = "LOA_TEST_PANICS";

    /// Runs this very test in a process in which such a thread panics.
    fn ends_well(which: &str) -> bool {
        let this = std::env::current_exe().unwrap();
        let (_, room) = module_path!().split_once("::").unwrap();
        let test = format!("{room}::a_thread_beside_the_air_may_panic_and_no_other");
        let run = std::process::Command::new(this).args(["--exact", &test]).env(PANICS, which).output().unwrap();
        let said = String::from_utf8_lossy(&run.stdout);
        assert!(said.contains("running 1 test"), "{said}");
        run.status.success()
    }

    #[test]
    fn a_thread_beside_the_air_may_panic_and_no_other() {
        let Ok(which) = std::env::var(PANICS) else {
            assert!(ends_well("page") && !ends_well("station"));
            return;
        };
        abort_on_panic();
        let thread = std::thread::spawn(move || {
            if which == "page" {
                beside_the_air();
            }
            panic!("as it is to");
        });
        assert!(thread.join().is_err());
    }
}
