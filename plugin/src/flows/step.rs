//! Steps of work that pages through keys or records.

use serde::{Deserialize, Serialize};

use crate::codes;
use crate::outcome::{Deferral, Outcome, Progress, Reason};

/// Where the next step starts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position {
    /// The next page of keys.
    pub(crate) next: Option<u64>,
    /// How many are done.
    pub(crate) done: u64,
}

/// Reads a cursor of ours; an unreadable one starts over, which does no harm.
pub(crate) fn position<T: for<'a> Deserialize<'a> + Default>(cursor: &str) -> T {
    serde_json::from_str(cursor).unwrap_or_default()
}

/// Another step follows.
pub(crate) fn again(position: Position) -> Outcome {
    let done = position.done;
    deferred(
        &position,
        Progress {
            done,
            total: done,
            unit: "records",
        },
    )
}

/// Another step follows, from any place.
pub(crate) fn deferred<T: Serialize>(position: &T, progress: Progress) -> Outcome {
    Outcome::Deferred(Deferral {
        reason: Reason::new(codes::STEP_DONE),
        not_before: None,
        cursor: serde_json::to_string(position).ok(),
        progress: Some(progress),
    })
}
