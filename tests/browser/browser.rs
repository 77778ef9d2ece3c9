//! What a person does with a page: reads it, clicks what has a name, fills in
//! what has a label. Every wait has a deadline and says what it waited for.

use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::error::{CmdError, ErrorStatus};
use fantoccini::{Client, Locator};
use host_demo::explain::Language;
use serde_json::{Value, json};

use crate::command::Command;
use crate::window;

/// How long anything may take on a busy machine.
const DEADLINE: Duration = Duration::from_secs(90);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(40);

/// What a person looks for by its text.
#[derive(Clone, Copy, Debug)]
enum Sort {
    Button,
    Link,
    Menu,
    Summary,
    /// A field, by its label without the hint beside it.
    Field,
}

impl Sort {
    /// Where it may be on the page.
    fn path(self, text: &str) -> String {
        let text = quoted(text);
        match self {
            Self::Button => format!("//button[normalize-space()={text}]"),
            Self::Link => format!("//a[normalize-space()={text}]"),
            Self::Menu => format!("//nav//a[normalize-space()={text}]"),
            Self::Summary => format!("//summary[normalize-space()={text}]"),
            Self::Field => {
                let label = format!("//label[text()[normalize-space()={text}]]");
                format!("{label}//input | //*[@id={label}/@for]")
            }
        }
    }
}

/// A browser that knows nobody, in one language.
#[derive(Debug)]
pub(crate) struct Browser {
    client: Client,
    site: String,
    language: Language,
}

impl Browser {
    /// One for the site at this address.
    pub(crate) async fn open(site: &str, language: Language) -> Self {
        let browser = Self {
            client: window::take().await,
            site: site.to_owned(),
            language,
        };
        // Which of the two languages the browser itself asks for.
        let headers = json!({"headers": {"Accept-Language": language.tag()}});
        browser.cdp("Network.setExtraHTTPHeaders", headers).await;
        browser.size(1280, 900).await;
        browser
    }

    /// The words of the browser's language.
    pub(crate) fn say<'a>(&self, dutch: &'a str, english: &'a str) -> &'a str {
        match self.language {
            Language::Dutch => dutch,
            Language::English => english,
        }
    }

    /// The language of this browser.
    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// Opens a page of the site.
    pub(crate) async fn go(&self, path: &str) {
        let address = format!("{}{path}", self.site);
        let opened = self.client.goto(&address).await;
        opened.unwrap_or_else(|error| panic!("{path} cannot be opened: {error}"));
    }

    /// Loads the page anew.
    pub(crate) async fn reload(&self) {
        self.client.refresh().await.expect("the page loads anew");
    }

    /// The path of the page with what follows a `?`.
    pub(crate) async fn path(&self) -> String {
        let address = self.client.current_url().await.expect("an address");
        let query = address.query().map(|it| format!("?{it}"));
        format!("{}{}", address.path(), query.unwrap_or_default())
    }

    /// Waits until the page's path starts so.
    pub(crate) async fn arrives(&self, path: &str) {
        let here = async || self.path().await.starts_with(path).then_some(());
        self.until(&format!("the path starts with {path}"), here)
            .await;
    }

    /// Follows a link by its text.
    pub(crate) async fn link(&self, text: &str) {
        self.click(Sort::Link, text).await;
    }

    /// Presses a button by its text.
    pub(crate) async fn press(&self, text: &str) {
        self.click(Sort::Button, text).await;
    }

    /// Opens what is folded away behind this text.
    pub(crate) async fn unfold(&self, text: &str) {
        self.click(Sort::Summary, text).await;
    }

    /// Goes to a page of the menu.
    pub(crate) async fn menu(&self, text: &str) {
        self.click(Sort::Menu, text).await;
    }

    /// Types into the field with this label, instead of what is there.
    pub(crate) async fn fill(&self, label: &str, text: &str) {
        let field = self.find(Sort::Field, label).await;
        field.clear().await.expect("a field that can be cleared");
        if !text.is_empty() {
            field.send_keys(text).await.expect("a field to type into");
        }
    }

