//! Counts this thread's allocations, for code that must make none: the device callback; and measures them, for code that
//! must not make large ones, whatever a file says: the decoders.
//!
//! In: a closure. Out: how often it asked for or gave back memory, how much at once. The system's allocator does the work.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

thread_local! {
    static TOUCHED: Cell<u64> = const { Cell::new(0) };
    static LARGEST: Cell<usize> = const { Cell::new(0) };
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[expect(unsafe_code, reason = "a global allocator cannot be written without; all calls are passed on unchanged")]
// SAFETY: every call goes to the system's allocator as it came; counting itself allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        touch();
        measure(layout.size());
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        touch();
        measure(layout.size());
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        touch();
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(memory, layout) }
    }
}

/// A thread that is ending has no count any more, and nobody asks for it.
fn touch() {
    let _ = TOUCHED.try_with(|touched| touched.set(touched.get() + 1));
}

fn measure(size: usize) {
    let _ = LARGEST.try_with(|largest| largest.set(largest.get().max(size)));
}

/// The most bytes that `work` asked for at once on this thread.
pub(crate) fn largest(work: impl FnOnce()) -> usize {
    LARGEST.set(0);
    work();
    LARGEST.get()
}

/// How often `work` allocated or freed on this thread.
pub(crate) fn allocations(work: impl FnOnce()) -> u64 {
    let before = TOUCHED.get();
    work();
    TOUCHED.get() - before
}

#[test]
fn an_allocation_is_seen() {
    assert_eq!(allocations(|| drop(std::hint::black_box(Box::new(1)))), 2);
    assert_eq!(allocations(|| ()), 0);
    assert_eq!(largest(|| drop(std::hint::black_box(vec![0_u8; 12_345]))), 12_345);
}
