//! What the component answers to a question, or the sentence that says why it
//! does not.

use super::{trouble::Trouble, visit::Visit};
use crate::host::HostError;

impl Visit {
    /// The answer to a question; a refusal becomes a page with its reason.
    pub(crate) fn told<T, E: Into<HostError>>(&self, answer: Result<T, E>) -> Result<T, Trouble> {
        answer.map_err(|error| {
            let error = error.into();
            match self.explainer.refusal(self.language(), &error) {
                Some(text) => Trouble::Refused(text),
                None => error.into(),
            }
        })
    }
}