    /// Chooses an option of the list with this label.
    pub(crate) async fn choose(&self, label: &str, option: &str) {
        let list = self.find(Sort::Field, label).await;
        // Behind the name an option may say in brackets of which type it is.
        let (name, typed) = (quoted(option), quoted(&format!("{option} (")));
        let path = format!(
            "./option[normalize-space()={name} or starts-with(normalize-space(), {typed})]"
        );
        let option = list.find(Locator::XPath(&path)).await;
        let option = option.unwrap_or_else(|error| panic!("“{label}” lacks an option: {error}"));
        option.click().await.expect("an option to click");
    }

    /// Ticks a box or takes the tick away.
    pub(crate) async fn tick(&self, label: &str, on: bool) {
        let field = self.find(Sort::Field, label).await;
        if field.is_selected().await.expect("a box") != on {
            field.click().await.expect("a box to click");
        }
    }

    /// Whether a box is ticked.
    pub(crate) async fn ticked(&self, label: &str) -> bool {
        let field = self.find(Sort::Field, label).await;
        field.is_selected().await.expect("a box")
    }

    /// What a field holds.
    pub(crate) async fn value(&self, label: &str) -> String {
        let field = self.find(Sort::Field, label).await;
        field
            .prop("value")
            .await
            .expect("a field")
            .unwrap_or_default()
    }

    /// Waits until the page shows this.
    pub(crate) async fn sees(&self, text: &str) {
        let shown = async || self.text().await.contains(text).then_some(());
        self.until(&format!("the page shows “{text}”"), shown).await;
    }

    /// The page does not show this. For what has been waited for already.
    pub(crate) async fn lacks(&self, text: &str) {
        let shown = self.text().await;
        assert!(!shown.contains(text), "“{text}” is on the page:\n{shown}");
    }

