//! `serve`: the pages, the worker, and a tick every few minutes.

use std::{net::SocketAddr, time::Duration};

use anyhow::Context;
use clap::Args;
use koppel_embedding::worker::GRACE;
use serde_json::json;

use super::{session::Session, stop::asked_to_stop};
use crate::{host::DemoHost, web};

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Where the pages are served; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Minutes between two looks at what changed in Spotler.
    #[arg(long, default_value_t = 5, value_name = "MINUTES", value_parser = clap::value_parser!(u64).range(1..))]
    tick: u64,
    /// The pages are reached through HTTPS: browsers shall send the session over
    /// nothing else.
    #[arg(long)]
    https: bool,
}

/// Serves until the process is asked to stop.
pub(crate) async fn run(args: ServeArgs, session: &Session) -> anyhow::Result<()> {
    let stop_asked = asked_to_stop()?;
    tokio::pin!(stop_asked);
    let host = session.host().await?;
    let worker = host.worker()?;
    // A bulk change whose saving was interrupted goes on; it is saved in parts.
    tokio::select! {
        () = &mut stop_asked => return Ok(()),
        continued = host.crm().continue_bulks() => {
            continued?;
        }
    }
    let listener = tokio::net::TcpListener::bind(args.listen)
        .await
        .with_context(|| format!("cannot listen on {}", args.listen))?;
    let address = listener.local_addr()?;
    let pages = web::Pages::open(host.clone())
        .await?
        .behind_https(args.https);
    let first = first_login(&host, session.user()).await?;
    announce(address, session, first.as_deref())?;
    let (stop, stopped) = tokio::sync::watch::channel(());
    let until = |mut stopped: tokio::sync::watch::Receiver<()>| async move {
        // An error means that the other end is gone, which also ends the work.
        let _ = stopped.changed().await;
    };
    let served =
        axum::serve(listener, web::router(pages)).with_graceful_shutdown(until(stopped.clone()));
    let ticking = tokio::spawn(tick(host, Duration::from_secs(args.tick * 60)));
    // A browser that leaves a connection open keeps nobody waiting for ever.
    let cut = until(stopped.clone());
    let serving = async {
        tokio::select! {
            ended = served.into_future() => ended?,
            () = async { cut.await; tokio::time::sleep(GRACE).await } => {
                tracing::warn!("connections that were still open are cut");
            }
        }
        anyhow::Ok(())
    };
    let working = async { anyhow::Ok(worker.run(until(stopped)).await?) };
    let stopping = async {
        stop_asked.await;
        stop.send_replace(());
        anyhow::Ok(())
    };
    let ended = tokio::try_join!(serving, working, stopping);
    ticking.abort();
    ended.map(|_| ())
}

/// The first time, whoever starts the pages gets a password for them.
async fn first_login(host: &DemoHost, user: &str) -> anyhow::Result<Option<String>> {
    if host.crm().has_logins().await? {
        return Ok(None);
    }
    Ok(Some(host.crm().new_password(user).await?))
}

/// Says where the pages are, and how to log in where that is new.
fn announce(address: SocketAddr, session: &Session, first: Option<&str>) -> anyhow::Result<()> {
    let user = session.user();
    let json = json!({
        "listening": format!("http://{address}"),
        "first_login": first.map(|it| json!({"user": user, "password": it})),
    });
    session.output.show(&json, || {
        let listening = format!("listening on http://{address}");
        match first {
            Some(password) => format!(
                "{listening}\nlog in as {user} with the password {password}\n\
                 it is not shown again; `user password {user}` makes another one"
            ),
            None => listening,
        }
    })?;
    if !address.ip().is_loopback() {
        tracing::warn!(
            "the pages can be reached from other machines; put HTTPS in front of them and start with --https"
        );
    }
    Ok(())
}

/// Queues a tick at once and then every so often; at most one waits.
async fn tick(host: DemoHost, every: Duration) {
    let mut interval = tokio::time::interval(every);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        interval.tick().await;
        if let Err(error) = host.tick().await {
            tracing::warn!(error = %error, "the tick could not be queued");
        }
    }
}
