//! Browsers that tests take and give back. Starting one costs more than most
//! tests; so one that is given back is emptied and taken by the next test.

use std::path::PathBuf;
use std::sync::{LazyLock, Mutex, PoisonError};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::chromedriver;
use crate::command::Command;

/// What talks with the browsers: it lives longer than the runtime of any test.
static TALK: LazyLock<Runtime> = LazyLock::new(|| {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(1).enable_all().build();
    runtime.expect("a runtime for the browsers")
});

/// Browsers that nobody uses. One of a test that failed does not come back.
static IDLE: Mutex<Vec<Client>> = Mutex::new(Vec::new());

/// A browser that knows nothing of whoever used it before.
pub(crate) async fn take() -> Client {
    let idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner).pop();
    match idle {
        Some(client) => client,
        None => TALK.spawn(start()).await.expect("Chromium starts"),
    }
}

/// Empties a browser, for the next test.
pub(crate) async fn give_back(client: Client) {
    client.goto("about:blank").await.expect("an empty page");
    for (method, parameters) in [
        ("Network.clearBrowserCookies", json!({})),
        ("Network.clearBrowserCache", json!({})),
        (
            "Emulation.setScriptExecutionDisabled",
            json!({"value": false}),
        ),
        ("Emulation.setEmulatedMedia", json!({"features": []})),
    ] {
        cdp(&client, method, &parameters).await;
    }
    // What it complained about is of this test.
    let log = client.issue_cmd(Command::log()).await;
    log.expect("the browser's log");
    IDLE.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(client);
}

/// Asks the browser's own protocol for what WebDriver does not know.
pub(crate) async fn cdp(client: &Client, method: &str, parameters: &Value) -> Value {
    let answer = client.issue_cmd(Command::cdp(method, parameters)).await;
    answer.unwrap_or_else(|error| panic!("{method}: {error}"))
}

async fn start() -> Client {
    let profile: PathBuf = chromedriver::profile();
    let folder = format!("--user-data-dir={}", profile.display());
    let capabilities = json!({
        "browserName": "chrome",
        "goog:loggingPrefs": {"browser": "ALL"},
        "goog:chromeOptions": {"args": [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe",
            // A page that scrolls smoothly is still moving when it is clicked.
            "--force-prefers-reduced-motion", folder,
        ]},
    });
    let capabilities = capabilities.as_object().cloned().expect("an object");
    let connected = ClientBuilder::new(HttpConnector::new())
        .capabilities(capabilities)
        .connect(&chromedriver::address())
        .await;
    let client = connected.expect("Chromium starts");
    cdp(&client, "Network.enable", &json!({})).await;
    client
}
