//! How a call ends that cannot go on, without losing why.
//!
//! The component has no standard error and no log. So before it traps it opens
//! a key-value bucket that no host has, named `trap: ` and the reason: a host
//! sees the name, can put it into its own error, and throws the call away as
//! it does with every trap. A host that knows nothing of this refuses the
//! bucket or makes an empty one, which goes with the call.
//!
//! What is told never holds a value: a place in the source, a message that is
//! a literal, the name of a bucket.

use std::panic::{self, PanicHookInfo};

use super::bindings::wasi::keyvalue::store;

/// Makes every panic from here on tell its place before it traps.
pub(super) fn tell_panics() {
    panic::set_hook(Box::new(|panic| tell(&describe(panic))));
}

/// Ends the call: it is thrown away and tried again.
pub(super) fn trap(reason: &str) -> ! {
    tell(reason);
    core::arch::wasm32::unreachable()
}

fn describe(panic: &PanicHookInfo<'_>) -> String {
    let place = panic
        .location()
        .map_or_else(String::new, ToString::to_string);
    // A message that was put together may hold what a person wrote.
    let literal = panic.payload().downcast_ref::<&'static str>();
    format!("{place}: {}", literal.unwrap_or(&"panicked"))
}

fn tell(reason: &str) {
    // Whatever the host answers, the call ends.
    let _bucket = store::open(&format!("trap: {reason}"));
}
