//! Which of the contacts that we know a backup has already, while it runs.

use super::Memory;
use crate::ports::Ports;

/// Contacts by the backup's event and their external id.
const BACKED_UP: &str = "backed-up";

impl<P: Ports> Memory<'_, P> {
    /// Remembers that a backup has a contact.
    pub fn keep_backed_up(&self, event: &str, external_id: &str) {
        self.write(BACKED_UP, &format!("{event}/{external_id}"), &true);
    }

    /// Whether a backup has a contact; asked once, and forgotten with it.
    pub fn end_backed_up(&self, event: &str, external_id: &str) -> bool {
        let key = format!("{event}/{external_id}");
        let known: Option<bool> = self.read(BACKED_UP, &key);
        if known.is_some() {
            self.ports.delete(BACKED_UP, &key);
        }
        known.is_some()
    }
}