    /// What a person can read on the page.
    pub(crate) async fn text(&self) -> String {
        let text = self
            .run("return document.body ? document.body.innerText : '';")
            .await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// What a script answers.
    pub(crate) async fn run(&self, script: &str) -> Value {
        let answer = self.client.execute(script, Vec::new()).await;
        answer.expect("a script that runs")
    }

    /// What a script answers that takes its time.
    pub(crate) async fn run_async(&self, script: &str, arguments: Vec<Value>) -> Value {
        let answer = self.client.execute_async(script, arguments).await;
        answer.expect("a script that ends")
    }

    /// Presses keys wherever the focus is.
    pub(crate) async fn keys(&self, keys: &str) {
        let focused = self.client.active_element().await.expect("a focus");
        focused.send_keys(keys).await.expect("keys");
    }

    /// The text of what has the focus: of a field its label.
    pub(crate) async fn focus(&self) -> String {
        let script = "const it = document.activeElement; if (!it || it === document.body) return ''; \
             const label = it.labels && it.labels.length ? it.labels[0] : it; \
             return label.textContent.replace(/\\s+/g, ' ').trim();";
        self.run(script)
            .await
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// The size of the window in pixels.
    pub(crate) async fn size(&self, width: u32, height: u32) {
        let metrics =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.cdp("Emulation.setDeviceMetricsOverride", metrics)
            .await;
    }

    /// Whether the user likes it dark.
    pub(crate) async fn dark(&self, dark: bool) {
        let scheme = if dark { "dark" } else { "light" };
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.cdp("Emulation.setEmulatedMedia", features).await;
    }

    /// Switches scripts of pages off.
    pub(crate) async fn without_scripts(&self) {
        self.cdp(
            "Emulation.setScriptExecutionDisabled",
            json!({"value": true}),
        )
        .await;
    }

    /// What the window shows, as a PNG in base64.
    pub(crate) async fn picture(&self) -> String {
        self.captured(json!({"format": "png"})).await
    }

    /// The whole page, however long it is.
    pub(crate) async fn whole_picture(&self) -> String {
        let sizes = self.cdp("Page.getLayoutMetrics", json!({})).await;
        let page = &sizes["cssContentSize"];
        let clip =
            json!({"x": 0, "y": 0, "width": page["width"], "height": page["height"], "scale": 1});
        // Larger files, in a fraction of the time.
        let how = json!({
            "format": "png", "captureBeyondViewport": true, "clip": clip, "optimizeForSpeed": true,
        });
        self.captured(how).await
    }

    async fn captured(&self, how: Value) -> String {
        let picture = self.cdp("Page.captureScreenshot", how).await;
        picture["data"].as_str().expect("a picture").to_owned()
    }

    /// What the browser complained about since the last time: policies of the
    /// page that were broken, and errors in scripts.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let log = self
            .client
            .issue_cmd(Command::log())
            .await
            .expect("the browser's log");
        let lines = log.as_array().cloned().unwrap_or_default();
        // An answer that is not 200, of a form that was refused, is no complaint,
        // and neither is advice of the browser's makers.
        let advice = |it: &Value| it["source"] == "network" || it["level"] == "DEBUG";
        let complains = |it: &&Value| !advice(it);
        lines
            .iter()
            .filter(complains)
            .map(ToString::to_string)
            .collect()
    }

    /// Asks the browser's own protocol for what WebDriver does not know.
    pub(crate) async fn cdp(&self, method: &str, parameters: Value) -> Value {
        window::cdp(&self.client, method, &parameters).await
    }

    /// Has the site know this session, as after a log-in.
    pub(crate) async fn know(&self, token: &str) {
        let cookie =
            json!({"name": "koppel_session", "value": token, "url": self.site, "httpOnly": true});
        self.cdp("Network.setCookie", cookie).await;
    }

    /// The user is done; the next one begins anew.
    pub(crate) async fn close(self) {
        window::give_back(self.client).await;
    }

    async fn click(&self, sort: Sort, text: &str) {
        let clicked = async || {
            let element = self.look(sort, text).await?;
            match element.click().await {
                Ok(()) => Some(()),
                // The page put another one in its place, or it moves.
                Err(error) if error.is_stale_element_reference() || is_in_the_way(&error) => None,
                Err(error) => panic!("{sort:?} “{text}” cannot be clicked: {error}"),
            }
        };
        self.until(&format!("there is a {sort:?} “{text}” to click"), clicked)
            .await;
    }

    async fn find(&self, sort: Sort, text: &str) -> Element {
        let found = async || self.look(sort, text).await;
        self.until(&format!("there is a {sort:?} “{text}”"), found)
            .await
    }

    async fn look(&self, sort: Sort, text: &str) -> Option<Element> {
        let found = self
            .client
            .find_all(Locator::XPath(&sort.path(text)))
            .await
            .ok()?;
        for element in found {
            if element.is_displayed().await.unwrap_or_default() {
                return Some(element);
            }
        }
        None
    }

    /// Looks again and again until there is something, or fails with what was
    /// waited for and what the page shows instead.
    pub(crate) async fn until<T>(&self, what: &str, look: impl AsyncFn() -> Option<T>) -> T {
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(found) = look().await {
                return found;
            }
            if Instant::now() > deadline {
                let (path, text) = (self.path().await, self.text().await);
                panic!("waited {DEADLINE:?}: {what}; {path} shows\n{text}");
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Whether something lies over what was to be clicked, for a moment.
fn is_in_the_way(error: &CmdError) -> bool {
    matches!(error, CmdError::Standard(it) if it.error == ErrorStatus::ElementClickIntercepted)
}

/// A text in an XPath expression, which knows no escapes.
fn quoted(text: &str) -> String {
    if text.contains('\'') {
        let parts: Vec<String> = text.split('\'').map(|it| format!("'{it}'")).collect();
        format!("concat({})", parts.join(", \"'\", "))
    } else {
        format!("'{text}'")
    }
}
