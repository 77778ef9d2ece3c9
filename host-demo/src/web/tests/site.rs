//! A host with its pages, and a browser that keeps its cookies.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use koppel_embedding::ManualClock;
use tower::ServiceExt;

use crate::{
    contract::{Permission, PermissionAttributes, RecordKind, RecordRef},
    crm::Edit,
    host::{DemoConfig, DemoHost},
    web::{Pages, router},
};

/// The password of `admin`, who has the right `spotler`, and of `femke`, who has none.
pub(crate) const PASSWORD: &str = "a long enough one";

/// A host with the component that comes along, and its pages.
pub(crate) struct Site {
    pub(crate) host: DemoHost,
    pub(crate) clock: ManualClock,
    pages: Router,
    _folder: tempfile::TempDir,
}

/// What a request came to.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    /// Where the browser is sent.
    pub(crate) fn location(&self) -> &str {
        let header = self.headers.get(header::LOCATION);
        header.and_then(|it| it.to_str().ok()).unwrap_or_default()
    }
}

impl Site {
    /// With the users `admin` and `femke`.
    pub(crate) async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = ManualClock::at(1_800_000_000_000);
        let config = DemoConfig {
            key: koppel_embedding::secret::KeySource::File,
            component: crate::crm::testing::component(),
            clock: Arc::new(clock.clone()),
            ..DemoConfig::new(folder.path().join("crm.sqlite"))
        };
        let host = DemoHost::open(config).await.expect("a host");
        let crm = host.crm();
        crm.set_user("femke", "Femke", &[]).await.expect("saved");
        for user in ["admin", "femke"] {
            crm.set_password(user, PASSWORD).await.expect("set");
        }
        let pages = router(Pages::open(host.clone()).await.expect("texts"));
        Self {
            host,
            clock,
            pages,
            _folder: folder,
        }
    }

    /// Nobody's browser.
    pub(crate) fn stranger(&self) -> Browser<'_> {
        Browser {
            site: self,
            cookie: String::new(),
            language: "en",
        }
    }

    /// The browser of somebody who is logged in.
    pub(crate) async fn browser(&self, user: &str) -> Browser<'_> {
        let token = self.host.crm().open_session(user).await.expect("logged in");
        Browser {
            site: self,
            cookie: format!("koppel_session={token}"),
            language: "en",
        }
    }

    pub(crate) async fn contact(&self, id: &str, last_name: &str) -> RecordRef {
        let reference = RecordRef {
            kind: RecordKind::Contact,
            id: id.to_owned(),
        };
        let edit = Edit::new().text("last_name", last_name);
        let saved = self.host.crm().create(&reference, edit).await;
        saved.expect("saved");
        reference
    }

    /// The opt-in attributes that Spotler's account would have given.
    pub(crate) async fn permissions(&self, names: &[&str]) {
        let permissions = (1..).zip(names).map(|(bit, name)| Permission {
            bit,
            name: (*name).to_owned(),
        });
        let wanted = PermissionAttributes {
            category: "Spotler".to_owned(),
            permissions: permissions.collect(),
        };
        let crm = self.host.crm();
        crm.write(move |connection, tenant| {
            Box::pin(
                async move { crate::crm::attributes::ensure(connection, &tenant, &wanted).await },
            )
        })
        .await
        .expect("made");
    }

    /// How many events wait.
    pub(crate) async fn waiting(&self) -> u64 {
        let queue = self.host.crm().count_queue().await.expect("a queue");
        queue.waiting + queue.retrying
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.pages.clone().oneshot(request).await.expect("a page");
        let (status, headers) = (response.status(), response.headers().clone());
        let body = axum::body::to_bytes(response.into_body(), 1 << 22).await;
        let body = String::from_utf8(body.expect("a body").to_vec()).expect("text");
        Answer {
            status,
            headers,
            body,
        }
    }
}

/// A browser with its cookie.
#[derive(Clone)]
pub(crate) struct Browser<'a> {
    site: &'a Site,
    pub(crate) cookie: String,
    pub(crate) language: &'static str,
}

impl Browser<'_> {
    fn request(&self, method: Method, address: &str) -> axum::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(address)
            .header(header::COOKIE, &self.cookie)
            .header(header::ACCEPT_LANGUAGE, self.language)
    }

    pub(crate) async fn get(&self, address: &str) -> Answer {
        let request = self.request(Method::GET, address).body(Body::empty());
        self.site.send(request.expect("a request")).await
    }

    /// A page that must be there.
    pub(crate) async fn page(&self, address: &str) -> String {
        let answer = self.get(address).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}: {}", answer.body);
        answer.body
    }

    /// Sends a form with the secret that the page it stands on carries.
    pub(crate) async fn post(&self, address: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.get("/").await.body;
        let secret = page.split("name=\"form_secret\" value=\"").nth(1);
        let secret = secret
            .and_then(|it| it.split('"').next())
            .unwrap_or_default();
        let secret = [("form_secret", secret)];
        self.post_as_it_is(address, &[&secret, fields].concat())
            .await
    }

    pub(crate) async fn post_as_it_is(&self, address: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = form_urlencoded::Serializer::new(String::new());
        let body = body.extend_pairs(fields).finish();
        let request = self
            .request(Method::POST, address)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body));
        self.site.send(request.expect("a request")).await
    }
}
