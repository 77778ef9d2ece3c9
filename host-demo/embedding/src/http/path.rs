//! Method and path of a request without anything that could name a person.

/// The words of Spotler's paths. Everything else in a path is taken for an id.
const WORDS: &[&str] = &[
    "account",
    "audience",
    "automation",
    "bounces",
    "bounced",
    "campaign",
    "campaign-mailing",
    "channels",
    "clicked",
    "clicks",
    "contact",
    "contacts",
    "conversion",
    "email",
    "form",
    "list",
    "mailing",
    "mailing-interaction",
    "opened",
    "opens",
    "order",
    "permissions",
    "product",
    "properties",
    "recipients",
    "result",
    "search",
    "sent",
    "statistics",
    "stop",
    "templist",
    "trend-report",
    "trigger",
    "unsubscribe",
    "updates",
];

/// `GET /contact/{id}`: for metrics and history.
pub(crate) fn template(method: &http::Method, path: &str) -> String {
    let segments = path.split('/').filter(|it| !it.is_empty()).map(|segment| {
        if WORDS.contains(&segment) {
            segment
        } else {
            "{id}"
        }
    });
    let method = match method.as_str() {
        known @ ("GET" | "POST" | "PUT" | "DELETE" | "HEAD" | "PATCH") => known,
        _ => "OTHER",
    };
    segments.fold(format!("{method} "), |text, segment| text + "/" + segment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Method;

    #[test]
    fn a_template_names_nobody() {
        assert_eq!(template(&Method::GET, "/contact/anna"), "GET /contact/{id}");
        assert_eq!(
            template(&Method::POST, "/contact/list"),
            "POST /contact/list"
        );
        assert_eq!(
            template(&Method::GET, "/mailing/x1/opens/a%40b.nl"),
            "GET /mailing/{id}/opens/{id}"
        );
        assert_eq!(template(&Method::POST, "/contact/"), "POST /contact");
    }
}
