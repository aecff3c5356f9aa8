//! Connections of the page and their limits.
//!
//! In: an address. Out: the page at it, until the station leaves: an address that cannot be had is tried again. Slow, silent
//! and too many connections are ended, so that a phone that lost its network holds nothing. Next: `routes`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use chrono::TimeDelta;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast, watch};

use super::gate::Peer;
use super::routes::router;
use super::site::Site;
use super::{LEAVE_WITHIN, Shut, Start, Told};
use crate::clock::Clock;
use crate::config::Config;
use crate::problem::system::refusal;
use crate::station::Notice;

/// A commune has a handful of people; each browser holds six.
const MOST_CONNECTIONS: usize = 128;

/// How long a browser may take to say what it wants.
const HEADERS_WITHIN: Duration = Duration::from_secs(15);

/// An address that cannot be had is tried again after this.
const TRY_AGAIN: TimeDelta = TimeDelta::seconds(10);

type Notices = (broadcast::Sender<Arc<Notice>>, broadcast::Receiver<Arc<Notice>>);

/// The thread of the page.
pub(super) fn run(start: Start, notices: Notices, ended: watch::Receiver<bool>, tell: &dyn Fn(Told)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(4).build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return tracing::warn!("the page cannot be served: {error}"),
    };
    runtime.block_on(serve(start, notices, ended, tell));
    runtime.shutdown_timeout(LEAVE_WITHIN);
}

async fn serve(start: Start, (notices, mut heard): Notices, mut ended: watch::Receiver<bool>, tell: &dyn Fn(Told)) {
    // The station's database is in order once it is ready.
    tokio::select! {
        () = ready(&mut heard) => {}
        _ = ended.wait_for(|ended| *ended) => return,
    }
    drop(heard);
    let Ok(config) = Config::load(&start.config) else { return };
    let Some(at) = config.web.listen else { return };
    let site = Arc::new(Site::new(config, start.clock, start.entrance, notices, ended.clone()));
    let listener = tokio::select! {
        listener = listen(at, &site.clock, tell) => listener,
        _ = ended.wait_for(|ended| *ended) => return,
    };
    tell(Told::Open(listener.local_addr().unwrap_or(at)));
    accept(&listener, &router(&site), ended).await;
}

async fn ready(heard: &mut broadcast::Receiver<Arc<Notice>>) {
    loop {
        match heard.recv().await {
            Ok(notice) if matches!(*notice, Notice::Ready(_)) => return,
            Err(broadcast::error::RecvError::Closed) => return std::future::pending().await,
            _ => {}
        }
    }
}

async fn listen(at: SocketAddr, clock: &Clock, tell: &dyn Fn(Told)) -> TcpListener {
    let mut told = false;
    loop {
        match TcpListener::bind(at).await {
            Ok(listener) => return listener,
            Err(error) if !told => {
                tell(Told::Shut(at, Shut::Address(refusal(&error))));
                told = true;
            }
            Err(_) => {}
        }
        clock.wait_until(clock.now().mono.plus(TRY_AGAIN)).await;
    }
}

async fn accept(listener: &TcpListener, router: &Router, mut ended: watch::Receiver<bool>) {
    let room = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        let (stream, peer) = tokio::select! {
            // An accept that fails (too many files) is tried again with the next connection.
            accepted = listener.accept() => match accepted { Ok(accepted) => accepted, Err(_) => continue },
            _ = ended.wait_for(|ended| *ended) => break,
        };
        // One more than there is room for is closed at once; the browser says so and tries again.
        let Ok(place) = Arc::clone(&room).try_acquire_owned() else { continue };
        tokio::spawn(converse(stream, peer, router.clone(), place, ended.clone()));
    }
    // Answers that are under way get a moment.
    let all = room.acquire_many(MOST_CONNECTIONS as u32);
    let _ = tokio::time::timeout(LEAVE_WITHIN, all).await;
}

async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    _place: OwnedSemaphorePermit,
    mut ended: watch::Receiver<bool>,
) {
    let inner = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(Peer(peer.ip()));
        inner.call(request)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADERS_WITHIN).max_buf_size(64 * 1024);
    let mut connection = std::pin::pin!(http.serve_connection(TokioIo::new(stream), service));
    // What a browser does wrong is its own affair, and one that went away hears nothing.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = ended.wait_for(|ended| *ended) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
