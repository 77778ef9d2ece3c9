//! Which mailings belong to a campaign: those to a list of exactly its name, sent while the list that the campaign made
//! had that name (PV-36, PV-51).

use jiff::Timestamp;

use crate::contract::SubjectChange;

/// The fact with the times in which the campaign had no list of its name.
pub const ABSENT: &str = "list-absent";

/// Whether a mailing to the list's name belongs to a campaign, by how the campaign stands. Without an export none does.
pub fn is_attached(stands: Option<&SubjectChange>, sent_at: u64) -> bool {
    let mut facts = stands.iter().flat_map(|it| &it.facts);
    let absent = facts.find(|it| it.name == ABSENT);
    absent.is_some_and(|it| !it.value.split(' ').any(|it| covers(it, sent_at)))
}

/// Whether a moment lies within an interval of ISO 8601, where `..` is an open end.
fn covers(interval: &str, at: u64) -> bool {
    let Some((from, until)) = interval.split_once('/') else {
        return false;
    };
    let end = |text: &str| {
        let moment: Option<Timestamp> = text.parse().ok();
        moment.and_then(|it| u64::try_from(it.as_millisecond()).ok())
    };
    end(from).is_none_or(|it| it < at) && end(until).is_none_or(|it| at < it)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{NamedValue, SyncStatus};

    fn stands(absent: &str) -> SubjectChange {
        SubjectChange {
            subject: "campaign".into(),
            id: "7".into(),
            status: SyncStatus::Succeeded,
            facts: vec![NamedValue {
                name: ABSENT.into(),
                value: absent.into(),
            }],
        }
    }

    /// PV-36, PV-51
    #[test]
    fn what_was_sent_while_the_list_was_away_is_not_attached() {
        let stands = stands(
            "../1970-01-01T00:00:05Z 1970-01-01T00:00:10Z/1970-01-01T00:00:20Z 1970-01-01T00:00:30Z/..",
        );
        let attached: Vec<u64> = [4, 5, 10, 11, 19, 20, 30, 31]
            .into_iter()
            .filter(|second| is_attached(Some(&stands), second * 1000))
            .collect();
        assert_eq!(attached, [5, 10, 20, 30]);
    }

    /// PV-51
    #[test]
    fn nothing_is_attached_to_a_campaign_that_was_not_exported() {
        assert!(!is_attached(None, 1));
        let without = SubjectChange {
            facts: Vec::new(),
            ..stands("")
        };
        assert!(!is_attached(Some(&without), 1));
        assert!(is_attached(Some(&stands("")), 1));
    }
}
