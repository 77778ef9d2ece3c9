//! Spotler's own screens: what users do there, and what recipients do with their mail.

pub(crate) mod contact;
pub(crate) mod form;
pub(crate) mod journey;
pub(crate) mod list;
pub(crate) mod mailing;
pub(crate) mod recipient;

use serde_json::Value;

use crate::state::State;
use crate::world::ledger::{Cause, Stamp};

/// The stamp of an action, named as in JSON.
pub(crate) fn stamp(state: &State, action: &impl serde::Serialize) -> Stamp {
    let name = serde_json::to_value(action).ok();
    let name = name
        .as_ref()
        .and_then(|it| it.get("action"))
        .and_then(Value::as_str);
    let action = name.unwrap_or_default().to_owned();
    Stamp {
        at_ms: state.clock.now_ms(),
        cause: Cause::Ui { action },
    }
}
