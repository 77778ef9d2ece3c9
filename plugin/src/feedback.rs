//! What feedback becomes in the CRM: lines in the timeline with Spotler as their
//! source, one for each message, updated and never doubled (DA-66, DA-70).

use crate::change::{Activity, ActivityKind, CrmChange};
use crate::crm::{Facts, RecordRef, Timestamp};
use crate::memory::messages::KnownMessage;
use crate::profile::SmsActivity;
use crate::report::{Bounce, Form, FormResult, Link, Medium};

const HOUR_MS: Timestamp = 3_600_000;
const DAY_MS: Timestamp = 24 * HOUR_MS;

/// When after sending the results of a mailing are read (RE-05). After the last
/// one the response counts as settled.
pub const SNAPSHOTS: [Timestamp; 6] = [
    HOUR_MS,
    DAY_MS,
    3 * DAY_MS,
    7 * DAY_MS,
    14 * DAY_MS,
    28 * DAY_MS,
];

/// Whether a snapshot is due, and which one is next after it: what was missed
/// is passed over. None where nothing is due yet.
pub fn snapshot_due(sent_at: Timestamp, next: usize, now: Timestamp) -> Option<usize> {
    let passed = SNAPSHOTS
        .iter()
        .filter(|it| now >= sent_at.saturating_add(**it))
        .count();
    (passed > next).then_some(passed)
}

/// What one person did with a message, or what became of it.
#[derive(Clone, Copy, Debug)]
pub enum News<'n> {
    /// It was sent.
    Sent,
    /// It was opened.
    Opened,
    /// A link of it was followed.
    Clicked(Option<&'n Link>),
    /// It came back.
    Bounced(Option<Bounce>),
}

/// A message to one person.
#[derive(Clone, Copy, Debug)]
pub struct Told<'t> {
    /// Spotler's id of the message.
    pub id: &'t str,
    /// What it is.
    pub message: &'t KnownMessage,
    /// To whom.
    pub target: &'t RecordRef,
    /// In which participation in a journey.
    pub participation: Option<&'t str>,
    /// When.
    pub at: Timestamp,
}

impl Told<'_> {
    /// What tells this message to this person from every other: the person, or
    /// the participation, because a journey may send the same message twice.
    pub fn key(&self) -> String {
        match self.participation {
            Some(participation) => format!("spotler/{}/{participation}", self.id),
            None => format!("spotler/{}/{}", self.id, self.target.key()),
        }
    }

    /// The line in the timeline. What is not known yet is not told, so that
    /// nothing that was told before is taken back; what does not apply to a text
    /// message is said to be so (RE-43).
    pub fn activity(&self, news: News<'_>, sms: SmsActivity) -> CrmChange {
        let kind = match (self.message.medium, sms) {
            (Medium::Email, _) => ActivityKind::Email,
            (Medium::Sms, SmsActivity::Sms) => ActivityKind::Sms,
            (Medium::Sms, SmsActivity::Phone) => ActivityKind::Phone,
        };
        let title = self.message.subject.as_ref().unwrap_or(&self.message.name);
        CrmChange::Activity(Activity {
            key: self.key(),
            target: self.target.clone(),
            kind,
            // One moment for all news of a mailing, so that the line stays where
            // it is.
            at: self.message.sent_at().unwrap_or(self.at),
            title: title.clone(),
            facts: self.facts(news),
        })
    }

    fn facts(&self, news: News<'_>) -> Facts {
        let mut facts = Facts::new();
        let mut tell = |name: &str, value: &str| facts.push((name.to_owned(), value.to_owned()));
        tell("source", "spotler");
        tell("message", self.id);
        tell("name", &self.message.name);
        let mailing = self.message.mailing.as_ref();
        if let Some(link) = mailing.and_then(|it| it.online_version.as_deref()) {
            tell("online-version", link);
        }
        if let Some(participation) = self.participation {
            tell("participation", participation);
        }
        if self.message.medium == Medium::Sms {
            tell("opened", "not-applicable");
            tell("clicked", "not-applicable");
        }
        match news {
            News::Sent => {}
            News::Opened => tell("opened", "yes"),
            News::Clicked(link) => {
                tell("opened", "yes");
                tell("clicked", "yes");
                if let Some(link) = link {
                    tell(&format!("clicked-link-{}", link.id), &link.name);
                }
            }
            News::Bounced(Some(Bounce::Hard)) => tell("bounced", "hard"),
            News::Bounced(Some(Bounce::Soft)) => tell("bounced", "soft"),
            News::Bounced(None) => tell("bounced", "unknown"),
        }
        facts
    }
}

/// The line in the timeline about a form that was filled in. The answers stay at
/// Spotler.
pub fn form_activity(form: &Form, result: &FormResult, target: &RecordRef) -> CrmChange {
    let completed = if result.completed { "yes" } else { "no" };
    let facts = [
        ("source", "spotler"),
        ("form", &form.id),
        ("form-result", &result.id),
        ("form-type", &form.form_type),
        ("completed", completed),
    ];
    CrmChange::Activity(Activity {
        key: format!("spotler-form/{}/{}", form.id, result.id),
        target: target.clone(),
        kind: ActivityKind::Form,
        at: result.submitted_at,
        title: form.name.clone(),
        facts: facts
            .map(|(name, it)| (name.to_owned(), it.to_owned()))
            .into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RE-05: six times, then never again; what was missed is passed over.
    #[test]
    fn the_schedule_of_snapshots_ends() {
        let sent_at = 1_000;
        assert_eq!(snapshot_due(sent_at, 0, sent_at + HOUR_MS - 1), None);
        assert_eq!(snapshot_due(sent_at, 0, sent_at + HOUR_MS), Some(1));
        assert_eq!(snapshot_due(sent_at, 1, sent_at + HOUR_MS), None);
        assert_eq!(snapshot_due(sent_at, 1, sent_at + 8 * DAY_MS), Some(4));
        assert_eq!(snapshot_due(sent_at, 5, sent_at + 28 * DAY_MS), Some(6));
        assert_eq!(snapshot_due(sent_at, 6, sent_at + 999 * DAY_MS), None);
    }
}
