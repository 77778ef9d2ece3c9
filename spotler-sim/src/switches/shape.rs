//! Switches for signatures and for the shape of answers.

use serde::{Deserialize, Serialize};

/// How signatures are checked and refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuthSwitches {
    /// Whether signatures are checked at all.
    pub required: bool,
    /// Status of a refused signature: 401, or 403.
    pub refusal_status: u16,
    /// Whether a refusal carries an error body.
    pub refusal_has_body: bool,
    /// How far a timestamp may be off in seconds; absent: any timestamp will do.
    pub timestamp_window_s: Option<u64>,
    /// Whether timestamps are compared with the virtual clock, or with this machine's.
    pub timestamps_follow_virtual_clock: bool,
    /// Whether a nonce that was used before is refused.
    pub refuse_used_nonces: bool,
}

impl Default for AuthSwitches {
    fn default() -> AuthSwitches {
        AuthSwitches {
            required: true,
            refusal_status: 401,
            refusal_has_body: true,
            timestamp_window_s: Some(300),
            timestamps_follow_virtual_clock: true,
            refuse_used_nonces: true,
        }
    }
}

/// How dates without a documented text form are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateForm {
    /// Milliseconds since 1970 as a number.
    EpochMs,
    /// ISO 8601 text with milliseconds and offset.
    Iso,
}

/// Which form the feeds of changes and bounces have on the pinned prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedShape {
    /// Paged on the unversioned prefix, a bare array on `-1.1.0`.
    ByPrefix,
    /// `{paging, …}` on both.
    Paged,
    /// A bare array on both.
    Bare,
}

/// What `paging.after` holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PagingAfter {
    /// The offset that was asked for.
    Asked,
    /// The offset of the next page.
    Next,
}

/// What the last page says about paging.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LastPage {
    /// `paging` without `next`.
    WithoutNext,
    /// No `paging` at all.
    WithoutPaging,
    /// `next` is there and leads to an empty page.
    NextToEmpty,
}

/// How answers are shaped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ShapeSwitches {
    /// How `created`, `lastChanged`, bounce dates and the like are written.
    pub dates: DateForm,
    /// Offset of ISO times that are written, and of times without offset that are read.
    pub offset_minutes: i32,
    /// Form of `contact/updates/list` and `contact/bounces/list`.
    pub feeds: FeedShape,
    /// What `paging.after` holds.
    pub paging_after: PagingAfter,
    /// What the last page says.
    pub last_page: LastPage,
    /// Whether `paging.next` is a whole URL or starts at the path.
    pub next_is_absolute: bool,
    /// Whether `POST contact/list` answers in the order of the request or in reverse.
    pub bulk_answers_in_order: bool,
    /// Whether refusals of audience calls have an error body.
    pub audience_errors_have_body: bool,
    /// Whether `Accept: application/xml` is refused with 406 or answered with JSON.
    pub refuse_xml: bool,
}

impl Default for ShapeSwitches {
    fn default() -> ShapeSwitches {
        ShapeSwitches {
            dates: DateForm::EpochMs,
            offset_minutes: 60,
            feeds: FeedShape::ByPrefix,
            paging_after: PagingAfter::Asked,
            last_page: LastPage::WithoutNext,
            next_is_absolute: true,
            bulk_answers_in_order: true,
            audience_errors_have_body: false,
            refuse_xml: true,
        }
    }
}
