//! A CRM with its pages on a free port and its worker at work, as `serve` runs
//! them, beside a simulator.

use std::time::{Duration, Instant};

use host_demo::crm::users::SPOTLER_RIGHT;
use host_demo::explain::Language;
use host_demo::web::{Pages, router};
use koppel_tests::{ADMIN, World, showroom, spotler};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::browser::Browser;

/// The password of everybody in the tests.
pub(crate) const PASSWORD: &str = "een lang genoeg wachtwoord";
/// Who has no right to make the connection.
pub(crate) const CLERK: &str = "femke";

/// How long the queue may take on a busy machine.
const DEADLINE: Duration = Duration::from_secs(90);
/// Between two looks at the queue.
const PAUSE: Duration = Duration::from_millis(20);

/// World, pages and worker of one test.
pub(crate) struct Site {
    /// What the pages show.
    pub(crate) world: World,
    address: String,
    /// The worker and the pages; they end when nobody can say stop any more.
    work: Vec<JoinHandle<()>>,
    _stop: watch::Sender<()>,
}

impl Site {
    /// A CRM that was just installed: nothing connected, nobody in it.
    pub(crate) async fn new() -> Self {
        Self::of(World::unconnected(spotler()).await).await
    }

    /// A CRM with something on every page.
    pub(crate) async fn showroom() -> Self {
        let world = World::start_with(spotler(), "default").await;
        showroom::fill(&world).await;
        Self::of(world).await
    }

    /// This world with its pages.
    pub(crate) async fn of(world: World) -> Self {
        let crm = world.host.crm();
        crm.set_user(ADMIN, "Sanne de Wit", &[SPOTLER_RIGHT])
            .await
            .expect("a user");
        crm.set_user(CLERK, "Femke Bos", &[]).await.expect("a user");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let pages = router(Pages::open(world.host.clone()).await.expect("texts"));
        let worker = world.host.worker().expect("no other worker");
        let (stop, stopped) = watch::channel(());
        let served = tokio::spawn(async move {
            axum::serve(listener, pages).await.expect("pages");
        });
        let worked = tokio::spawn(async move {
            let mut stopped = stopped;
            let until = async move {
                // An error means that the other end is gone, which also ends the work.
                let _ = stopped.changed().await;
            };
            worker.run(until).await.expect("a worker");
        });
        Self {
            world,
            address: format!("http://{address}"),
            work: vec![served, worked],
            _stop: stop,
        }
    }

    /// A browser of somebody who has not logged in.
    pub(crate) async fn browser(&self, language: Language) -> Browser {
        Browser::open(&self.address, language).await
    }

    /// A browser of somebody who has logged in.
    pub(crate) async fn visit(&self, user: &str, language: Language) -> Browser {
        let browser = self.browser(language).await;
        let token = self.world.host.crm().open_session(user).await;
        browser.know(&token.expect("a session")).await;
        browser.go("/").await;
        browser.sees(browser.say("Overzicht", "Overview")).await;
        browser
    }

    /// Logs in by the form, from whatever page one is sent to.
    pub(crate) async fn log_in(&self, browser: &Browser, user: &str) {
        let crm = self.world.host.crm();
        crm.set_password(user, PASSWORD).await.expect("a password");
        browser.go("/").await;
        browser.arrives("/login").await;
        browser.fill(browser.say("Gebruiker", "User"), user).await;
        browser
            .fill(browser.say("Wachtwoord", "Password"), PASSWORD)
            .await;
        browser.press(browser.say("Inloggen", "Log in")).await;
        browser.sees(browser.say("Overzicht", "Overview")).await;
    }

    /// Waits until the worker has done everything that waits, and turns the
    /// clocks on to whatever is due later.
    pub(crate) async fn settle(&self) {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let crm = self.world.host.crm();
            let queue = crm.count_queue().await.expect("a queue");
            let Some(due) = queue.next_due else { return };
            let now = crm.now();
            if due > now {
                self.world.advance_ms(due - now);
            }
            assert!(
                Instant::now() < deadline,
                "waited {DEADLINE:?} for the queue to empty: {queue:?}"
            );
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Has the CRM look at what changed in Spotler, as it does every few minutes.
    pub(crate) async fn tick(&self) {
        self.world.host.tick().await.expect("queued");
        self.settle().await;
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        for work in &self.work {
            work.abort();
        }
    }
}
