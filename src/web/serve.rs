//! Connections of the page and their limits.
//!
//! In: an address. Out: the page at it, until the station leaves: an address that cannot be had is tried again. Slow, silent
//! and too many connections are ended, so that a phone that lost its network holds nothing. Next: `routes`.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Weak};
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
use super::live::{feed, watch_silence};
use super::routes::router;
use super::site::Site;
use super::watched::{Flow, Watched};
use super::{LEAVE_WITHIN, Start, Told};
use crate::alarm::Alarm;
use crate::clock::Clock;
use crate::config::Config;
use crate::library::beside_the_air;
use crate::problem::system::refusal;
use crate::station::Notice;

/// A commune has a handful of people; each browser holds six.
const MOST_CONNECTIONS: usize = 128;

/// A machine that takes more leaves none to the others.
const MOST_FROM_ONE: usize = 48;

/// A full table of files is looked at again after this.
const ACCEPT_AGAIN: TimeDelta = TimeDelta::milliseconds(100);

/// A browser that has taken nothing of an answer over two looks in a row, this far apart, is gone or means no good.
const STALLED_AFTER: TimeDelta = TimeDelta::seconds(15);

/// How long a browser may take to say what it wants.
const HEADERS_WITHIN: Duration = Duration::from_secs(10);

/// An address that cannot be had is tried again after this.
const TRY_AGAIN: TimeDelta = TimeDelta::seconds(10);

/// How long the first look at the accounts is waited for.
const READ_WITHIN: Duration = Duration::from_secs(2);

type Notices = (broadcast::Sender<Arc<Notice>>, broadcast::Receiver<Arc<Notice>>);

/// What decodes or reads files for pages: so many that a few long ones keep nobody from opening another page.
const MOST_WORKERS: usize = 12;

/// Their niceness: the air and its decoders come first on two old cores.
const NICENESS: i32 = 10;

/// What every thread of the page's runtime begins with.
fn gently() {
    beside_the_air();
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::warn!("a thread of the page runs with the air's priority: {error}");
    }
}

/// The thread of the page.
pub(super) fn run(start: Start, notices: Notices, ended: watch::Receiver<bool>, tell: &dyn Fn(Told)) {
    beside_the_air();
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().max_blocking_threads(MOST_WORKERS).on_thread_start(gently).build();
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
    tokio::spawn(feed(Arc::clone(&site)));
    tokio::spawn(watch_silence(Arc::clone(&site)));
    let listener = tokio::select! {
        listener = listen(at, &site) => Some(listener),
        _ = ended.wait_for(|ended| *ended) => None,
    };
    if let Some(listener) = listener {
        site.entrance.raise(Vec::new());
        tell(Told(listener.local_addr().unwrap_or(at)));
        accept(&listener, &router(&site), &site.clock, ended).await;
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

async fn accept(listener: &TcpListener, router: &Router, clock: &Clock, mut ended: watch::Receiver<bool>) {
    let room = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut by_machine: HashMap<IpAddr, Weak<()>> = HashMap::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = ended.wait_for(|ended| *ended) => break,
        };
        let Ok((stream, peer)) = accepted else {
            // Too many files are open: asked again at once it would take a whole core.
            clock.wait_until(clock.now().mono.plus(ACCEPT_AGAIN)).await;
            continue;
        };
        by_machine.retain(|_, holders| holders.strong_count() > 0);
        let holders = by_machine.get(&peer.ip()).and_then(Weak::upgrade).unwrap_or_default();
        by_machine.insert(peer.ip(), Arc::downgrade(&holders));
        // One more than there is room for is closed at once; the browser says so and tries again.
        let Ok(place) = Arc::clone(&room).try_acquire_owned() else { continue };
        if Arc::strong_count(&holders) > MOST_FROM_ONE {
            continue;
        }
        let hold = Hold { _place: place, _holder: holders };
        tokio::spawn(converse(Connection { stream, peer, hold }, router.clone(), clock.clone(), ended.clone()));
    }
    // Answers that are under way get a moment.
    let all = room.acquire_many(MOST_CONNECTIONS as u32);
    let _ = tokio::time::timeout(LEAVE_WITHIN, all).await;
}

/// A place among the connections, and one among those of its machine.
struct Hold {
    _place: OwnedSemaphorePermit,
    _holder: Arc<()>,
}

struct Connection {
    stream: TcpStream,
    peer: SocketAddr,
    hold: Hold,
}

async fn converse(connection: Connection, router: Router, clock: Clock, mut ended: watch::Receiver<bool>) {
    let Connection { stream, peer, hold: _hold } = connection;
    let inner = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(Peer(peer.ip()));
        inner.call(request)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADERS_WITHIN).max_buf_size(64 * 1024);
    let flow = Arc::new(Flow::default());
    let stream = Watched::new(stream, Arc::clone(&flow));
    let mut connection = std::pin::pin!(http.serve_connection(TokioIo::new(stream), service));
    // What a browser does wrong is its own affair, and one that went away hears nothing.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = stalled(&flow, &clock) => return,
        _ = ended.wait_for(|ended| *ended) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// Waits until the other end has taken nothing for a while of what waits for it.
async fn stalled(flow: &Flow, clock: &Clock) {
    let mut before = None;
    loop {
        clock.wait_until(clock.now().mono.plus(STALLED_AFTER * i32::try_from(clock.speed()).unwrap_or(1))).await;
        let now = flow.waiting();
        if now.is_some() && now == before {
            return;
        }
        before = now;
    }
}
