//! Keeps a panic of a decoder from taking the station down with it.
//!
//! In: a piece of work over bytes that nobody vouches for. Out: its result, or `None` if it panicked. symphonia's AAC decoder
//! indexes out of bounds on damaged packets (its issues 424 and 512), and no check from outside can foresee it. Everything
//! else that panics must still end the program at once, so that no station looks alive that is not: `abort_on_panic` sees
//! to that, in place of `panic = "abort"`, which would leave nothing to contain. Next: `decode`, the only caller.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};

thread_local! {
    static CONTAINED: Cell<bool> = const { Cell::new(false) };
}

/// From now on every panic ends the program after its message, but for those of a decoder, which are answered as
/// damage of the file. To be called first in `main`; tests do without, since there a panic is a test's own.
pub fn abort_on_panic() {
    let print = take_hook();
    set_hook(Box::new(move |panic| {
        if CONTAINED.get() {
            return;
        }
        print(panic);
        std::process::abort();
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
}
