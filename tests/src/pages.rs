//! The pages of a world, and a browser without script in front of them.

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use host_demo::web::{Pages, router};
use tower::ServiceExt;

use crate::World;

/// The pages of a world, as somebody sees them who is logged in.
#[derive(Clone, Debug)]
pub struct Browser {
    pages: Router,
    cookie: String,
    /// The language of the browser: `en` or `nl`.
    pub language: &'static str,
}

/// What a request came to.
#[derive(Clone, Debug)]
pub struct Answer {
    /// How it ended.
    pub status: StatusCode,
    /// Where the browser is sent.
    pub location: String,
    /// What kind of content it is.
    pub content_type: String,
    /// The page.
    pub body: String,
}

impl World {
    /// The browser of a user of this world.
    pub async fn browser(&self, user: &str) -> Browser {
        let token = self.host.crm().open_session(user).await.expect("logged in");
        let pages = Pages::open(self.host.clone()).await.expect("texts");
        Browser {
            pages: router(pages),
            cookie: format!("koppel_session={token}"),
            language: "en",
        }
    }
}

impl Browser {
    /// The same browser, set to Dutch.
    #[must_use]
    pub fn in_dutch(&self) -> Self {
        Self {
            language: "nl",
            ..self.clone()
        }
    }

    /// Asks for an address.
    pub async fn get(&self, address: &str) -> Answer {
        let request = self.request(Method::GET, address).body(Body::empty());
        self.send(request.expect("a request")).await
    }

    /// A page that must be there.
    pub async fn page(&self, address: &str) -> String {
        let answer = self.get(address).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}: {}", answer.body);
        answer.body
    }

    /// Sends a form with the secret of the session, as its page carries it.
    pub async fn post(&self, address: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.page("/").await;
        let secret = page.split("name=\"form_secret\" value=\"").nth(1);
        let secret = secret.and_then(|it| it.split('"').next());
        let secret = [("form_secret", secret.expect("a form"))];
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(secret).extend_pairs(fields);
        let request = self
            .request(Method::POST, address)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body.finish()));
        self.send(request.expect("a request")).await
    }

    /// Tries a form without carrying it out; answers what would happen.
    pub async fn dry_run(&self, address: &str, fields: &[(&str, &str)]) -> String {
        let fields = [fields, &[("dry-run", "yes")]].concat();
        let answer = self.post(address, &fields).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}: {}", answer.body);
        let said = "Nothing was saved and nothing sent.";
        assert!(answer.body.contains(said), "{address}: {}", answer.body);
        answer.body
    }

    fn request(&self, method: Method, address: &str) -> axum::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(address)
            .header(header::COOKIE, &self.cookie)
            .header(header::ACCEPT_LANGUAGE, self.language)
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.pages.clone().oneshot(request).await.expect("a page");
        let header = |name| {
            let value = response.headers().get(name);
            let value = value.and_then(|it: &axum::http::HeaderValue| it.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let (status, location) = (response.status(), header(header::LOCATION));
        let content_type = header(header::CONTENT_TYPE);
        let body = axum::body::to_bytes(response.into_body(), 1 << 24).await;
        Answer {
            status,
            location,
            content_type,
            body: String::from_utf8(body.expect("a body").to_vec()).expect("text"),
        }
    }
}

/// The text of a page without its markup, each blank once.
#[must_use]
pub fn text_of(page: &str) -> String {
    let mut text = String::new();
    for part in page.split('<') {
        let words = part.split_once('>').map_or(part, |(_, words)| words);
        text.push_str(words);
        text.push(' ');
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The row of a table that starts with this cell, as text.
#[must_use]
pub fn row_of(page: &str, name: &str) -> String {
    let row = page
        .split("<tr")
        .map(|it| format!("<tr{}", it.split("</tr>").next().unwrap_or_default()))
        .find(|it| text_of(it).starts_with(name));
    row.map_or_else(|| panic!("no row `{name}` in {page}"), |it| text_of(&it))
}
