//! The server: listens, moves bytes, and makes connections fail as faults want it.

use std::io;
use std::net::SocketAddr;
use std::ops::Deref;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::config::Config;
use crate::control;
use crate::error::SimError;
use crate::faults::Fault;
use crate::handle::SimHandle;
use crate::http::{Request, Response};
use crate::state::{Saved, State};
use crate::wire::{Next, Wire};

/// A simulator that listens; dropping it stops it.
///
/// Everything of [`SimHandle`] can be called on it directly.
#[derive(Debug)]
pub struct SpotlerSim {
    handle: SimHandle,
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl SpotlerSim {
    /// Starts a simulator.
    pub async fn start(config: Config) -> Result<SpotlerSim, SimError> {
        let cannot = |source| SimError::Listen {
            address: config.listen.clone(),
            source,
        };
        let handle = SimHandle::new(State::new(&config)?);
        let listener = TcpListener::bind(&config.listen).await.map_err(cannot)?;
        let address = listener.local_addr().map_err(cannot)?;
        let accepting = tokio::spawn(accept(listener, handle.clone()));
        Ok(SpotlerSim {
            handle,
            address,
            accepting,
        })
    }

    /// Starts a simulator that goes on with what another one left.
    pub async fn start_from(config: Config, saved: Saved) -> Result<SpotlerSim, SimError> {
        let sim = SpotlerSim::start(config).await?;
        sim.handle.resume(saved);
        Ok(sim)
    }

    /// Stops the simulator and waits until its address is free again; answers what it remembers.
    pub async fn stop(mut self) -> Saved {
        self.accepting.abort();
        // Ends with the abort that was just asked for.
        let _ = (&mut self.accepting).await;
        self.handle.saved()
    }

    /// The address that it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// Scheme, host and port, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A handle that can be cloned and sent about.
    pub fn state(&self) -> SimHandle {
        self.handle.clone()
    }
}

impl Deref for SpotlerSim {
    type Target = SimHandle;

    fn deref(&self) -> &SimHandle {
        &self.handle
    }
}

impl Drop for SpotlerSim {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

const TICK: Duration = Duration::from_secs(1);

async fn accept(listener: TcpListener, sim: SimHandle) {
    let mut connections = JoinSet::new();
    let mut tick = tokio::time::interval(TICK);
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(converse(stream, sim.clone()));
                }
            }
            Some(_) = connections.join_next() => {}
            // A running clock makes things due without anyone asking.
            _ = tick.tick() => sim.run_due(),
        }
    }
}

async fn converse(stream: TcpStream, sim: SimHandle) {
    // Only makes small answers wait less.
    let _ = stream.set_nodelay(true);
    let mut wire = Wire::new(stream);
    loop {
        let exchanged = match wire.read().await {
            Ok(Some((request, next))) => exchange(wire, &sim, &request, next).await,
            Ok(None) => return,
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                let refusal = Response::text(400, "text/plain", error.to_string());
                // The caller may have gone; there is nobody else to tell.
                let _ = wire.write(&refusal, Next::Close).await;
                return;
            }
            Err(_) => return,
        };
        match exchanged {
            Some(it) => wire = it,
            None => return,
        }
    }
}

/// Answers one request; the wire comes back if the connection goes on.
async fn exchange(mut wire: Wire, sim: &SimHandle, request: &Request, next: Next) -> Option<Wire> {
    if control::is_for(&request.path) {
        let response = control::answer(sim, request);
        return send(wire, sim, None, (&response, next)).await;
    }
    let admitted = sim.lock().admit(request);
    let number = admitted.number;
    if admitted.fault == Some(Fault::ResetBeforeWork) {
        sim.lock().perform(request, &admitted);
        wire.reset();
        return None;
    }
    if admitted.fault == Some(Fault::HangBeforeWork) {
        sim.gate().wait().await;
    }
    let mut response = sim.lock().perform(request, &admitted);
    match &admitted.fault {
        Some(Fault::ResetAfterWork) => {
            wire.reset();
            return None;
        }
        Some(Fault::TruncatedBody) => {
            // Half an answer is what was wanted, whether or not the caller still listens.
            let _ = wire.write_half(&with_some_body(response)).await;
            return None;
        }
        Some(Fault::GarbageBody) => {
            response = with_some_body(response);
            response.body = GARBAGE.to_vec();
        }
        Some(Fault::AnsweredTwice) if wire.write(&response, next).await.is_err() => return None,
        Some(Fault::Slow { ms }) => tokio::time::sleep(Duration::from_millis(*ms)).await,
        Some(Fault::HangAfterWork) => sim.gate().wait().await,
        Some(_) | None => {}
    }
    let may_be_abandoned = matches!(
        admitted.fault,
        Some(Fault::Slow { .. } | Fault::HangBeforeWork | Fault::HangAfterWork)
    );
    if may_be_abandoned && wire.is_abandoned().await {
        sim.lock().undelivered(number);
        return None;
    }
    send(wire, sim, Some(number), (&response, next)).await
}

const GARBAGE: &[u8] = b"<html><body>\xff{\"oops\": [1,";

fn with_some_body(mut response: Response) -> Response {
    if response.body.is_empty() {
        // A 204 has no body to spoil: promise one, so that the caller notices.
        response = Response::text(200, "application/json", "{}        ");
    }
    response
}

async fn send(
    mut wire: Wire,
    sim: &SimHandle,
    number: Option<u64>,
    answer: (&Response, Next),
) -> Option<Wire> {
    let (response, next) = answer;
    if wire.write(response, next).await.is_err() {
        if let Some(number) = number {
            sim.lock().undelivered(number);
        }
        return None;
    }
    (next == Next::Another).then_some(wire)
}
