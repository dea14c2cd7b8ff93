//! The door: connections taken in, bounded in number, size and time, and given to the pages. Whoever sends
//! a byte a second holds one place for a short while, and his network only so many.

mod places;
mod spoken;

use std::{io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, http::Request};
use hyper::{
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};

use self::{places::Places, spoken::SpokenStream};
use super::{desk::DoorSettings, network::PeerAddress};

/// A request's head; browsers send two or three kilobytes.
const MAX_HEAD_BYTES: usize = 32 << 10;
/// How long an answer under way may still take when the door closes.
const LAST_ANSWER: Duration = Duration::from_secs(10);
/// How long to wait where the system has no connection to give.
const OUT_OF_CONNECTIONS: Duration = Duration::from_millis(200);

/// Serves the pages until `stop` is done; answers under way are finished.
///
/// # Errors
/// None that is known: a connection that can't be taken in is waited for.
pub async fn serve(
    listener: TcpListener,
    pages: Router,
    settings: DoorSettings,
    stop: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let (closing, closed) = watch::channel(false);
    let places = Places::new(&settings);
    let settings = Arc::new(settings);
    let mut talks = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        let taken = tokio::select! {
            () = &mut stop => break,
            taken = async { (places.one().await, listener.accept().await) } => taken,
            Some(_) = talks.join_next() => continue,
        };
        match taken {
            (place, Ok((stream, peer))) => {
                let Some(place) = place.of_network(peer.ip()) else {
                    tracing::debug!("a network has as many connections as one may have");
                    continue;
                };
                let talk = talk(
                    stream,
                    peer,
                    pages.clone(),
                    Arc::clone(&settings),
                    closed.clone(),
                );
                talks.spawn(async move {
                    talk.await;
                    drop(place);
                });
            }
            (_, Err(error)) => {
                tracing::warn!(%error, "a connection can't be taken in");
                tokio::time::sleep(OUT_OF_CONNECTIONS).await;
            }
        }
    }
    drop(listener);
    // Whoever listens has an answer under way, or hears it now.
    let _ = closing.send(true);
    let drained = async { while talks.join_next().await.is_some() {} };
    if tokio::time::timeout(LAST_ANSWER, drained).await.is_err() {
        tracing::debug!("some connections were cut off");
    }
    Ok(())
}

/// One connection, to its end.
async fn talk(
    stream: TcpStream,
    peer: SocketAddr,
    pages: Router,
    settings: Arc<DoorSettings>,
    mut closed: watch::Receiver<bool>,
) {
    // Answers are written whole.
    let _ = stream.set_nodelay(true);
    let pages = TowerToHyperService::new(pages);
    let answer = service_fn(move |mut request: Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(PeerAddress(peer.ip()));
        pages.call(request.map(Body::new))
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(settings.head_time)
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(SpokenStream::new(stream)), answer);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = &mut connection => Some(ended),
        _ = closed.wait_for(|is_closed| *is_closed) => None,
        () = tokio::time::sleep(settings.connection_time) => None,
    };
    let ended = match ended {
        Some(ended) => Ok(ended),
        None => {
            connection.as_mut().graceful_shutdown();
            tokio::time::timeout(LAST_ANSWER, connection).await
        }
    };
    match ended {
        Ok(Err(error)) if error.is_parse() => {
            tracing::info!(%error, "what came is no request");
        }
        Ok(Err(error)) => tracing::debug!(%error, "a connection broke off"),
        Ok(Ok(())) | Err(_) => {}
    }
}
