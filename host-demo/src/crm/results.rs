//! The results of a campaign or of one mailing, as the campaign activity shows
//! them: seven rows, each with percentage, unique, total and last action
//! (PV-24). The newest snapshot of each mailing counts.

use super::mailings::StoredMailing;
use crate::contract::{Medium, Snapshot, Tally};

/// What is counted, in the order of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Accepted by the receiving server.
    Delivered,
    /// Opened.
    Opened,
    /// A link followed.
    Clicked,
    /// Images downloaded.
    Downloaded,
    /// Unsubscribed or complained.
    Unsubscribed,
    /// Came back for now.
    SoftBounced,
    /// Came back for good.
    HardBounced,
}

impl Counted {
    /// All rows of the screen.
    pub const ALL: [Self; 7] = [
        Self::Delivered,
        Self::Opened,
        Self::Clicked,
        Self::Downloaded,
        Self::Unsubscribed,
        Self::SoftBounced,
        Self::HardBounced,
    ];

    /// The word for it, in JSON and on the command line.
    pub fn code(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Opened => "opened",
            Self::Clicked => "clicked",
            Self::Downloaded => "downloaded",
            Self::Unsubscribed => "unsubscribed",
            Self::SoftBounced => "soft-bounced",
            Self::HardBounced => "hard-bounced",
        }
    }

    /// Whether it can happen with a message of this kind (RE-43).
    fn applies(self, medium: Medium) -> bool {
        match self {
            Self::Delivered | Self::Unsubscribed | Self::SoftBounced | Self::HardBounced => true,
            Self::Opened | Self::Clicked | Self::Downloaded => medium == Medium::Email,
        }
    }
}

/// One row of the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultRow {
    /// What is counted.
    pub counted: Counted,
    /// Unique of sent, in tenths of a per cent: 125 is 12.5 %. Nothing sent is
    /// 0; none where it does not apply.
    pub per_mille: Option<u64>,
    /// How many contacts; none where it does not apply.
    pub unique: Option<u64>,
    /// How often; none where Spotler does not tell.
    pub total: Option<u64>,
    /// When last; none where it never happened or Spotler does not tell.
    pub last_at: Option<u64>,
}

/// The seven rows over some mailings, each with its newest snapshot; a mailing
/// of which there is none yet counts with what was sent.
pub fn results(mailings: &[(StoredMailing, Option<Snapshot>)]) -> Vec<ResultRow> {
    Counted::ALL
        .into_iter()
        .map(|counted| row(counted, mailings))
        .collect()
}

fn row(counted: Counted, mailings: &[(StoredMailing, Option<Snapshot>)]) -> ResultRow {
    let mut sent = 0;
    let mut unique = 0;
    let (mut total, mut last_at) = (None::<u64>, None);
    let mut applies = mailings.is_empty();
    for (mailing, snapshot) in mailings {
        if !counted.applies(mailing.mailing.medium) {
            continue;
        }
        applies = true;
        sent += snapshot
            .as_ref()
            .map_or(mailing.mailing.sent, |it| it.statistics.sent);
        let Some(snapshot) = snapshot else { continue };
        let (people, tally) = of_snapshot(counted, mailing, snapshot);
        unique += people;
        if let Some(more) = tally.total {
            total = Some(total.unwrap_or(0) + more);
        }
        last_at = last_at.max(tally.last_at);
    }
    ResultRow {
        counted,
        per_mille: applies.then(|| per_mille(unique, sent)),
        unique: applies.then_some(unique),
        total,
        last_at,
    }
}

fn of_snapshot(counted: Counted, mailing: &StoredMailing, snapshot: &Snapshot) -> (u64, Tally) {
    let (people, tallies) = (&snapshot.statistics, &snapshot.tallies);
    match counted {
        // One message to each contact, at the moment of the mailing.
        Counted::Delivered => {
            let tally = Tally {
                total: Some(people.accepted),
                last_at: (people.accepted > 0).then_some(mailing.mailing.sent_at),
            };
            (people.accepted, tally)
        }
        Counted::Opened => (people.opened, tallies.opened),
        Counted::Clicked => (people.clicked, tallies.clicked),
        Counted::Downloaded => (people.rendered, tallies.rendered),
        // Spotler counts them, and tells neither who nor when.
        Counted::Unsubscribed => {
            let tally = Tally {
                total: None,
                last_at: None,
            };
            (people.unsubscribed, tally)
        }
        Counted::SoftBounced => (people.soft_bounced, tallies.soft_bounced),
        Counted::HardBounced => (people.hard_bounced, tallies.hard_bounced),
    }
}

