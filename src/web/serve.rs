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
use super::{LEAVE_WITHIN, Start, Told};
use crate::alarm::Alarm;
use crate::config::Config;
use crate::problem::system::refusal;
use crate::station::Notice;

/// A commune has a handful of people; each browser holds six.
const MOST_CONNECTIONS: usize = 128;

/// How long a browser may take to say what it wants.
const HEADERS_WITHIN: Duration = Duration::from_secs(15);

/// An address that cannot be had is tried again after this.
const TRY_AGAIN: TimeDelta = TimeDelta::seconds(10);

/// How long the first look at the accounts is waited for.
const READ_WITHIN: Duration = Duration::from_secs(2);

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
        listener = listen(at, &site) => Some(listener),
        _ = ended.wait_for(|ended| *ended) => None,
    };
    if let Some(listener) = listener {
        site.entrance.raise(Vec::new());
        tell(Told(listener.local_addr().unwrap_or(at)));
        accept(&listener, &router(&site), ended).await;
    }
    // What was done last is written; a database that is locked is not waited for.
    let _ = tokio::time::timeout(LEAVE_WITHIN, site.people.close()).await;
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

async fn listen(at: SocketAddr, site: &Site) -> TcpListener {
    let clock = &site.clock;
    let mut told = None;
    loop {
        let alarm = match open(at, site).await {
            Ok(listener) => return listener,
            Err(alarm) => alarm,
        };
        if told.as_ref() != Some(&alarm) {
            site.entrance.raise(vec![alarm.clone()]);
            told = Some(alarm);
        }
        clock.wait_until(clock.now().mono.plus(TRY_AGAIN)).await;
    }
}

/// Other machines reach the page only once there is somebody to sign in: the first visit would be anybody's.
async fn open(at: SocketAddr, site: &Site) -> Result<TcpListener, Alarm> {
    // A database that cannot be read does not tell; it is asked again and again.
    let _ = tokio::time::timeout(READ_WITHIN, site.people.read()).await;
    if !at.ip().is_loopback() && site.people.has_accounts() != Some(true) {
        return Err(Alarm::PageWithoutAccounts { address: at.to_string() });
    }
    let shut = |error| Alarm::PageShut { address: at.to_string(), why: refusal(&error) };
    TcpListener::bind(at).await.map_err(shut)
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
