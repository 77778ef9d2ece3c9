//! Pages of a list.

use serde_json::{Value, json};

use super::{ApiError, Call};
use crate::http::Response;
use crate::state::State;
use crate::switches::{LastPage, OverMaximum, PagingAfter};

/// Which page is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) after: usize,
    pub(crate) size: usize,
}

/// Reads `after` and `pageSize`.
pub(crate) fn page(state: &State, call: &Call<'_>) -> Result<Page, ApiError> {
    let limits = &state.switches.limits;
    let number = |name: &str, default: usize| match call.query.get(name) {
        None => Ok(default),
        Some(it) => it
            .parse()
            .map_err(|_| ApiError::params(&format!("invalid {name}"))),
    };
    let after = number("after", 0)?;
    let size = number("pageSize", limits.page_size)?;
    if size == 0 {
        return Err(ApiError::params("invalid pageSize"));
    }
    if size > limits.max_page_size && limits.over_max_page_size == OverMaximum::Refused {
        return Err(ApiError::params("pageSize too large"));
    }
    Ok(Page {
        after,
        size: size.min(limits.max_page_size),
    })
}

impl Page {
    /// The rows of this page.
    pub(crate) fn cut<T>(self, rows: Vec<T>) -> (Vec<T>, bool) {
        let more = rows.len() > self.after.saturating_add(self.size);
        (
            rows.into_iter().skip(self.after).take(self.size).collect(),
            more,
        )
    }

    /// The answer: `{paging, <name>: rows}`.
    pub(crate) fn answer(
        self,
        state: &State,
        call: &Call<'_>,
        rows: (&str, Vec<Value>, bool),
    ) -> Response {
        let (name, rows, more) = rows;
        let shape = &state.switches.shape;
        let mut body = json!({name: rows});
        let next_after = self.after + self.size;
        let after = match shape.paging_after {
            PagingAfter::Asked => self.after,
            PagingAfter::Next => next_after,
        };
        let mut paging = json!({"after": after});
        let has_next = more || shape.last_page == LastPage::NextToEmpty;
        if has_next {
            paging["next"] = Value::from(self.next(state, call, next_after));
        }
        if has_next || shape.last_page != LastPage::WithoutPaging {
            body["paging"] = paging;
        }
        Response::json(200, &body)
    }

    fn next(self, state: &State, call: &Call<'_>, next_after: usize) -> String {
        let is_paging = |it: &&str| {
            it.starts_with("after=") || it.starts_with("pageSize=") || it.starts_with("oauth_")
        };
        let kept = call
            .raw_query
            .split('&')
            .filter(|it| !it.is_empty() && !is_paging(it));
        let mut query: Vec<String> = kept.map(str::to_owned).collect();
        query.push(format!("after={next_after}"));
        query.push(format!("pageSize={}", self.size));
        let base = if state.switches.shape.next_is_absolute {
            call.base_url.as_str()
        } else {
            ""
        };
        format!("{base}{}?{}", call.path, query.join("&"))
    }
}
