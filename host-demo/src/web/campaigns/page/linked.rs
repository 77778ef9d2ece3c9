//! The activities that are linked with a campaign (PV-24): the tasks about it, done or
//! not, and the mailings to its list.

use super::StoredMailing;
use crate::{
    contract::NamedValue,
    web::{
        links::{encoded, moment},
        subjects,
        trouble::Trouble,
        visit::Visit,
        words::words,
    },
};

/// The code of the tasks about campaigns.
const TASK: &str = "task-campaign";

words! {
    struct LinkedWords {
        title: "Gekoppelde activiteiten", "Linked activities";
        task: "Taak", "Task";
        open: "open", "open";
        done: "gedaan", "done";
        mailing: "Mailing", "Mailing";
        none: "Er zijn nog geen gekoppelde activiteiten.", "There are no linked activities yet.";
    }
}

/// The activities as they are shown.
pub(super) struct Linked {
    pub(super) title: &'static str,
    /// What stands where there is none.
    pub(super) none: &'static str,
    pub(super) lines: Vec<Line>,
}

/// One activity.
pub(super) struct Line {
    pub(super) at: String,
    pub(super) kind: &'static str,
    pub(super) text: String,
    pub(super) link: Option<String>,
    /// Whether a task is done; empty for a mailing.
    pub(super) state: &'static str,
}

impl Linked {
    pub(super) async fn of<'a>(
        visit: &Visit,
        campaign: &str,
        mailings: impl Iterator<Item = &'a StoredMailing>,
    ) -> Result<Self, Trouble> {
        let w = LinkedWords::of(visit.language());
        let about = NamedValue {
            name: "campaign".to_owned(),
            value: campaign.to_owned(),
        };
        let mut lines = Vec::new();
        for task in visit.host.crm().tasks_about(TASK, &about).await? {
            let about = subjects::titled(visit, &task.about).await?;
            lines.push(Line {
                at: moment(task.created_at),
                kind: w.task,
                text: visit.explainer.text(visit.language(), &task.code, &about),
                link: None,
                state: if task.open { w.open } else { w.done },
            });
        }
        lines.extend(mailings.map(|it| Line {
            at: moment(it.mailing.sent_at),
            kind: w.mailing,
            text: it.mailing.name.clone(),
            link: Some(format!("/mailings/{}", encoded(&it.mailing.id))),
            state: "",
        }));
        Ok(Self {
            title: w.title,
            none: w.none,
            lines,
        })
    }
}
