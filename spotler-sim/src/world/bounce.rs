//! Messages that came back.

use serde::{Deserialize, Serialize};

use super::World;
use super::contact::Reason;
use super::ledger::{Event, Stamp};

/// A message that came back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bounce {
    /// When.
    pub at_ms: i64,
    /// Number of the contact.
    pub contact: u64,
    /// Whether for good.
    pub hard: bool,
    /// Id of the mailing, if it was one.
    pub mailing: Option<String>,
}

/// How a message came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Returned {
    pub(crate) hard: bool,
    pub(crate) mailing: Option<String>,
}

impl World {
    /// Records a bounce; answers whether it made the contact inactive.
    pub(crate) fn bounce(
        &mut self,
        id: u64,
        returned: Returned,
        soft_limit: u32,
        stamp: &Stamp,
    ) -> bool {
        let Returned { hard, mailing } = returned;
        self.bounces.push(Bounce {
            at_ms: stamp.at_ms,
            contact: id,
            hard,
            mailing,
        });
        self.note(id, Event::Bounced { hard }, stamp);
        let in_a_row = self.contacts.change(id, |contact| {
            contact.soft_bounces_in_a_row += u32::from(!hard);
            contact.soft_bounces_in_a_row
        });
        let reason = if hard {
            Reason::HardBounce
        } else {
            Reason::SoftBounce
        };
        let enough = hard || in_a_row.is_some_and(|it| it >= soft_limit);
        if enough {
            self.deactivate(id, reason, stamp);
        }
        enough
    }
}