/// How many contacts had opened at each moment at which results were read, over
/// several mailings: of each the newest result up to that moment counts.
pub fn opened_over_time(mailings: &[Vec<Snapshot>]) -> Vec<(u64, u64)> {
    let all = mailings.iter().flatten();
    let moments: std::collections::BTreeSet<u64> = all.map(|it| it.at).collect();
    let opened_by = |moment: u64| {
        let newest = |of: &Vec<Snapshot>| {
            let until = of.iter().filter(|it| it.at <= moment);
            until.max_by_key(|it| it.at).map(|it| it.statistics.opened)
        };
        mailings.iter().filter_map(newest).sum()
    };
    moments.into_iter().map(|at| (at, opened_by(at))).collect()
}

/// Unique of sent in tenths of a per cent, rounded half up; nothing sent is 0.
fn per_mille(unique: u64, sent: u64) -> u64 {
    let (unique, sent) = (u128::from(unique), u128::from(sent));
    let rounded = (unique * 2000 + sent).checked_div(sent * 2).unwrap_or(0);
    u64::try_from(rounded).unwrap_or(u64::MAX)
}

/// Tenths of a per cent as people read them.
pub fn percentage(per_mille: u64) -> String {
    format!("{}.{} %", per_mille / 10, per_mille % 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{Mailing, Statistics, Tallies};

    fn mailing(medium: Medium, sent: u64) -> StoredMailing {
        StoredMailing {
            mailing: Mailing {
                id: "m".into(),
                name: "Nieuws".into(),
                medium,
                online_version: None,
                sent_at: 7,
                sent,
            },
            details: None,
        }
    }

    fn snapshot(sent: u64, opened: u64, last_at: u64) -> Snapshot {
        let none = Tally {
            total: Some(0),
            last_at: None,
        };
        Snapshot {
            at: 9,
            statistics: Statistics {
                sent,
                accepted: sent,
                opened,
                rendered: 0,
                clicked: 0,
                hard_bounced: 0,
                soft_bounced: 0,
                not_retained: 0,
                conversion_clicked: 0,
                unsubscribed: 1,
                to_webshop: None,
                carts_created: None,
                carts_converted: None,
                revenue: None,
            },
            tallies: Tallies {
                opened: Tally {
                    total: Some(opened * 2),
                    last_at: Some(last_at),
                },
                rendered: none,
                clicked: none,
                soft_bounced: none,
                hard_bounced: none,
            },
            is_last: false,
        }
    }

    /// PV-24: nothing sent is 0 %, and no division fails.
    #[test]
    fn nothing_sent_is_nought_per_cent() {
        for mailings in [
            vec![],
            vec![(mailing(Medium::Email, 0), None)],
            vec![(mailing(Medium::Email, 0), Some(snapshot(0, 0, 0)))],
        ] {
            let rows = results(&mailings);
            assert_eq!(rows.len(), 7);
            assert!(rows.iter().all(|it| it.per_mille == Some(0)), "{rows:?}");
        }
        assert_eq!(
            (per_mille(1, 3), percentage(333)),
            (333, "33.3 %".to_owned())
        );
        assert_eq!((per_mille(2, 3), per_mille(1, 2000)), (667, 1));
        assert_eq!(per_mille(u64::MAX, u64::MAX), 1000);
    }

    /// PV-24: several mailings to one list are one campaign.
    #[test]
    fn the_rows_of_a_campaign_are_over_all_its_mailings() {
        let rows = results(&[
            (mailing(Medium::Email, 10), Some(snapshot(10, 2, 50))),
            (mailing(Medium::Email, 30), Some(snapshot(30, 3, 40))),
        ]);
        let opened = &rows[1];
        assert_eq!((opened.per_mille, opened.unique), (Some(125), Some(5)));
        assert_eq!((opened.total, opened.last_at), (Some(10), Some(50)));
        let (delivered, unsubscribed) = (&rows[0], &rows[4]);
        assert_eq!(
            (delivered.per_mille, delivered.last_at),
            (Some(1000), Some(7))
        );
        assert_eq!((unsubscribed.unique, unsubscribed.total), (Some(2), None));
    }

    /// RE-05: the curve of a campaign never falls because another mailing was read.
    #[test]
    fn opens_over_time_are_summed_over_the_mailings() {
        let at = |at: u64, opened: u64| Snapshot {
            at,
            ..snapshot(10, opened, 0)
        };
        let curve = opened_over_time(&[vec![at(10, 1), at(30, 4)], vec![at(20, 2)], vec![]]);
        assert_eq!(curve, [(10, 1), (20, 3), (30, 6)]);
        assert!(opened_over_time(&[]).is_empty());
    }

    /// RE-43
    #[test]
    fn opens_of_a_text_message_do_not_apply() {
        let rows = results(&[(mailing(Medium::Sms, 5), Some(snapshot(5, 0, 0)))]);
        let told: Vec<Option<u64>> = rows.iter().map(|it| it.unique).collect();
        assert_eq!(told, [Some(5), None, None, None, Some(1), Some(0), Some(0)]);
    }
}
