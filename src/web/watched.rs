//! A connection that tells whether the other end takes what is sent to it.
//!
//! In: a stream, reads and writes. Out: the same, and a count of what was taken while something waits. Must never hold up what
//! passes, nor decide how long is too long. Next: `serve`, which does.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// How much was taken, and whether something waits.
#[derive(Debug, Default)]
pub(super) struct Flow {
    taken_bytes: AtomicU64,
    is_waiting: AtomicBool,
}

impl Flow {
    /// Bytes taken so far while something waits to be taken; `None` if nothing does.
    pub(super) fn waiting(&self) -> Option<u64> {
        let is_waiting = self.is_waiting.load(Ordering::Relaxed);
        is_waiting.then(|| self.taken_bytes.load(Ordering::Relaxed))
    }

    fn note(&self, written: &Poll<io::Result<usize>>) {
        self.is_waiting.store(written.is_pending(), Ordering::Relaxed);
        if let Poll::Ready(Ok(bytes)) = written {
            self.taken_bytes.fetch_add(*bytes as u64, Ordering::Relaxed);
        }
    }
}

/// The connection.
#[derive(Debug)]
pub(super) struct Watched {
    inner: TcpStream,
    flow: Arc<Flow>,
}

impl Watched {
    pub(super) fn new(inner: TcpStream, flow: Arc<Flow>) -> Self {
        Self { inner, flow }
    }
}

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, into)
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(cx, bytes);
        self.flow.note(&written);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write_vectored(cx, pieces);
        self.flow.note(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
