//! A handler that panics answers all the same, and nobody else notices.
//!
//! In: the work of a request. Out: its answer, or `None` if it panicked: its message was printed by the hook, and the station
//! airs on. What the work had hold of is dropped. Next: `gate`, the only caller.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

/// Does the work; `None` if it panicked.
pub(super) async fn contained<T>(work: impl Future<Output = T>) -> Option<T> {
    let mut work = Some(Box::pin(work));
    std::future::poll_fn(move |cx: &mut Context<'_>| {
        let Some(inner) = work.as_mut() else { return Poll::Ready(None) };
        if let Ok(poll) = catch_unwind(AssertUnwindSafe(|| Pin::as_mut(inner).poll(cx))) {
            return poll.map(Some);
        }
        // Dropping it may panic too.
        let rest = work.take();
        let _ = catch_unwind(AssertUnwindSafe(|| drop(rest)));
        Poll::Ready(None)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_panics_comes_to_nothing_and_other_work_to_its_result() {
        assert_eq!(contained(async { 5 }).await, Some(5));
        let beyond = std::hint::black_box(4);
        let fails = async {
            tokio::task::yield_now().await;
            [1, 2, 3][beyond]
        };
        assert_eq!(contained(fails).await, None);
    }
}
